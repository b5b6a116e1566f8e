import type { Did, Hash } from '@ttp/core';
import type { Revocation, Ruling } from './authority.js';

/** What is known of a subject at a time. */
export interface RevocationStatus {
  /** `needs-reverification`: a critical revocation has ended, which is no reason to trust again (flaw.M4). */
  readonly state: 'good' | 'needs-reverification' | 'revoked';
  /** What makes it so, ordered by id. */
  readonly by: readonly Revocation[];
  /** The next time at which the answer can be another by what is known now, ms; absent where there is none. */
  readonly until?: number;
}

/** Whose status is asked for: an identity with those above it, or a statement. */
export type RevocationSubject =
  | { readonly did: Did; readonly ancestors: readonly Did[] }
  | { readonly id: Hash };

/**
 * The status of a subject at a time: a pure function of what is known, the same whatever order it came in and however
 * often. The worst of it counts. What is revoked takes those with it whose inceptions it answers for (decision D4).
 *
 * @param known from `readRevocations`; of any subjects
 * @param at wall clock, ms
 */
export function revocationStatus(
  subject: RevocationSubject,
  known: readonly (Revocation | Ruling)[],
  at: number,
): RevocationStatus {
  const subjects = new Set<string>('id' in subject ? [subject.id] : [subject.did, ...subject.ancestors]);
  const lifted = new Map<Hash, number>();
  const about = new Map<Hash, Revocation>();
  for (const fact of known) {
    if (fact.kind === 'revocation') {
      if (subjects.has(fact.subject)) about.set(fact.id, fact);
    } else lifted.set(fact.revocation, Math.min(fact.from, lifted.get(fact.revocation) ?? Infinity));
  }
  const standing = [...about.values()]
    .filter((revocation) => !isLifted(revocation, lifted, at))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const inForce = standing.filter(({ from, until }) => from <= at && (until === undefined || at < until));
  const spent = standing.filter(
    ({ severity, until }) => severity === 'critical' && until !== undefined && until <= at,
  );
  const changes = standing
    .flatMap((revocation) => [revocation.from, revocation.until, liftOf(revocation, lifted)])
    .filter((time) => time !== undefined && time > at);
  const next = changes.length === 0 ? {} : { until: Math.min(...changes.map((time) => time ?? Infinity)) };
  if (inForce.length > 0) return { state: 'revoked', by: inForce, ...next };
  if (spent.length > 0) return { state: 'needs-reverification', by: spent, ...next };
  return { state: 'good', by: [], ...next };
}

/** The earliest time from which `did` counts as compromised, ms, for judging what its keys signed (flaw.D3). */
export function compromisedSince(did: Did, known: readonly (Revocation | Ruling)[]): number | undefined {
  const times = known.flatMap((fact) =>
    fact.kind === 'revocation' && fact.subject === did && fact.cause === 'key_compromise' ? [fact.from] : [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A ruling lifts what a publisher or an authority stated; never a key compromise, and nobody's own word (decision D33). */
const liftOf = ({ id, cause, tier }: Revocation, lifted: ReadonlyMap<Hash, number>): number | undefined =>
  cause === 'key_compromise' || tier === 'self' ? undefined : lifted.get(id);

function isLifted(revocation: Revocation, lifted: ReadonlyMap<Hash, number>, at: number): boolean {
  const from = liftOf(revocation, lifted);
  return from !== undefined && from <= at;
}
