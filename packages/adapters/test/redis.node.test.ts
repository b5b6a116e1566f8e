import type { Rate } from '@ttp/core';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RedisClient, redisRates } from '../src/redis.js';
import { findRedis, NO_REDIS, type RedisServer, startRedis } from './redis/server.js';

const found = findRedis();
describe('rates in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    if (found !== undefined) server = await startRedis();
  });
  beforeEach(({ skip }) => skip(found === undefined, NO_REDIS));
  afterAll(() => (found === undefined ? undefined : server.stop()));

  it('count each request of one moment, of all who ask at once', async () => {
    proves('adapters.ratelimit.redis');
    const rate = { requests: 1000, windowMs: 60_000 };
    const meters = await Promise.all(
      Array.from({ length: 4 }, async () => redisRates(await server.client())),
    );
    const answers = await Promise.all(
      Array.from({ length: 1200 }, async (_, i) => meters[i % 4]?.take('flood', rate, 1)),
    );
    expect(answers.filter((answer) => answer?.granted)).toHaveLength(1000);
    const [refused] = answers.filter((answer) => answer?.granted === false);
    expect(refused).toMatchObject({ remaining: 0 });
    expect(refused?.retryMs).toBeGreaterThan(0);
    expect(refused?.retryMs).toBeLessThanOrEqual(60_000);
    const client = await server.client();
    // What was refused is not there, and all of it goes away by itself.
    expect(await client.sendCommand(['ZCARD', 'ttp:rate:flood/w60000'])).toBe(1000);
    expect(Number(await client.sendCommand(['PTTL', 'ttp:rate:flood/w60000']))).toBeGreaterThan(0);
  });

  it('count each request of several meters that share a connection', async () => {
    const client = await server.client();
    const clock = fakeClock();
    const rate = { requests: 10, windowMs: 60_000 };
    const meters = [redisRates(client, { clock }), redisRates(client, { clock })];
    for (let i = 0; i < 5; i++)
      for (const meter of meters)
        expect(await meter.take('shared', rate, 1)).toMatchObject({ granted: true });
    for (const meter of meters) expect(await meter.take('shared', rate, 1)).toMatchObject({ granted: false });
  });

  it('do what the rule says, at random, also when the clock is set back', async () => {
    const random = seededRandom('rates in Redis');
    const client = await server.client();
    for (let game = 0; game < 6; game++) {
      const clock = fakeClock();
      const rates = redisRates(client, { clock, prefix: `game${game}:` });
      const window = { requests: 1 + random.int(6), windowMs: 60_000 + random.int(1000) };
      const bucket = {
        capacity: 1 + random.int(9),
        refill: 1 + random.int(3),
        perMs: 20_000 + random.int(9000),
      };
      const granted: number[] = [];
      let [credits, at] = [BigInt(bucket.capacity * bucket.perMs), 0];
      for (let i = 0; i < 60; i++) {
        clock.setWall(clock.now() + (random.int(6) === 0 ? -random.int(9000) : random.int(15_000)));
        const units = 1 + random.int(2);
        const latest = Math.max(granted.at(-1) ?? 0, clock.now());
        const used = granted.filter((time) => time > latest - window.windowMs).length;
        const asked = await rates.take('w', window, units);
        expect(asked.granted, `game ${game}, ask ${i}`).toBe(used + units <= window.requests);
        expect(asked.remaining).toBe(window.requests - used - (asked.granted ? units : 0));
        if (asked.granted && random.int(4) === 0) await rates.giveBack('w', window, units, asked.mark);
        else if (asked.granted) for (let n = 0; n < units; n++) granted.push(latest);

        // What is refused is not written down, not even that time went by.
        if (at === 0) at = clock.now();
        const now = Math.max(at, clock.now());
        const most = BigInt(bucket.capacity * bucket.perMs);
        const brought = credits + BigInt(bucket.refill) * BigInt(now - at);
        const there = brought > most ? most : brought;
        const cost = BigInt(units * bucket.perMs);
        const taken = await rates.take('b', bucket, units);
        expect(taken.granted, `game ${game}, tokens ${i}`).toBe(cost <= there);
        if (!taken.granted) continue;
        [credits, at] = [there - cost, now];
        if (random.int(4) === 0) {
          await rates.giveBack('b', bucket, units, taken.mark);
          credits += cost;
        }
      }
    }
  });

  it('are exact with large numbers', async () => {
    const rates = redisRates(await server.client(), { clock: fakeClock() });
    const rate = { capacity: 2 ** 26, refill: 1, perMs: 2 ** 26 };
    expect(await rates.take('large', rate, 1)).toMatchObject({ granted: true, remaining: 2 ** 26 - 1 });
    expect(await rates.take('large', rate, 2 ** 26 - 1)).toMatchObject({ granted: true, remaining: 0 });
    expect(await rates.take('large', rate, 1)).toMatchObject({
      granted: false,
      remaining: 0,
      retryMs: 2 ** 26,
    });
    expect((await rates.take('large', rate, 2 ** 26 + 1)).retryMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('go on after the server has lost the scripts', async () => {
    const client = await server.client();
    const rates = redisRates(client);
    const rate = { requests: 2, windowMs: 60_000 };
    expect((await rates.take('flushed', rate, 1)).granted).toBe(true);
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    expect((await rates.take('flushed', rate, 1)).granted).toBe(true);
    expect((await rates.take('flushed', rate, 1)).granted).toBe(false);
  });

  it('only look for no units', async () => {
    const client = await server.client();
    const rates = redisRates(client, { prefix: 'looked:' });
    expect(await rates.take('a', { requests: 2, windowMs: 60_000 }, 0)).toMatchObject({
      granted: true,
      remaining: 2,
    });
    expect(await rates.take('a', { capacity: 7, refill: 1, perMs: 9 }, 0)).toMatchObject({ remaining: 7 });
    expect(await client.sendCommand(['KEYS', 'looked:*'])).toEqual([]);
  });

  it('refuse a rate that is none, before they ask anybody', async () => {
    const client: RedisClient = { sendCommand: () => expect.unreachable('nobody is asked') };
    const rates = redisRates(client);
    const bad: readonly (readonly [Rate, number])[] = [
      [{ requests: 0, windowMs: 1 }, 1],
      [{ requests: 1, windowMs: Number.NaN }, 1],
      [{ requests: 100_001, windowMs: 1 }, 1],
      [{ capacity: 1, refill: 1.5, perMs: 1 }, 1],
      [{ capacity: 2 ** 30, refill: 1, perMs: 2 ** 30 }, 1],
      [{ requests: 1, windowMs: 1 }, -1],
      [{ requests: 1, windowMs: 1 }, 0.5],
    ];
    for (const [rate, units] of bad) {
      expect(await codeRejectedBy(Promise.resolve(rates.take('k', rate, units)))).toBe('REDIS_BAD_RATE');
      expect(await codeRejectedBy(Promise.resolve(rates.giveBack('k', rate, units, 0)))).toBe(
        'REDIS_BAD_RATE',
      );
    }
  });

  it('refuse when the server is gone, or answers something else', async () => {
    const rate = { requests: 2, windowMs: 60_000 };
    for (const answer of [null, 'OK', [], [1], ['1', '2', '3']]) {
      const rates = redisRates({ sendCommand: async () => answer });
      expect(await codeRejectedBy(Promise.resolve(rates.take('k', rate, 1)))).toBe('REDIS_FAILED');
    }
    const other = await startRedis();
    const rates = redisRates(await other.client());
    expect((await rates.take('k', rate, 1)).granted).toBe(true);
    await other.stop();
    expect(await codeRejectedBy(Promise.resolve(rates.take('k', rate, 1)))).toBe('REDIS_FAILED');
  });
});
