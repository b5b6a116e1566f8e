import type { Signer } from '@ttp/core';
import { createSigner, hkdfSha256, LOG_PURPOSES, utf8 } from '@ttp/crypto';
import type { Identity } from '@ttp/did';

/** The log key of an identity, derived as `createTtp` of @ttp/sdk derives it where it is given none. */
export function logSignerOf({ did, seed }: Identity): Signer {
  const derived = hkdfSha256({ ikm: seed, salt: utf8(did), info: utf8('ttp log key 1'), length: 32 });
  return createSigner({ seed: derived, kid: `${did}#log-1`, purposes: LOG_PURPOSES });
}
