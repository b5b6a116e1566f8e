import { moneyAmount } from '../arguments.js';
import type { Verb } from '../verb.js';
import { OPERATOR_KEY, OPERATORS, SHARED_STORE } from './shared.js';

const AGENT = { flags: '--agent <did>', says: 'the agent', required: true } as const;

const show: Verb = {
  name: 'budget show',
  summary: 'Show what an agent has spent this month, by model and endpoint, and what it may spend.',
  description: `Months are calendar months, UTC. Without --operators a limit that an operator set is shown as not verified; a limit
that the host gives its agent is in no storage.`,
  options: [
    SHARED_STORE,
    AGENT,
    { flags: OPERATORS.flags, says: 'the roster that whoever set the limit stands on' },
    { flags: '--watch', says: 'stay, and show every change' },
  ],
  examples: [
    { line: 'ttp budget show --store ttp.db --agent did:ttp:agent:Qm...', says: 'what did it cost so far?' },
  ],
  load: async () => ({ run: (await import('../commands/budget.js')).show }),
};

const set: Verb = {
  name: 'budget set',
  summary: 'Set what an agent may spend in a calendar month, by a limit that an operator signs.',
  description: 'Holds from the next call on, in every process that shares the storage and knows the roster.',
  options: [
    SHARED_STORE,
    AGENT,
    {
      flags: '--amount <amount>',
      says: 'in the main unit, with at most six decimals: 50 or 49.99',
      required: true,
      parse: moneyAmount,
    },
    { flags: '--currency <code>', says: 'the currency of the prices', default: 'USD' },
    { ...OPERATORS, says: 'the roster that the operator stands on, with policy:sign' },
    OPERATOR_KEY,
  ],
  examples: [
    {
      line: 'ttp budget set --store ttp.db --agent did:ttp:agent:Qm... --amount 50 --operators ops.json --operator-key ada.key.json',
      says: 'no more than 50 USD a month',
    },
  ],
  load: async () => ({ run: (await import('../commands/budget.js')).set }),
};

export const budget: readonly Verb[] = [show, set];
