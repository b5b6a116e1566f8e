import type { IncomingMessage } from 'node:http';
import { type FetchRequest, TtpError } from '@ttp/core';
import { FETCH_REQUEST_BYTES } from '../limits.js';
import { checkHeaders, harmlessHeaders } from './headers.js';
import { checkUrl, isAmbiguous } from './url.js';

/** One request on the way to an answer: the first, or one that a redirect led to. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** RFC 9110, section 15.4: those that name another place to go to now. */
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * The first hop of a request.
 *
 * @throws FETCH_BAD_URL, FETCH_NOT_HTTPS, FETCH_USERINFO, FETCH_PORT_REFUSED, FETCH_ADDRESS_REFUSED,
 *   FETCH_BAD_METHOD, FETCH_BAD_HEADER, FETCH_BAD_BODY, FETCH_TOO_LARGE
 */
export function firstHop(request: FetchRequest, ports: readonly number[] | undefined): Hop {
  const { method, body } = request;
  const url = checkUrl(request.url, ports);
  if (!METHODS.includes(method))
    throw new TtpError('FETCH_BAD_METHOD', `not one of ${METHODS.join(', ')}`, { field: 'method' });
  const headers = checkHeaders(request.headers);
  if (body === undefined) return { url, method, headers, body };
  if (!(body instanceof Uint8Array) || isSafe(method))
    throw new TtpError('FETCH_BAD_BODY', `${method} takes no such body`, { field: 'body' });
  if (body.length > FETCH_REQUEST_BYTES)
    throw new TtpError('FETCH_TOO_LARGE', `${body.length} bytes, at most ${FETCH_REQUEST_BYTES}`, {
      field: 'body',
    });
  return { url, method, headers, body: Uint8Array.from(body) };
}

/**
 * The hop that an answer redirects to; undefined when the answer is the answer. Only GET and HEAD are sent again
 * elsewhere; after a 303 the new request is a GET without body. Anything else would repeat an effect, or hand a
 * body and its signature to somebody they were not meant for.
 *
 * @param answer status and Location header of the response, as Node parsed them
 * @throws FETCH_REDIRECT_REFUSED, and what {@link firstHop} throws for a URL
 */
export function nextHop(
  hop: Hop,
  answer: Pick<IncomingMessage, 'statusCode' | 'headersDistinct'>,
  ports: readonly number[] | undefined,
): Hop | undefined {
  const { statusCode: status = 0, headersDistinct } = answer;
  const [location, ...more] = headersDistinct['location'] ?? [];
  if (!REDIRECTS.includes(status) || location === undefined) return undefined;
  if (more.length > 0) throw new TtpError('FETCH_REDIRECT_REFUSED', 'the server named two targets');
  if (status !== 303 && hop.method !== 'GET' && hop.method !== 'HEAD')
    throw new TtpError('FETCH_REDIRECT_REFUSED', `${hop.method} was answered with ${status}`);
  const url = checkUrl(absolute(location, hop.url), ports);
  const headers = withoutBody(hop.headers);
  return {
    url,
    method: hop.method === 'HEAD' ? 'HEAD' : 'GET',
    headers: url.origin === hop.url.origin ? headers : harmlessHeaders(headers),
    body: undefined,
  };
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** The target of a redirect may be relative; `checkUrl` then judges the whole, and the text before it was joined. */
function absolute(location: string, base: URL): string {
  if (isAmbiguous(location) || !URL.canParse(location, base.href))
    throw new TtpError('FETCH_BAD_URL', 'the server redirected to what is not a URL', { field: 'location' });
  // What names an authority of its own is judged as it was written: joining would hide an empty user name.
  return /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(location)
    ? withScheme(location, base)
    : new URL(location, base).href;
}

const withScheme = (location: string, base: URL): string =>
  location.startsWith('//') ? base.protocol + location : location;

function withoutBody(headers: Hop['headers']): Hop['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}
