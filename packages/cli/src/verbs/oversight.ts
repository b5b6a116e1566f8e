import { KILL_REASONS } from '@ttp/core';
import { positiveInteger } from '../arguments.js';
import { ORDER_VALID_MS } from '../limits.js';
import type { Verb, VerbOption } from '../verb.js';
import { AGENT, OPERATOR_KEY, OPERATORS, SHARED_STORE, STORE } from './shared.js';

const reason = (says: string): VerbOption => ({
  flags: '--reason <reason>',
  says,
  choices: KILL_REASONS,
  default: 'manual_operator_action',
});

const list: Verb = {
  name: 'review list',
  summary: 'Show the reviews that wait, oldest first, as they will be signed.',
  options: [STORE],
  examples: [{ line: 'ttp review list --store ttp.db', says: 'what waits for a human' }],
  load: async () => ({ run: (await import('../commands/review.js')).list }),
};

const DECISION: Pick<Verb, 'arguments' | 'options'> = {
  arguments: [{ name: '<review>', says: 'the id of the review, from ttp review list' }],
  options: [
    STORE,
    OPERATORS,
    OPERATOR_KEY,
    { flags: '--reason <text>', says: 'why, for the record', required: true },
  ],
};

const approve: Verb = {
  ...DECISION,
  name: 'review approve',
  summary: 'Approve a review, by a signature over exactly what was shown.',
  options: [
    ...(DECISION.options ?? []),
    {
      flags: '--max-uses <n>',
      says: 'how often the approval may be used; once unless given',
      parse: positiveInteger,
    },
  ],
  examples: [
    {
      line: "ttp review approve 3q2-7w --store ttp.db --operators ops.json --operator-key ada.key.json --reason 'as agreed'",
      says: 'let one call through',
    },
  ],
  load: async () => ({ run: (await import('../commands/review.js')).approve }),
};

const deny: Verb = {
  ...DECISION,
  name: 'review deny',
  summary: 'Deny a review: the same call is refused until the review ends.',
  examples: [
    {
      line: "ttp review deny 3q2-7w --store ttp.db --operators ops.json --operator-key ada.key.json --reason 'not on Fridays'",
      says: 'refuse it, and say why',
    },
  ],
  load: async () => ({ run: (await import('../commands/review.js')).deny }),
};

export const review: readonly Verb[] = [list, approve, deny];

export const kill: Verb = {
  name: 'kill',
  summary: 'Stop an agent, or all (*), by an order that an operator signs.',
  description: 'Returns when the kill is durable. A process that shares the storage reads it every 250 ms.',
  options: [
    SHARED_STORE,
    AGENT,
    { ...OPERATORS, says: 'the roster that the operator stands on, with kill:order' },
    OPERATOR_KEY,
    reason('why'),
    {
      flags: '--dependents <file>',
      says: 'suspend those too who depend on it: { "edges": [{ "parent", "child", "id" }] }',
    },
    {
      flags: '--cap <n>',
      says: 'how many of them at most, the nearest first; 100 unless given',
      parse: positiveInteger,
    },
    { flags: '--dry-run', says: 'show whom it would stop, and stop nobody' },
  ],
  examples: [
    {
      line: "ttp kill --store ttp.db --agent '*' --reason security_violation --operators ops.json --operator-key ada.key.json",
      says: 'stop everybody',
    },
    {
      line: 'ttp kill --store ttp.db --agent did:ttp:agent:Qm... --operators ops.json --operator-key ada.key.json --dependents graph.json --dry-run',
      says: 'whom would it take along?',
    },
  ],
  load: async () => ({ run: (await import('../commands/kill.js')).kill }),
};

export const reinstate: Verb = {
  name: 'reinstate',
  summary: 'Revive an agent, or all (*), by orders that operators sign.',
  description: `One operator lifts most kills; security_violation and pattern_threat_detected take two (decision D33): the first
writes an order with --out, the second hands it in with --order within ${ORDER_VALID_MS / 60_000} minutes.`,
  options: [
    SHARED_STORE,
    AGENT,
    { ...OPERATORS, says: 'the roster that the operators stand on, with kill:reinstate' },
    OPERATOR_KEY,
    reason('the reason of the kill, the strictest of several: ttp status shows them'),
    {
      flags: '--score <n>',
      says: 'the score of the agent as it is now, for a kill because of its score: 20 or more reinstates',
      parse: positiveInteger,
    },
    {
      flags: '--order <file>',
      says: "another operator's signed order; repeatable",
      repeatable: true,
    },
    {
      flags: '-o, --out <file>',
      says: 'write the signed order for another operator, and revive nobody yet',
    },
  ],
  examples: [
    {
      line: 'ttp reinstate --store ttp.db --agent did:ttp:agent:Qm... --operators ops.json --operator-key ada.key.json',
      says: 'revive one agent',
    },
  ],
  load: async () => ({ run: (await import('../commands/kill.js')).reinstate }),
};

export const status: Verb = {
  name: 'status',
  summary: 'Show whether an agent, or everybody (*), is killed.',
  description: `An agent without a record counts as killed. With --watch the answer is kept up to date until Ctrl-C, which ends it
with 0: written over on a terminal, elsewhere one more line or document with each change.`,
  options: [SHARED_STORE, AGENT, { flags: '--watch', says: 'stay, and show every change' }],
  exits: { 0: 'alive', 1: 'killed' },
  examples: [
    { line: 'ttp status --store ttp.db --agent did:ttp:agent:Qm...', says: 'may this agent act?' },
    { line: "ttp status --store ttp.db --agent '*' --watch", says: 'a view that stays' },
  ],
  load: () => import('../commands/status.js'),
};
