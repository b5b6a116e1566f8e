import {
  type Clock,
  type Did,
  HANDLER_ORDER,
  type Interaction,
  isTtpError,
  type ObligationHandler,
  type Store,
  TtpError,
} from '@ttp/core';
import { WINDOW_WRITE_ATTEMPTS } from '../limits.js';
import { readLimit, unitsAtMost, unitsOf, valueOf, type WindowLimit, type WindowParams } from './amount.js';
import { added, advanced, decodeTally, encodeTally, sliceOf, type Tally, totalOf } from './tally.js';

/** The sums and counts of agents over time, kept in a store that several processes may share. */
export interface Windows {
  /**
   * What a window comes to with this interaction in it, in the units that a policy compares: what its agent was
   * permitted in the window, and what it asks for now, once. Undefined where the interaction has no amount.
   *
   * @throws GUARD_WINDOW_UNREADABLE, GUARD_STORE_FAILED, and the codes of the store
   */
  valueWith(interaction: Interaction, span: WindowParams): Promise<number | undefined>;
  /**
   * Fulfils `window` obligations `{ adds?, windowMs, atMost? }`: adds the interaction to its window by compare-and-set,
   * or refuses with GUARD_WINDOW_EXCEEDED what would bring it above `atMost`. What was added stays where the effect
   * happened or may have, a crash included, and is taken back where nothing happened.
   */
  handler(): ObligationHandler;
}

/** One change of a record, as often as it has to be tried: it gives the tally after it, or refuses. */
type Change = (tally: Tally) => Tally;

/** A change that waits for its turn. */
interface Waiting {
  readonly change: Change;
  readonly resolve: (tally: Tally) => void;
  readonly reject: (fault: unknown) => void;
}

const keyOf = (agent: Did, { adds = 'request', windowMs }: WindowParams): string =>
  `guard/window/${agent}/${adds}/${windowMs}`;

/**
 * @param store where the records are; other processes may write them too
 * @param clock wall clock, ms, which must not throw
 */
export function createWindows({ store, clock }: { readonly store: Store; readonly clock: Clock }): Windows {
  const queues = new Map<string, Waiting[]>();
  /** What interactions under way have added, by record and interaction: nobody counts himself twice. */
  const held = new Map<string, Map<string, number>>();

  /** Applies changes of one record in the order they came; those that wait at the same time share one write. */
  function apply(key: string, change: Change): Promise<Tally> {
    return new Promise((resolve, reject) => {
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push({ change, resolve, reject });
        return;
      }
      const mine = [{ change, resolve, reject }];
      queues.set(key, mine);
      void drain(key, mine);
    });
  }

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      try {
        await write(key, batch);
      } catch (cause) {
        // Whether it was written is not known: then it counts as used.
        const fault = isTtpError(cause)
          ? cause
          : new TtpError('GUARD_STORE_FAILED', 'the store failed', { cause });
        for (const { reject } of batch) reject(fault);
      }
    }
    queues.delete(key);
  }

  async function write(key: string, batch: readonly Waiting[]): Promise<void> {
    for (let attempt = 0; attempt < WINDOW_WRITE_ATTEMPTS; attempt++) {
      const found = await store.get(key);
      const before = decodeTally(found?.value);
      let tally = before;
      const ends = batch.map(({ change, resolve, reject }) => {
        try {
          const after = (tally = change(tally));
          return () => resolve(after);
        } catch (refusal) {
          return () => reject(refusal);
        }
      });
      if (tally !== before && !(await store.put(key, encodeTally(tally), found?.version ?? 0))) continue;
      for (const end of ends) end();
      return;
    }
    throw new TtpError('GUARD_WINDOW_CONTENTION', 'other processes kept getting in between');
  }

  async function hold(
    interaction: Interaction,
    limit: WindowLimit,
  ): ReturnType<Required<ObligationHandler>['hold']> {
    const units = unitsOf(interaction, limit) ?? 0;
    const key = keyOf(interaction.agent, limit);
    const { windowMs } = limit;
    const most = limit.atMost === undefined ? Number.MAX_SAFE_INTEGER : unitsAtMost(limit.atMost, limit);
    const tally = await apply(key, (before) => {
      const now = advanced(before, windowMs, clock.now());
      if (totalOf(now) + units > most)
        throw new TtpError('GUARD_WINDOW_EXCEEDED', `more than ${limit.atMost} in ${windowMs} ms`);
      return units === 0 ? before : added(now, sliceOf(now, windowMs), units);
    });
    const slice = sliceOf(tally, windowMs);
    const mine = held.get(key) ?? new Map<string, number>();
    held.set(key, mine.set(interaction.id, units));
    let isOver = false;
    /** Whether this is the first end: what was added is given back at most once. */
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      mine.delete(interaction.id);
      if (mine.size === 0 && held.get(key) === mine) held.delete(key);
      return true;
    };
    return {
      settle: () => {
        end();
        return Promise.resolve();
      },
      async release() {
        if (end() && units > 0) await apply(key, (before) => added(before, slice, -units));
      },
    };
  }

  return {
    async valueWith(interaction, span) {
      const units = unitsOf(interaction, span);
      if (units === undefined) return undefined;
      const key = keyOf(interaction.agent, span);
      let found: Awaited<ReturnType<Store['get']>>;
      try {
        found = await store.get(key);
      } catch (cause) {
        throw isTtpError(cause) ? cause : new TtpError('GUARD_STORE_FAILED', 'the store failed', { cause });
      }
      const used = totalOf(advanced(decodeTally(found?.value), span.windowMs, clock.now()));
      const mine = held.get(key)?.get(interaction.id) ?? 0;
      return valueOf(used - mine + units, span);
    },
    handler: () => ({
      kind: 'window',
      order: HANDLER_ORDER.window,
      check({ params }, interaction) {
        const limit = readLimit(params);
        if (limit === undefined) return 'GUARD_OBLIGATION_INVALID';
        const isUncounted = limit.atMost !== undefined && unitsOf(interaction, limit) === undefined;
        return isUncounted ? 'GUARD_WINDOW_UNCOUNTED' : undefined;
      },
      async hold({ params }, interaction) {
        const limit = readLimit(params);
        if (limit === undefined) throw new TtpError('GUARD_OBLIGATION_INVALID', 'no window');
        return await hold(interaction, limit);
      },
    }),
  };
}
