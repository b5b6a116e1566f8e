import {
  asDid,
  type Did,
  type Envelope,
  type Hash,
  type Operator,
  type Operators,
  type Privilege,
} from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { keysOf, type TestSigner, testSigner } from '@ttp/testkit';
import { coversPattern } from '../../../spl/src/index.js';
import { type Delegation, openDelegation, signDelegation, type VerifiedDelegation } from '../../src/index.js';

export const NOW = 1_700_000_000_000;

/** Agents by number, each with a key. */
export const agents: readonly TestSigner[] = Array.from({ length: 12 }, (_, i) =>
  testSigner(100 + i, asDid(`did:ttp:agent:QmAgent${'abcdefghijkl'[i] ?? ''}`)),
);
export const didOf = (i: number): Did => agents[i]?.did ?? asDid('did:ttp:agent:QmNobody');

export const author = testSigner(1);
export const officer = testSigner(2);
export const reviewer = testSigner(3);

const entry = (signer: TestSigner, ...privileges: readonly Privilege[]): Operator => ({
  id: signer.kid,
  kid: signer.kid,
  publicKey: signer.publicKey,
  human: signer.kid,
  level: 3,
  privileges,
});

const roster = [entry(author, 'policy:sign'), entry(officer, 'kill:order'), entry(reviewer, 'review:final')];
export const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };

export const ports = {
  now: NOW,
  covers: coversPattern,
  operators,
  keysOf: async (did: Did) => keysOf(...agents.filter((agent) => agent.did === did)),
};

/** What an operator lets agent 0 do. */
export const BROAD: Delegation = {
  subject: didOf(0),
  capabilities: ['data:read', 'network:external', 'payment:process', 'agent:delegate'],
  resources: ['bank:accounts/**', 's3:reports/*'],
  budget: { currency: 'USD', micros: 1000 },
  depth: 7,
  notAfter: NOW + 1000,
};

/** A chain from the operator to agent 0, 1, 2 ..., each link with what it changes in the one before it. */
export async function chainOf(...changes: readonly Partial<Delegation>[]): Promise<readonly Envelope[]> {
  const chain: Envelope[] = [];
  let before: Delegation = { ...BROAD, depth: BROAD.depth + 1 };
  let after: Hash | undefined;
  for (const [i, change] of changes.entries()) {
    before = { ...before, subject: didOf(i), depth: before.depth - 1, ...change };
    const signer = i === 0 ? author : (agents[i - 1] ?? author);
    const link = await signDelegation(before, signer, {
      now: NOW,
      ...(after === undefined ? {} : { after }),
    });
    after = envelopeId(link);
    chain.push(link);
  }
  return chain;
}

export const open = (
  chain: readonly (Envelope | string)[],
  more: Partial<Parameters<typeof openDelegation>[1]> = {},
): Promise<VerifiedDelegation> =>
  openDelegation(chain, { ...ports, subject: didOf(chain.length - 1), ...more });
