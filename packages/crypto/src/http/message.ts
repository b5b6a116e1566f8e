import { TtpError } from '@ttp/core';
import { joinBytes } from '../bytes.js';
import { HTTP_BODY_MAX_BYTES, HTTP_MAX_FIELDS } from '../limits.js';

/** Header fields, as name and value pairs (a `Headers` is one) or as a record; a name may come more than once. */
export type HeaderFields =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it goes over the wire. */
export interface HttpRequest {
  /** As it is sent: methods are case-sensitive. */
  readonly method: string;
  /** Absolute, `http` or `https`, as it is sent: with no user, no fragment and no dot segments. */
  readonly url: string;
  readonly headers: HeaderFields;
  /** The content as it is sent, encodings included; none is empty content. */
  readonly body?: Uint8Array;
}

/** A response as it goes over the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  /** The content as it is sent, encodings included; none is empty content. */
  readonly body?: Uint8Array;
}

/** What a signature reads of a message that was found to be well-formed. */
export interface ReadMessage {
  /** Values by lowercase name, several of one name joined as RFC 9110 section 5.3 says. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly target?: Target;
  readonly status?: number;
}

/** The parts of a request's target (RFC 9421 section 2.2). */
export interface Target {
  readonly method: string;
  readonly scheme: string;
  /** Lowercase, without the port that the scheme implies. */
  readonly authority: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

const TOKEN = /^[\w!#$%&'*+.^|~\x60-]+$/;
/** RFC 9110 section 5.5: visible characters, blanks, and bytes from 0x80; no return, newline or zero, so nothing is folded. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const URL_PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/i;
const AUTHORITY = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?$/;
/** What a URI may hold (RFC 3986) and braces and bars, which servers see too; no backslash, which some read as a slash. */
const TARGET_CHARS = /^[!$-;=?-[\]_a-z~{|}]*$/;
/** `.` and `..` as a segment, in every spelling: what is sent would be another path than what is signed. */
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

const malformed = (what: string, field: string): TtpError =>
  new TtpError('CRYPTO_HTTP_MESSAGE', what, { field });

/** Every field as a pair, in order. */
export function* fieldPairs(headers: HeaderFields): Generator<readonly [string, string]> {
  if (Symbol.iterator in headers) {
    yield* headers;
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) yield [name, one];
  }
}

function readFields(headers: HeaderFields): Map<string, string> {
  const fields = new Map<string, string>();
  let count = 0;
  for (const [name, value] of fieldPairs(headers)) {
    if (++count > HTTP_MAX_FIELDS) throw malformed(`more than ${HTTP_MAX_FIELDS} fields`, 'headers');
    if (!TOKEN.test(name)) throw malformed(`no field name: ${JSON.stringify(name)}`, 'headers');
    if (!VALUE.test(value)) throw malformed(`the value of ${name} holds a control character`, name);
    const key = name.toLowerCase();
    const before = fields.get(key);
    const trimmed = trimBlanks(value);
    fields.set(key, before === undefined ? trimmed : `${before}, ${trimmed}`);
  }
  return fields;
}

/** Without the blanks around it. Not by an expression: `[ \t]+$` takes quadratic time on blanks inside. */
function trimBlanks(value: string): string {
  let [from, to] = [0, value.length];
  const isBlank = (at: number): boolean => value[at] === ' ' || value[at] === '\t';
  while (from < to && isBlank(from)) from++;
  while (to > from && isBlank(to - 1)) to--;
  return value.slice(from, to);
}

function authorityOf(scheme: string, text: string, field: string): string {
  const [, host, port] = AUTHORITY.exec(text.toLowerCase()) ?? [];
  if (host === undefined || Number(port ?? 0) > 65_535) throw malformed('no host and port', field);
  return port === undefined || port === (scheme === 'https' ? '443' : '80') ? host : `${host}:${port}`;
}

/**
 * Reads a request, and refuses what two readers could understand in two ways: another host in `Host`, line breaks in
 * fields, dot segments.
 *
 * @throws CRYPTO_HTTP_MESSAGE
 */
export function readRequest({ method, url, headers, body }: HttpRequest): ReadMessage {
  if (!TOKEN.test(method)) throw malformed('no method', 'method');
  const [, before, authorityText = '', path = '', query = ''] = URL_PARTS.exec(url) ?? [];
  if (before === undefined) throw malformed('not an absolute URL of http or https without fragment', 'url');
  if (!TARGET_CHARS.test(path) || !TARGET_CHARS.test(query)) throw malformed('no path and query', 'url');
  if (DOT_SEGMENT.test(path)) throw malformed('the path holds dot segments', 'url');
  const scheme = before.toLowerCase();
  const authority = authorityOf(scheme, authorityText, 'url');
  const fields = readFields(headers);
  const host = fields.get('host');
  if (host !== undefined && authorityOf(scheme, host, 'host') !== authority)
    throw malformed('Host names another host than the URL', 'host');
  const target = { method, scheme, authority, path: path === '' ? '/' : path, query };
  return { fields, body: body ?? new Uint8Array(), target };
}

/**
 * The value of one field of a request, read as signatures read it; undefined where there is none. Authenticated by
 * nothing until a signature that covers it was verified.
 *
 * @param name lowercase
 * @throws CRYPTO_HTTP_MESSAGE
 */
export const readRequestField = (request: HttpRequest, name: string): string | undefined =>
  readRequest(request).fields.get(name);

/** Reads a response. Throws CRYPTO_HTTP_MESSAGE. */
export function readResponse({ status, headers, body }: HttpResponse): ReadMessage {
  if (!Number.isInteger(status) || status < 100 || status > 599) throw malformed('no status', 'status');
  return { fields: readFields(headers), body: body ?? new Uint8Array(), status };
}

/**
 * A web `Request` as data; its body is read from a clone and stays readable.
 *
 * @throws CRYPTO_HTTP_TOO_LARGE for a body above {@link HTTP_BODY_MAX_BYTES}; what the stream throws
 */
export async function requestData(request: Request): Promise<HttpRequest> {
  const { method, headers } = request;
  const [url = ''] = request.url.split('#', 1); // a fragment is not sent
  return { method, url, headers: [...headers], body: await bodyOf(request.clone().body) };
}

/** A web `Response` as data. Throws as {@link requestData} does. */
export async function responseData(response: Response): Promise<HttpResponse> {
  const { status, headers } = response;
  return { status, headers: [...headers], body: await bodyOf(response.clone().body) };
}

async function bodyOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(chunks);
    length += value.length;
    if (length > HTTP_BODY_MAX_BYTES) {
      void reader.cancel(); // a clone is cancelled only when both are: nobody waits for that
      throw new TtpError('CRYPTO_HTTP_TOO_LARGE', `a body of more than ${HTTP_BODY_MAX_BYTES} bytes`);
    }
    chunks.push(value);
  }
}
