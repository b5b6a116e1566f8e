import {
  type Did,
  type Envelope,
  isDid,
  type JsonObject,
  type KillReason,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { encodeEnvelope } from '@ttp/crypto';
import {
  type CascadePlan,
  createKillSwitch,
  type KillStatus,
  type KillSwitch,
  type KillSwitchOptions,
  type KillTarget,
  type Order,
  planCascade,
  signKillOrder,
  signReinstateOrder,
} from '@ttp/guard';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { readDependents } from '../files/dependents.js';
import { readText, writeNew } from '../files/files.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { ORDER_VALID_MS, SCORE_RECOVERED } from '../limits.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import type { Call } from '../verb.js';

/** Which record is looked at. */
export interface StatusOptions {
  readonly store: string;
  readonly agent: string;
}

interface OrderOptions extends StatusOptions {
  readonly reason: KillReason;
  readonly operators: string;
  readonly operatorKey: string;
}

interface KillOptions extends OrderOptions {
  /** Who depends on whom. */
  readonly dependents?: string;
  readonly cap?: number;
  readonly dryRun?: boolean;
}

interface ReinstateOptions extends OrderOptions {
  /** Orders of other operators. */
  readonly order: readonly string[];
  readonly out?: string;
  /** What the operator found the score to be, 0 to 100. */
  readonly score?: number;
}

/** `ttp kill`: stops an agent wherever this storage is shared. */
export const kill = ({ options, io }: Call<KillOptions>): Promise<Answer> => killAgent(options, io);

/** `ttp reinstate`: revives what was killed, by as many operators as the reason demands. */
export const reinstate = ({ options, io }: Call<ReinstateOptions>): Promise<Answer> =>
  reinstateAgent(options, io);

/** Opens the kill switch of a storage with the record of one target, and closes both. */
export async function withSwitch<T>(
  { store, agent }: StatusOptions,
  { clock, timer }: Io,
  more: Pick<KillSwitchOptions, 'operators' | 'recovery'>,
  work: (guard: KillSwitch, target: KillTarget) => Promise<T>,
): Promise<T> {
  const target = targetOf(agent);
  return withStore(store, async (storage) => {
    const guard = await createKillSwitch({
      storage,
      clock,
      timer,
      ...more,
    });
    try {
      if (target !== '*') await guard.enrol(target, false);
      return await work(guard, target);
    } finally {
      guard.close();
    }
  });
}

function targetOf(agent: string): Did | '*' {
  if (agent === '*') return agent;
  // A kill by a name that nobody resolves would stop nobody, and look as if it had.
  if (isDid(agent) && agent.startsWith('did:ttp:')) return agent;
  throw new TtpError('CLI_USAGE', 'an agent is a did:ttp, or * for all', { field: 'agent' });
}

async function killAgent(options: KillOptions, io: Io): Promise<Answer> {
  const target = targetOf(options.agent);
  const plan = await planOf(target, options);
  if (options.dryRun === true) return answerOfPlan(target, plan);
  const { operators, signer } = await authority(options, io);
  return withSwitch(options, io, { operators }, async (guard) => {
    const order = orderFor(guard, target, options.reason, io);
    const { durable } = await guard.obey(await signKillOrder(order, signer, io.clock.now()));
    await durable;
    // Those who depend on it are suspended by whoever killed it: the name that the order was verified for.
    const suspended = plan === undefined ? [] : guard.suspend(plan, guard.status(target).by);
    for (const one of suspended) await one.durable;
    const answer = answerOf(guard, target);
    const told = plan === undefined ? {} : { cascade: jsonOfPlan(plan) };
    return {
      exit: EXIT.ok,
      json: { ...answer.json, ...told },
      text: (paint) => [answer.text(paint), ...(plan === undefined ? [] : linesOfPlan(plan))].join('\n'),
    };
  });
}

/** Whom the kill takes along; nobody where no dependents are named. */
async function planOf(
  target: KillTarget,
  { dependents, cap }: KillOptions,
): Promise<CascadePlan | undefined> {
  if (dependents === undefined) return undefined;
  if (target === '*')
    throw new TtpError('CLI_USAGE', 'nobody is left to depend on all', { field: 'dependents' });
  return planCascade(target, await readDependents(dependents, 'dependents'), cap);
}

const jsonOfPlan = ({ steps, beyond }: CascadePlan): JsonObject => ({
  suspends: steps.map(({ agent, distance, causes, via }) => ({
    agent,
    distance,
    causes: [...causes],
    via: [...via],
  })),
  beyond,
});

const linesOfPlan = ({ steps, beyond }: CascadePlan): readonly string[] => [
  ...steps.map(({ agent, causes }) => visible(`suspended  ${agent}  depends on ${causes.join(', ')}`)),
  ...(beyond === 0 ? [] : [`${beyond} more depend on it and go on: raise --cap to suspend them`]),
];

const answerOfPlan = (target: KillTarget, plan?: CascadePlan): Answer => ({
  exit: EXIT.ok,
  json: { dryRun: true, target, cascade: plan === undefined ? null : jsonOfPlan(plan) },
  text: () =>
    [`nobody was stopped; it would be ${target}`, ...(plan === undefined ? [] : linesOfPlan(plan))].join(
      '\n',
    ),
});

async function reinstateAgent(options: ReinstateOptions, io: Io): Promise<Answer> {
  const { out } = options;
  targetOf(options.agent);
  const { operators, signer } = await authority(options, io);
  const others = await Promise.all(options.order.map((file) => readText(file, { field: 'order' })));
  const recovery = { scoreRecovered: () => Promise.resolve((options.score ?? 0) >= SCORE_RECOVERED) };
  return withSwitch(options, io, { operators, recovery }, async (guard, target) => {
    const order = orderFor(guard, target, options.reason, io);
    const signed: Envelope = await signReinstateOrder(order, signer, io.clock.now());
    if (out !== undefined) {
      await writeNew(out, encodeEnvelope(signed), 'out');
      return {
        exit: EXIT.ok,
        json: { order: out },
        text: () => `order  ${out}, for ${target}; nobody is revived yet`,
      };
    }
    await guard.reinstate([...others.map((text) => text.trim()), signed]);
    return answerOf(guard, target);
  });
}

async function authority(
  { operators, operatorKey }: OrderOptions,
  io: Io,
): Promise<{ readonly operators: Operators; readonly signer: Signer }> {
  return {
    operators: await readOperators(operators, 'operators'),
    signer: await readOperatorKey(operatorKey, { field: 'operator-key', passphrases: passphrases(io) }),
  };
}

const orderFor = (guard: KillSwitch, target: KillTarget, reason: KillReason, { clock }: Io): Order => ({
  target,
  epoch: guard.status(target).epoch,
  reason,
  notAfter: clock.now() + ORDER_VALID_MS,
});

/** Alive is yes, killed is no; an agent is killed with everybody, too. */
export function answerOf(guard: KillSwitch, target: KillTarget): Answer {
  const own = guard.status(target);
  const all = guard.status('*');
  const killed = own.killed || all.killed;
  return {
    exit: killed ? EXIT.no : EXIT.ok,
    json: { ...jsonOf(own), killed, ...(target === '*' ? {} : { all: jsonOf(all) }) },
    text: (paint) =>
      [own, ...(target === '*' ? [] : [all])]
        .map((one) => `${one.killed ? paint.bad('killed') : paint.good('alive ')}  ${visible(linesOf(one))}`)
        .join('\n'),
  };
}

const jsonOf = ({ target, epoch, killed, reasons, by, message, at, durable }: KillStatus): JsonObject => ({
  target,
  epoch,
  killed,
  reasons,
  by,
  message,
  at,
  durable,
});

const linesOf = ({ target, epoch, reasons, by }: KillStatus): string =>
  `${target}  epoch ${epoch}${reasons.length === 0 ? '' : `  ${reasons.join(', ')}`}${by === '' ? '' : `  by ${by}`}`;
