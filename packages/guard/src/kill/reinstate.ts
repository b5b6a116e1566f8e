import { TtpError } from '@ttp/core';
import { hex } from '@ttp/crypto';
import { REINSTATE_ORDERS_MAX } from '../limits.js';
import type { Latch } from './latch.js';
import type { VerifiedOrder } from './orders.js';
import { governingReason, peopleNeeded } from './reasons.js';
import type { KillTarget } from './record.js';

/**
 * Whether the orders are enough to reinstate (decision D33): all about one target, epoch and reason, and from as
 * many distinct people as the reason demands; with `latch`, also about the kill that it holds.
 *
 * @throws GUARD_ORDER_INVALID, GUARD_ORDER_MISMATCH, GUARD_APPEAL_ONLY, GUARD_QUORUM_MISSING, GUARD_NOT_KILLED,
 *   GUARD_ORDER_STALE
 */
export function checkReinstatement(
  orders: readonly VerifiedOrder[],
  latch?: Latch,
): { readonly target: KillTarget; readonly by: string } {
  const [first] = orders;
  if (first === undefined || orders.length > REINSTATE_ORDERS_MAX)
    throw new TtpError('GUARD_ORDER_INVALID', `1 to ${REINSTATE_ORDERS_MAX} orders reinstate`, {
      field: 'orders',
    });
  const { target, epoch, reason } = first;
  if (orders.some((order) => order.target !== target || order.epoch !== epoch || order.reason !== reason))
    throw new TtpError('GUARD_ORDER_MISMATCH', 'the orders are not about the same kill', { field: 'orders' });
  const needed = peopleNeeded(reason);
  if (needed === undefined) throw new TtpError('GUARD_APPEAL_ONLY', `${reason} is lifted on appeal`);
  const people = countPeople(orders);
  if (people < needed)
    throw new TtpError('GUARD_QUORUM_MISSING', `${people} of ${needed} people`, { field: 'orders' });
  if (latch !== undefined) checkKill(latch, first);
  return { target, by: orders.map(({ operator }) => operator.id).join(' ') };
}

/** What the orders say against what the record says, read immediately before. */
function checkKill(latch: Latch, { epoch, reason }: VerifiedOrder): void {
  if (epoch !== latch.epoch)
    throw new TtpError('GUARD_ORDER_STALE', `orders for epoch ${epoch}, it is ${latch.epoch}`);
  if (!latch.killed) throw new TtpError('GUARD_NOT_KILLED', `${latch.target} is alive`);
  const governing = governingReason(latch.reasons);
  if (reason !== governing)
    throw new TtpError('GUARD_ORDER_MISMATCH', `killed for ${governing}, not for ${reason}`, {
      field: 'body.reason',
    });
}

/** Two keys of one person count once (flaw.O3), and so do two entries of the roster with one key. */
function countPeople(orders: readonly VerifiedOrder[]): number {
  const humans = new Set(orders.map(({ operator }) => operator.human));
  const keys = new Set(orders.map(({ operator }) => hex(operator.publicKey)));
  return Math.min(humans.size, keys.size);
}
