import type { Operator, Operators, Signer } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf } from '@ttp/crypto';
import { didKey } from '@ttp/did';

function operator(n: number): { readonly entry: Operator; readonly signer: Signer } {
  const seed = new Uint8Array(32).fill(n);
  const { publicKey } = keyPairOf(seed);
  const did = didKey(publicKey);
  const kid = `${did}#${did.slice('did:key:'.length)}`;
  const entry: Operator = {
    id: `operator-${n}`,
    kid,
    publicKey,
    human: `human-${n}`,
    level: 3,
    privileges: ['kill:order', 'kill:reinstate'],
  };
  return { entry, signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
}

export const [alice, bob, mallory] = [operator(1), operator(2), operator(3)];
/** Mallory has a key, and no place in it. */
export const operators: Operators = {
  byKid: (kid) => Promise.resolve([alice.entry, bob.entry].find((one) => one.kid === kid)),
};
