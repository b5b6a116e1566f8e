import type { Did } from '@ttp/core';
import type { RatingFact } from '@ttp/score';
import { type SeededRandom, seededRandom } from '@ttp/testkit';
import { account, DAY, END, START, type World } from './population.js';

/** What an attack took. */
export interface Cost {
  /** Keys made for it. */
  readonly identities: number;
  /** Honest accounts that were brought to rate one of them well. */
  readonly honestEdges: number;
  /** Interactions with honest accounts, each with a receipt that both sides signed. */
  readonly deals: number;
  /** From the first key to the day on which the score is read. */
  readonly days: number;
}

/** What is added to a world, for whom, and what it took. */
export interface Attack {
  readonly name: string;
  readonly target: Did;
  /** Whether the target is an honest account, which is to lose. */
  readonly against: boolean;
  readonly ratings: readonly RatingFact[];
  readonly createdAt: ReadonlyMap<Did, number>;
  readonly cost: Cost;
}

/** How identities of an attacker come about and rate: all at once and perfectly, or with a year's patience. */
type Patience = 'hasty' | 'patient';

interface Crowd {
  readonly members: readonly Did[];
  readonly createdAt: ReadonlyMap<Did, number>;
  /** A time at which a member may rate. */
  when(): number;
  /** A rating of the attacker's own. */
  stars(): number;
  readonly days: number;
}

/** A moment of a span, to the second. */
const anyOf = (random: SeededRandom, ms: number): number => 1000 * random.int(Math.floor(ms / 1000));

/** So many identities. Hasty ones are created in one night, a week before the score is read; patient ones over a year. */
function crowdOf(random: SeededRandom, count: number, patience: Patience): Crowd {
  const members = Array.from({ length: count }, (_, i) => account(`s${i}`));
  const from = patience === 'hasty' ? END - 7 * DAY : START;
  const window = patience === 'hasty' ? DAY / 2 : 300 * DAY;
  return {
    members,
    createdAt: new Map(members.map((did) => [did, from + anyOf(random, window)])),
    when: () => (patience === 'hasty' ? END - 1 - anyOf(random, 6 * DAY) : END - 1 - anyOf(random, 30 * DAY)),
    stars: () => (patience === 'hasty' || random.chance(0.6) ? 5 : 4),
    days: patience === 'hasty' ? 7 : 365,
  };
}

/** Honest accounts that can be won over: anybody but the operator's roots. */
export const gullible = (random: SeededRandom, { honest, roots }: World, count: number): readonly Did[] =>
  random.shuffle(honest.filter((did) => !roots.includes(did))).slice(0, count);

/** A ring without any honest account: everybody praises the target and the next ones along the ring. */
export const sybilRing = (count: number, patience: Patience): Attack =>
  crowdAttack(`${patience} ring`, [], count, patience);

/**
 * A ring behind honest edges: honest accounts that were served well rate the target, which vouches for the identities
 * behind it, and they for it.
 *
 * @param fools the honest accounts
 */
export const bridge = (fools: readonly Did[], count: number, patience: Patience): Attack =>
  crowdAttack(count === 0 ? 'honest service' : `${patience} bridge`, fools, count, patience);

function crowdAttack(name: string, fools: readonly Did[], count: number, patience: Patience): Attack {
  const random = seededRandom(`${name} ${count} ${fools.length}`);
  const target = account('target');
  const crowd = crowdOf(random, count, patience);
  const { members } = crowd;
  const ratings: RatingFact[] = fools.map((issuer, i) => ({
    issuer,
    subject: target,
    rating: i % 4 === 3 ? 4 : 5,
    at: crowd.when(),
  }));
  const rate = (issuer: Did, subject: Did): unknown =>
    issuer !== subject && ratings.push({ issuer, subject, rating: crowd.stars(), at: crowd.when() });
  for (const [i, member] of members.entries()) {
    rate(member, target);
    // Only what an honest account gave can be passed on; without it, praise in return is no more than a trace.
    if (fools.length > 0 || patience === 'hasty') rate(target, member);
    for (let step = 1; step <= (patience === 'hasty' ? 6 : 3); step++) {
      const other = members[(i + step) % count] ?? member;
      rate(member, other);
      if (patience === 'hasty') rate(other, member);
    }
  }
  const createdAt = new Map([
    ...crowd.createdAt,
    [target, patience === 'hasty' ? END - 7 * DAY : START] as const,
  ]);
  const cost = { identities: count + 1, honestEdges: fools.length, deals: fools.length, days: crowd.days };
  return { name, target, against: false, ratings, createdAt, cost };
}

/** One honest account is bought: it goes on as it was, and besides praises the target and free identities behind it. */
export function boughtAccount(bought: Did, count: number): Attack {
  const attack = crowdAttack('bought account', [bought], count, 'patient');
  const praise = [...attack.createdAt.keys()].flatMap((subject, i): readonly RatingFact[] =>
    subject === attack.target ? [] : [{ issuer: bought, subject, rating: 5, at: END - 1 - i }],
  );
  const cost = { ...attack.cost, honestEdges: count + 1 };
  return { ...attack, ratings: [...attack.ratings, ...praise], cost };
}

/** Free identities say the worst of an honest account, after a deal each; honest accounts let the first of them in. */
export const badMouthing = (world: World, victim: Did, count: number, edges: number): Attack =>
  mob('bad-mouthing', world, victim, { count, edges, patience: 'patient', rating: 1 });

/** Free identities praise an honest account until it looks like the middle of a ring. */
export const framing = (world: World, victim: Did, count: number, edges: number): Attack =>
  mob('framing by praise', world, victim, { count, edges, patience: 'hasty', rating: 5 });

interface Mob {
  readonly count: number;
  readonly edges: number;
  readonly patience: Patience;
  readonly rating: number;
}

function mob(name: string, world: World, target: Did, { count, edges, patience, rating }: Mob): Attack {
  const random = seededRandom(`${name} ${count} ${edges}`);
  const crowd = crowdOf(random, count, patience);
  const [first = target, ...others] = crowd.members;
  const ratings: RatingFact[] = [
    ...gullible(random, world, edges).map((issuer) => ({
      issuer,
      subject: first,
      rating: 5,
      at: crowd.when(),
    })),
    // Whoever was let in lets the others in.
    ...others.map((subject) => ({ issuer: first, subject, rating: 5, at: crowd.when() })),
    ...crowd.members.map((issuer) => ({ issuer, subject: target, rating, at: crowd.when() })),
  ];
  const cost = { identities: count, honestEdges: edges, deals: edges + count, days: crowd.days };
  return { name, target, against: true, ratings, createdAt: crowd.createdAt, cost };
}

/** Everything an account is known for, left behind for a new key. */
export function whitewash(): Attack {
  const target = account('washed');
  const createdAt = new Map([[target, END - DAY]]);
  return {
    name: 'whitewash',
    target,
    against: false,
    ratings: [],
    createdAt,
    cost: { identities: 1, honestEdges: 0, deals: 0, days: 1 },
  };
}

/** Honest service for most of a year to win so many partners, and then bad service to so many of them. */
export function slowPoison(world: World, partners: number, cheated: number): Attack {
  const random = seededRandom(`poison ${partners}`);
  const target = account('poison');
  const served = gullible(random, world, partners);
  const ratings: RatingFact[] = served.map((issuer, i) => ({
    issuer,
    subject: target,
    rating: i % 10 === 0 ? 4 : 5,
    at: START + 30 * DAY + anyOf(random, 270 * DAY),
  }));
  for (const issuer of served.slice(0, cheated))
    ratings.push({ issuer, subject: target, rating: 1, at: END - 1 - anyOf(random, 30 * DAY) });
  return {
    name: 'slow poison',
    target,
    against: false,
    ratings,
    createdAt: new Map([[target, START]]),
    cost: { identities: 1, honestEdges: partners - cheated, deals: partners + cheated, days: 365 },
  };
}

/** Issuers of an honest account that threaten to take back what they said, and say the worst instead. */
export function extortion(world: World, victim: Did, count: number): Attack {
  const latest = new Map<Did, RatingFact>();
  for (const fact of world.ratings)
    if (fact.subject === victim && fact.at >= (latest.get(fact.issuer)?.at ?? 0))
      latest.set(fact.issuer, fact);
  const ratings = [...latest.values()]
    .filter(({ rating }) => rating >= 4)
    .slice(0, count)
    .map((fact): RatingFact => ({ ...fact, rating: 1, at: END - 1 }));
  return {
    name: 'extortion',
    target: victim,
    against: true,
    ratings,
    createdAt: new Map(),
    cost: { identities: 0, honestEdges: count, deals: count, days: 1 },
  };
}
