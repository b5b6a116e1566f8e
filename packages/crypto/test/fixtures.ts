import { asDid, type Did, type Random, type Signer } from '@ttp/core';
import { seededRandom } from '@ttp/testkit';
import {
  base58btc,
  concatBytes,
  createSigner,
  IDENTITY_PURPOSES,
  keyPairOf,
  sha256,
  utf8,
} from '../src/index.js';

/** Somebody with keys, the same for the same number. */
export interface Person {
  readonly did: Did;
  readonly kid: string;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signer: Signer;
}

/** A DID of the form that identities have: its last part the multihash of `name`. */
export function didOf(name: string, type = 'agent'): Did {
  const multihash = concatBytes(Uint8Array.of(0x12, 0x20), sha256(utf8(name)));
  return asDid(`did:ttp:${type}:${base58btc(multihash)}`);
}

export function person(n: number, purposes: readonly string[] = IDENTITY_PURPOSES): Person {
  const seed = new Uint8Array(32).fill(n);
  const did = didOf(`person ${n}`);
  const kid = `${did}#key-1`;
  return {
    did,
    kid,
    seed,
    publicKey: keyPairOf(seed).publicKey,
    signer: createSigner({ seed, kid, purposes }),
  };
}

/** `keyOf` of `verifyEnvelope` for these people. */
export function keysOf(...people: readonly Person[]): (kid: string) => Uint8Array | undefined {
  const keys = new Map(people.map(({ kid, publicKey }) => [kid, publicKey]));
  return (kid) => keys.get(kid);
}

/** A fresh random source with a fixed seed. */
export const random = (seed: string): Random => seededRandom(seed);
