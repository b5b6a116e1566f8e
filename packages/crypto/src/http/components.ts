import { TtpError } from '@ttp/core';
import type { ReadMessage, Target } from './message.js';
import {
  type InnerList,
  type Item,
  isInnerList,
  parseDictionary,
  parseItem,
  writeMember,
} from './structured.js';

/** The message that is signed, and for a response the request that it answers. */
export interface SignatureContext {
  readonly message: ReadMessage;
  readonly request?: ReadMessage;
}

/** What parameters a component may have here; `sf`, `bs` and `tr` of RFC 9421 are refused. */
const DERIVED_PARAMS = new Set(['req']);
const QUERY_PARAMS = new Set(['req', 'name']);
const FIELD_PARAMS = new Set(['req', 'key']);
const FIELD_NAME = /^[a-z0-9!#$%&'*+.^_|~\x60-]+$/;
/** A line of the base holds printable ASCII: whatever else stands in a value could end the line. */
const LINE = /^[\x20-\x7e]*$/;

const DERIVED: ReadonlyMap<string, (target: Target) => string> = new Map([
  ['@method', ({ method }) => method],
  ['@scheme', ({ scheme }) => scheme],
  ['@authority', ({ authority }) => authority],
  ['@path', ({ path }) => path],
  ['@query', ({ query }) => (query === '' ? '?' : query)],
  ['@request-target', ({ path, query }) => path + query],
  ['@target-uri', ({ scheme, authority, path, query }) => `${scheme}://${authority}${path}${query}`],
]);

const refused = (identifier: string, what: string): TtpError =>
  new TtpError('CRYPTO_HTTP_COMPONENT', `${identifier}: ${what}`, { field: identifier });

/** A component from its name (`@method`, `content-type`) or its identifier (`"signature";req;key="a"`). */
export const componentOf = (text: string): Item =>
  text.startsWith('"') ? parseItem(text) : { item: { type: 'string', value: text }, params: new Map() };

/** The value of a covered component (RFC 9421 sections 2.1, 2.2 and 2.4). Throws CRYPTO_HTTP_COMPONENT. */
function valueOf({ item, params }: Item, context: SignatureContext, identifier: string): string {
  if (item.type !== 'string') throw refused(identifier, 'not a string');
  const name = item.value;
  const known = name === '@query-param' ? QUERY_PARAMS : name.startsWith('@') ? DERIVED_PARAMS : FIELD_PARAMS;
  for (const [key, { type }] of params)
    if (!known.has(key) || type !== (key === 'req' ? 'boolean' : 'string'))
      throw refused(identifier, `the parameter ${key}`);
  const req = params.get('req');
  const message = req === undefined ? context.message : context.request;
  if (req?.value === false || message === undefined) throw refused(identifier, 'there is no such request');
  const value = name.startsWith('@')
    ? derived(name, params.get('name')?.value, message)
    : fieldOf(name, params.get('key')?.value, message);
  if (value === undefined) throw refused(identifier, 'the message has none');
  if (!LINE.test(value)) throw refused(identifier, 'its value is not printable ASCII');
  return value;
}

function derived(name: string, parameter: unknown, { target, status }: ReadMessage): string | undefined {
  if (name === '@status') return status === undefined ? undefined : String(status);
  if (target === undefined) return undefined;
  if (name === '@query-param') return queryParam(target.query, parameter);
  return DERIVED.get(name)?.(target);
}

/** The one value that a name has in the query, encoded as RFC 9421 section 2.2.8 has it. */
function queryParam(query: string, parameter: unknown): string | undefined {
  const values = [...new URLSearchParams(query)].flatMap(([key, value]) =>
    encoded(key) === parameter ? [encoded(value)] : [],
  );
  return values.length === 1 ? values[0] : undefined;
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function fieldOf(name: string, key: unknown, { fields }: ReadMessage): string | undefined {
  if (!FIELD_NAME.test(name)) return undefined;
  const value = fields.get(name);
  if (value === undefined || typeof key !== 'string') return value;
  const member = parseDictionary(value).get(key);
  return member === undefined ? undefined : writeMember(member);
}

/**
 * The signature base (RFC 9421 section 2.5): a line for each component, then the list of them.
 *
 * @throws CRYPTO_HTTP_COMPONENT, also for a component that is named twice; CRYPTO_HTTP_SYNTAX
 */
export function signatureBase(list: InnerList, context: SignatureContext): string {
  const seen = new Set<string>();
  const lines = list.items.map((component) => {
    const identifier = writeMember(component);
    // The order of its parameters makes no other component: the sorted text is what is compared.
    const same = writeMember({ ...component, params: new Map([...component.params].sort(byKey)) });
    if (seen.has(same)) throw refused(identifier, 'it is named twice');
    seen.add(same);
    return `${identifier}: ${valueOf(component, context, identifier)}`;
  });
  return [...lines, `"@signature-params": ${writeMember(list)}`].join('\n');
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** Whether the field of a message holds bytes under the label. */
export function binaryMember(value: string, label: string): Uint8Array | undefined {
  const member = parseDictionary(value).get(label);
  if (member === undefined || isInnerList(member) || member.item.type !== 'binary') return undefined;
  return member.item.value;
}
