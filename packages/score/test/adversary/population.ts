import { asDid, type Did } from '@ttp/core';
import type { GamingFacts, RatingFact } from '@ttp/score';
import { type SeededRandom, seededRandom } from '@ttp/testkit';

export const DAY = 86_400_000;
/** The year that is played: from day 0 to day 365, far enough from the beginning of time for old accounts. */
export const START = 1000 * DAY;
const YEAR = 365;
export const END: number = START + YEAR * DAY;

/** A year of ratings: whose accounts there are, and what they said of each other. */
export interface World {
  readonly createdAt: ReadonlyMap<Did, number>;
  readonly ratings: readonly RatingFact[];
  /** Accounts that the operator trusts to rate. */
  readonly roots: readonly Did[];
  readonly honest: readonly Did[];
}

export const account = (name: string): Did => asDid(`did:ttp:agent:${name}`);

/** How often a rating of one to five is given for what an account delivers. */
const GIVEN = {
  good: [1, 3, 8, 30, 58],
  middling: [5, 10, 25, 35, 25],
  poor: [30, 30, 25, 10, 5],
} as const;

/** Accounts of one organisation, which were created together. */
const BATCH = 4;
/** Accounts of one trade, which deal with one another more than with others. */
const COMMUNITY = 25;
const ROOTS = 10;

interface Honest {
  readonly did: Did;
  readonly born: number;
  readonly kind: keyof typeof GIVEN;
  readonly community: number;
  readonly busy: number;
}

/**
 * Honest accounts over a year. Six in ten are older than the year, the others join in it; one in ten was created with
 * others of its organisation on one day. An account begins a deal every four to twenty days: in a third of the cases
 * with somebody of its own trade, else with anybody, the better known the likelier. Six of ten clients and three of ten
 * providers rate. 85 % deliver well, 10 % so-so, 5 % badly.
 */
export function honestPopulation(seed: string, count: number): World {
  const random = seededRandom(seed);
  const everybody = createAccounts(random, count);
  const byBirth = [...everybody].sort((a, b) => a.born - b.born);
  const trades = new Map<number, Honest[]>();
  for (const one of byBirth) trades.set(one.community, [...(trades.get(one.community) ?? []), one]);
  const ratings: RatingFact[] = [];
  let there = 0;
  for (let day = 0; day < YEAR; day++) {
    const now = START + day * DAY;
    while ((byBirth[there]?.born ?? END) <= now) there++;
    for (let i = 0; i < there; i++) {
      const client = byBirth[i];
      if (client === undefined || !random.chance(client.busy)) continue;
      const provider = partnerOf(random, client, byBirth, there, trades);
      if (provider === undefined || provider === client || provider.born > now) continue;
      const at = now + random.int(DAY);
      if (random.chance(0.6)) ratings.push(rate(random, client, provider, at));
      if (random.chance(0.3)) ratings.push(rate(random, provider, client, at));
    }
  }
  return {
    createdAt: new Map(everybody.map(({ did, born }) => [did, born])),
    ratings,
    roots: byBirth.slice(0, ROOTS).map(({ did }) => did),
    honest: everybody.map(({ did }) => did),
  };
}

function createAccounts(random: SeededRandom, count: number): readonly Honest[] {
  const all: Honest[] = [];
  while (all.length < count) {
    const together = random.int(10 * BATCH) < 10 ? BATCH : 1;
    const day = random.chance(0.6) ? -30 - random.int(700) : random.int(YEAR - 30);
    for (let i = 0; i < together && all.length < count; i++)
      all.push({
        did: account(`h${all.length}`),
        born: START + day * DAY + random.int(DAY / 4),
        kind:
          (['good', 'middling', 'poor'] as const)[
            [85, 95, 100].findIndex((below) => all.length % 100 < below)
          ] ?? 'good',
        community: Math.floor(all.length / COMMUNITY),
        busy: 1 / (4 + random.int(17)),
      });
  }
  return all;
}

/** Of the own trade, or anybody who is there: the square makes those who came first the best known ones. */
function partnerOf(
  random: SeededRandom,
  { community }: Honest,
  byBirth: readonly Honest[],
  there: number,
  trades: ReadonlyMap<number, readonly Honest[]>,
): Honest | undefined {
  const own = trades.get(community) ?? [];
  if (random.chance(1 / 3)) return own[random.int(own.length)];
  const u = random.int(1_000_000) / 1_000_000;
  return byBirth[Math.floor(there * u * u)];
}

function rate(random: SeededRandom, by: Honest, whom: Honest, at: number): RatingFact {
  let left = random.int(100);
  const rating = 1 + GIVEN[whom.kind].findIndex((share) => (left -= share) < 0);
  return { issuer: by.did, subject: whom.did, rating, at };
}

/** A world with more in it. */
export const joined = (world: World, more: Pick<GamingFacts, 'ratings' | 'createdAt'>): World => ({
  ...world,
  ratings: [...world.ratings, ...more.ratings],
  createdAt: new Map([...world.createdAt, ...more.createdAt]),
});
