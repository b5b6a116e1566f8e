import type { Signer } from '@ttp/core';
import { createSigner, hkdfSha256, LOG_PURPOSES, utf8 } from '@ttp/crypto';
import type { Identity } from '@ttp/did';

/**
 * The log key of an identity, as `createTtp` derives it where it is given none: a key of its own, so that no
 * signature of the agent is ever one of the log (flaw.E4). Its public key is what a verifier has to trust.
 */
export function logSignerOf({ did, seed }: Pick<Identity, 'did' | 'seed'>): Signer {
  const derived = hkdfSha256({ ikm: seed, salt: utf8(did), info: utf8('ttp log key 1'), length: 32 });
  return createSigner({ seed: derived, kid: `${did}#log-1`, purposes: LOG_PURPOSES });
}
