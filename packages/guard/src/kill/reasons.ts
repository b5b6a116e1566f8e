import type { KillReason } from '@ttp/core';

/**
 * What ends a kill (decision D33): `cooldown`: time, or one operator earlier; a number: so many distinct people;
 * `appeal`: no order, only a ruling on appeal. Ordered from the mildest; of several reasons the strictest governs.
 */
const REINSTATEMENT = {
  rate_limit_exceeded: 'cooldown',
  circuit_breaker_trip: 'cooldown',
  trust_score_critical: 1,
  manual_operator_action: 1,
  anomaly_detected: 1,
  cascade_failure: 1,
  pattern_threat_detected: 2,
  security_violation: 2,
  revocation_received: 'appeal',
} as const satisfies Record<KillReason, 'cooldown' | 1 | 2 | 'appeal'>;

/** The reasons, mildest first. */
const ORDER: readonly string[] = Object.keys(REINSTATEMENT);

/** How hard the hardest of `reasons` is to lift that is its own, and no cascade: the higher, the harder; -1 for none. */
export const ownHardness = (reasons: readonly KillReason[]): number =>
  Math.max(-1, ...reasons.map((reason) => (reason === 'cascade_failure' ? -1 : ORDER.indexOf(reason))));

/** The reason of `reasons` that is the hardest to lift; among equals the later one of the table, for a stable answer. */
export function governingReason(reasons: readonly KillReason[]): KillReason | undefined {
  let governing: KillReason | undefined;
  for (const reason of reasons)
    if (governing === undefined || ORDER.indexOf(reason) > ORDER.indexOf(governing)) governing = reason;
  return governing;
}

/** Whether time alone lifts the kill: every one of its reasons has to be of that kind. */
export const endsByItself = (reasons: readonly KillReason[]): boolean =>
  reasons.length > 0 && reasons.every((reason) => REINSTATEMENT[reason] === 'cooldown');

/** How many distinct people have to order the reinstatement; undefined where no order can. */
export function peopleNeeded(reason: KillReason): number | undefined {
  const needed = REINSTATEMENT[reason];
  if (needed === 'appeal') return undefined;
  return needed === 'cooldown' ? 1 : needed;
}
