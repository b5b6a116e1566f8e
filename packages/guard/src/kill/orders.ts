import {
  asDid,
  asEpoch,
  asTerm,
  asTime,
  type Envelope,
  type Epoch,
  type Json,
  type JsonObject,
  KILL_REASONS,
  type KillReason,
  type Operator,
  type Operators,
  type Privilege,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { KILL_EPOCH_RAISE_MAX } from '../limits.js';
import { type KillTarget, keyOf } from './record.js';

/** What an operator signs to kill or reinstate (flaw.K3): all of it is inside the signed body. */
export interface Order {
  readonly target: KillTarget;
  /** The target's own epoch that the order is about, from `status(target)`. It holds for this epoch only. */
  readonly epoch: Epoch;
  /** Why to kill; or the reason of the kill that is lifted, the strictest one. */
  readonly reason: KillReason;
  /** Wall clock, ms: not obeyed from then on. */
  readonly notAfter: number;
}

/** An order that verified, and who gave it. */
export interface VerifiedOrder extends Order {
  readonly operator: Operator;
}

/** The envelope types of orders. */
export type OrderType = 'ttp/kill-order@1' | 'ttp/reinstate-order@1';

/** Each type of order, and the privilege that it takes. */
const PRIVILEGE: Readonly<Record<OrderType, Privilege>> = {
  'ttp/kill-order@1': 'kill:order',
  'ttp/reinstate-order@1': 'kill:reinstate',
};

/**
 * Signs an order to kill, with the operator's key.
 *
 * @param order target, its epoch, reason, and until when to obey (wall clock, ms)
 * @param signer the operator's key
 * @param at wall clock, ms
 * @throws GUARD_ORDER_INVALID, GUARD_BAD_TARGET, and what the signer throws
 */
export const signKillOrder = (
  order: Order,
  signer: Signer,
  at: number,
): Promise<Envelope<'ttp/kill-order@1'>> => sign('ttp/kill-order@1', order, signer, at);

/** Signs an order to reinstate; otherwise like {@link signKillOrder}. Each of several operators signs an order of his own. */
export const signReinstateOrder = (
  order: Order,
  signer: Signer,
  at: number,
): Promise<Envelope<'ttp/reinstate-order@1'>> => sign('ttp/reinstate-order@1', order, signer, at);

async function sign<T extends OrderType>(
  type: T,
  order: Order,
  signer: Signer,
  at: number,
): Promise<Envelope<T>> {
  const { target, epoch, reason, notAfter } = parseOrder({ ...order });
  return signEnvelope({
    type,
    head: { iss: issuerOf(signer), iat: asTime(at) },
    body: { target, epoch, reason, notAfter },
    signers: [signer],
  });
}

/**
 * The order in an envelope, after `verifyOperatorEnvelope` found who gave it, that he may, and that it still holds.
 *
 * @param input the envelope or its text, as hostile as anything from outside
 * @param now wall clock, ms
 * @throws GUARD_OPERATORS_ABSENT, GUARD_ORDER_INVALID, GUARD_BAD_TARGET, GUARD_ORDER_EXPIRED, and the codes of
 *   `verifyOperatorEnvelope`
 */
export async function verifyOrder(
  type: OrderType,
  input: Envelope | string,
  operators: Operators | undefined,
  now: number,
): Promise<VerifiedOrder> {
  if (operators === undefined)
    throw new TtpError('GUARD_OPERATORS_ABSENT', 'orders need a roster of operators');
  const { body, operator } = await verifyOperatorEnvelope(input, {
    type,
    parse: parseOrder,
    operators,
    now,
    privileges: [PRIVILEGE[type]],
  });
  if (!(now < body.notAfter))
    throw new TtpError('GUARD_ORDER_EXPIRED', `to be obeyed until ${body.notAfter}`, {
      field: 'body.notAfter',
    });
  return { ...body, operator };
}

/**
 * Whether an order to kill may be obeyed in the epoch that is known here. One for a later epoch is: somebody else got
 * further, and stopping is cheap. But nobody brings the epochs of a target to their end, after which nobody could order
 * anything about it.
 *
 * @throws GUARD_ORDER_STALE, and GUARD_ORDER_INVALID for one more than KILL_EPOCH_RAISE_MAX later
 */
export function requireReach(epoch: number, known: { readonly epoch: number }): void {
  if (epoch < known.epoch)
    throw new TtpError('GUARD_ORDER_STALE', `an order for epoch ${epoch}, it is ${known.epoch}`);
  if (epoch > known.epoch + KILL_EPOCH_RAISE_MAX) throw invalid('epoch');
}

function parseOrder({ target, epoch, reason, notAfter, ...rest }: JsonObject): Order {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof target !== 'string') throw invalid('target');
  keyOf(target);
  if (!isWithin(epoch, Number.MAX_SAFE_INTEGER - 1)) throw invalid('epoch');
  if (typeof reason !== 'string') throw invalid('reason');
  if (!isWithin(notAfter, Number.MAX_SAFE_INTEGER)) throw invalid('notAfter');
  return {
    target: target === '*' ? target : asDid(target),
    epoch: asEpoch(epoch),
    reason: asTerm(KILL_REASONS, reason, 'body.reason'),
    notAfter,
  };
}

const isWithin = (value: Json | undefined, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_ORDER_INVALID', `the body of the order has a wrong ${member}`, {
    field: `body.${member}`,
  });
