import type { Did } from '@ttp/core';
import type { GamingFlag, RatingFact } from '@ttp/score';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The patterns of an account in the simplest way that can be read beside the table of docs/trust.md: every question is
 * asked anew, by heads, whatever that costs.
 */
export function naiveFlags(
  subject: Did,
  all: readonly RatingFact[],
  createdAt: ReadonlyMap<Did, number>,
): readonly GamingFlag[] {
  const ratings = keptOf(subject, all);
  const issuers = [...new Set(ratings.map(({ issuer }) => issuer))];
  if (issuers.length === 0) return [];
  const by = (issuer: Did) => ratings.filter((one) => one.issuer === issuer);
  const bornAt = (did: Did): number =>
    createdAt.get(did) ??
    Math.min(...all.filter((one) => one.issuer === did || one.subject === did).map(({ at }) => at));

  const most = Math.max(...issuers.map((issuer) => by(issuer).length));
  const young = issuers.filter(
    (issuer) => Math.max(...by(issuer).map(({ at }) => at)) - bornAt(issuer) < 30 * DAY,
  );
  const perfect = ratings.filter(({ rating }) => rating === 5);
  const together = Math.max(
    ...issuers.map(
      (first) =>
        issuers.filter((one) => bornAt(one) >= bornAt(first) && bornAt(one) - bornAt(first) <= DAY).length,
    ),
  );
  const found: readonly (readonly [GamingFlag, boolean])[] = [
    ['low-diversity', issuers.length < 5 || most / ratings.length > 0.4],
    ['reciprocal', issuers.filter((issuer) => isNear(subject, issuer, all)).length / issuers.length > 0.3],
    ['new-issuers', young.length / issuers.length > 0.5],
    ['perfect-scores', ratings.length >= 10 && perfect.length / ratings.length >= 0.95],
    ['account-clustering', together >= 3 && together / issuers.length >= 1 / 3],
  ];
  return found.flatMap(([flag, is]) => (is ? [flag] : []));
}

/** Without ratings of oneself, and without those that follow ten of one issuer within an hour. */
function keptOf(subject: Did, all: readonly RatingFact[]): readonly RatingFact[] {
  const kept: RatingFact[] = [];
  const inOrder = all
    .filter((one) => one.subject === subject && one.issuer !== subject)
    .sort(
      (a, b) => a.at - b.at || (a.issuer < b.issuer ? -1 : a.issuer > b.issuer ? 1 : a.rating - b.rating),
    );
  for (const one of inOrder)
    if (kept.filter(({ issuer, at }) => issuer === one.issuer && one.at - at < HOUR).length < 10)
      kept.push(one);
  return kept;
}

const likes = (issuer: Did, subject: Did, all: readonly RatingFact[]): boolean =>
  keptOf(subject, all).some((one) => one.issuer === issuer && one.rating >= 4);

const everybody = (all: readonly RatingFact[]): readonly Did[] => [
  ...new Set(all.flatMap(({ issuer, subject }) => [issuer, subject])),
];

const partnersOf = (did: Did, all: readonly RatingFact[]): readonly Did[] =>
  everybody(all).filter((other) => other !== did && likes(other, did, all) && likes(did, other, all));

/** In a circle or a ring with the account. */
function isNear(subject: Did, issuer: Did, all: readonly RatingFact[]): boolean {
  const [mine, theirs] = [partnersOf(subject, all), partnersOf(issuer, all)];
  const common = theirs.filter((third) => mine.includes(third));
  const isCircle =
    mine.includes(issuer) &&
    common.length > 0 &&
    common.length / (Math.min(mine.length, theirs.length) - 1) >= 0.5;
  const ring = ringOf(subject, all);
  return isCircle || (likes(issuer, subject, all) && ring.length <= 50 && ring.includes(issuer));
}

/** Who reaches the account along good ratings, and is reached by it. */
function ringOf(did: Did, all: readonly RatingFact[]): readonly Did[] {
  const reach = (forward: boolean): readonly Did[] => {
    const reached = new Set([did]);
    for (const from of reached)
      for (const to of everybody(all))
        if (forward ? likes(from, to, all) : likes(to, from, all)) reached.add(to);
    return [...reached];
  };
  const back = reach(false);
  return reach(true).filter((other) => back.includes(other));
}

/** Units that reach everybody: each wave by itself, over a plain list of edges. */
export function naiveFlow(all: readonly RatingFact[], roots: readonly Did[]): ReadonlyMap<Did, number> {
  const latest = new Map<string, RatingFact>();
  for (const one of [...all].sort((a, b) => a.at - b.at || a.rating - b.rating))
    latest.set(`${one.issuer} ${one.subject}`, one);
  const edges = [...latest.values()].filter(
    ({ issuer, subject, rating }) => rating >= 4 && issuer !== subject,
  );
  const total = new Map<Did, number>(roots.map((root) => [root, 100_000]));
  const carried = new Map<RatingFact, number>();
  let wave = new Map(total);
  for (let step = 0; step < 8; step++) {
    const next = new Map<Did, number>();
    for (const edge of edges) {
      const siblings = edges.filter(({ issuer }) => issuer === edge.issuer).length;
      const share = Math.floor((wave.get(edge.issuer) ?? 0) / 2 / siblings);
      const part = Math.min(share, 100 - (carried.get(edge) ?? 0));
      carried.set(edge, (carried.get(edge) ?? 0) + part);
      next.set(edge.subject, (next.get(edge.subject) ?? 0) + part);
    }
    for (const [did, units] of next) total.set(did, (total.get(did) ?? 0) + units);
    wave = next;
  }
  return new Map([...total].filter(([, units]) => units > 0));
}
