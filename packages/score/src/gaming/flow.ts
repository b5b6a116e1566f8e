import { type Did, TtpError } from '@ttp/core';
import { floorDiv } from '../integer.js';
import {
  FLOW_EDGE_UNITS,
  FLOW_PASSED_PERCENT,
  FLOW_ROOT_UNITS,
  FLOW_ROUNDS,
  VOUCHING_RATING_MIN,
} from '../limits.js';
import { type GamingFacts, graphOf, type Received } from './facts.js';

/**
 * How much trust reaches each account from configured roots, in hundredths of a standard attestation: what its own
 * ratings may weigh at most. A root has {@link FLOW_ROOT_UNITS}; each account passes {@link FLOW_PASSED_PERCENT} per cent
 * of what it was given on to those it rates well, in equal parts, at most {@link FLOW_EDGE_UNITS} to each, and keeps
 * nothing that it was not given. So everything beyond an edge weighs together at most
 * `FLOW_EDGE_UNITS / (1 - FLOW_PASSED_PERCENT / 100)`, however many identities stand there and whoever was won over
 * (flaw.S2, law.S-4).
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

  const total = Float64Array.from(accounts, (did) => (given.has(did) ? FLOW_ROOT_UNITS : 0));
  /** What each edge of an account carried so far: all of them the same. */
  const carried = new Float64Array(accounts.length);
  let wave = Float64Array.from(total);
  for (let round = 0; round < FLOW_ROUNDS; round++) {
    const next = new Float64Array(accounts.length);
    for (const [issuer, units] of wave.entries()) {
      const to = rates[issuer] ?? [];
      if (units === 0 || to.length === 0) continue;
      // Whole units, rounded down: what is lost on the way is nobody's.
      const share = floorDiv(units * FLOW_PASSED_PERCENT, 100 * to.length);
      const part = Math.min(share, FLOW_EDGE_UNITS - (carried[issuer] ?? 0));
      carried[issuer] = (carried[issuer] ?? 0) + part;
      for (const subject of to) next[subject] = (next[subject] ?? 0) + part;
    }
    for (const [account, units] of next.entries()) total[account] = (total[account] ?? 0) + units;
    wave = next;
  }
  const reached = new Map<Did, number>();
  for (const [account, did] of accounts.entries()) {
    const units = total[account] ?? 0;
    if (units > 0) reached.set(did, units);
  }
  return reached;
}

/** Issuers whose latest rating is a good one. */
function latestGood(ratings: readonly Received[]): readonly number[] {
  const latest = new Map<number, number>();
  for (const { from, rating } of ratings) latest.set(from, rating);
  return [...latest].flatMap(([issuer, rating]) => (rating >= VOUCHING_RATING_MIN ? [issuer] : []));
}
