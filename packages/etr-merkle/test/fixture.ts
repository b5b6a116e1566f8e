import type { Signer } from '@ttp/core';
import { asDid, type Did } from '@ttp/core';
import { createSigner, LOG_PURPOSES } from '@ttp/crypto';

/** The enforcement point of the tests. */
export const POINT: Did = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');

/** A log key from a small seed. */
export const logKey = (seed = 1, did: Did = POINT): Signer =>
  createSigner({ seed: new Uint8Array(32).fill(seed), kid: `${did}#log-1`, purposes: LOG_PURPOSES });
