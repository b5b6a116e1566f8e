import type { JsonObject } from '@ttp/core';
import type { CallMap, CallMapEntry, Policy, Rule } from '@ttp/spl';
import type { ForbiddenCall } from './forbidden-file.js';

/** The server of calls that no call map and no policy of anybody speaks of. */
const NOWHERE = 'ttp-self-test';

/** Ways out of a folder: each of them has to be refused, however the rest of the policy stands (flaw.P5). */
const TRAVERSALS = [
  '../ttp-self-test',
  'x/../../ttp-self-test',
  '..%2fttp-self-test',
  '..\\ttp-self-test',
  'x\u0000y',
];

/**
 * Calls that no policy may permit: out of every folder that a rule permits something in, a tool that nobody listed,
 * and everything that is permitted, asked for by somebody whose identity is not verified.
 */
export function builtInCalls(policy: Policy, callMap: CallMap): readonly ForbiddenCall[] {
  const permits = policy.document.rules.filter(({ effect }) => effect !== 'deny');
  return [
    ...permits.flatMap(traversalsOf),
    ...[...callMap.tools].flatMap(([tool, entry]) => argumentTraversals(tool, entry)),
    { ...call('a tool that nobody listed', 'no-such-tool', {}), verified: true },
    ...permits.flatMap(strangersOf),
  ];
}

const call = (name: string, tool: string, input: JsonObject): Omit<ForbiddenCall, 'verified'> => ({
  name,
  server: NOWHERE,
  tool,
  input,
  claims: {},
});

function traversalsOf({ id, resources = [], actions = [] }: Rule): ForbiddenCall[] {
  return resources.flatMap((pattern) =>
    actions.slice(0, 1).flatMap((action) =>
      TRAVERSALS.map((path) => {
        const resource = `${folderOf(pattern)}${path}`;
        const name = `${action} ${resource}, out of rule ${id}`;
        return { ...call(name, 'no-such-tool', {}), action, resource, verified: true };
      }),
    ),
  );
}

/** What stands before the first wildcard, up to a slash or the scheme's colon. */
const folderOf = (pattern: string): string => /^(?:[^*+]*[/:])?/.exec(pattern)?.[0] ?? '';

/** The same through the argument that a tool's resource is taken from. */
function argumentTraversals(tool: string, { resource }: CallMapEntry): ForbiddenCall[] {
  if (resource === undefined || typeof resource === 'string') return [];
  return TRAVERSALS.map((path) => ({
    ...call(
      `${tool} with ${resource.path.join('.')} ${JSON.stringify(path)}`,
      tool,
      nested(resource.path, path),
    ),
    verified: true,
  }));
}

/** `{ a: { b: value } }` for the path `a`, `b`. */
function nested([key = '', ...rest]: readonly string[], value: string): JsonObject {
  return { [key]: rest.length === 0 ? value : nested(rest, value) };
}

function strangersOf({ id, resources = [], actions = [] }: Rule): ForbiddenCall[] {
  return resources.flatMap((pattern) =>
    actions.map((action) => {
      const resource = exampleOf(pattern);
      const name = `${action} ${resource} by a stranger, under rule ${id}`;
      return { ...call(name, 'no-such-tool', {}), action, resource, verified: false };
    }),
  );
}

/** A resource that the pattern covers. */
const exampleOf = (pattern: string): string => pattern.replace(/\*\*?|\+$/g, 'x');
