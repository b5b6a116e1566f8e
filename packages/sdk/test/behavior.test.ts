import { memory } from '@ttp/adapters/memory';
import type { Interaction, JsonObject, Notification, Profile, Storage } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { KILL_COOLDOWN_MS } from '@ttp/guard';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

/** The policy of the rig with triggers. */
const withTriggers = (...triggers: readonly JsonObject[]): JsonObject => ({
  ...POLICY,
  killSwitch: { triggers: triggers.map((one) => ({ action: 'kill', ...one })), notify: ['#alerts'] },
});
const RATE: JsonObject = { condition: 'request.rate > 5', reason: 'rate_limit_exceeded' };

const codes = (r: Rig): readonly unknown[] =>
  r.entries.flatMap(({ type, data }) => (type === 'finding-raised' ? [data['code']] : []));
const findings = (r: Rig): readonly unknown[] =>
  r.entries.flatMap(({ type, data }) => (type === 'finding-raised' ? [data] : []));

async function reads(r: Rig, times: number): Promise<readonly string[]> {
  const ended: string[] = [];
  for (let i = 0; i < times; i++) {
    const outcome = await r.read(`data/${i}`);
    ended.push(outcome.status === 'blocked' ? outcome.code : outcome.status);
  }
  return ended;
}

const fails = (r: Rig, times: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: times }, () =>
      r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, () => Promise.reject(new Error('no'))),
    ),
  );

describe('kill triggers', () => {
  it('kill before the effect of the attempt that trips them, and say so', async () => {
    proves('guard.kill.triggers', 'flaw.P14', 'decision.D19');
    const told: Notification[] = [];
    const notify = (message: Notification): Promise<void> => {
      told.push(message);
      return Promise.resolve();
    };
    const r = await rig({
      policy: withTriggers({ ...RATE, cooldown: 2 * KILL_COOLDOWN_MS }),
      notifier: { notify },
    });
    expect(await reads(r, 7)).toEqual([
      ...Array.from({ length: 5 }, () => 'done'),
      'GUARD_KILLED',
      'GUARD_KILLED',
    ]);
    expect(r.effects()).toBe(5);
    expect(r.ttp.killStatus()).toMatchObject({
      killed: true,
      epoch: 1,
      reasons: ['rate_limit_exceeded'],
      by: r.ttp.did,
      message: 'trigger: request.rate > 5',
      cooldownMs: 2 * KILL_COOLDOWN_MS,
    });
    await r.clock.advance(1000);
    expect(findings(r)).toEqual([
      {
        code: 'GUARD_TRIGGER_TRIPPED',
        condition: 'request.rate > 5',
        reason: 'rate_limit_exceeded',
        cooldownMs: 2 * KILL_COOLDOWN_MS,
        autoReinstate: true,
        requireOperatorApproval: false,
        metrics: { 'request.rate': 6 },
        notify: ['#alerts'],
      },
    ]);
    expect(told).toMatchObject([{ subject: 'killed: rate_limit_exceeded', to: ['#alerts'] }]);
    expect(r.entries).toContainEqual(
      expect.objectContaining({
        type: 'notification-sent',
        data: { subject: 'killed: rate_limit_exceeded', to: ['#alerts'] },
      }),
    );
    await r.clock.advance(2 * KILL_COOLDOWN_MS - 1001);
    expect(r.ttp.isKilled()).toBe(true);
    await r.clock.advance(1);
    expect(await reads(r, 5)).toEqual(Array.from({ length: 5 }, () => 'done'));
    expect(await reads(r, 1)).toEqual(['GUARD_KILLED']);
    expect(r.ttp.killStatus()).toMatchObject({ epoch: 3, reasons: ['rate_limit_exceeded'] });
  });

  it('close the gate for all calls of one moment', async () => {
    const r = await rig({ policy: withTriggers(RATE) });
    const ended = await Promise.all(Array.from({ length: 20 }, (_, i) => r.read(`data/${i}`)));
    expect(new Set(ended.map((one) => (one.status === 'blocked' ? one.code : one.status)))).toEqual(
      new Set(['GUARD_KILLED']),
    );
    expect(r.effects()).toBe(0);
  });

  it('stop calls that wait when an outcome trips them', async () => {
    const trigger = { condition: 'errorRate > 0.3', reason: 'circuit_breaker_trip', autoReinstate: false };
    const r = await rig({ policy: withTriggers(trigger) });
    await reads(r, 6);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: allBegun, resolve: begin } = Promise.withResolvers<void>();
    let begun = 0;
    let after = 0;
    const slow = Array.from({ length: 5 }, () =>
      r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, async (permit) => {
        if (++begun === 5) begin();
        await gate;
        permit.enter();
        after++;
        return 1;
      }),
    );
    await allBegun;
    await fails(r, 4);
    expect(r.ttp.isKilled()).toBe(true);
    open();
    expect((await Promise.all(slow)).map((one) => 'code' in one && one.code)).toEqual(
      Array.from({ length: 5 }, () => 'GUARD_KILLED'),
    );
    expect(after).toBe(0);
  });

  it('take for no error what a kill stopped on its way, and keep its cooldown', async () => {
    const trigger = { condition: 'errorRate > 0.3', reason: 'circuit_breaker_trip', autoReinstate: false };
    const r = await rig({ policy: withTriggers(trigger) });
    const { promise: allBegun, resolve: begin } = Promise.withResolvers<void>();
    let begun = 0;
    const slow = Array.from({ length: 12 }, () =>
      r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, () => {
        if (++begun === 12) begin();
        return new Promise<never>(() => undefined);
      }),
    );
    await allBegun;
    r.ttp.kill(r.ttp.did, { reason: 'rate_limit_exceeded' });
    for (const one of await Promise.all(slow))
      expect(one).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
    expect(r.ttp.killStatus().reasons).toEqual(['rate_limit_exceeded']);
    expect(r.ttp.behavior()).toMatchObject({ patterns: [], agent: { accesses: 12, failures: 0 } });
    await r.clock.advance(KILL_COOLDOWN_MS);
    expect(await reads(r, 1)).toEqual(['done']);
  });

  it('demand an operator where autoReinstate is false, or an approval is required', async () => {
    proves('spl.kill-switch.auto-reinstate', 'spl.kill-switch.operator-approval');
    for (const rule of [{ autoReinstate: false }, { requireOperatorApproval: true }]) {
      const r = await rig({ policy: withTriggers({ ...RATE, ...rule }) });
      await reads(r, 6);
      expect(r.ttp.killStatus()).toMatchObject({ killed: true, operatorOnly: true });
      await r.clock.advance(20 * KILL_COOLDOWN_MS);
      expect(r.ttp.isKilled()).toBe(true);
      const again = await r.restart();
      await again.clock.advance(20 * KILL_COOLDOWN_MS);
      expect(again.ttp.isKilled()).toBe(true);
    }
  });

  it('wait for ten calls before a share of errors says anything', async () => {
    const trigger = { condition: 'error_rate > 0.3', reason: 'circuit_breaker_trip' };
    const r = await rig({ policy: withTriggers(trigger) });
    await fails(r, 9);
    expect(r.ttp.isKilled()).toBe(false);
    await reads(r, 1);
    expect(r.ttp.killStatus()).toMatchObject({ killed: true, reasons: ['circuit_breaker_trip'] });
  });

  it('look at the trust score before anything is decided', async () => {
    const trigger = { condition: 'trustScore < 100', reason: 'trust_score_critical' };
    const r = await rig({ policy: withTriggers(trigger) });
    expect(await reads(r, 1)).toEqual(['GUARD_KILLED']);
    expect(r.effects()).toBe(0);
    expect(r.ttp.killStatus()).toMatchObject({ reasons: ['trust_score_critical'] });
  });

  it('kill for each reason once, also where the agent is killed already', async () => {
    const bulk = { condition: 'request.rate > 5', reason: 'security_violation' };
    const r = await rig({ policy: withTriggers(RATE, bulk) });
    await reads(r, 9);
    expect(r.ttp.killStatus()).toMatchObject({
      epoch: 2,
      reasons: ['rate_limit_exceeded', 'security_violation'],
    });
    await r.clock.advance(1000);
    expect(codes(r)).toEqual(['GUARD_TRIGGER_TRIPPED', 'GUARD_TRIGGER_TRIPPED']);
  });

  it('count on after a restart and after a crash', async () => {
    const policy = withTriggers(RATE);
    const first = await rig({ policy });
    await reads(first, 3);
    const second = await first.restart({ policy });
    expect(await reads(second, 2)).toEqual(['done', 'done']);
    await second.clock.advance(1000);
    const third = await second.crash({ policy });
    expect(await reads(third, 1)).toEqual(['GUARD_KILLED']);
  });

  it('kill in monitor mode too', async () => {
    const r = await rig({ policy: withTriggers(RATE), mode: 'observe' });
    expect((await reads(r, 6)).at(-1)).toBe('GUARD_KILLED');
  });

  it('of every layer count', async () => {
    const strict = { condition: 'request.rate > 2', reason: 'security_violation' };
    const r = await rig({ policy: [withTriggers(RATE), withTriggers(strict)] });
    expect(await reads(r, 3)).toEqual(['done', 'done', 'GUARD_KILLED']);
  });

  it('say so where nobody could be told', async () => {
    const notifier = { notify: () => Promise.reject(new Error('down')) };
    const r = await rig({ policy: withTriggers(RATE), notifier });
    await reads(r, 6);
    await r.clock.advance(1000);
    expect(codes(r)).toEqual(['GUARD_TRIGGER_TRIPPED', 'SDK_NOTIFY_FAILED']);
  });

  it("are those of the documents' sample", async () => {
    proves('spl.samples.kill-triggers');
    const sample = [
      { condition: 'request.rate > 500', reason: 'rate_limit_exceeded', cooldown: 300_000 },
      { condition: 'error_rate > 0.3', reason: 'circuit_breaker_trip', autoReinstate: false },
      {
        condition: "detected_pattern == 'data_exfiltration'",
        reason: 'threat_detected',
        requireOperatorApproval: true,
      },
    ];
    const policy = withTriggers(...sample);
    const often = await rig({ policy, seed: 'often' });
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 100 }, () => often.read('nowhere')));
    expect(often.ttp.isKilled()).toBe(false);
    await often.read('nowhere');
    expect(often.ttp.killStatus()).toMatchObject({ reasons: ['rate_limit_exceeded'], cooldownMs: 300_000 });
    const wrong = await rig({ policy, seed: 'wrong' });
    await reads(wrong, 6);
    await fails(wrong, 4);
    expect(wrong.ttp.killStatus()).toMatchObject({ reasons: ['circuit_breaker_trip'], operatorOnly: true });
    const much = await rig({ policy, seed: 'much' });
    const [bare, interaction] = scene(much);
    const bytes = new Uint8Array(50_000_001);
    const moves: Profile<Interaction, Uint8Array> = {
      mode: bare.mode,
      evidence: bare.evidence,
      obligations: () => [],
      perform: () => Promise.resolve(bytes),
    };
    expect((await much.ttp.run(moves, interaction)).status).toBe('done');
    expect(much.ttp.isKilled()).toBe(false);
    expect((await much.ttp.run(moves, interaction)).status).toBe('done');
    expect(much.ttp.killStatus()).toMatchObject({
      reasons: ['pattern_threat_detected'],
      operatorOnly: true,
    });
  });
});

/** A storage whose records of behaviour cannot be written, while it is set so. */
const flaky = (storage: Storage): { storage: Storage; set: (isUp: boolean) => void } => {
  let isUp = true;
  const { store } = storage;
  const put: typeof store.put = (key, ...rest) =>
    isUp || !key.startsWith('guard/anomaly/') ? store.put(key, ...rest) : Promise.reject(new Error('EIO'));
  return { storage: { ...storage, store: { ...store, put } }, set: (up) => (isUp = up) };
};

describe('the record of what was counted', () => {
  it('that cannot be read opens nothing', async () => {
    const policy = withTriggers(RATE);
    const r = await rig({ policy });
    await reads(r, 1);
    await r.ttp.close();
    await r.storage.store.put(`guard/anomaly/${r.ttp.did}`, utf8('{"v":1}'));
    expect(await codeRejectedBy(createTtp({ ...r, policy }))).toBe('GUARD_ANOMALY_UNREADABLE');
  });

  it('that cannot be written refuses calls until it can', async () => {
    const { storage, set } = flaky(memory());
    const r = await rig({ policy: withTriggers({ ...RATE, condition: 'request.rate > 50' }), storage });
    set(false);
    expect(await reads(r, 1)).toEqual(['done']);
    await r.clock.advance(1000);
    expect(await reads(r, 1)).toEqual(['GUARD_STORE_FAILED']);
    set(true);
    await r.clock.advance(1000);
    expect(await reads(r, 1)).toEqual(['done']);
  });

  it('is not kept where neither policy nor host asks for it', async () => {
    const r = await rig();
    await reads(r, 1);
    await r.clock.advance(2000);
    const keys: string[] = [];
    for await (const key of r.storage.store.list('guard/anomaly/')) keys.push(key);
    expect([keys, r.ttp.behavior()]).toEqual([[], undefined]);
  });
});
