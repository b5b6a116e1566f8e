import { TtpError } from '@ttp/core';
import { FETCH_URL_CHARS } from '../limits.js';
import { isAddress, isPublicAddress, unbracketed } from './address.js';

/**
 * Characters that the WHATWG parser drops (space, tab, line breaks), turns into others (backslash) or that have no
 * place in a URL: whoever looked at this text before may have read another URL in it.
 */
const AMBIGUOUS = /[\0-\x20\x7f\\]/;
/** The one spelling of an authority: the parser also takes `https:host`, `https:/host` and `https:///host`. */
const AUTHORITY = /^https:\/\/[^/]/i;
/** An `@` in the authority, also with nothing before it, which the parser forgets. */
const USERINFO = /^https:\/\/[^/?#]*@/i;

/**
 * The URL that a guarded request may be sent to, as far as that can be said without DNS.
 *
 * @param text an absolute https URL
 * @param ports the ports allowed; left out: all
 * @throws FETCH_BAD_URL, FETCH_NOT_HTTPS, FETCH_USERINFO, FETCH_PORT_REFUSED, FETCH_ADDRESS_REFUSED
 */
export function checkUrl(text: string, ports: readonly number[] | undefined): URL {
  const field = 'url';
  if (typeof text !== 'string' || text.length > FETCH_URL_CHARS || isAmbiguous(text) || !URL.canParse(text))
    throw new TtpError('FETCH_BAD_URL', 'not a URL, or an ambiguous one', { field });
  const url = new URL(text);
  if (url.protocol !== 'https:')
    throw new TtpError('FETCH_NOT_HTTPS', `${url.protocol} is not https`, { field });
  if (!AUTHORITY.test(text)) throw new TtpError('FETCH_BAD_URL', 'not https://host', { field });
  if (url.username !== '' || url.password !== '' || USERINFO.test(text))
    throw new TtpError('FETCH_USERINFO', 'credentials do not belong in a URL', { field });
  if (!isPortAllowed(portOf(url), ports))
    throw new TtpError('FETCH_PORT_REFUSED', `port ${portOf(url)} is not allowed`, { field });
  // A final dot makes another origin of the same host.
  if (url.hostname.endsWith('.')) throw new TtpError('FETCH_BAD_URL', 'the host ends in a dot', { field });
  const host = unbracketed(url.hostname);
  if (isAddress(host) && !isPublicAddress(host))
    throw new TtpError('FETCH_ADDRESS_REFUSED', 'the address is not public', { field });
  return url;
}

/** Whether the text of a URL, or of the target of a redirect, could be read differently by another parser. */
export function isAmbiguous(text: string): boolean {
  return AMBIGUOUS.test(text);
}

/** The port that the URL says, or https's own. */
export function portOf(url: URL): number {
  return url.port === '' ? 443 : Number(url.port);
}

function isPortAllowed(port: number, ports: readonly number[] | undefined): boolean {
  return port > 0 && (ports === undefined || ports.includes(port));
}
