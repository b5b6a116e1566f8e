import { EXPIRY_STEPS_MAX } from '../limits.js';
import { type AttestationFact, nearerPrior, reputationOf } from '../reputation.js';
import type { Slot } from './slots.js';

/**
 * The posterior that the ratings of a subject rest at, at a time. After the last of them it only moves towards the
 * prior: when a bad rating expires, or a mild one among good ones, the rest would look better than all of them did, and
 * nobody did anything for it (law.S-6). A new rating begins anew from what has not expired.
 *
 * Where more than EXPIRY_STEPS_MAX ratings expire at different times, those next to one another do so together, with
 * the first of them; so the work is linear in the ratings.
 *
 * @param known the newest rating of each issuer, none later than `now`
 * @param factsAt what those that are still alive come to
 */
export function restingPosterior(
  known: readonly Slot[],
  now: number,
  factsAt: (alive: readonly Slot[], time: number) => readonly AttestationFact[],
): number {
  const last = known.reduce((latest, { at }) => Math.max(latest, at), 0);
  const alive = known.filter(({ attestation }) => last < attestation.expiresAt);
  const times = [...new Set(alive.map(({ attestation }) => attestation.expiresAt))].sort((a, b) => a - b);
  const group = Math.max(1, Math.ceil(times.length / EXPIRY_STEPS_MAX));
  /** When an attestation of this expiry is gone: with the first of its group. */
  const ends = new Map(times.map((time, i) => [time, times[i - (i % group)] ?? time]));
  const steps = new Set(ends.values());

  const posteriorAt = (time: number): number =>
    reputationOf(
      factsAt(
        alive.filter(({ attestation }) => time < (ends.get(attestation.expiresAt) ?? 0)),
        time,
      ),
    ).posterior;
  let posterior = posteriorAt(last);
  for (const step of steps) {
    if (step > now || posterior === 0) break;
    posterior = nearerPrior(posterior, posteriorAt(step));
  }
  return posterior;
}
