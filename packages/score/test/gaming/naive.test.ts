import { asDid, type Did } from '@ttp/core';
import { analyseGaming, type RatingFact, trustFlow } from '@ttp/score';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { naiveFlags, naiveFlow } from './naive.js';

const DAY = 86_400_000;
const NOW = 1000 * DAY;

/** A small world: a few friends, bursts, perfect ratings and accounts of one night come up often in it. */
function worldOf(random: SeededRandom) {
  const count = 3 + random.int(9);
  const everybody = Array.from({ length: count }, (_, i): Did => asDid(`did:ttp:agent:a${i}`));
  const rounds = random.pick([1, 40, 300]);
  const kind = random.pick([[5], [4, 5], [1, 2, 3, 4, 5]]);
  const ratings = Array.from(
    { length: 1 + random.int(60) },
    (): RatingFact => ({
      issuer: random.pick(everybody),
      subject: random.pick(everybody.slice(0, 1 + random.int(count))),
      rating: random.pick(kind),
      at: NOW - random.int(rounds) * DAY - random.int(2 * 3_600_000),
    }),
  );
  const night = random.chance(0.5);
  const createdAt = new Map(
    everybody.flatMap(
      (did) =>
        (random.chance(0.8)
          ? [[did, NOW - (night ? 310 : 300 + random.int(300)) * DAY - random.int(DAY)]]
          : []) as [Did, number][],
    ),
  );
  return { everybody, ratings, createdAt };
}

it('finds the patterns that a naive reading of the table finds', async () => {
  proves('score.gaming.batch');
  const seen = new Map<string, number>();
  await withSeed('naive patterns', 60, (random) => {
    const { everybody, ratings, createdAt } = worldOf(random);
    const { verdicts } = analyseGaming({ ratings, createdAt });
    for (const did of everybody) {
      const flags = naiveFlags(did, ratings, createdAt);
      expect(verdicts.get(did)?.flags ?? [], did).toEqual(flags);
      for (const flag of flags) seen.set(flag, (seen.get(flag) ?? 0) + 1);
    }
  });
  // Every pattern came up.
  expect([...seen.keys()].sort()).toEqual([
    'account-clustering',
    'low-diversity',
    'new-issuers',
    'perfect-scores',
    'reciprocal',
  ]);
});

it('lets as much trust reach everybody as a naive count of it', () =>
  withSeed('naive flow', 150, (random) => {
    const { everybody, ratings, createdAt } = worldOf(random);
    const roots = random.shuffle(everybody).slice(0, 1 + random.int(2));
    const seen = new Set(ratings.flatMap(({ issuer, subject }) => [issuer, subject]));
    const naive = [...naiveFlow(ratings, roots)].filter(([did]) => seen.has(did));
    expect(trustFlow({ ratings, createdAt }, roots)).toEqual(new Map(naive));
  }));
