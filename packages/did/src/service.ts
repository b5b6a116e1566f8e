import { TtpError } from '@ttp/core';
import { ENDPOINT_MAX_CHARS, SERVICES_MAX_COUNT } from './limits.js';
import { isMultiaddr } from './multiaddr.js';

/** A service as its owner states it: the id is relative, `#ttp`; the document makes it absolute. */
export type ServiceEntry = {
  readonly id: string;
  readonly type: string;
  /** An https URL, or a libp2p multiaddress. */
  readonly serviceEndpoint: string;
};

const FRAGMENT = /^#[a-z][a-z0-9-]{0,62}$/;
const KEY_FRAGMENT = /^#key-/;
const TYPE = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
/** Printable ASCII without space, quotes, angle brackets, backslash, `^`, `` ` ``, braces and bar (RFC 3986 2). */
const URL_CHARS = /^[!#-;=?-[\]_a-z~]+$/;

/**
 * Checks a list of services: ids distinct and none of a key (`#key-1`), endpoints an https URL without credentials or
 * fragment, or a multiaddress. Whether an endpoint may be connected to is for the Fetch port to say (flaw.D5, G3).
 *
 * @returns the list itself
 * @throws DID_BAD_SERVICE; `field` is such as `services[1].id`
 */
export function checkServices(services: readonly ServiceEntry[]): readonly ServiceEntry[] {
  if (services.length > SERVICES_MAX_COUNT) throw bad('services', `more than ${SERVICES_MAX_COUNT} services`);
  const seen = new Set<string>();
  for (const [i, { id, type, serviceEndpoint }] of services.entries()) {
    // A service under a key's id would make `did#key-1` mean two things.
    if (!FRAGMENT.test(id) || KEY_FRAGMENT.test(id)) throw bad(`services[${i}].id`, 'not a service fragment');
    if (seen.has(id)) throw bad(`services[${i}].id`, 'taken by another service');
    seen.add(id);
    if (!TYPE.test(type)) throw bad(`services[${i}].type`, 'not a word');
    if (!isEndpoint(serviceEndpoint))
      throw bad(`services[${i}].serviceEndpoint`, 'neither an https URL nor a multiaddress');
  }
  return services;
}

/** Whether the text is an https URL or a multiaddress. */
export function isEndpoint(text: string): boolean {
  if (text.length > ENDPOINT_MAX_CHARS) return false;
  return text.startsWith('/') ? isMultiaddr(text) : isHttpsUrl(text);
}

function isHttpsUrl(text: string): boolean {
  if (!text.startsWith('https://') || !URL_CHARS.test(text) || !URL.canParse(text)) return false;
  const { username, password, hash, host } = new URL(text);
  // The host is compared as written: `%65vil.example`, `0x7f.1` or upper case would be rewritten by whoever connects.
  const written = text.slice('https://'.length).split(/[/?#]/, 1)[0];
  return username === '' && password === '' && hash === '' && written === host;
}

function bad(field: string, message: string): TtpError {
  return new TtpError('DID_BAD_SERVICE', `${field}: ${message}`, { field });
}
