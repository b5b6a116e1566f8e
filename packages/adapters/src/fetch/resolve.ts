import { lookup } from 'node:dns/promises';
import { TtpError } from '@ttp/core';
import { FETCH_ADDRESSES } from '../limits.js';
import { isAddress, isPublicAddress, unbracketed } from './address.js';
import type { Deadline } from './deadline.js';

/** Finds the addresses of a host name, in canonical spelling, the preferred one first. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The resolver of the operating system, with its hosts file: what a program on this machine would connect to. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);

/**
 * The addresses a request may connect to. The name is resolved once, here, and every address has to be public:
 * one private address among public ones is an attempt (DNS rebinding), not a choice.
 *
 * @throws FETCH_UNRESOLVED, FETCH_ADDRESS_REFUSED
 */
export async function publicAddresses(
  url: URL,
  resolve: Resolve,
  deadline: Deadline,
): Promise<readonly string[]> {
  const host = unbracketed(url.hostname);
  const addresses = isAddress(host) ? [host] : await resolved(host, resolve, deadline);
  if (addresses.length > FETCH_ADDRESSES || !addresses.every(isPublicAddress))
    throw new TtpError('FETCH_ADDRESS_REFUSED', 'the host has an address that is not public', {
      field: 'url',
    });
  return addresses;
}

async function resolved(host: string, resolve: Resolve, deadline: Deadline): Promise<readonly string[]> {
  try {
    const addresses = await deadline.within(resolve(host));
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw deadline.faultOf(cause, 'FETCH_UNRESOLVED');
  }
  throw new TtpError('FETCH_UNRESOLVED', 'the host has no address', { field: 'url' });
}
