import { type Clock, isTtpError, type Rate, type RateAnswer, type RateMeter, TtpError } from '@ttp/core';
import { REDIS_PREFIX, REDIS_REQUESTS_MAX } from './limits.js';
import { GIVE_BACK_REQUESTS, GIVE_BACK_TOKENS, TAKE_REQUESTS, TAKE_TOKENS } from './redis/scripts.js';
import { createRandom } from './system/random.js';

export { REDIS_ERRORS, type RedisErrorCode } from './errors.js';

/** As much of a Redis client as the limiter uses: the clients of `redis` and `@redis/client` have it. */
export interface RedisClient {
  sendCommand(args: readonly string[]): Promise<unknown>;
}

/** Random bytes that tell meters apart. */
const MARK_BYTES = 16;

/** Options of {@link redisRates}. */
export interface RedisRatesOptions {
  /** Begins every key; `ttp:rate:` when left out. */
  readonly prefix?: string;
  /** Whose time it is, ms; the server's when left out, so that all who ask have the same. */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Rates in Redis 6.2 or later, for as many processes and machines as ask. Each answer is one script, which Redis runs
 * as a whole: what one takes, nobody else gets. Requests are members of their own, so those of one moment are counted
 * one by one (flaw.W2); what is refused is not added; a clock that is set back lets nothing out. Keys expire when they
 * say nothing any more. A server that evicts keys, or loses them, forgets what was used: `maxmemory-policy noeviction`.
 *
 * @param client stays its owner's
 * @returns a meter whose methods throw REDIS_BAD_RATE, and REDIS_FAILED where the server did not answer: then it may
 *   have been taken, and must not be acted on
 */
export function redisRates(client: RedisClient, options: RedisRatesOptions = {}): RateMeter {
  const { prefix = REDIS_PREFIX, clock } = options;
  const loaded = new Map<string, Promise<unknown>>();
  let asked = 0;
  /**
   * Begins the members of this meter, so that no other one has the same, whichever client it asks with: the server's ids
   * of connections begin anew with each server, and several meters may share a connection.
   */
  const own = [...createRandom().bytes(MARK_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

  /** Runs a script, which the server knows by its digest; one that was restarted is told it again. */
  async function run(script: string, key: string, args: readonly (number | string)[]): Promise<unknown> {
    for (const isLast of [false, true]) {
      let digest = loaded.get(script);
      if (digest === undefined) loaded.set(script, (digest = ask(client, ['SCRIPT', 'LOAD', script])));
      try {
        return await ask(client, ['EVALSHA', String(await digest), '1', prefix + key, ...args.map(String)]);
      } catch (error) {
        loaded.delete(script);
        if (isLast || !isUnknownScript(error)) throw error;
      }
    }
    return undefined;
  }

  const now = (): number | string => clock?.now() ?? '';

  return {
    async take(key, rate, units) {
      check(rate, units);
      if ('requests' in rate) {
        const mark = `${own}.${++asked}`;
        const args = [now(), rate.windowMs, rate.requests, units, mark];
        return answerOf(await run(TAKE_REQUESTS, `${key}/w${rate.windowMs}`, args), mark);
      }
      const { capacity, refill, perMs } = rate;
      const name = `${key}/b${capacity}.${refill}.${perMs}`;
      return answerOf(await run(TAKE_TOKENS, name, [now(), capacity, refill, perMs, units]), 0);
    },
    async giveBack(key, rate, units, mark) {
      check(rate, units);
      if ('requests' in rate) await run(GIVE_BACK_REQUESTS, `${key}/w${rate.windowMs}`, [units, mark]);
      else {
        const { capacity, refill, perMs } = rate;
        const name = `${key}/b${capacity}.${refill}.${perMs}`;
        await run(GIVE_BACK_TOKENS, name, [capacity, perMs, units]);
      }
    },
  };
}

/** What the scripts give: whether, how many are left, and after how many ms; -1: never. */
function answerOf(given: unknown, mark: RateAnswer['mark']): RateAnswer {
  const [granted, remaining, retryMs]: readonly unknown[] = Array.isArray(given) ? given : [];
  if (typeof granted !== 'number' || typeof remaining !== 'number' || typeof retryMs !== 'number')
    throw new TtpError('REDIS_FAILED', 'the server answered something else');
  return {
    granted: granted === 1,
    remaining,
    retryMs: retryMs < 0 ? Number.POSITIVE_INFINITY : retryMs,
    mark,
  };
}

async function ask(client: RedisClient, args: readonly string[]): Promise<unknown> {
  try {
    return await client.sendCommand(args);
  } catch (cause) {
    throw new TtpError('REDIS_FAILED', 'Redis did not do what it was asked', { cause });
  }
}

const isUnknownScript = (error: unknown): boolean =>
  isTtpError(error) && error.cause instanceof Error && error.cause.message.startsWith('NOSCRIPT');

function check(rate: Rate, units: number): void {
  const isSliding = 'requests' in rate;
  const counts = [...Object.values(rate), ...(isSliding ? [] : [rate.capacity * rate.perMs])];
  if (
    !(isSliding && rate.requests > REDIS_REQUESTS_MAX) &&
    counts.every((count) => Number.isSafeInteger(count) && count > 0) &&
    Number.isSafeInteger(units) &&
    units >= 0
  )
    return;
  throw new TtpError(
    'REDIS_BAD_RATE',
    'a rate has positive integers, a window few requests, and a full bucket fits 2^53',
  );
}
