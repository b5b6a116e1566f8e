import {
  type Clock,
  type Did,
  HANDLER_ORDER,
  type Hold,
  type Interaction,
  type JsonObject,
  type Obligation,
  type ObligationHandler,
  type Operators,
  type Outcome,
  type Store,
  TtpError,
} from '@ttp/core';
import { holdOnce } from '../records/hold.js';
import { createRecords, storeFault } from '../records/records.js';
import {
  type Account,
  accountAt,
  alerting,
  charged,
  committedOf,
  decodeAccount,
  encodeAccount,
  givenBack,
  monthOf,
  reserved,
} from './account.js';
import { readBudgetLimit } from './limit.js';
import { asMoney, isCurrency, isMicros, type Money } from './money.js';
import { isPriceName, type PriceTable, priceOf, type Usage } from './prices.js';

/** What a call is going to use, at most. */
export interface Estimate {
  readonly provider: string;
  readonly model: string;
  /** Where it goes, for the aggregates; the target of the interaction when left out. */
  readonly endpoint?: string;
  /** An upper bound: what is reserved. A bound that is too low is charged in full all the same, after the call. */
  readonly most: Usage;
}

/** Knows what calls cost. Both functions are the host's, synchronous and without side effect. */
export interface Meter {
  /** What an interaction may use; undefined for one that costs nothing. What it throws blocks the call. */
  estimate(interaction: Interaction): Estimate | undefined;
  /**
   * What it did use, by its outcome; undefined where that cannot be told: then what was reserved counts. An effect that
   * failed may have cost as much as one that did not.
   */
  actual?(interaction: Interaction, outcome: Outcome<unknown>): Usage | undefined;
}

/** A budget that is spent beside the agent's own, such as that of a link of a delegation chain: in all, not by month. */
export interface SharedBudget {
  /** Names it in the store; who names the same one shares it. */
  readonly name: string;
  readonly limit: Money;
}

/** What happens to a budget, for the log. */
export interface BudgetEvent {
  readonly type: 'budget-alerted' | 'cost-recorded';
  /** The interaction. */
  readonly subject: string;
  readonly agent: Did;
  readonly at: number;
  readonly data: JsonObject;
}

/** What {@link createBudgets} takes. */
export interface BudgetOptions {
  /** Where the records are; other processes may write them too. */
  readonly store: Store;
  /** Wall clock, ms, which must not throw. */
  readonly clock: Clock;
  readonly prices: PriceTable;
  readonly meter: Meter;
  /** How much each agent may spend in a calendar month, where no operator set another limit. */
  readonly limit?: Money;
  /** Who may set limits. Without a roster one that somebody set blocks. */
  readonly operators?: Operators;
  /** Further budgets that every call is charged to. */
  readonly shared?: readonly SharedBudget[];
  /** Told of alerts and costs, once each is stored. */
  readonly emit?: (event: BudgetEvent) => void;
}

/** Budgets of agents, in a store that several processes may share. */
export interface Budgets {
  /**
   * What an interaction obliges to: to reserve what it may cost. Nothing for one that costs nothing.
   * @throws GUARD_BUDGET_UNPRICED, GUARD_BUDGET_ESTIMATE, GUARD_USAGE_INVALID, and what the meter throws
   */
  obligations(interaction: Interaction): readonly Obligation[];
  /**
   * Fulfils `budget` obligations `{ currency, micros, provider, model, endpoint }`: reserves by compare-and-set, refuses
   * with GUARD_BUDGET_EXCEEDED what would come above a limit, charges the actual cost when the call has ended, and gives
   * back where nothing happened. What nobody ended counts as spent.
   */
  handler(): ObligationHandler;
}

/** One account that a call is charged to. */
interface Charge {
  readonly key: string;
  readonly limit: number;
  readonly period: (now: number) => string;
}

/** What is reserved, and under which names it is going to be aggregated. */
interface Wanted extends Money {
  readonly provider: string;
  readonly model: string;
  readonly endpoint: string;
}

/** The key of an agent's own account. */
export const accountKey = (agent: Did, currency: string): string => `guard/budget/agent/${agent}/${currency}`;

/** @throws GUARD_BUDGET_MONEY, GUARD_BUDGET_CURRENCY where a limit is in another currency than the prices */
export function createBudgets(options: BudgetOptions): Budgets {
  const { store, clock, prices, meter, operators, shared = [], emit = () => undefined } = options;
  const { currency } = prices;
  const own = options.limit === undefined ? undefined : moneyIn(options.limit, currency, 'limit');
  const others = shared.map(({ name, limit }): Charge => {
    const { micros } = moneyIn(limit, currency, `shared.${name}`);
    return { key: `guard/budget/shared/${name}/${currency}`, limit: micros, period: () => 'all' };
  });
  const accounts = createRecords(store, {
    decode: decodeAccount,
    encode: encodeAccount,
    contention: 'GUARD_BUDGET_CONTENTION',
  });

  async function chargesOf(agent: Did): Promise<readonly Charge[]> {
    const limits = { store, now: () => clock.now(), operators };
    const set = await readBudgetLimit(agent, limits).catch((cause: unknown) => {
      throw storeFault(cause);
    });
    const limit = set === undefined ? own : moneyIn(set, currency, 'body.currency');
    if (limit === undefined) throw new TtpError('GUARD_BUDGET_ABSENT', `${agent} has no budget`);
    return [{ key: accountKey(agent, currency), limit: limit.micros, period: monthOf }, ...others];
  }

  /** Changes an account as it is now, and tells of each share of its limit that this brings it to. */
  async function change(charge: Charge, interaction: Interaction, next: (now: Account) => Account) {
    let told: readonly number[] = [];
    const after = await accounts.change(charge.key, (before) => {
      const now = clock.now();
      const { account, due } = alerting(next(accountAt(before, charge.period(now), now)), charge.limit);
      told = due;
      return account;
    });
    for (const percent of told)
      tell('budget-alerted', interaction, {
        account: charge.key,
        period: after.period,
        percent,
        currency,
        limit: charge.limit,
        committed: committedOf(after),
      });
    return after;
  }

  const tell = (type: BudgetEvent['type'], { id, agent }: Interaction, data: JsonObject): void =>
    emit({ type, subject: id, agent, at: clock.now(), data });

  async function hold(interaction: Interaction, wanted: Wanted): Promise<Hold> {
    const { id, agent } = interaction;
    const { micros: most } = wanted;
    const charges = await chargesOf(agent);
    const held: Charge[] = [];

    /** Ends what is held in every account, whatever one of them says. Throws the first fault. */
    async function end(next: (account: Account) => Account): Promise<void> {
      const ends = await Promise.allSettled(held.map((charge) => change(charge, interaction, next)));
      for (const one of ends) if (one.status === 'rejected') throw one.reason;
    }

    const release = (): Promise<void> => end((account) => givenBack(account, id));
    for (const charge of charges) {
      try {
        await change(charge, interaction, (account) =>
          reserved(account, { id, micros: most, at: clock.now() }, charge.limit),
        );
      } catch (refusal) {
        // Nothing happened. What cannot be given back counts as spent.
        await release().catch(() => undefined);
        throw refusal;
      }
      held.push(charge);
    }
    return holdOnce({
      release,
      async settle(outcome) {
        const { micros, fault } = costOf(interaction, wanted, outcome);
        const { provider, model, endpoint } = wanted;
        const names = [`model:${provider}/${model}`, `endpoint:${endpoint}`];
        await end((account) => charged(account, id, { micros, names }));
        tell('cost-recorded', interaction, { provider, model, endpoint, currency, micros, reserved: most });
        if (fault !== undefined) throw fault;
      },
    });
  }

  /** What a call cost; where nobody can tell, what was reserved. */
  function costOf(
    interaction: Interaction,
    { provider, model, micros }: Wanted,
    outcome: Outcome<unknown>,
  ): { readonly micros: number; readonly fault?: TtpError } {
    try {
      const usage = meter.actual?.(interaction, outcome);
      if (usage === undefined) return { micros };
      const cost = priceOf(prices, { provider, model }, { ...usage });
      if (cost !== undefined) return { micros: cost.micros };
      return { micros, fault: unpriced(provider, model) };
    } catch (cause) {
      return { micros, fault: new TtpError('GUARD_BUDGET_METER_FAILED', 'the meter failed', { cause }) };
    }
  }

  return {
    obligations(interaction) {
      const estimate = meter.estimate(interaction);
      if (estimate === undefined) return [];
      const { provider, model, most, endpoint = interaction.target } = estimate;
      if (!isPriceName(provider) || !isPriceName(model) || !isEndpoint(endpoint))
        throw new TtpError('GUARD_BUDGET_ESTIMATE', 'an estimate names provider, model and endpoint');
      const cost = priceOf(prices, { provider, model }, { ...most });
      if (cost === undefined) throw unpriced(provider, model);
      return [{ kind: 'budget', from: 'budget', params: { ...cost, provider, model, endpoint } }];
    },
    handler: () => ({
      kind: 'budget',
      order: HANDLER_ORDER.budget,
      check: ({ params }) =>
        readWanted(params)?.currency === currency ? undefined : 'GUARD_OBLIGATION_INVALID',
      async hold({ params }, interaction) {
        const wanted = readWanted(params);
        if (wanted?.currency !== currency) throw new TtpError('GUARD_OBLIGATION_INVALID', 'no budget');
        return await hold(interaction, wanted);
      },
    }),
  };
}

function readWanted({ currency, micros, provider, model, endpoint }: JsonObject): Wanted | undefined {
  return isCurrency(currency) &&
    isMicros(micros) &&
    isPriceName(provider) &&
    isPriceName(model) &&
    typeof endpoint === 'string' &&
    isEndpoint(endpoint)
    ? { currency, micros, provider, model, endpoint }
    : undefined;
}

/** Targets of interactions are names and addresses; whatever is longer would fill up the record. */
const ENDPOINT = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const isEndpoint = (text: string): boolean => ENDPOINT.test(text);

function moneyIn(money: Money, currency: string, field: string): Money {
  const read = asMoney({ currency: money.currency, micros: money.micros }, field);
  if (read.currency !== currency)
    throw new TtpError('GUARD_BUDGET_CURRENCY', `${read.currency} where prices are in ${currency}`, {
      field,
    });
  return read;
}

const unpriced = (provider: string, model: string): TtpError =>
  new TtpError('GUARD_BUDGET_UNPRICED', `the price table has no price for this use of ${provider} ${model}`);

/** A budget before there is an enforcement point to spend it: what `createTtp` of @ttp/sdk takes. */
export interface AgentBudget {
  open(ports: Pick<BudgetOptions, 'store' | 'clock' | 'operators' | 'shared' | 'emit'>): Budgets;
}

/**
 * The budget of the agent of an enforcement point: prices, a meter that knows what calls use, and the limit of a month.
 * `open` throws what {@link createBudgets} throws.
 */
export const agentBudget = (config: Pick<BudgetOptions, 'prices' | 'meter' | 'limit'>): AgentBudget => ({
  open: (ports) => createBudgets({ ...config, ...ports }),
});
