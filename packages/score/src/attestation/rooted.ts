import type { Did } from '@ttp/core';
import { VOUCHING_RATING_MIN } from '../limits.js';
import type { Slot } from './slots.js';

/**
 * The identities that a path of good ratings leads to from the roots, the roots included: ratings that are the newest of
 * their issuer, and at `now` neither expired nor retracted. Linear in the ratings.
 */
export function reachedFrom(roots: readonly Did[], newest: readonly Slot[], now: number): ReadonlySet<Did> {
  const praised = new Map<Did, Did[]>();
  for (const { attestation, at, retraction } of newest) {
    const { issuer, subject, rating, expiresAt } = attestation;
    const counts = at <= now && now < expiresAt && retraction === undefined;
    if (!counts || rating.overall < VOUCHING_RATING_MIN) continue;
    const others = praised.get(issuer);
    if (others === undefined) praised.set(issuer, [subject]);
    else others.push(subject);
  }
  const reached = new Set(roots);
  // A set is walked in the order in which it grows.
  for (const did of reached) for (const subject of praised.get(did) ?? []) reached.add(subject);
  return reached;
}
