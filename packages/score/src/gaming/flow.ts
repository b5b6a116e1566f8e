import { type Did, TtpError } from '@ttp/core';
import { FLOW_PASSED_PERCENT, FLOW_ROOT_UNITS, FLOW_ROUNDS, VOUCHING_RATING_MIN } from '../limits.js';
import { type GamingFacts, graphOf } from './facts.js';

/**
 * How much trust reaches each account from configured roots, in hundredths of a standard attestation: what its own
 * ratings may weigh at most. A root has {@link FLOW_ROOT_UNITS}; each account passes 85 % of what it was given on to
 * those it rates well, in equal parts, and keeps nothing that it was not given. So everything beyond an edge weighs
 * together at most what came over that edge, however many identities stand there (flaw.S2, law.S-4).
 *
 * @param facts all ratings of a log prefix, without those that are ignored or in quarantine
 * @param roots accounts that the operator trusts to rate
 * @returns accounts that anything reaches; the others count as provisional
 * @throws SCORE_BAD_RATING, SCORE_TOO_MANY_ATTESTATIONS, SCORE_BAD_ROOT for a list without a root
 */
export function trustFlow(facts: GamingFacts, roots: readonly Did[]): ReadonlyMap<Did, number> {
  const given = new Set(roots);
  if (given.size === 0) throw new TtpError('SCORE_BAD_ROOT', 'there is no root', { field: 'roots' });
  const { accounts, received } = graphOf(facts);
  const rates: number[][] = accounts.map(() => []);
  for (const [subject, ratings] of received.entries())
    for (const issuer of latestGood(ratings)) if (issuer !== subject) rates[issuer]?.push(subject);

  const total: number[] = accounts.map((did) => (given.has(did) ? FLOW_ROOT_UNITS : 0));
  let wave: readonly number[] = [...total];
  for (let round = 0; round < FLOW_ROUNDS && wave.some((units) => units > 0); round++) {
    const next: number[] = accounts.map(() => 0);
    for (const [issuer, units] of wave.entries()) {
      const to = rates[issuer] ?? [];
      if (units === 0 || to.length === 0) continue;
      // Whole units, rounded down: what is lost on the way is nobody's.
      const part = Math.floor((units * FLOW_PASSED_PERCENT) / (100 * to.length));
      for (const subject of to) next[subject] = (next[subject] ?? 0) + part;
    }
    for (const [account, units] of next.entries()) total[account] = (total[account] ?? 0) + units;
    wave = next;
  }
  return new Map(accounts.flatMap((did, i) => ((total[i] ?? 0) > 0 ? [[did, total[i] ?? 0] as const] : [])));
}

/** Issuers whose latest rating is a good one. */
function latestGood(
  ratings: readonly { readonly from: number; readonly rating: number }[],
): readonly number[] {
  const latest = new Map<number, number>();
  for (const { from, rating } of ratings) latest.set(from, rating);
  return [...latest].flatMap(([issuer, rating]) => (rating >= VOUCHING_RATING_MIN ? [issuer] : []));
}
