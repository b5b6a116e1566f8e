import { type Fetch, type FetchResponse, TtpError } from '@ttp/core';
import { type Deadline, startDeadline } from './fetch/deadline.js';
import { firstHop, type Hop, nextHop } from './fetch/hop.js';
import { publicAddresses, type Resolve, systemResolve } from './fetch/resolve.js';
import { responseOf } from './fetch/response.js';
import { type Connect, connectPinned, opened, sendOverTls } from './fetch/transport.js';
import { portOf } from './fetch/url.js';
import {
  FETCH_MS,
  FETCH_MS_MAX,
  FETCH_REDIRECTS,
  FETCH_RESPONSE_BYTES,
  FETCH_RESPONSE_BYTES_MAX,
} from './limits.js';
import { systemTimer } from './system.js';

export { FETCH_ERRORS, type FetchErrorCode } from './errors.js';
export { isPublicAddress } from './fetch/address.js';
export type { Resolve } from './fetch/resolve.js';
export type { Connect } from './fetch/transport.js';

/** Options of {@link guardedFetch}. None of them opens an address that is not public. */
export interface GuardedFetchOptions {
  /** The resolver; the operating system's when left out. */
  readonly resolve?: Resolve;
  /** The wire under TLS; TCP to the checked addresses when left out. */
  readonly connect?: Connect;
  /** Certificates to trust instead of the runtime's, PEM. */
  readonly ca?: string;
  /** The ports a URL may name; all when left out. */
  readonly ports?: readonly number[];
  /** Largest response body, bytes, up to 268435456; 4194304 when left out. */
  readonly maxBytes?: number;
  /** Longest exchange including the body, ms, up to 600000; 30000 when left out. */
  readonly timeoutMs?: number;
}

/**
 * HTTP that an attacker who writes the URL cannot turn inwards (flaw.G3): https only, the name resolved once, every
 * address public, the connection to one of these addresses and no other, at most three redirects with all checks
 * again, nothing but harmless headers to another origin, size and time capped, nothing decompressed.
 *
 * `fetch` throws FETCH_BAD_URL, FETCH_NOT_HTTPS, FETCH_USERINFO, FETCH_PORT_REFUSED, FETCH_ADDRESS_REFUSED,
 * FETCH_UNRESOLVED, FETCH_BAD_METHOD, FETCH_BAD_HEADER, FETCH_BAD_BODY, FETCH_TOO_LARGE, FETCH_TOO_MANY_REDIRECTS,
 * FETCH_REDIRECT_REFUSED, FETCH_ENCODED, FETCH_TLS, FETCH_FAILED, FETCH_TIMEOUT, FETCH_ABORTED; reading the body
 * throws FETCH_TOO_LARGE, FETCH_FAILED, FETCH_TIMEOUT, FETCH_ABORTED. A status such as 404 is an answer, not an error.
 *
 * @throws FETCH_BAD_OPTION
 */
export function guardedFetch(options: GuardedFetchOptions = {}): Fetch {
  const { maxBytes = FETCH_RESPONSE_BYTES, timeoutMs = FETCH_MS, ports, ca } = options;
  const { resolve = systemResolve, connect = connectPinned } = options;
  checkBound('maxBytes', maxBytes, FETCH_RESPONSE_BYTES_MAX);
  checkBound('timeoutMs', timeoutMs, FETCH_MS_MAX);
  for (const port of ports ?? []) checkBound('ports', port, 65_535);

  async function follow(first: Hop, deadline: Deadline): Promise<FetchResponse> {
    let hop = first;
    for (let redirects = 0; ; redirects += 1) {
      const addresses = await publicAddresses(hop.url, resolve, deadline);
      const wire = await opened(connect, addresses, portOf(hop.url), deadline);
      const message = await sendOverTls(wire, hop, ca, deadline);
      try {
        const next = nextHop(hop, message, ports);
        if (next === undefined) return responseOf(message, hop.method, maxBytes, deadline);
        if (redirects === FETCH_REDIRECTS)
          throw new TtpError('FETCH_TOO_MANY_REDIRECTS', `more than ${FETCH_REDIRECTS} redirects`);
        hop = next;
      } catch (fault) {
        message.destroy();
        throw fault;
      }
      message.destroy();
    }
  }

  return {
    async fetch(request) {
      const deadline = startDeadline(request.signal, timeoutMs, systemTimer);
      try {
        return await follow(firstHop(request, ports), deadline);
      } catch (fault) {
        deadline.done();
        throw fault;
      }
    },
  };
}

function checkBound(field: keyof GuardedFetchOptions, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new TtpError('FETCH_BAD_OPTION', `not an integer from 1 to ${most}: ${value}`, { field });
}
