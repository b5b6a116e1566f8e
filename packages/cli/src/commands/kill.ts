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
  createKillSwitch,
  type KillStatus,
  type KillSwitch,
  type KillTarget,
  type Order,
  signKillOrder,
  signReinstateOrder,
} from '@ttp/guard';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { readText, writeNew } from '../files/files.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { ORDER_VALID_MS } from '../limits.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import type { Call } from '../verb.js';

interface StatusOptions {
  readonly store: string;
  readonly agent: string;
}

interface OrderOptions extends StatusOptions {
  readonly reason: KillReason;
  readonly operators: string;
  readonly operatorKey: string;
}

interface ReinstateOptions extends OrderOptions {
  /** Orders of other operators. */
  readonly order: readonly string[];
  readonly out?: string;
}

/** `ttp kill`: stops an agent wherever this storage is shared. */
export const kill = ({ options, io }: Call<OrderOptions>): Promise<Answer> => killAgent(options, io);

/** `ttp reinstate`: revives what was killed, by as many operators as the reason demands. */
export const reinstate = ({ options, io }: Call<ReinstateOptions>): Promise<Answer> =>
  reinstateAgent(options, io);

/** `ttp status`: whether an agent may act. */
export const status = ({ options, io }: Call<StatusOptions>): Promise<Answer> =>
  withSwitch(options, io, undefined, (guard, target) => Promise.resolve(answerOf(guard, target)));

/** Opens the kill switch of a storage with the record of one target, and closes both. */
async function withSwitch<T>(
  { store, agent }: StatusOptions,
  { clock, timer }: Io,
  operators: Operators | undefined,
  work: (guard: KillSwitch, target: KillTarget) => Promise<T>,
): Promise<T> {
  const target = targetOf(agent);
  return withStore(store, async (storage) => {
    const guard = await createKillSwitch({
      storage,
      clock,
      timer,
      ...(operators === undefined ? {} : { operators }),
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

async function killAgent(options: OrderOptions, io: Io): Promise<Answer> {
  targetOf(options.agent);
  const { operators, signer } = await authority(options, io);
  return withSwitch(options, io, operators, async (guard, target) => {
    const order = orderFor(guard, target, options.reason, io);
    const { durable } = await guard.obey(await signKillOrder(order, signer, io.clock.now()));
    await durable;
    return { ...answerOf(guard, target), exit: EXIT.ok };
  });
}

async function reinstateAgent(options: ReinstateOptions, io: Io): Promise<Answer> {
  const { out } = options;
  targetOf(options.agent);
  const { operators, signer } = await authority(options, io);
  const others = await Promise.all(options.order.map((file) => readText(file, { field: 'order' })));
  return withSwitch(options, io, operators, async (guard, target) => {
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
function answerOf(guard: KillSwitch, target: KillTarget): Answer {
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
