import { memory } from '@ttp/adapters/memory';
import type { Hold, Interaction, JsonObject, Obligation, RateMeter } from '@ttp/core';
import { createReplayGuard } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  memoryRates,
  PEER_RATES,
  peerLimits,
  rateHandler,
  rateStatus,
  storeRates,
  TOPIC_RATES,
} from '../../src/index.js';
import { decided } from '../decided.js';
import { AGENT, interaction, OTHER } from '../interaction.js';

const rate = (params: JsonObject, from = 'policy'): Obligation => ({ kind: 'rate', from, params });
const MINUTE = { requests: 2, windowMs: 60_000 };

function subject(meter: RateMeter) {
  const clock = fakeClock();
  const handler = rateHandler({ meter, sources: memoryRates({ clock }) });
  const hold = (
    params: JsonObject,
    i: Interaction = interaction(),
    isKnown = true,
    from = 'policy',
  ): Promise<Hold> => {
    const held = handler.hold?.(rate(params, from), i, decided(isKnown), new AbortController().signal);
    return held ?? expect.unreachable('a rate is held');
  };
  return { handler, hold, clock };
}

describe('the handler of rates', () => {
  it('counts what it lets through, and gives back what did not happen', async () => {
    const { hold } = subject(memoryRates({ clock: fakeClock() }));
    const first = await hold(MINUTE);
    await (await hold(MINUTE)).settle({ status: 'blocked', code: 'SDK_CLOSED' });
    expect(await codeRejectedBy(hold(MINUTE))).toBe('GUARD_RATE_EXCEEDED');
    await first.release();
    await first.release();
    await first.settle({ status: 'blocked', code: 'SDK_CLOSED' });
    await hold(MINUTE);
    expect(await codeRejectedBy(hold(MINUTE))).toBe('GUARD_RATE_EXCEEDED');
  });

  it('counts apart: agents, who obliges, and the scope and its name', async () => {
    const { hold } = subject(memoryRates({ clock: fakeClock() }));
    const once = { requests: 1, windowMs: 60_000 };
    const others: readonly Parameters<typeof hold>[] = [
      [once],
      [once, interaction({ agent: OTHER })],
      [once, interaction(), true, 'team/policy'],
      [{ ...once, per: 'stage', name: 'new' }],
      [{ ...once, per: 'stage', name: 'building' }],
      [{ ...once, per: 'capability', name: 'data:text' }],
      [{ ...once, per: 'topic', name: '/tessorium/ratings/1.0.0' }],
      [{ ...once, per: 'peer' }, interaction({ target: 'a' })],
      [{ ...once, per: 'peer' }, interaction({ target: 'b' })],
      [{ ...once, per: 'peer' }, interaction({ target: 'b/policy' })],
    ];
    for (const [i, one] of others.entries()) await expect(hold(...one), `${i}`).resolves.toBeDefined();
    for (const one of others) expect(await codeRejectedBy(hold(...one))).toBe('GUARD_RATE_EXCEEDED');
  });

  it('counts strangers apart from those who are known, and they use up nothing of them', async () => {
    const { hold } = subject(memoryRates({ clock: fakeClock() }));
    for (let i = 0; i < 2; i++) await hold(MINUTE, interaction(), false);
    expect(await codeRejectedBy(hold(MINUTE, interaction(), false))).toBe('GUARD_RATE_EXCEEDED');
    for (let i = 0; i < 2; i++) await hold(MINUTE);
    expect(await codeRejectedBy(hold(MINUTE))).toBe('GUARD_RATE_EXCEEDED');
  });

  it('refuses what is no rate, before it holds anything', async () => {
    const { handler, hold } = subject(memoryRates({ clock: fakeClock() }));
    for (const params of [
      {},
      { requests: 1 },
      { requests: 0, windowMs: 1 },
      { requests: 1, windowMs: 1, capacity: 1 },
      { requests: 1, windowMs: 1, capacity: 1, refill: 1, perMs: 1 },
      { requests: '1', windowMs: 1 },
      { capacity: 1, refill: 1 },
      { capacity: 2 ** 40, refill: 1, perMs: 2 ** 40 },
      { ...MINUTE, per: 'planet' },
      { ...MINUTE, name: 5 },
      { ...MINUTE, adds: 'tokens' },
      { ...MINUTE, burst: 3 },
    ] as JsonObject[]) {
      expect(handler.check(rate(params), interaction()), JSON.stringify(params)).toBe(
        'GUARD_OBLIGATION_INVALID',
      );
      expect(await codeRejectedBy(hold(params))).toBe('GUARD_OBLIGATION_INVALID');
    }
  });

  it('ends every hold exactly once, whatever the store does', async () => {
    const random = seededRandom('rates under faults');
    let faults = 0;
    for (let game = 0; game < 60; game++) {
      const { store } = memory();
      let isBroken = false;
      const fault = (): Promise<never> | undefined => {
        if (!isBroken || random.int(3) > 0) return undefined;
        faults++;
        return Promise.reject(new Error('disk'));
      };
      const clock = fakeClock();
      const meter = storeRates({
        clock,
        store: {
          get: async (key) => (await fault()) ?? store.get(key),
          // Before or after it was written: nobody knows.
          async put(key, value, expected) {
            if (random.int(2) === 0) await fault();
            const written = await store.put(key, value, expected);
            await fault();
            return written;
          },
        },
      });
      const limit = { requests: 3, windowMs: 60_000 };
      const { hold } = subject(meter);
      let kept = 0;
      let unsure = 0;
      for (let i = 0; i < 12; i++) {
        isBroken = random.int(2) === 0;
        let held: Hold;
        try {
          held = await hold(limit);
        } catch {
          if (isBroken) unsure++;
          continue;
        }
        kept++;
        if (random.int(2) === 0) await held.settle({ status: 'blocked', code: 'SDK_CLOSED' });
        else {
          // What may not have been given back stays used; a second end changes nothing.
          const isGivenBack = await held.release().then(
            () => true,
            () => false,
          );
          if (isGivenBack) kept--;
          else unsure++;
        }
        await held.release();
      }
      isBroken = false;
      expect(kept).toBeLessThanOrEqual(3 + unsure);
      const [status] = await rateStatus(store, clock);
      const used = status !== undefined && 'used' in status.use ? status.use.used : 0;
      expect(used, `game ${game}: no more than the limit`).toBeLessThanOrEqual(3);
      expect(used, `game ${game}: nothing that was kept is lost`).toBeGreaterThanOrEqual(
        Math.min(3, kept - unsure),
      );
    }
    expect(faults).toBeGreaterThan(50);
  });
});

describe('rates in a store', () => {
  it('are one count for all who share it, and say what is used', async () => {
    const { store } = memory();
    const clock = fakeClock();
    const [one, two] = [storeRates({ store, clock }), storeRates({ store, clock })];
    const bucket = { capacity: 5, refill: 1, perMs: 1000 };
    for (let i = 0; i < 3; i++) {
      await one.take('agent/x%2Fy', { requests: 6, windowMs: 1000 }, 1);
      await two.take('agent/x%2Fy', { requests: 6, windowMs: 1000 }, 1);
      await two.take('agent/x%2Fy', bucket, 1);
    }
    expect(await one.take('agent/x%2Fy', { requests: 6, windowMs: 1000 }, 1)).toMatchObject({
      granted: false,
    });
    expect(await rateStatus(store, clock)).toEqual([
      { of: ['agent', 'x/y'], use: { available: 2, capacity: 5, refill: 1, perMs: 1000 } },
      { of: ['agent', 'x/y'], use: { used: 6, windowMs: 1000 } },
    ]);
    await clock.advance(1000);
    expect(await rateStatus(store, clock)).toMatchObject([{ use: { available: 3 } }, { use: { used: 0 } }]);
    await two.giveBack('agent/x%2Fy', bucket, 9, 0);
    expect(await rateStatus(store, clock)).toMatchObject([{ use: { available: 5 } }, { use: { used: 0 } }]);
    // A clock that is set back brings nothing.
    await one.take('agent/x%2Fy', bucket, 5);
    clock.setWall(1_600_000_000_000);
    expect(await two.take('agent/x%2Fy', bucket, 1)).toMatchObject({ granted: false });
  });

  it('never have more than a full bucket, however much is given back', async () => {
    const { store } = memory();
    const meter = storeRates({ store, clock: fakeClock() });
    const large = { capacity: 2 ** 26, refill: 1, perMs: 2 ** 26 };
    await meter.take('k', large, 1);
    for (let i = 0; i < 4; i++) await meter.giveBack('k', large, 2 ** 26, 0);
    expect(await meter.take('k', large, 2 ** 26)).toMatchObject({ granted: true, remaining: 0 });
  });

  it('have nothing to give back where the store lost what was taken', async () => {
    const { store } = memory();
    const rates = storeRates({ store, clock: fakeClock() });
    for (const lost of [
      { requests: 2, windowMs: 9 },
      { capacity: 2, refill: 1, perMs: 9 },
    ])
      expect(await codeRejectedBy(Promise.resolve(rates.giveBack('lost', lost, 1, 5)))).toBeUndefined();
    const keys: string[] = [];
    for await (const key of store.list('guard/rate/')) keys.push(key);
    expect(keys).toEqual([]);
  });

  it('write nothing for what is refused, or only looked at', async () => {
    const { store } = memory();
    const meter = storeRates({ store, clock: fakeClock() });
    await meter.take('k', { requests: 1, windowMs: 9 }, 0);
    await meter.take('k', { requests: 1, windowMs: 9 }, 2);
    await meter.take('k', { capacity: 1, refill: 1, perMs: 1 }, 2);
    const keys: string[] = [];
    for await (const key of store.list('')) keys.push(key);
    expect(keys).toEqual([]);
  });

  it('refuse where the record cannot be read', async () => {
    const window = { requests: 9, windowMs: 9 };
    const bucket = { capacity: 1, refill: 1, perMs: 9 };
    for (const [limit, key, texts] of [
      [
        window,
        'guard/rate/k/w9',
        [
          '',
          '[]',
          '{"v":2,"latest":1,"times":[],"counts":[]}',
          '{"v":1,"latest":-1,"times":[],"counts":[]}',
          '{"v":1,"latest":1,"times":[1],"counts":[]}',
          '{"v":1,"latest":1,"times":[2,1],"counts":[1,1]}',
          '{"v":1,"latest":1,"times":[1,1],"counts":[1,1]}',
          '{"v":1,"latest":1,"times":[1],"counts":[0]}',
          '{"v":1,"latest":1,"times":["1"],"counts":[1]}',
          '{"v":1,"at":1,"credits":1}',
        ],
      ],
      [
        bucket,
        'guard/rate/k/b1.1.9',
        ['{', '{"v":1,"at":1,"credits":-1}', '{"v":1,"at":0.5,"credits":1}', '{"v":1,"credits":1}'],
      ],
    ] as const)
      for (const text of texts) {
        const { store } = memory();
        await store.put(key, new TextEncoder().encode(text));
        const meter = storeRates({ store, clock: fakeClock() });
        expect(await codeRejectedBy(Promise.resolve(meter.take('k', limit, 1))), text).toBe(
          'GUARD_RATE_UNREADABLE',
        );
        expect(await codeRejectedBy(rateStatus(store, fakeClock())), text).toBe('GUARD_RATE_UNREADABLE');
      }
  });

  it('refuse where others always write first', async () => {
    const meter = storeRates({
      clock: fakeClock(),
      store: { get: async () => undefined, put: async () => false },
    });
    const taken = Promise.resolve(meter.take('k', { requests: 1, windowMs: 1 }, 1));
    expect(await codeRejectedBy(taken)).toBe('GUARD_RATE_CONTENTION');
  });
});

describe('limits of peers', () => {
  it("are the documents' table, and recover by themselves", async () => {
    proves('guard.rate.peer-table');
    expect(
      [PEER_RATES, TOPIC_RATES].map((table) => Object.entries(table).map(([name, one]) => [name, one])),
    ).toEqual([
      [
        ['attestation-publish', { requests: 10, windowMs: 60_000 }],
        ['revocation-publish', { requests: 5, windowMs: 60_000 }],
        ['dht-put', { requests: 100, windowMs: 60_000 }],
        ['message', { requests: 100, windowMs: 60_000 }],
      ],
      [
        ['/tessorium/attestations/1.0.0', { requests: 10, windowMs: 60_000 }],
        ['/tessorium/revocations/1.0.0', { requests: 5, windowMs: 60_000 }],
        ['/tessorium/ratings/1.0.0', { requests: 20, windowMs: 60_000 }],
        ['/tessorium/consensus/1.0.0', { requests: 50, windowMs: 60_000 }],
      ],
    ]);
    const clock = fakeClock();
    const limits = peerLimits({ clock });
    for (const [what, most] of [
      ['attestation-publish', 10],
      ['revocation-publish', 5],
      ['dht-put', 100],
    ] as const) {
      for (let i = 0; i < most; i++) expect(limits.admit({ peer: AGENT }, what).granted).toBe(true);
      expect(limits.admit({ peer: AGENT }, what)).toMatchObject({ granted: false, retryMs: 60_000 });
      expect(limits.admit({ peer: OTHER }, what).granted).toBe(true);
    }
    await clock.advance(60_000);
    expect(limits.admit({ peer: AGENT }, 'revocation-publish').granted).toBe(true);
    expect(codeThrownBy(() => limits.admit({ peer: AGENT }, 'anything'))).toBe('GUARD_BAD_RATE');
    // Full tables refuse, of the limiter and of the nonces of one key; nothing that still counts makes room.
    const small = peerLimits({ clock });
    for (let i = 0; i < 10_000; i++) small.admit({ peer: `did:ttp:agent:${i}` as typeof AGENT }, 'message');
    expect(codeThrownBy(() => small.admit({ peer: AGENT }, 'message'))).toBe('GUARD_RATE_FULL');
    expect(small.admit({ peer: 'did:ttp:agent:0' as typeof AGENT }, 'message')).toMatchObject({
      remaining: 98,
    });
    const nonces = createReplayGuard({ bootAt: 0 });
    const seen = (n: number) => nonces.admit({ key: 'k', nonce: `${n}`, iat: 1_000_000, now: 1_000_000 });
    for (let i = 0; i < 10_000; i++) seen(i);
    expect(codeThrownBy(() => seen(10_000))).toBe('CRYPTO_REPLAY_FULL');
    expect(
      codeThrownBy(() => seen(0)),
      'the first is still known',
    ).toBeDefined();
  });

  it('keep the flood of addresses away from those who are known', () => {
    proves('guard.rate.dos');
    const limits = peerLimits({ clock: fakeClock(), keys: 100 });
    expect(limits.admit({ peer: AGENT }, 'message')).toMatchObject({ granted: true, remaining: 99 });
    let full = 0;
    for (let i = 0; i < 5000; i++)
      if (
        codeThrownBy(() => limits.admit({ address: `10.0.${i >> 8}.${i & 255}` }, 'message')) ===
        'GUARD_RATE_FULL'
      )
        full++;
    expect(full).toBe(4900);
    // One that writes itself like a peer is an address still.
    for (let i = 0; i < 200; i++) codeThrownBy(() => limits.admit({ address: AGENT }, 'message'));
    expect(limits.admit({ peer: AGENT }, 'message')).toMatchObject({ granted: true, remaining: 98 });
    expect(limits.admit({ peer: OTHER }, 'message')).toMatchObject({ granted: true, remaining: 99 });
    // And an address that asks too often is refused, as a peer is.
    for (let i = 0; i < 99; i++) limits.admit({ address: '10.0.0.0' }, 'message');
    expect(limits.admit({ address: '10.0.0.0' }, 'message').granted).toBe(false);
  });
});
