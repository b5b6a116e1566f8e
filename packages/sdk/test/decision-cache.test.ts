import {
  asEpoch,
  type EvidenceSource,
  type Fact,
  type Interaction,
  type Json,
  type Operator,
  type Operators,
  type Profile,
} from '@ttp/core';
import { signReinstateOrder } from '@ttp/guard';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import { decisionCache, recordedDecisions, replayBundle } from '@ttp/sdk';
import { proves, testSigner } from '@ttp/testkit';
import { parseEvidence, parseInteraction } from '@ttp/tre';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const signer = testSigner(1);
const operator: Operator = { ...signer, id: 'ada', human: 'ada', level: 3, privileges: ['kill:reinstate'] };
const operators: Operators = { byKid: async (kid) => (kid === operator.kid ? operator : undefined) };

const GATES = {
  identityVerified: true,
  killed: false,
  revoked: false,
  attestations: [],
  behavior: NO_BEHAVIOR,
  securityEvents: [],
};
const report = { ...trustReport(GATES) };

const RULES = Array.isArray(POLICY['rules']) ? POLICY['rules'] : [];
const TOO_FAST = {
  id: 'fast',
  effect: 'deny',
  resources: ['file:data/**'],
  actions: ['read'],
  conditions: { 'request.rate': { gt: 5 } },
};

/** A profile whose sources count how often each was asked. */
function counting(r: Rig, more: { readonly [name: string]: Json } = {}, validFor = 600_000) {
  const asked: Record<string, number> = {};
  /** What happens while a source is asked. */
  const hooks: { asked?: () => void } = {};
  const values: { [name: string]: Json } = {
    identity: { verified: true, method: 'challenge-response' },
    trust: report,
    fraud: { risk: 0, signals: [] },
    activity: { requestRate: 1 },
    ...more,
  };
  const source = (name: string): EvidenceSource => ({
    name,
    async gather(): Promise<Fact> {
      asked[name] = (asked[name] ?? 0) + 1;
      hooks.asked?.();
      return { value: values[name] ?? null, at: r.clock.now(), validFor };
    },
  });
  let n = 0;
  const profile: Profile<Interaction, string> = {
    mode: 'a2t',
    evidence: Object.keys(values).map(source),
    obligations: () => [],
    perform: async () => 'content',
  };
  const call = async (changes: Partial<Interaction> = {}) => {
    const { did, trace } = r.ttp;
    const interaction = {
      id: `call-${n++}`,
      mode: 'a2t' as const,
      trace: trace().id,
      agent: did,
      target: 'local/read_file',
      action: 'read',
      resource: 'file:data/a',
      input: { path: 'data/a' },
      claims: {},
      at: r.clock.now(),
      ...changes,
    };
    const outcome = await r.ttp.run(profile, interaction);
    return outcome.status === 'blocked' ? `${outcome.code} ${outcome.decision?.outcome}` : outcome.status;
  };
  return { call, asked, values, hooks };
}

const open = (options: Parameters<typeof rig>[0] = {}) =>
  rig({ decisions: decisionCache(), operators, ...options });

async function revive(r: Rig): Promise<void> {
  const { epoch } = r.ttp.killStatus();
  const order = {
    target: r.ttp.did,
    epoch,
    reason: 'manual_operator_action' as const,
    notAfter: r.clock.now() + 1000,
  };
  await r.ttp.reinstate([await signReinstateOrder(order, signer, r.clock.now())]);
}

const KEPT = ['identity', 'trust', 'fraud'];

describe('a decision cache', () => {
  it('asks nobody twice about the same call, and each call is decided and replays', async () => {
    const r = await open();
    const { call, asked } = counting(r);
    expect([await call(), await call(), await call()]).toEqual(['done', 'done', 'done']);
    expect(KEPT.map((name) => asked[name])).toEqual([1, 1, 1]);
    const replayed = replayBundle(await r.ttp.exportBundle());
    expect(replayed.map(({ result }) => result)).toEqual(['same', 'same', 'same']);
    const bare = await rig({ seed: 'bare' });
    const without = counting(bare);
    await without.call();
    await without.call();
    expect(without.asked['trust']).toBe(2);
  });

  it('is keyed by the whole call and by the policy', async () => {
    proves('flaw.O6', 'oversight.cache.decisions');
    const decisions = decisionCache();
    const r = await open({ decisions });
    const { call, asked } = counting(r);
    await call();
    for (const changes of [
      { input: { path: 'data/b' } },
      { resource: 'file:data/b' },
      { action: 'write' },
      { target: 'local/other' },
      { claims: { purpose: 'x' } },
      { more: 1 },
    ])
      await call(changes);
    expect(asked['trust']).toBe(7);
    expect(decisions.size).toBe(7);
    const armed = await r.restart({
      decisions,
      operators,
      policy: { ...POLICY, rules: [{ id: 'w', effect: 'allow', resources: ['file:x'], actions: ['write'] }] },
    });
    const again = counting(armed);
    expect(await again.call()).toBe('SDK_DENIED deny-hard');
    expect(again.asked['trust']).toBe(1);
  });

  it('lets no permission outlive a kill: only denials do', async () => {
    proves('flaw.O6', 'oversight.cache.decisions');
    const r = await open();
    const { call, asked } = counting(r);
    const denied = { resource: 'file:data/keys/a' };
    expect([await call(), await call(denied)]).toEqual(['done', 'SDK_DENIED deny-hard']);
    expect(asked['trust']).toBe(2);
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    expect(await call()).toBe('GUARD_KILLED undefined');
    await revive(r);
    expect(await call(denied)).toBe('SDK_DENIED deny-hard');
    expect(asked['trust']).toBe(2);
    expect(await call()).toBe('done');
    expect(asked['trust']).toBe(3);
  });

  it('finds no permission of another epoch, and denies by a denial of it alone', async () => {
    const decisions = decisionCache();
    const r = await open({ decisions });
    const { call, asked, values } = counting(r);
    // Denied for its fraud; and the same call again, when there is another epoch and what was kept would permit it.
    values['fraud'] = { risk: 9000, signals: [] };
    values['activity'] = { requestRate: 1 };
    expect(await call()).toBe('SDK_DENIED deny-hard');
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    await revive(r);
    values['fraud'] = { risk: 0, signals: [] };
    expect(await call()).toBe('SDK_DENIED deny-hard');
    expect(asked['fraud']).toBe(1);
    await r.clock.advance(300_001);
    expect(await call()).toBe('done');
    expect(asked['fraud']).toBe(2);
  });

  it('gathers anew for what a denial of another epoch would permit by now', async () => {
    const r = await open({ policy: { ...POLICY, rules: [...RULES, TOO_FAST] } });
    const { call, asked, values } = counting(r, { activity: { requestRate: 10 } });
    expect(await call()).toBe('SDK_DENIED deny-hard');
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    await revive(r);
    expect(await call()).toBe('SDK_DENIED deny-hard');
    expect(asked['trust']).toBe(1);
    values['activity'] = { requestRate: 1 };
    expect(await call()).toBe('done');
    expect(asked['trust']).toBe(2);
  });

  it('drops at once whatever permitted, when it is told of a revocation', async () => {
    const decisions = decisionCache();
    const r = await open({ decisions });
    const { call, asked } = counting(r);
    await call();
    await call({ resource: 'file:data/keys/a' });
    expect(decisions.size).toBe(2);
    decisions.drop();
    expect(decisions.size).toBe(1);
    await call();
    expect(asked['trust']).toBe(3);
  });

  it('permits nothing by what was known before it was told, neither by a denial nor by what was under way', async () => {
    const decisions = decisionCache();
    const r = await open({ decisions, policy: { ...POLICY, rules: [...RULES, TOO_FAST] } });
    const { call, asked, values, hooks } = counting(r, { activity: { requestRate: 10 } });
    const revoked = { ...trustReport({ ...GATES, revoked: true }) };
    expect(await call()).toBe('SDK_DENIED deny-hard');
    decisions.drop();
    expect(decisions.size).toBe(1);
    values['activity'] = { requestRate: 1 };
    values['trust'] = revoked;
    expect(await call()).toBe('SDK_DENIED deny-hard');
    expect(asked['trust']).toBe(2);

    const other = { input: { path: 'data/b' } };
    values['trust'] = report;
    hooks.asked = () => decisions.drop();
    expect(await call(other)).toBe('done');
    delete hooks.asked;
    values['trust'] = revoked;
    expect(await call(other)).toBe('SDK_DENIED deny-hard');

    const third = { input: { path: 'data/c' } };
    values['trust'] = report;
    expect(await call(third)).toBe('done');
    values['trust'] = revoked;
    hooks.asked = () => decisions.drop();
    expect(await call(third)).toBe('SDK_DENIED deny-hard');
  });

  it('keeps nothing that moves with the calls', async () => {
    const r = await open();
    const moving = {
      labels: [],
      anomalies: { risk: 0, signals: [] },
      windows: {},
      pdp: { decision: true },
      mine: { x: 1 },
    };
    const { call, asked, values } = counting(r, moving);
    await call();
    expect(await call()).toBe('done');
    for (const name of ['activity', ...Object.keys(moving)]) expect(asked[name], name).toBe(2);
    for (const name of KEPT) expect(asked[name], name).toBe(1);
    // What came up since then counts, though the rest is kept.
    values['anomalies'] = { risk: 10_000, signals: ['data_exfiltration'] };
    values['labels'] = 7;
    expect(await call()).toBe('done');
    const [last] = r.entries.filter(({ type }) => type === 'decision-made').slice(-1);
    expect(last?.data['outcome']).toBe('warn');
  });

  it('relies on a fact no longer than the fact says, and no longer than five minutes', async () => {
    const r = await open();
    const short = counting(r, {}, 1000);
    await short.call();
    await r.clock.advance(1000);
    await short.call();
    expect(short.asked['trust']).toBe(1);
    await r.clock.advance(1);
    await short.call();
    expect(short.asked['trust']).toBe(2);
    const long = counting(r);
    await long.call({ target: 'local/long' });
    await r.clock.advance(300_000);
    await long.call({ target: 'local/long' });
    expect(long.asked['trust']).toBe(1);
    await r.clock.advance(1);
    await long.call({ target: 'local/long' });
    expect(long.asked['trust']).toBe(2);
  });

  it('is bounded: the oldest goes first, and the bounds only narrow', async () => {
    const decisions = decisionCache({ maxEntries: 2, maxAgeMs: Number.POSITIVE_INFINITY });
    const r = await open({ decisions });
    const { call, asked } = counting(r);
    for (const path of ['a', 'b', 'c']) await call({ resource: `file:data/${path}` });
    expect(decisions.size).toBe(2);
    await call({ resource: 'file:data/c' });
    expect(asked['trust']).toBe(3);
    await call({ resource: 'file:data/a' });
    expect(asked['trust']).toBe(4);
    await r.clock.advance(300_001);
    await call({ resource: 'file:data/a' });
    expect(asked['trust']).toBe(5);
    const none = decisionCache({ maxEntries: 0 });
    const other = await open({ decisions: none, seed: 'none' });
    await counting(other).call();
    expect(none.size).toBe(0);
  });

  it('keeps nothing where a source failed', async () => {
    const decisions = decisionCache();
    const r = await open({ decisions });
    const { call } = counting(r);
    const failing: EvidenceSource = {
      name: 'vouch',
      optional: true,
      gather: () => Promise.reject(new Error('x')),
    };
    const profile: Profile<Interaction, string> = {
      mode: 'a2t',
      evidence: [failing],
      obligations: () => [],
      perform: async () => 'content',
    };
    await call();
    const { did, trace } = r.ttp;
    const at = r.clock.now();
    const what = { target: 'x', action: 'read', resource: 'file:data/a', input: null, claims: {} };
    await r.ttp.run(profile, { id: 'f', mode: 'a2t', trace: trace().id, agent: did, at, ...what });
    expect(decisions.size).toBe(1);
  });

  it('lends no call a fact that it has no source for', async () => {
    const requirements = { requiredCapabilities: ['data:text'] };
    const r = await open({ policy: { ...POLICY, requirements } });
    const able = counting(r, { capabilities: ['data:text'] });
    const bare = counting(r);
    expect(await able.call()).toBe('done');
    expect(await bare.call()).toBe('SDK_DENIED deny-hard');
    expect([able.asked['trust'], bare.asked['trust']]).toEqual([1, undefined]);
  });

  it('finds what permitted in its own epoch alone, and what denied in every one', async () => {
    const r = await open();
    const outcome = await r.read('data/a');
    const [call] = recordedDecisions(await r.ttp.exportBundle());
    if (outcome.status !== 'done' || call === undefined) throw new Error(outcome.status);
    const interaction = parseInteraction(call.inputs.interaction ?? null);
    const evidence = parseEvidence(call.inputs.evidence ?? null);
    const { policy } = outcome.decision.inputs;
    const moment = (epoch: number) => ({ policy, epoch: asEpoch(epoch), drops: 0, now: evidence.now });
    const cache = decisionCache();
    cache.keep(interaction, moment(0), { evidence, decision: outcome.decision });
    expect(cache.find(interaction, moment(0))?.onlyDenies).toBe(false);
    expect(cache.find(interaction, moment(1))).toBeUndefined();
    cache.keep(interaction, moment(0), { evidence, decision: { ...outcome.decision, outcome: 'deny-soft' } });
    expect(cache.find(interaction, moment(1))?.onlyDenies).toBe(true);
  });
});
