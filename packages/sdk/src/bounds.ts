import type { Clock, Evidence, Interaction, Obligation, Operators, Store } from '@ttp/core';
import {
  type AgentBudget,
  type BudgetEvent,
  type Budgets,
  capabilityHandler,
  type SharedBudget,
} from '@ttp/guard';
import { capabilityObligations } from './capabilities.js';

/** What every interaction obliges to, whatever its profile: to hold the capabilities it needs, and to stay in budget. */
export interface Bounds {
  readonly handlers: readonly ReturnType<Budgets['handler']>[];
  readonly obligations: (interaction: Interaction, evidence: Evidence) => readonly Obligation[];
}

/** Opens them. Throws what the budget does. */
export function openBounds(
  budget: AgentBudget | undefined,
  {
    operators,
    ...ports
  }: {
    readonly store: Store;
    readonly clock: Clock;
    readonly operators: Operators | undefined;
    readonly shared: readonly SharedBudget[];
    readonly emit: (event: BudgetEvent) => void;
  },
): Bounds {
  const budgets = budget?.open({ ...ports, ...(operators === undefined ? {} : { operators }) });
  return {
    handlers: [capabilityHandler(), ...(budgets === undefined ? [] : [budgets.handler()])],
    obligations: (interaction, evidence) => [
      ...capabilityObligations(interaction, evidence),
      ...(budgets?.obligations(interaction) ?? []),
    ],
  };
}
