import type { Clock, Decision, Hold, Interaction, Json, Outcome, Store } from '@ttp/core';
import { isJsonObject } from '@ttp/core';
import {
  type BudgetEvent,
  type BudgetOptions,
  type Budgets,
  createBudgets,
  type Meter,
  parsePriceTable,
} from '../../src/index.js';
import { interaction } from '../interaction.js';

/** One unit costs one micro-unit: a test says what a call costs by saying what it uses. */
export const PRICES = parsePriceTable({
  v: 1,
  source: 'example, for tests',
  date: '2026-11-01',
  currency: 'USD',
  prices: [
    { provider: 'example', model: 'small', rates: [{ unit: 'token', micros: 1, per: 1 }] },
    { provider: 'example', model: 'large', rates: [{ unit: 'token', micros: 10, per: 1 }] },
  ],
});

export const usd = (micros: number) => ({ currency: 'USD', micros }) as const;

const number = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** Calls say in their arguments what they use at most, by which model, and results what was used. */
export const METER: Meter = {
  estimate({ input }) {
    if (!isJsonObject(input)) return undefined;
    const { tokens, model, endpoint } = input;
    const most = number(tokens);
    if (most === undefined) return undefined;
    return {
      provider: 'example',
      model: typeof model === 'string' ? model : 'small',
      ...(typeof endpoint === 'string' ? { endpoint } : {}),
      most: { token: most },
    };
  },
  actual: (_, outcome) =>
    outcome.status === 'done' && typeof outcome.value === 'number' ? { token: outcome.value } : undefined,
};

/** A call that uses so many tokens at most. */
export function call(
  tokens: number,
  id: string,
  { input = {}, ...more }: Partial<Interaction> = {},
): Interaction {
  const others = isJsonObject(input) ? input : {};
  return interaction({ id, ...more, input: { tokens, ...others } });
}

const DECISION = {} as Decision;

/** How `run` of @ttp/sdk reserves. */
export async function reserve(budgets: Budgets, i: Interaction): Promise<Hold> {
  const [obligation, ...others] = budgets.obligations(i);
  if (obligation === undefined || others.length > 0) throw new Error('one budget is reserved');
  const handler = budgets.handler();
  const code = handler.check(obligation, i);
  if (code !== undefined) throw new Error(`refused by the check: ${code}`);
  const held = await handler.hold?.(obligation, i, DECISION, new AbortController().signal);
  if (held === undefined) throw new Error('a budget is held');
  return held;
}

/** A call that came to an end and used so many tokens. */
export const used = (value: unknown): Outcome<unknown> => ({
  status: 'done',
  decision: DECISION,
  value,
  receipt: {} as never,
});

export const failed: Outcome<unknown> = { status: 'failed', code: 'SDK_PERFORM_FAILED', decision: DECISION };

export function open(
  store: Store,
  clock: Clock,
  options: Partial<BudgetOptions> = {},
): { readonly budgets: Budgets; readonly events: BudgetEvent[] } {
  const events: BudgetEvent[] = [];
  const budgets = createBudgets({
    store,
    clock,
    prices: PRICES,
    meter: METER,
    limit: usd(1000),
    emit: (event) => void events.push(event),
    ...options,
  });
  return { budgets, events };
}

/** The percentages that were told. */
export const told = (events: readonly BudgetEvent[]): readonly unknown[] =>
  events.filter(({ type }) => type === 'budget-alerted').map(({ data }) => data['percent']);
