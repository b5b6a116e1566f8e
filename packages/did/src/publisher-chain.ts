import { type Did, TtpError } from '@ttp/core';
import type { KeyLogResolver } from './resolver.js';
import type { Revocation, Ruling } from './revocation/authority.js';
import { revocationStatus } from './revocation/status.js';
import { parseDid } from './syntax.js';

/**
 * The chain from a tool, skill, agent or service to the publisher that answers for it. Every link is an inception that
 * the one above signed, and all of them are verified; one that is unknown, frozen, revoked or unsigned fails the chain.
 *
 * @param did where the chain begins
 * @param options.known from `readRevocations`
 * @param options.at wall clock, ms
 * @returns the identities from `did` to the publisher, both included
 * @throws DID_CHAIN_BROKEN where no publisher stands at its end, DID_REVOKED, and the codes of `resolve`
 */
export async function publisherChain(
  did: Did,
  options: {
    readonly resolver: Pick<KeyLogResolver, 'ancestors'>;
    readonly known: readonly (Revocation | Ruling)[];
    readonly at: number;
  },
): Promise<readonly Did[]> {
  const { resolver, known, at } = options;
  const ancestors = await resolver.ancestors(did);
  const chain = [did, ...ancestors];
  const { state, by } = revocationStatus({ did, ancestors }, known, at);
  if (state !== 'good')
    throw new TtpError('DID_REVOKED', `${state}: ${by.map(({ subject }) => subject).join(', ')}`, {
      field: 'did',
    });
  const top = parseDid(chain.at(-1) ?? did);
  if (top.method !== 'ttp' || top.type !== 'publisher')
    throw new TtpError('DID_CHAIN_BROKEN', `no publisher answers for ${did}`, { field: 'did' });
  return chain;
}
