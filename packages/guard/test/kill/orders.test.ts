import { asEpoch, type Epoch, KILL_REASONS, type KillReason, type Operators } from '@ttp/core';
import { cosignEnvelope, encodeEnvelope } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves, testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { KILL_COOLDOWN_MS, type Order, signKillOrder, signReinstateOrder } from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';
import {
  bench,
  killOrder,
  open,
  order,
  ROSTER,
  reinstateOrder,
  restart,
  shared,
  withStore,
} from './harness.js';

const epoch = (n: number): Epoch => asEpoch(n);

describe('obey', () => {
  it('kills by the order of one operator', async () => {
    proves('guard.kill.authority', 'flaw.K3');
    const { kill } = await bench();
    const result = await kill.obey(await killOrder(3, { reason: 'security_violation' }));
    expect(result.epoch).toBe(1);
    expect(kill.status(AGENT)).toMatchObject({
      killed: true,
      reasons: ['security_violation'],
      by: 'operator-3',
    });
    await result.durable;
  });

  it('kills everybody', async () => {
    const { kill } = await bench();
    await kill.obey(encodeEnvelope(await killOrder(0, { target: '*' })));
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it.each([
    ['a key that is not on the roster', () => killOrder(5), 'CRYPTO_OPERATOR_UNKNOWN'],
    ['an operator without the privilege', () => killOrder(4), 'CRYPTO_OPERATOR_PRIVILEGE'],
    ['an order that has ended', () => killOrder(0, { notAfter: 1_700_000_000_000 }), 'GUARD_ORDER_EXPIRED'],
    ['an order to reinstate', () => reinstateOrder(0, { epoch: epoch(0) }), 'CRYPTO_ENVELOPE_TYPE'],
    [
      'another body than was signed',
      async () => ({ ...(await killOrder(0, { target: OTHER })), body: { ...order(), epoch: 0 } }),
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    ],
    [
      'the signature of another operator under a name',
      async () => {
        const [good, forged] = await Promise.all([killOrder(0), killOrder(4)]);
        const sigs = forged.sigs.map(({ sig }, i) => ({ kid: good.sigs[i]?.kid ?? '', sig }));
        return { ...good, sigs };
      },
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    ],
    [
      'an order that two operators signed',
      async () => cosignEnvelope(await killOrder(0), testSigner(1)),
      'CRYPTO_OPERATOR_SIGNATURES',
    ],
    ['no envelope', () => Promise.resolve('{"operatorId":"operator-0"}'), 'CRYPTO_ENVELOPE_SHAPE'],
  ])('refuses %s', async (_what, make, code) => {
    proves('guard.kill.authority', 'flaw.K3');
    const { kill } = await bench();
    expect(await codeRejectedBy(kill.obey(await make()))).toBe(code);
    expect(kill.isKilled(AGENT)).toBe(false);
    expect(kill.epochOf(AGENT)).toBe(0);
  });

  it('refuses a roster that answers with another key', async () => {
    const clock = fakeClock();
    const other: Operators = { byKid: async () => ROSTER.byKid(testSigner(0).kid) };
    const { storage } = await bench();
    const kill = await open(storage, clock, [], other);
    expect(await codeRejectedBy(kill.obey(await killOrder(5)))).toBe('CRYPTO_OPERATOR_UNKNOWN');
  });

  it('obeys an order once: replayed, it changes nothing', async () => {
    proves('guard.kill.authority', 'flaw.K3');
    const { kill } = await bench();
    const killing = await killOrder(0);
    await kill.obey(killing);
    expect(await codeRejectedBy(kill.obey(killing))).toBe('GUARD_ORDER_STALE');
    await kill.reinstate([await reinstateOrder(1)]);
    expect(await codeRejectedBy(kill.obey(killing))).toBe('GUARD_ORDER_STALE');
    expect(kill.status(AGENT)).toMatchObject({ killed: false, epoch: 2 });
  });

  it('obeys an order for a later epoch than is known here, once', async () => {
    const { kill } = await bench();
    const killing = await killOrder(0, { epoch: epoch(7) });
    await kill.obey(killing);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: 8 });
    expect(await codeRejectedBy(kill.obey(killing))).toBe('GUARD_ORDER_STALE');
  });

  it('can bring no agent beyond the reach of further orders', async () => {
    const { kill } = await bench();
    const far = 2 ** 32;
    expect(await codeRejectedBy(kill.obey(await killOrder(0, { epoch: epoch(far + 1) })))).toBe(
      'GUARD_ORDER_INVALID',
    );
    expect(kill.isKilled(AGENT)).toBe(false);
    await kill.obey(await killOrder(3, { epoch: epoch(far) }));
    expect(kill.status(AGENT).epoch).toBe(far + 1);
    await kill.reinstate([await reinstateOrder(0, { epoch: epoch(far + 1) })]);
    expect(kill.status(AGENT)).toMatchObject({ killed: false, epoch: far + 2 });
    await kill.obey(await killOrder(0, { epoch: epoch(far + 2) }));
    expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: far + 3 });
  });

  it('kills an agent that nobody enrolled here, for those who will', async () => {
    const storage = shared();
    const { kill } = await bench(storage);
    const killing = await killOrder(0, { target: OTHER });
    await (await kill.obey(killing)).durable;
    const second = await restart({ storage, kill, events: [], clock: fakeClock() });
    await second.kill.enrol(OTHER, true);
    expect(second.kill.isKilled(OTHER)).toBe(true);
  });

  it('obeys where the store cannot be read', async () => {
    const { storage, clock } = await bench();
    const broken = withStore(storage, (store) => ({
      get: (key) => (key.includes(OTHER) ? Promise.reject(new Error('EIO')) : store.get(key)),
    }));
    const { kill } = await bench(broken, clock, false);
    const { durable } = await kill.obey(await killOrder(0, { target: OTHER }));
    expect(await codeRejectedBy(durable)).toBe('GUARD_KILL_NOT_DURABLE');
    expect(kill.isKilled(OTHER)).toBe(true);
  });
});

describe('signing an order', () => {
  const signer = testSigner(0);
  it.each([
    ['a target that is no DID', { target: 'agent' }, 'GUARD_BAD_TARGET'],
    ['an unknown reason', { reason: 'because' }, 'CORE_UNKNOWN_TERM'],
    ['a negative epoch', { epoch: -1 }, 'GUARD_ORDER_INVALID'],
    ['an epoch beyond all use', { epoch: Number.MAX_SAFE_INTEGER }, 'GUARD_ORDER_INVALID'],
    ['no end', { notAfter: undefined }, 'GUARD_ORDER_INVALID'],
    ['a member nobody knows', { operatorId: 'ann' }, 'GUARD_ORDER_INVALID'],
  ])('refuses %s', async (_what, parts, code) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may pass
    const wrong = { ...order(), ...parts } as unknown as Order;
    expect(await codeRejectedBy(signKillOrder(wrong, signer, 1))).toBe(code);
    expect(await codeRejectedBy(signReinstateOrder(wrong, signer, 1))).toBe(code);
  });
});

describe('reinstate', () => {
  /** Who it takes: by the signers' numbers, how many distinct people there are among them is in the harness. */
  const NEEDED: Readonly<Record<KillReason, 0 | 1 | 2>> = {
    rate_limit_exceeded: 1,
    trust_score_critical: 1,
    pattern_threat_detected: 2,
    manual_operator_action: 1,
    circuit_breaker_trip: 1,
    security_violation: 2,
    anomaly_detected: 1,
    revocation_received: 0,
    cascade_failure: 1,
  };

  it.each(KILL_REASONS)('takes the people that the reason demands: %s', async (reason) => {
    proves(
      'guard.kill.reinstate',
      'guard.reasons.pattern',
      'guard.reasons.manual',
      'guard.reasons.security',
      'guard.reasons.anomaly',
      'flaw.K3',
    );
    const { kill } = await bench();
    kill.kill(AGENT, { reason, by: 'test' });
    const needed = NEEDED[reason];
    const one = [await reinstateOrder(0, { reason })];
    const twoKeysOfOne = [...one, await reinstateOrder(2, { reason })];
    const two = [...one, await reinstateOrder(1, { reason })];
    const outcome = async (orders: Parameters<typeof kill.reinstate>[0]): Promise<string> =>
      (await codeRejectedBy(kill.reinstate(orders))) ?? 'alive';
    if (needed === 0) {
      expect(await outcome(two)).toBe('GUARD_APPEAL_ONLY');
      expect(kill.isKilled(AGENT)).toBe(true);
      return;
    }
    if (needed === 2) {
      expect(await outcome(one)).toBe('GUARD_QUORUM_MISSING');
      expect(await outcome([...one, ...one])).toBe('GUARD_QUORUM_MISSING');
      expect(await outcome(twoKeysOfOne)).toBe('GUARD_QUORUM_MISSING');
      expect(kill.isKilled(AGENT)).toBe(true);
    }
    expect(await outcome(needed === 2 ? two : one)).toBe('alive');
    expect(kill.status(AGENT)).toMatchObject({ killed: false, epoch: 2, reasons: [] });
  });

  it('refuses what no operator with the privilege ordered', async () => {
    proves('flaw.K3', 'guard.kill.authority');
    const { kill } = await bench();
    kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    const codes = await Promise.all(
      [
        [await reinstateOrder(3)],
        [await reinstateOrder(4)],
        [await reinstateOrder(5)],
        [await killOrder(0, { epoch: epoch(1) })],
        [await reinstateOrder(0), await reinstateOrder(4)],
        [],
        Array.from({ length: 9 }, () => '{}'),
      ].map((orders) => codeRejectedBy(kill.reinstate(orders))),
    );
    expect(codes.slice(0, 6)).toEqual([
      'CRYPTO_OPERATOR_PRIVILEGE',
      'CRYPTO_OPERATOR_PRIVILEGE',
      'CRYPTO_OPERATOR_UNKNOWN',
      'CRYPTO_ENVELOPE_TYPE',
      'CRYPTO_OPERATOR_PRIVILEGE',
      'GUARD_ORDER_INVALID',
    ]);
    expect(codes[6]).toBeDefined();
    expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: 1 });
  });

  it.each([
    ['another epoch', { epoch: epoch(0) }, 'GUARD_ORDER_STALE'],
    ['a later epoch', { epoch: epoch(2) }, 'GUARD_ORDER_STALE'],
    ['another reason than the kill', { reason: 'anomaly_detected' }, 'GUARD_ORDER_MISMATCH'],
    ['a time that has passed', { notAfter: 1_699_999_999_999 }, 'GUARD_ORDER_EXPIRED'],
  ] as const)('refuses an order for %s', async (_what, parts, code) => {
    proves('guard.kill.authority');
    const { kill } = await bench();
    kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    expect(await codeRejectedBy(kill.reinstate([await reinstateOrder(0, parts)]))).toBe(code);
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('refuses orders about different kills', async () => {
    const { kill } = await bench();
    const reason = 'security_violation';
    kill.kill(AGENT, { reason, by: 'test' });
    const first = await reinstateOrder(0, { reason });
    for (const parts of [{ target: OTHER }, { epoch: epoch(3) }, { reason: 'anomaly_detected' }] as const) {
      const orders = [first, await reinstateOrder(1, { reason, ...parts })];
      expect(await codeRejectedBy(kill.reinstate(orders))).toBe('GUARD_ORDER_MISMATCH');
    }
  });

  it('refuses where there is nothing to reinstate', async () => {
    const { kill } = await bench();
    expect(await codeRejectedBy(kill.reinstate([await reinstateOrder(0, { epoch: epoch(0) })]))).toBe(
      'GUARD_NOT_KILLED',
    );
  });

  it('works once: after a further kill the same orders change nothing', async () => {
    proves('flaw.K3', 'guard.kill.authority');
    const { kill } = await bench();
    const orders = [await reinstateOrder(0)];
    kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    await kill.reinstate(orders);
    kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    expect(await codeRejectedBy(kill.reinstate(orders))).toBe('GUARD_ORDER_STALE');
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('is governed by the strictest reason since the agent was last alive', async () => {
    const { kill } = await bench();
    kill.kill(AGENT, { reason: 'security_violation', by: 'test' });
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    const mild = [await reinstateOrder(0, { reason: 'rate_limit_exceeded', epoch: epoch(2) })];
    expect(await codeRejectedBy(kill.reinstate(mild))).toBe('GUARD_ORDER_MISMATCH');
    const strict = await Promise.all(
      [0, 1].map((by) => reinstateOrder(by, { reason: 'security_violation', epoch: epoch(2) })),
    );
    await kill.reinstate(strict);
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    expect(kill.status(AGENT).reasons).toEqual(['rate_limit_exceeded']);
  });

  it('refuses when the wall clock was set back to before the kill', async () => {
    proves('flaw.K2');
    const { kill, clock } = await bench();
    kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    const ended = await reinstateOrder(0, { notAfter: 1_699_999_000_000 });
    clock.setWall(1_699_998_000_000);
    expect(await codeRejectedBy(kill.reinstate([ended]))).toBe('CORE_CLOCK_REGRESSED');
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('survives a restart, and so does the epoch', async () => {
    const first = await bench();
    first.kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' });
    const status = await first.kill.reinstate([await reinstateOrder(0)]);
    expect(status).toMatchObject({ target: AGENT, killed: false, epoch: 2, by: 'operator-0' });
    const { kill } = await restart(first);
    expect(kill.status(AGENT)).toMatchObject({ killed: false, epoch: 2 });
  });

  it('is not done when the store refuses it', async () => {
    const { storage } = await bench();
    let isFull = false;
    const { store } = storage;
    const full = withStore(storage, () => ({
      put: (key, value, expected) =>
        isFull ? Promise.reject(new Error('ENOSPC')) : store.put(key, value, expected),
    }));
    const { kill } = await bench(full, fakeClock(), false);
    await kill.kill(AGENT, { reason: 'manual_operator_action', by: 'test' }).durable;
    isFull = true;
    expect(await codeRejectedBy(kill.reinstate([await reinstateOrder(0)]))).toBe('GUARD_STORE_FAILED');
    expect(kill.isKilled(AGENT)).toBe(true);
  });
});

describe('automatic reinstatement', () => {
  it.each(KILL_REASONS)('happens for rate and breaker reasons alone: %s', async (reason) => {
    proves('flaw.K2', 'guard.reasons.rate-limit', 'guard.reasons.breaker');
    const { kill, clock } = await bench();
    kill.kill(AGENT, { reason, by: 'test' });
    await clock.advance(KILL_COOLDOWN_MS - 1);
    expect(kill.isKilled(AGENT)).toBe(true);
    await clock.advance(1);
    const isMild = reason === 'rate_limit_exceeded' || reason === 'circuit_breaker_trip';
    expect(kill.isKilled(AGENT)).toBe(!isMild);
    expect(kill.status(AGENT)).toMatchObject(isMild ? { epoch: 2, by: 'cooldown' } : { epoch: 1 });
    await clock.advance(100 * KILL_COOLDOWN_MS);
    expect(kill.isKilled(AGENT)).toBe(!isMild);
  });

  it('takes no notice of the wall clock', async () => {
    proves('flaw.K2', 'law.K-2');
    const { kill, clock } = await bench();
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    for (const wall of [9_000_000_000_000, 0, 1_800_000_000_000]) {
      clock.setWall(wall);
      await clock.advance(1_000);
      expect(kill.isKilled(AGENT)).toBe(true);
    }
  });

  it('begins again with a restart', async () => {
    proves('flaw.K2');
    const first = await bench();
    await first.kill.kill(AGENT, { reason: 'circuit_breaker_trip', by: 'test' }).durable;
    await first.clock.advance(KILL_COOLDOWN_MS - 1);
    first.kill.close();
    const { kill, clock } = await restart(first);
    await clock.advance(KILL_COOLDOWN_MS - 1);
    expect(kill.isKilled(AGENT)).toBe(true);
    await clock.advance(1);
    expect(kill.isKilled(AGENT)).toBe(false);
  });

  it('begins again with a further kill, and ends with a stricter one', async () => {
    const { kill, clock } = await bench();
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    await clock.advance(KILL_COOLDOWN_MS - 1);
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    await clock.advance(KILL_COOLDOWN_MS - 1);
    expect(kill.isKilled(AGENT)).toBe(true);
    kill.kill(AGENT, { reason: 'anomaly_detected', by: 'test' });
    await clock.advance(10 * KILL_COOLDOWN_MS);
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('comes no earlier than a kill demands, over a restart too', async () => {
    proves('spl.kill-switch.cooldown');
    const first = await bench();
    const cooldownMs = 3 * KILL_COOLDOWN_MS;
    await first.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test', cooldownMs }).durable;
    // A further kill that demands less takes nothing back.
    await first.kill.kill(AGENT, { reason: 'circuit_breaker_trip', by: 'test', cooldownMs: 1 }).durable;
    first.kill.close();
    const { kill, clock } = await restart(first);
    clock.setWall(9_000_000_000_000);
    await clock.advance(cooldownMs - 1);
    expect(kill.isKilled(AGENT)).toBe(true);
    await clock.advance(1);
    expect(kill.isKilled(AGENT)).toBe(false);
    expect(kill.status(AGENT)).not.toHaveProperty('cooldownMs');
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test', cooldownMs: 1 });
    await clock.advance(KILL_COOLDOWN_MS - 1);
    expect(kill.isKilled(AGENT)).toBe(true);
    await clock.advance(1);
    expect(kill.isKilled(AGENT)).toBe(false);
  });

  it.each([
    [{ operatorOnly: true }],
    [{ cooldownMs: Number.NaN }],
    [{ cooldownMs: Number.POSITIVE_INFINITY }],
    [{ cooldownMs: -1 }],
    [{ cooldownMs: 0.5 }],
  ])('never comes for a kill that only operators lift: %o', async (demand) => {
    proves('spl.kill-switch.auto-reinstate');
    const first = await bench();
    await first.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test', ...demand }).durable;
    await first.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' }).durable;
    const { kill, clock } = await restart(first);
    await clock.advance(100 * KILL_COOLDOWN_MS);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, operatorOnly: true });
    const lifts = { reason: 'rate_limit_exceeded', notAfter: clock.now() + 1_000 } as const;
    await kill.reinstate([await reinstateOrder(0, { ...lifts, epoch: kill.status(AGENT).epoch })]);
    kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    await clock.advance(KILL_COOLDOWN_MS);
    expect(kill.isKilled(AGENT)).toBe(false);
  });

  it('keeps the strictest end that two processes demand', async () => {
    const storage = shared();
    const one = await bench(storage, fakeClock(), true, 4_000);
    const two = await bench(storage, fakeClock(), false, 4_000);
    await one.kill.kill(AGENT, {
      reason: 'rate_limit_exceeded',
      by: 'one',
      cooldownMs: 2 * KILL_COOLDOWN_MS,
    }).durable;
    await two.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'two', operatorOnly: true }).durable;
    expect(two.kill.status(AGENT)).toMatchObject({ cooldownMs: 2 * KILL_COOLDOWN_MS, operatorOnly: true });
    await one.clock.advance(3 * KILL_COOLDOWN_MS);
    await two.clock.advance(3 * KILL_COOLDOWN_MS);
    expect([one.kill.isKilled(AGENT), two.kill.isKilled(AGENT)]).toEqual([true, true]);
  });

  it('does not lift what another process added to the kill', async () => {
    const storage = shared();
    const one = await bench(storage);
    await one.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'one' }).durable;
    const two = await bench(storage, fakeClock(), false);
    await two.kill.kill(AGENT, { reason: 'security_violation', by: 'two' }).durable;
    await one.clock.advance(2 * KILL_COOLDOWN_MS);
    expect([one.kill.isKilled(AGENT), two.kill.isKilled(AGENT)]).toEqual([true, true]);
  });

  it('looks at the store first: a kill of the last moment counts', async () => {
    const storage = shared();
    const one = await bench(storage);
    await one.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'one' }).durable;
    const two = await bench(storage, fakeClock(), false);
    await one.clock.advance(KILL_COOLDOWN_MS - 100);
    await two.kill.kill(AGENT, { reason: 'security_violation', by: 'two' }).durable;
    await one.clock.advance(100);
    expect(one.kill.status(AGENT)).toMatchObject({ killed: true, epoch: 2 });
  });

  it('is tried again after another cooldown when the store failed', async () => {
    const { storage } = await bench();
    let isUp = true;
    const { store } = storage;
    const flaky = withStore(storage, () => ({
      get: (key) => (isUp ? store.get(key) : Promise.reject(new Error('EIO'))),
    }));
    const { kill, clock } = await bench(flaky, fakeClock(), false);
    await kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' }).durable;
    isUp = false;
    await clock.advance(KILL_COOLDOWN_MS);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, fault: 'GUARD_STORE_FAILED' });
    isUp = true;
    await clock.advance(KILL_COOLDOWN_MS);
    expect(kill.isKilled(AGENT)).toBe(false);
  });
});
