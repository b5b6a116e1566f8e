import type { EvidenceSource, Interaction, Json, Operator, Operators, Outcome, Profile } from '@ttp/core';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import { recordedDecisions, replayBundle } from '@ttp/sdk';
import { proves, testSigner } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const signer = testSigner(1);
const operator: Operator = { ...signer, id: 'ada', human: 'ada', level: 3, privileges: ['review:final'] };
const operators: Operators = { byKid: async (kid) => (kid === operator.kid ? operator : undefined) };

/** A call whose assessed risk is that of its fraud factor. */
async function atRisk(r: Rig, risk: number): Promise<Outcome<string>> {
  const fact = (name: string, value: Json): EvidenceSource => ({
    name,
    gather: async () => ({ value, at: r.clock.now(), validFor: 1000 }),
  });
  const behavior = NO_BEHAVIOR;
  const gates = { identityVerified: true, killed: false, revoked: false };
  const trust = { ...trustReport({ ...gates, attestations: [], behavior, securityEvents: [] }) };
  const identity = { verified: true, method: 'handshake' };
  const profile: Profile<Interaction, string> = {
    mode: 'a2t',
    evidence: [fact('identity', identity), fact('trust', trust), fact('fraud', { risk, signals: [] })],
    obligations: () => [],
    perform: async () => 'content',
  };
  const call = { target: 'files', action: 'read', resource: 'file:data/a', input: { risk }, claims: {} };
  const { did: agent } = r.ttp;
  const [trace, at] = [r.ttp.trace().id, r.clock.now()];
  return await r.ttp.run(profile, { id: `call-${risk}`, mode: 'a2t', trace, agent, at, ...call });
}

describe('decisions', () => {
  it('are taken for every call of a session, by what is known at that moment', async () => {
    proves('tre.per-task');
    const r = await rig();
    const session = r.ttp.trace().id;
    await r.read('data/a');
    await r.clock.advance(1000);
    await r.read('data/a');
    await r.read('data/keys/a');
    await r.ttp.check({ tool: 'read_file', input: { path: 'data/b' } });
    await r.ttp.a2t({ tool: 'write_file', input: { path: 'data/a' } }, async () => 'written');
    const decided = recordedDecisions(await r.ttp.exportBundle());
    expect(decided.map(({ entry }) => [entry.trace === session, entry.data['outcome']])).toEqual([
      [true, 'allow'],
      [true, 'allow'],
      [true, 'deny-hard'],
      [true, 'allow'],
      [true, 'warn'],
    ]);
    // Each is about a call of its own and rests on evidence of its own, the same call made twice too.
    const inputs = decided.map(({ decision }) => Object(decision).inputs);
    expect(new Set(inputs.map(({ interaction }) => interaction)).size).toBe(5);
    expect(inputs[0].evidence).not.toBe(inputs[1].evidence);
    expect(replayBundle(await r.ttp.exportBundle()).every(({ result }) => result === 'same')).toBe(true);
    expect(r.effects()).toBe(2);
  });

  it('ask a human from a risk of 5000 on where one can be reached, and block elsewhere', async () => {
    proves('tre.risk.numeric', 'decision.D22');
    const alone = await rig();
    expect(await atRisk(alone, 4999)).toMatchObject({
      status: 'done',
      decision: { outcome: 'warn', risk: { score: 4999, level: 'medium' } },
    });
    for (const score of [5000, 7999])
      expect(await atRisk(alone, score)).toMatchObject({
        status: 'blocked',
        code: 'SDK_DENIED',
        decision: { outcome: 'deny-soft', risk: { score, level: 'high' } },
      });
    const attended = await rig({ operators, approvalWaitMs: 0, seed: 'attended' });
    expect((await atRisk(attended, 4999)).status).toBe('done');
    expect(await attended.ttp.oversight?.pending()).toEqual([]);
    for (const score of [5000, 7999])
      expect(await atRisk(attended, score)).toMatchObject({
        status: 'blocked',
        code: 'OVERSIGHT_APPROVAL_PENDING',
        decision: { risk: { score, level: 'high' }, humanOverridable: true },
      });
    const [review] = (await attended.ttp.oversight?.pending()) ?? [];
    expect(review?.terms.reason).toContain('assessed risk high (5000/10000)');
    // Nobody is asked about what nobody may let through.
    expect(await atRisk(attended, 8000)).toMatchObject({
      code: 'SDK_DENIED',
      decision: { outcome: 'deny-hard' },
    });
  });

  it('are denials for whoever is killed, whatever the factors say', async () => {
    const r = await rig();
    expect((await r.read('data/a')).status).toBe('done');
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(await r.ttp.check({ tool: 'read_file', input: { path: 'data/a' } })).toMatchObject({
      wouldPermit: false,
      code: 'GUARD_KILLED',
    });
    expect(r.effects()).toBe(1);
  });
});
