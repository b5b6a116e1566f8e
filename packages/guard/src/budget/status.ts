import type { Clock, Did, Store } from '@ttp/core';
import { accountAt, committedOf, decodeAccount, monthOf, type PastPeriod, type UsageRow } from './account.js';
import { accountKey } from './budgets.js';

/** What an agent has spent in one currency. */
export interface BudgetStatus {
  readonly currency: string;
  /** The calendar month that runs, UTC. */
  readonly period: string;
  /** Settled, in micro-units. */
  readonly spent: number;
  /** Reserved by calls that are under way, or that nobody ended. */
  readonly reserved: number;
  readonly calls: number;
  /** Shares of the limit, in percent, that were told this month. */
  readonly alerted: readonly number[];
  /** By `model:<provider>/<model>` and by `endpoint:<endpoint>`, most expensive first. */
  readonly usage: readonly UsageRow[];
  /** Months before, latest first. */
  readonly history: readonly PastPeriod[];
}

/**
 * What an agent has spent, by currency; empty where it never spent anything.
 *
 * @throws GUARD_BUDGET_UNREADABLE, and the codes of the store
 */
export async function budgetStatus(
  agent: Did,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<readonly BudgetStatus[]> {
  const found: BudgetStatus[] = [];
  const prefix = accountKey(agent, '');
  for await (const key of store.list(prefix)) {
    const now = clock.now();
    const account = accountAt(decodeAccount((await store.get(key))?.value), monthOf(now), now);
    const { period, spent, calls, alerted, usage, history } = account;
    found.push({
      currency: key.slice(prefix.length),
      period,
      spent,
      reserved: committedOf(account) - spent,
      calls,
      alerted,
      usage: usage.toSorted((a, b) => b.micros - a.micros || (a.name < b.name ? -1 : 1)),
      history,
    });
  }
  return found;
}
