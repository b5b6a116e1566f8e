import {
  type Clock,
  type Did,
  HANDLER_ORDER,
  type Interaction,
  type ObligationHandler,
  type Store,
  TtpError,
} from '@ttp/core';
import { holdOnce } from '../records/hold.js';
import { createRecords } from '../records/records.js';
import { readLimit, unitsAtMost, unitsOf, valueOf, type WindowLimit, type WindowParams } from './amount.js';
import { added, advanced, decodeTally, encodeTally, sliceOf, totalOf } from './tally.js';

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

const keyOf = (agent: Did, { adds = 'request', windowMs }: WindowParams): string =>
  `guard/window/${agent}/${adds}/${windowMs}`;

/**
 * @param store where the records are; other processes may write them too
 * @param clock wall clock, ms, which must not throw
 */
export function createWindows({ store, clock }: { readonly store: Store; readonly clock: Clock }): Windows {
  const tallies = createRecords(store, {
    decode: decodeTally,
    encode: encodeTally,
    contention: 'GUARD_WINDOW_CONTENTION',
  });
  /** What interactions under way have added, by record and interaction: nobody counts himself twice. */
  const held = new Map<string, Map<string, number>>();

  async function hold(
    interaction: Interaction,
    limit: WindowLimit,
  ): ReturnType<Required<ObligationHandler>['hold']> {
    const units = unitsOf(interaction, limit) ?? 0;
    const key = keyOf(interaction.agent, limit);
    const { windowMs } = limit;
    const most = limit.atMost === undefined ? Number.MAX_SAFE_INTEGER : unitsAtMost(limit.atMost, limit);
    const tally = await tallies.change(key, (before) => {
      const now = advanced(before, windowMs, clock.now());
      if (totalOf(now) + units > most)
        throw new TtpError('GUARD_WINDOW_EXCEEDED', `more than ${limit.atMost} in ${windowMs} ms`);
      return units === 0 ? before : added(now, sliceOf(now, windowMs), units);
    });
    const slice = sliceOf(tally, windowMs);
    const mine = held.get(key) ?? new Map<string, number>();
    held.set(key, mine.set(interaction.id, units));
    const forget = (): void => {
      mine.delete(interaction.id);
      if (mine.size === 0 && held.get(key) === mine) held.delete(key);
    };
    return holdOnce({
      async settle() {
        forget();
      },
      async release() {
        forget();
        if (units > 0) await tallies.change(key, (before) => added(before, slice, -units));
      },
    });
  }

  return {
    async valueWith(interaction, span) {
      const units = unitsOf(interaction, span);
      if (units === undefined) return undefined;
      const key = keyOf(interaction.agent, span);
      const used = totalOf(advanced(await tallies.read(key), span.windowMs, clock.now()));
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
