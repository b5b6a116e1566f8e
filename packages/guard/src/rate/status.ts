import type { Clock, Store } from '@ttp/core';
import { nameOf } from '../records/key-part.js';
import { fillUp } from './bucket.js';
import { decodeBucket, decodeLog } from './rate-record.js';
import { passTime } from './sliding.js';
import { RATE_PREFIX } from './store-rates.js';

/** What is used of one rate in a store. */
export interface RateStatus {
  /** Whose it is: `agent`, then the agent, who obliges, and the name of a stage, capability, peer or topic. */
  readonly of: readonly string[];
  /** Requests within the window; or tokens that are there, of how many, and what comes in how fast. */
  readonly use:
    | { readonly used: number; readonly windowMs: number }
    | {
        readonly available: number;
        readonly capacity: number;
        readonly refill: number;
        readonly perMs: number;
      };
}

/**
 * What is used of the rates in a store, in the order of their keys.
 *
 * @throws GUARD_RATE_UNREADABLE, and what the store throws
 */
export async function rateStatus(store: Store, clock: Pick<Clock, 'now'>): Promise<readonly RateStatus[]> {
  const found: RateStatus[] = [];
  for await (const key of store.list(RATE_PREFIX)) {
    const parts = key.slice(RATE_PREFIX.length).split('/');
    const span = parts.pop() ?? '';
    const record = await store.get(key);
    const use = useOf(span, record?.value, clock.now());
    if (use !== undefined) found.push({ of: parts.map(nameOf), use });
  }
  return found;
}

function useOf(span: string, bytes: Uint8Array | undefined, now: number): RateStatus['use'] | undefined {
  const [, sliding] = /^w(\d+)$/.exec(span) ?? [];
  if (sliding !== undefined) {
    const log = decodeLog(bytes);
    const windowMs = Number(sliding);
    passTime(log, windowMs, now);
    return { used: log.total, windowMs };
  }
  const [, ...numbers] = /^b(\d+)\.(\d+)\.(\d+)$/.exec(span) ?? [];
  const [capacity, refill, perMs] = numbers.map(Number);
  if (capacity === undefined || refill === undefined || perMs === undefined) return undefined;
  const level = decodeBucket(bytes);
  fillUp(level, { capacity, refill, perMs }, now);
  return { available: Math.floor(level.credits / perMs), capacity, refill, perMs };
}
