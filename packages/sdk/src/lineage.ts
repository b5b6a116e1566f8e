import { type Did, isDid, TtpError } from '@ttp/core';
import type { Identity, KeyLogResolver } from '@ttp/did';

/** Who answers for an identity, as its inception has it: it is part of what its DID is the hash of. */
export function parentOf({ keyLog }: Pick<Identity, 'keyLog'>): Did | undefined {
  const parent = keyLog[0]?.body['parent'];
  return typeof parent === 'string' && isDid(parent) ? parent : undefined;
}

/**
 * The inceptions that an identity descends from, nearest first (decision D4).
 *
 * @throws DID_PARENT_UNRESOLVED where it has a parent and nobody here knows it, and what the resolver throws
 */
export async function lineageOf(
  identity: Pick<Identity, 'did' | 'keyLog'>,
  resolver: Pick<KeyLogResolver, 'ancestors'> | undefined,
): Promise<readonly Did[]> {
  const parent = parentOf(identity);
  if (parent === undefined) return [];
  const above = await resolver?.ancestors(identity.did);
  if (above?.[0] !== parent)
    throw new TtpError('DID_PARENT_UNRESOLVED', `${identity.did} descends from ${parent}: give a resolver`, {
      field: 'resolver',
    });
  return above;
}
