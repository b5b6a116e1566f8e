import { asDid, type Did, isTtpError, type JsonObject, type Storage, TtpError } from '@ttp/core';
import {
  type BudgetStatus,
  budgetStatus,
  readBudgetLimit,
  signBudget,
  storeBudgetLimit,
  type VerifiedBudgetLimit,
} from '@ttp/guard';
import { visible } from '@ttp/oversight';
import type { Answer, Ending } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import { paintFor } from '../terminal.js';
import type { Call } from '../verb.js';
import { watch } from '../watch.js';

interface ShowOptions {
  readonly store: string;
  readonly agent: string;
  readonly operators?: string;
  readonly watch?: boolean;
}

interface SetOptions extends ShowOptions {
  /** In micro-units. */
  readonly amount: number;
  readonly currency: string;
  readonly operators: string;
  readonly operatorKey: string;
}

/** `ttp budget show`: what an agent has spent, and what it may spend; with `--watch` until Ctrl-C. */
export const show = async ({ options, io, json }: Call<ShowOptions>): Promise<Ending> => {
  const agent = agentOf(options.agent);
  return await withStore(options.store, async (storage): Promise<Ending> => {
    const ports = await limitPorts(storage, options.operators, io);
    const look = (): Promise<Answer> => answerOf(agent, ports, storage, io);
    if (options.watch !== true) return await look();
    const paint = paintFor(io.stdout, io.env);
    await watch(io, async () => {
      const answer = await look();
      return json ? JSON.stringify(answer.json) : answer.text(paint);
    });
    return EXIT.ok;
  });
};

async function answerOf(
  agent: Did,
  ports: Parameters<typeof readBudgetLimit>[1],
  { store }: Storage,
  { clock }: Io,
): Promise<Answer> {
  let limit: VerifiedBudgetLimit | 'unverified' | undefined;
  try {
    limit = await readBudgetLimit(agent, ports);
  } catch (error) {
    if (!isTtpError(error, 'GUARD_OPERATORS_ABSENT')) throw error;
    limit = 'unverified';
  }
  const budgets = await budgetStatus(agent, { store, clock });
  return {
    exit: EXIT.ok,
    json: {
      agent,
      limit: limit === undefined || limit === 'unverified' ? (limit ?? null) : { ...limit },
      budgets: budgets.map(jsonOf),
    },
    text: () => [limitLine(limit), ...budgets.flatMap((one) => linesOf(one, limit))].join('\n'),
  };
}

/** `ttp budget set`: what an agent may spend in a month, from now on. */
export const set = async ({ options, io }: Call<SetOptions>): Promise<Answer> => {
  const agent = agentOf(options.agent);
  const { amount: micros, currency } = options;
  const signer = await readOperatorKey(options.operatorKey, {
    field: 'operator-key',
    passphrases: passphrases(io),
  });
  return await withStore(options.store, async (storage) => {
    const ports = await limitPorts(storage, options.operators, io);
    const before = await readBudgetLimit(agent, ports);
    const serial = (before?.serial ?? 0) + 1;
    const signed = await signBudget({ subject: agent, currency, micros, serial }, signer, io.clock.now());
    const limit = await storeBudgetLimit(signed, agent, ports);
    return { exit: EXIT.ok, json: { agent, limit: { ...limit } }, text: () => limitLine(limit) };
  });
};

const limitPorts = async (
  { store }: Storage,
  operators: string | undefined,
  { clock }: Io,
): Promise<Parameters<typeof readBudgetLimit>[1]> => ({
  store,
  now: () => clock.now(),
  operators: operators === undefined ? undefined : await readOperators(operators, 'operators'),
});

function agentOf(agent: string): Did {
  // What nobody resolves would be the budget of nobody, and look as if it were somebody's.
  if (agent.startsWith('did:ttp:')) return asDid(agent);
  throw new TtpError('CLI_USAGE', 'an agent is a did:ttp', { field: 'agent' });
}

const jsonOf = ({ usage, history, ...rest }: BudgetStatus): JsonObject => ({
  ...rest,
  usage: usage.map((row) => ({ ...row })),
  history: history.map((row) => ({ ...row })),
});

const limitLine = (limit: VerifiedBudgetLimit | 'unverified' | undefined): string =>
  limit === undefined
    ? 'limit  set by no operator'
    : limit === 'unverified'
      ? 'limit  set by somebody; --operators verifies by whom'
      : `limit  ${amountOf(limit.micros, limit.currency)} a month, by ${visible(limit.operator)} (serial ${limit.serial})`;

function linesOf(
  { currency, period, spent, reserved, calls, alerted, usage, history }: BudgetStatus,
  limit: VerifiedBudgetLimit | 'unverified' | undefined,
): readonly string[] {
  const left =
    typeof limit === 'object' && limit.currency === currency
      ? `  ${amountOf(Math.max(0, limit.micros - spent - reserved), currency)} left`
      : '';
  const told = alerted.length === 0 ? '' : `  told at ${alerted.join(', ')} %`;
  return [
    `${period}  ${amountOf(spent, currency)} spent in ${calls} calls  ${amountOf(reserved, currency)} reserved${left}${told}`,
    ...usage.map(
      ({ name, calls: times, micros }) => `  ${visible(name)}  ${times} calls  ${amountOf(micros, currency)}`,
    ),
    ...history.map(
      (past) => `${past.period}  ${amountOf(past.spent, currency)} spent in ${past.calls} calls`,
    ),
  ];
}

/** Micro-units as people write them, to the last one that is not zero, and to the second decimal at least. */
function amountOf(micros: number, currency: string): string {
  const digits = `${micros}`.padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${digits.slice(0, -6)}.${decimals} ${currency}`;
}
