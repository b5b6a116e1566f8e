import type { Clock, Store } from '@ttp/core';
import { nameOf } from '../records/key-part.js';
import { decodeState } from './cells.js';
import { type ToolBreakerState, toolBreakerMachine } from './tool-breaker.js';
import { BREAKER_PREFIX } from './tool-breakers.js';
import { readToolState } from './tool-state.js';

/** Where the breaker of one tool or service stands. */
export interface BreakerStatus {
  readonly key: string;
  readonly state: ToolBreakerState;
}

/**
 * The breakers in a store, in the order of their keys, as they stand now.
 *
 * @throws GUARD_BREAKER_UNREADABLE, and what the store throws
 */
export async function breakerStatus(
  store: Store,
  clock: Pick<Clock, 'now'>,
): Promise<readonly BreakerStatus[]> {
  const found: BreakerStatus[] = [];
  for await (const key of store.list(BREAKER_PREFIX)) {
    const record = await store.get(key);
    if (record === undefined) continue;
    const { state } = toolBreakerMachine.step(decodeState(record.value, readToolState), {
      type: 'tick',
      now: clock.now(),
    });
    found.push({ key: nameOf(key.slice(BREAKER_PREFIX.length)), state });
  }
  return found;
}
