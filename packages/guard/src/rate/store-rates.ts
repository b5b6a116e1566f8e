import { type Clock, type Rate, type RateAnswer, type RateMeter, type Store } from '@ttp/core';
import { createRecords } from '../records/records.js';
import { putBackTokens, takeTokens } from './bucket.js';
import { isSliding, requireRate, spanOf } from './rate.js';
import { decodeBucket, decodeLog, encodeBucket, encodeLog } from './rate-record.js';
import { copyLog, giveBackSliding, takeSliding } from './sliding.js';

/** Where the counts of a store are. */
export const RATE_PREFIX = 'guard/rate/';

/**
 * Rates in a store that several processes share: what one of them takes, none of the others gets. Each answer is one
 * compare-and-set, which those who ask at the same time share. A record that cannot be read refuses, and so does a
 * store that fails: then it counts as used.
 *
 * @param clock wall clock, ms, behind a guard: set back it refills nothing, set forward it does
 * @returns a meter whose methods throw GUARD_BAD_RATE, GUARD_RATE_UNREADABLE, GUARD_RATE_CONTENTION,
 *   GUARD_STORE_FAILED, and the codes of the store
 */
export function storeRates({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'get' | 'put'>;
  readonly clock: Pick<Clock, 'now'>;
}): RateMeter {
  const contention = 'GUARD_RATE_CONTENTION';
  const logs = createRecords(store, { decode: decodeLog, encode: encodeLog, contention });
  const buckets = createRecords(store, { decode: decodeBucket, encode: encodeBucket, contention });

  return {
    async take(key, rate, units) {
      requireRate(rate, units);
      let answer: RateAnswer = NOTHING;
      const isWritten = (): boolean => answer.granted && units > 0;
      if (isSliding(rate))
        await logs.change(keyOf(key, rate), (record) => {
          const log = copyLog(record);
          answer = takeSliding(log, rate, units, clock.now());
          return isWritten() ? log : record;
        });
      else
        await buckets.change(keyOf(key, rate), (record) => {
          const level = { ...record };
          answer = takeTokens(level, rate, units, clock.now());
          return isWritten() ? level : record;
        });
      return answer;
    },
    async giveBack(key, rate, units, mark) {
      if (isSliding(rate))
        await logs.change(keyOf(key, rate), (record) => {
          const log = copyLog(record);
          giveBackSliding(log, Number(mark), units);
          return log.total === record.total ? record : log;
        });
      else
        await buckets.change(keyOf(key, rate), (record) => {
          const level = { ...record };
          putBackTokens(level, rate, units);
          // A bucket that the store lost is full.
          return level.credits < record.credits ? record : level;
        });
    },
  };
}

const keyOf = (key: string, rate: Rate): string => RATE_PREFIX + key + spanOf(rate);

/** Before the store has said anything. */
const NOTHING: RateAnswer = { granted: false, remaining: 0, retryMs: 0, mark: 0 };
