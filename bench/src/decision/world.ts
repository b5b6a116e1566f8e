import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { JsonObject, Permit, Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createTtp, type Ttp } from '@ttp/sdk';

export const RULES = 100;

/** 100 rules: each permits to read below a folder of its own, up to an amount. */
export const POLICY: JsonObject = {
  version: '1.0.0',
  requirements: { requireIdentityVerification: true },
  rules: Array.from({ length: RULES }, (_, i) => ({
    id: `p${i}`,
    effect: 'allow',
    resources: [`file:projects/p${i}/**`],
    actions: ['read'],
    conditions: { 'request.amount': { lte: 1000 } },
  })),
  defaultEffect: 'deny',
};

export const CALL_MAP: JsonObject = {
  version: 1,
  tools: { read: { action: 'read', resource: { scheme: 'file', path: 'input.path' } } },
};

/** The arguments of the i-th call: another folder each time. */
export const inputOf = (i: number): { readonly path: string; readonly amount: number } => ({
  path: `projects/p${i % RULES}/notes.md`,
  amount: 250,
});

/** What the tool does and returns: nothing that takes time. */
const RESULT = 'forty-two lines of notes';
const perform = (permit: Permit): Promise<string> => {
  permit.enter();
  return Promise.resolve(RESULT);
};

/** An enforcement point as the README of @ttp/sdk opens it. */
export async function openTtp(storage: Storage): Promise<Ttp> {
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  return createTtp({ identity, storage, policy: POLICY, callMap: CALL_MAP, fresh: true });
}

/** A whole call. Throws where it was not done: what is timed has to have happened. */
export async function call(ttp: Ttp, i: number): Promise<unknown> {
  const outcome = await ttp.a2t({ tool: 'read', input: inputOf(i) }, perform);
  if (outcome.status !== 'done') throw new Error(`the call was ${outcome.status}: ${outcome.code}`);
  return outcome.value;
}

/** A call that no rule permits. */
export async function denied(ttp: Ttp): Promise<string> {
  const outcome = await ttp.a2t({ tool: 'read', input: { path: 'etc/passwd', amount: 1 } }, perform);
  return outcome.status;
}
