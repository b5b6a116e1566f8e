import { TtpError } from '@ttp/core';

type Headers = Readonly<Record<string, string>>;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: visible ASCII, space and tab; no CR, LF or NUL can end the header early. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** The guard's own: where the request goes, and how the messages are delimited, is not the caller's to say. */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What goes along to another origin. A list of what is harmless, because what is a credential cannot be listed:
 * Authorization, Cookie, API keys of any name, signatures, DPoP proofs (flaw.G3).
 */
const HARMLESS = new Set(['accept', 'accept-language', 'user-agent']);

/** The headers of a request in lower case. Throws FETCH_BAD_HEADER. */
export function checkHeaders(headers: Headers): Headers {
  const checked = new Map<string, string>();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    const field = `headers.${name}`;
    if (!TOKEN.test(name) || typeof value !== 'string' || !VALUE.test(value))
      throw new TtpError('FETCH_BAD_HEADER', 'the header is malformed', { field });
    if (RESERVED.has(name) || name.startsWith('proxy-'))
      throw new TtpError('FETCH_BAD_HEADER', 'the guard sets this header itself', { field });
    if (checked.has(name)) throw new TtpError('FETCH_BAD_HEADER', 'the header is given twice', { field });
    checked.set(name, value);
  }
  return Object.fromEntries(checked);
}

/** What is left of the headers for a request to another origin. */
export function harmlessHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
}
