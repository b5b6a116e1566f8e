import { asDid, type Operator, type Operators } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { signReinstateOrder } from '@ttp/guard';
import { type Conditions, type ReviewVerdict, signReview } from '@ttp/oversight';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

/** An operator with a key from a small seed. */
function operator(n: number) {
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
    privileges: ['review:final', 'kill:order', 'kill:reinstate'],
  };
  return { entry, signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
}
const [alice, bob] = [operator(1), operator(2)];
const operators: Operators = {
  byKid: async (kid) => [alice.entry, bob.entry].find((entry) => entry.kid === kid),
};

/** Decides on the one pending review as alice. */
async function decide(r: Rig, verdict: ReviewVerdict, conditions?: Conditions): Promise<void> {
  const [review] = (await r.ttp.oversight?.pending()) ?? [];
  if (review === undefined) throw new Error('nothing is pending');
  const signed = await signReview({
    review,
    verdict,
    reason: 'looked at it',
    signer: alice.signer,
    now: r.clock.now(),
    ...(conditions === undefined ? {} : { conditions }),
  });
  await r.ttp.oversight?.submit(signed);
}

const PAYROLL = 'data/payroll/may';

describe('a call that needs approval', () => {
  it('waits for an operator, then runs once; the second time it is refused', async () => {
    proves(
      'flaw.O1',
      'spl.effects.allow-with-approval',
      'spl.effects.require-human-approval',
      'oversight.triggers.policy',
    );
    const r = await rig({ operators });
    const call = r.read(PAYROLL);
    await r.clock.advance(300);
    expect(r.effects()).toBe(0);
    await decide(r, 'modify', { maxUses: 1 });
    expect(await call).toMatchObject({ status: 'done', decision: { effect: 'allow_with_approval' } });
    expect(await r.read(PAYROLL)).toMatchObject({ status: 'blocked', code: 'OVERSIGHT_APPROVAL_EXHAUSTED' });
    expect(r.effects()).toBe(1);
    const types = r.entries.map((entry) => entry.type);
    expect(types.indexOf('approval-used')).toBeLessThan(types.indexOf('intent-recorded'));
  });

  it('does not lend its approval to other arguments', async () => {
    const r = await rig({ operators, approvalWaitMs: 0 });
    expect(await r.read(PAYROLL)).toMatchObject({ code: 'OVERSIGHT_APPROVAL_PENDING' });
    await decide(r, 'modify', { maxUses: 5 });
    expect(await r.read(`${PAYROLL}-2`)).toMatchObject({ code: 'OVERSIGHT_APPROVAL_PENDING' });
    expect((await r.read(PAYROLL)).status).toBe('done');
  });

  it('does not carry its approval over a kill', async () => {
    const r = await rig({ operators, approvalWaitMs: 0 });
    await r.read(PAYROLL);
    await decide(r, 'modify', { maxUses: 5 });
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    expect(await r.read(PAYROLL)).toMatchObject({ code: 'GUARD_KILLED' });
    const agent = asDid(r.ttp.did);
    const order = {
      target: agent,
      epoch: 1 as never,
      reason: 'manual_operator_action' as const,
      notAfter: r.clock.now() + 1000,
    };
    await r.ttp.reinstate([await signReinstateOrder(order, alice.signer, r.clock.now())]);
    expect(await r.read(PAYROLL)).toMatchObject({ code: 'OVERSIGHT_APPROVAL_PENDING' });
    expect((await r.read('data/a')).status).toBe('done');
    expect(r.effects()).toBe(1);
  });

  it('is not approved by the owner of the agent', async () => {
    const r = await rig({ operators, approvalWaitMs: 0, owners: [alice.entry.human] });
    await r.read(PAYROLL);
    expect(await codeRejectedBy(decide(r, 'approve'))).toBe('OVERSIGHT_CONFLICT');
    expect(await r.read(PAYROLL)).toMatchObject({ code: 'OVERSIGHT_APPROVAL_PENDING' });
  });

  it('is denied by a denial, and by silence', async () => {
    proves('spl.effects.allow-with-approval', 'spl.human-approval.timeout');
    const r = await rig({ operators });
    const denied = r.read(PAYROLL);
    await r.clock.advance(300);
    await decide(r, 'deny');
    expect(await denied).toMatchObject({ status: 'blocked', code: 'OVERSIGHT_APPROVAL_DENIED' });
    const late = r.read(`${PAYROLL}-late`);
    await r.clock.advance(301_000);
    expect(await late).toMatchObject({ status: 'blocked', code: 'OVERSIGHT_TIMEOUT' });
    expect(r.effects()).toBe(0);
  });

  it('ends at once when the agent is killed', async () => {
    const r = await rig({ operators });
    const call = r.read(PAYROLL);
    await r.clock.advance(300);
    r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
    expect((await call).status).toBe('blocked');
    expect(r.effects()).toBe(0);
  });

  it('blocks where there is nobody to ask', async () => {
    proves('spl.verdict.unfulfillable');
    const r = await rig();
    expect(await r.read(PAYROLL)).toMatchObject({ status: 'blocked', code: 'SDK_UNKNOWN_OBLIGATION' });
  });
});

describe('reinstatement', () => {
  it('needs two operators for a security violation, each of them signing', async () => {
    const r = await rig({ operators });
    r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
    const order = {
      target: asDid(r.ttp.did),
      epoch: 1 as never,
      reason: 'security_violation' as const,
      notAfter: r.clock.now() + 1000,
    };
    const byAlice = await signReinstateOrder(order, alice.signer, r.clock.now());
    const byBob = await signReinstateOrder(order, bob.signer, r.clock.now());
    expect(await codeRejectedBy(r.ttp.reinstate([byAlice]))).toBe('GUARD_QUORUM_MISSING');
    expect(await codeRejectedBy(r.ttp.reinstate([byAlice, byAlice]))).toBeDefined();
    expect(r.ttp.isKilled()).toBe(true);
    await r.ttp.reinstate([byAlice, byBob]);
    expect(r.ttp.isKilled()).toBe(false);
    expect((await r.read('data/a')).status).toBe('done');
  });

  it('is not obeyed again once it has ended, where the clock is set back', async () => {
    const r = await rig({ operators });
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    const signed = r.clock.now();
    const order = {
      target: asDid(r.ttp.did),
      epoch: 1 as never,
      reason: 'manual_operator_action' as const,
      notAfter: signed + 1000,
    };
    const orders = [await signReinstateOrder(order, alice.signer, signed)];
    await r.clock.advance(120_000);
    expect(await codeRejectedBy(r.ttp.reinstate(orders))).toBe('GUARD_ORDER_EXPIRED');
    r.clock.setWall(signed);
    expect(await codeRejectedBy(r.ttp.reinstate(orders))).toBe('CORE_CLOCK_REGRESSED');
    expect(r.ttp.isKilled()).toBe(true);
  });
});
