import { isJsonObject, isLabel, type Json, type JsonObject } from '@ttp/core';
import { canonicalize, parseJson } from '@ttp/crypto';
import { ACTION } from './action.js';
import { attributeOf, fits, own } from './attributes.js';
import { fail } from './fail.js';
import { at } from './field.js';
import { CALL_LABELS_MAX, POLICY_CEILING_BYTES } from './limits.js';
import { objectAt } from './object-at.js';
import { readResource } from './resource.js';

/** Says of each tool which action it is, on which resource, and how sensitive (decision D18). */
export interface CallMap {
  readonly tools: ReadonlyMap<string, CallMapEntry>;
}

/** How one tool, or one MCP method, is read as an action on a resource. */
export interface CallMapEntry {
  readonly action: string;
  /** Undefined: `mcp:<server>/<tool>`. A text: always this resource. Otherwise it is taken from an argument. */
  readonly resource:
    | string
    | { readonly scheme: string | undefined; readonly path: readonly string[]; readonly isRelative: boolean }
    | undefined;
  /** Registry attributes of the call. */
  readonly attributes: JsonObject;
  /** What the result of the call brings to the labels of its trace, such as `untrusted`. */
  readonly labels: readonly string[];
}

/** A call, as the policy sees it. */
export interface MappedCall {
  readonly action: string;
  readonly resource: string;
  readonly registry: JsonObject;
  /** What its result brings to the labels of its trace; left out where that is nothing. */
  readonly labels?: readonly string[];
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/;
const PATH = /^input(?:\.[A-Za-z_][A-Za-z0-9_-]*){1,15}$/;

/**
 * What makes a path begin somewhere else than in the folder of its server: a root, a home, a drive. And blanks and
 * quotes around it: some servers take them away, so that it would name another file than the one decided about.
 */
const NOT_RELATIVE = /^(?:[/~\s"']|[A-Za-z]:)|[\s"']$/;

/**
 * Loads a call map: `{ "version": 1, "tools": { "<tool>": { "action", "resource"?, "attributes"?, "labels"? } } }`, where
 * `resource` is `{ "scheme"?, "path": "input.path", "relative"?: true }` or one fixed resource. `relative` admits
 * only paths that begin in the folder of the server: a resource has no leading slash, so that `/etc/x` and `etc/x`,
 * which are two files, would be one resource. MCP methods other than tools stand under their method name. An
 * entry `mcp:<server>/<tool>` is for that server's tool alone, and comes before one that has only the name. Attributes are constants under names that the registry owns.
 * Labels are what a result brings to the labels of its trace: `["untrusted"]` for what strangers wrote.
 *
 * @throws SPL_BAD_TYPE, SPL_BAD_VALUE, SPL_UNKNOWN_KEY, SPL_UNKNOWN_VERSION, SPL_MISSING_KEY, SPL_UNKNOWN_ATTRIBUTE,
 * SPL_BAD_RESOURCE, CRYPTO_JSON_*
 */
export function loadCallMap(input: string | Uint8Array | JsonObject): CallMap {
  const text = typeof input === 'string' || input instanceof Uint8Array ? input : canonicalize(input);
  const json = parseJson(text, { maxBytes: POLICY_CEILING_BYTES });
  const root = objectAt(json, '', ['version', 'tools']);
  if (own(root, 'version') !== 1) fail('SPL_UNKNOWN_VERSION', 'the call map version is 1', 'version');
  const tools = new Map<string, CallMapEntry>();
  const entries = own(root, 'tools');
  if (!isJsonObject(entries)) return fail('SPL_MISSING_KEY', 'tools is an object', 'tools');
  for (const [tool, entry] of Object.entries(entries)) tools.set(tool, parseEntry(entry, at('tools', tool)));
  return { tools };
}

/** What begins like this names a tool of one server. */
const OF_SERVER = 'mcp:';

/** Under what an entry for one server's tool alone stands. */
export const entryName = (server: string, tool: string): string => `${OF_SERVER}${server}/${tool}`;

/** What a tool without an entry is. */
const NO_ENTRY: CallMapEntry = { action: 'call', resource: undefined, attributes: {}, labels: [] };

/** With a slash in its name a server could stand for another one's tool, and so could a tool with such a name. */
const entryOf = ({ tools }: CallMap, server: string, tool: string): CallMapEntry | undefined =>
  (server.includes('/') ? undefined : tools.get(entryName(server, tool))) ??
  (tool.startsWith(OF_SERVER) ? undefined : tools.get(tool));

/**
 * Names the action and resource of a call. The argument that the resource is taken from is never percent-decoded;
 * a resource that cannot be normalised is left to `evaluate`, which denies it on the record. A tool without an
 * entry is the action `call` on `mcp:<server>/<tool>`.
 *
 * @throws SPL_BAD_CALL where the argument is absent or no text, or has to be a relative path and is none, or the
 * server's name has a slash
 */
export function mapCall(
  callMap: CallMap,
  call: { readonly server: string; readonly tool: string; readonly input: Json },
): MappedCall {
  const { server, tool, input } = call;
  const entry = entryOf(callMap, server, tool) ?? NO_ENTRY;
  const { action, resource, attributes, labels } = entry;
  const known = { action, registry: attributes, ...(labels.length === 0 ? {} : { labels }) };
  if (typeof resource === 'string') return { ...known, resource };
  if (resource === undefined) {
    // Server a/b with tool c, and server a with tool b/c, would be one resource.
    if (server === '' || server.includes('/')) fail('SPL_BAD_CALL', 'a server name has no slash', 'server');
    return { ...known, resource: `mcp:${server}/${tool}` };
  }
  const { scheme, path, isRelative } = resource;
  const field = ['input', ...path].join('.');
  let value: Json | undefined = input;
  for (const key of path) value = isJsonObject(value) ? own(value, key) : undefined;
  if (typeof value !== 'string')
    return fail('SPL_BAD_CALL', `no text to take the resource of ${tool} from`, field);
  if (isRelative && NOT_RELATIVE.test(value))
    return fail('SPL_BAD_CALL', `${tool} takes paths in the folder of its server only`, field);
  return { ...known, resource: scheme === undefined ? value : `${scheme}:${value}` };
}

function parseEntry(json: Json, field: string): CallMapEntry {
  const entry = objectAt(json, field, ['action', 'resource', 'attributes', 'labels']);
  const action = own(entry, 'action');
  if (typeof action !== 'string' || !ACTION.test(action))
    return fail(
      action === undefined ? 'SPL_MISSING_KEY' : 'SPL_BAD_VALUE',
      'an action is a verb',
      at(field, 'action'),
    );
  const resource = own(entry, 'resource');
  const attributes = own(entry, 'attributes');
  const labels = own(entry, 'labels');
  return {
    action,
    resource: resource === undefined ? undefined : parseSelector(resource, at(field, 'resource')),
    attributes: attributes === undefined ? {} : parseAttributes(attributes, at(field, 'attributes')),
    labels: labels === undefined ? [] : parseLabels(labels, at(field, 'labels')),
  };
}

function parseSelector(json: Json, field: string): CallMapEntry['resource'] {
  if (typeof json === 'string') {
    const resource = readResource(json);
    return typeof resource === 'string' ? fail('SPL_BAD_RESOURCE', resource, field) : resource.text;
  }
  const selector = objectAt(json, field, ['scheme', 'path', 'relative']);
  const scheme = own(selector, 'scheme');
  const path = own(selector, 'path');
  if (scheme !== undefined && (typeof scheme !== 'string' || !SCHEME.test(scheme)))
    return fail('SPL_BAD_VALUE', 'a scheme is lowercase and has no colon', at(field, 'scheme'));
  if (typeof path !== 'string' || !PATH.test(path))
    return fail(
      path === undefined ? 'SPL_MISSING_KEY' : 'SPL_BAD_VALUE',
      'a path is "input.name"',
      at(field, 'path'),
    );
  const relative = own(selector, 'relative') ?? false;
  if (typeof relative !== 'boolean')
    return fail('SPL_BAD_TYPE', 'relative is true or false', at(field, 'relative'));
  return { scheme, path: path.split('.').slice(1), isRelative: relative };
}

function parseLabels(json: Json, field: string): readonly string[] {
  if (!Array.isArray(json)) return fail('SPL_BAD_TYPE', 'expected list', field);
  if (json.length > CALL_LABELS_MAX)
    fail('SPL_BAD_VALUE', `a tool brings at most ${CALL_LABELS_MAX} labels`, field);
  return (json as readonly Json[]).map((label) =>
    typeof label === 'string' && isLabel(label)
      ? label
      : fail('SPL_BAD_VALUE', 'a label is a lowercase name of up to 32 characters', field),
  );
}

function parseAttributes(json: Json, field: string): JsonObject {
  if (!isJsonObject(json)) return fail('SPL_BAD_TYPE', 'expected object', field);
  for (const [name, value] of Object.entries(json)) {
    const row = attributeOf(name);
    if (row?.source !== 'registry')
      fail('SPL_UNKNOWN_ATTRIBUTE', `${name} is not the registry's`, at(field, name));
    else if (value === null || !fits(row, value))
      fail('SPL_BAD_VALUE', `${name} is a ${row.type}`, at(field, name));
  }
  return json;
}
