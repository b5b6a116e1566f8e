import { asDid, type Did } from '@ttp/core';
import { analyseGaming, GAMING_MULTIPLIERS_BP, type GamingFinding, type RatingFact } from '@ttp/score';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const did = (name: string | number): Did => asDid(`did:ttp:agent:${name}`);
const S = did('subject');

const rating = (issuer: string | number, changes: Partial<RatingFact> = {}): RatingFact => ({
  issuer: did(issuer),
  subject: S,
  rating: 4,
  at: NOW,
  ...changes,
});
/** Issuers of all ages, each older than the one before. */
const old = (...names: readonly (string | number)[]): ReadonlyMap<Did, number> =>
  new Map(names.map((name, i) => [did(name), NOW - (100 + 3 * i) * DAY]));
const names = (count: number, prefix = 'i'): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

function flagsOf(ratings: readonly RatingFact[], createdAt = old(...names(30))) {
  return analyseGaming({ ratings, createdAt }).verdicts.get(S)?.flags ?? [];
}
const patterns = (findings: readonly GamingFinding[]) => findings.map(({ pattern }) => pattern);

const back = (name: string): RatingFact => ({ ...rating('x'), issuer: S, subject: did(name) });

const between = (a: string, b: string): RatingFact => ({ ...rating(a), subject: did(b) });

const of = (count: number, perfect: number) =>
  names(count).map((name, i) => rating(name, { rating: i < perfect ? 5 : 4 }));

describe('the patterns', () => {
  it('finds nothing in ratings of many old accounts', () => {
    expect(
      analyseGaming({ ratings: names(6).map((name) => rating(name)), createdAt: old(...names(30)) }),
    ).toEqual({
      findings: [],
      verdicts: new Map(),
    });
  });

  it('low diversity: few issuers, or one that dominates', () => {
    proves('score.gaming.diversity');
    expect(flagsOf(names(4).map((name) => rating(name)))).toEqual(['low-diversity']);
    expect(flagsOf(names(5).map((name) => rating(name)))).toEqual([]);
    const twice = (count: number) => [
      ...names(6).map((name) => rating(name)),
      ...Array.from({ length: count }, (_, i) => rating('i0', { at: NOW + (i + 1) * DAY })),
    ];
    expect(flagsOf(twice(2))).toEqual([]);
    expect(flagsOf(twice(3))).toEqual(['low-diversity']);
  });

  it('reciprocal: circles of mutual good ratings and rings, and not two that worked together', () => {
    proves('score.gaming.reciprocal', 'score.gaming.collusion');
    const ratings = names(6).map((name) => rating(name));
    expect(flagsOf([...ratings, ...names(6).map(back)])).toContain('reciprocal');
    const open = [...ratings, back('i0')];
    // A market of a hundred others, in which everybody reaches everybody, is no ring.
    const market = names(100, 'm').flatMap((name, i) => [between(name, `m${(i + 1) % 100}`)]);
    const joined = [
      ...market,
      between('m0', 'i0'),
      between('i0', 'm0'),
      between('m0', 'i1'),
      between('i1', 'm0'),
    ];
    expect(flagsOf([...open, ...joined])).toEqual([]);
    const circle = [...open, back('i1'), ...joined, between('i0', 'i1'), between('i1', 'i0')];
    expect(flagsOf(circle)).toContain('reciprocal');
    expect(flagsOf(circle.map((one) => (one.issuer === S ? { ...one, rating: 2 } : one)))).toEqual([]);
  });

  it('burst: what follows ten ratings in an hour is ignored', () => {
    proves('score.gaming.burst');
    const burst = Array.from({ length: 14 }, (_, i) => rating('i0', { at: NOW + i * 60_000, rating: 5 }));
    const { findings } = analyseGaming({ ratings: burst, createdAt: old(...names(30)) });
    expect(findings[0]).toEqual({
      pattern: 'burst',
      subject: S,
      found: 4,
      among: 14,
      issuers: [did('i0')],
    });
    const spread = burst.map((one, i) => ({ ...one, at: NOW + i * 400_000 }));
    expect(patterns(analyseGaming({ ratings: spread, createdAt: old('i0') }).findings)).not.toContain(
      'burst',
    );
  });

  it('new accounts: most issuers younger than 30 days when they rated', () => {
    proves('score.gaming.new-account');
    const young = new Map(
      names(6).map((name, i) => [did(name), NOW - (i < 4 ? 29 : 31) * DAY - i * 2 * DAY * (i < 4 ? 0 : 1)]),
    );
    expect(
      flagsOf(
        names(6).map((name) => rating(name)),
        young,
      ),
    ).toContain('new-issuers');
    expect(
      flagsOf(
        names(6).map((name) => rating(name, { at: NOW + 2 * DAY })),
        young,
      ),
    ).not.toContain('new-issuers');
    // An account that nobody knows the age of is as old as its first rating.
    expect(
      flagsOf(
        names(6).map((name) => rating(name)),
        new Map(),
      ),
    ).toContain('new-issuers');
  });

  it('perfect scores: ten and more, nearly all perfect', () => {
    proves('score.gaming.perfect');
    expect(flagsOf(of(10, 10))).toEqual(['perfect-scores']);
    expect(flagsOf(of(9, 9))).toEqual([]);
    expect(flagsOf(of(20, 19))).toEqual(['perfect-scores']);
    expect(flagsOf(of(20, 18))).toEqual([]);
  });

  it('clustering: a third of the issuers created within a day', () => {
    proves('score.gaming.clustering');
    const at = (hours: readonly number[]) =>
      new Map(names(9).map((name, i) => [did(name), NOW - 400 * DAY + (hours[i] ?? i * 100) * 3_600_000]));
    const ratings = names(9).map((name) => rating(name));
    expect(flagsOf(ratings, at([0, 12, 24]))).toEqual(['account-clustering']);
    expect(flagsOf(ratings, at([0, 12, 25]))).toEqual([]);
    expect(
      flagsOf(
        [...ratings, rating('i10'), rating('i11')],
        new Map([...at([0, 12, 24]), ...old('i10', 'i11')]),
      ),
    ).toEqual([]);
  });

  it('ratings of oneself count for nothing', () => {
    const own = names(6).map((name) => rating(name));
    const { findings, verdicts } = analyseGaming({
      ratings: [...own, { ...rating('x'), issuer: S, rating: 5 }],
      createdAt: old(...names(30)),
    });
    expect(findings).toEqual([{ pattern: 'self-dealing', subject: S, found: 1, among: 7, issuers: [S] }]);
    expect(verdicts.size).toBe(0);
  });

  it('add up, and three put an account into quarantine', () => {
    proves('score.gaming.cumulative');
    const four = names(4).map((name) => rating(name));
    const verdict = (createdAt: ReadonlyMap<Did, number>, ratings = four) =>
      analyseGaming({ ratings, createdAt }).verdicts.get(S);
    expect(verdict(old(...names(4)))).toEqual({
      multiplierBp: 7000,
      flags: ['low-diversity'],
      quarantined: false,
    });
    const young = new Map(names(4).map((name, i) => [did(name), NOW - (5 + 2 * i) * DAY]));
    expect(verdict(young)).toMatchObject({ multiplierBp: 3500, quarantined: false });
    const together = new Map(names(4).map((name) => [did(name), NOW - 5 * DAY]));
    expect(verdict(together)).toEqual({
      multiplierBp: 0,
      flags: ['low-diversity', 'new-issuers', 'account-clustering'],
      quarantined: true,
    });
    expect(Object.values(GAMING_MULTIPLIERS_BP).every((bp) => bp > 0 && bp < 10_000)).toBe(true);
  });
});

const tenOld = names(10).map((name) => rating(name));
const births = new Map([...old(...names(10)), ...names(500, 's').map((name) => [did(name), NOW] as const)]);
const heard = new Map([S, ...names(10).map(did)].map((name) => [name, 100]));
/** Praise from identities created for it, together. */
const praise = names(500, 's').map((name) => rating(name, { rating: 5 }));

const flagsAt = (weight: number, count = 500) =>
  analyseGaming({
    ratings: [...tenOld, ...praise.slice(0, count)],
    createdAt: births,
    weights: new Map([...heard, ...names(500, 's').map((name) => [did(name), weight] as const)]),
  }).verdicts.get(S)?.flags ?? [];

/** A rating a day for a week. */
const often = (name: string) => Array.from({ length: 7 }, (_, n) => rating(name, { at: NOW + n * DAY }));

describe('with weights', () => {
  it('free identities cannot put an honest account into quarantine by praising it', () => {
    const ratings = [...tenOld, ...praise];
    const framed = analyseGaming({ ratings, createdAt: births });
    expect(framed.verdicts.get(S)).toEqual({
      multiplierBp: 0,
      flags: ['new-issuers', 'perfect-scores', 'account-clustering'],
      quarantined: true,
    });
    expect(analyseGaming({ ratings, createdAt: births, weights: heard }).verdicts.has(S)).toBe(false);
  });

  it('what shows counts by weight, and nobody weighs more than the heaviest attestation', () => {
    expect(flagsAt(1)).toEqual(['account-clustering']);
    expect(flagsAt(1, 499)).toEqual([]);
    expect(flagsAt(2)).toEqual(['account-clustering']);
    expect(flagsAt(3)).toEqual(['new-issuers', 'account-clustering']);
    // By heads too: four of fourteen are no third, whatever they weigh.
    expect(flagsAt(1_000_000, 4)).toEqual([]);
    expect(flagsAt(1_000_000, 5)).toEqual(['account-clustering']);
    // Ten as heavy as an attestation may be weigh twice what those beside them do, and are no more than half.
    expect(flagsAt(1_000_000, 10)).toEqual(['account-clustering']);
    expect(flagsAt(1_000_000, 11)).toEqual(['new-issuers', 'account-clustering']);
  });

  it('one issuer whom much reaches does not hide those beside it', () => {
    const young = praise.slice(0, 12);
    const weights = new Map([
      [S, 100],
      [did('i0'), 1_000_000],
      ...young.map(({ issuer }) => [issuer, 100] as const),
    ]);
    const { verdicts } = analyseGaming({ ratings: [rating('i0'), ...young], createdAt: births, weights });
    expect(verdicts.get(S)?.flags).toContain('new-issuers');
  });

  it('a root is not judged by those whom nobody hears', () => {
    const weights = new Map([[S, 100_000]]);
    expect(analyseGaming({ ratings: praise, createdAt: births, weights }).verdicts.size).toBe(0);
  });

  it('who dominates is who has most of the weight, of two with as many ratings', () => {
    const ratings = [
      ...often('i0'),
      ...often('i1'),
      ...names(5)
        .slice(2)
        .map((name) => rating(name)),
    ];
    const flagsWith = (first: number, second: number) =>
      analyseGaming({
        ratings,
        createdAt: births,
        weights: new Map([...heard, [did('i0'), first], [did('i1'), second]]),
      }).verdicts.get(S)?.flags;
    expect(flagsWith(10, 200)).toEqual(['low-diversity']);
    expect(flagsWith(200, 10)).toEqual(['low-diversity']);
  });

  it('a crowd that weighs nothing does not make few issuers many', () => {
    const ratings = [...tenOld.slice(0, 4), ...praise];
    const firstAt = (weight: number) =>
      analyseGaming({
        ratings,
        createdAt: births,
        weights: new Map([...heard, ...names(500, 's').map((name) => [did(name), weight] as const)]),
      }).verdicts.get(S)?.flags[0];
    expect(firstAt(9)).toBe('low-diversity');
    expect(firstAt(10)).not.toBe('low-diversity');
  });

  it('nor where it is only rated by those who are heard', () => {
    const weights = new Map(names(10).map((name) => [did(name), 200]));
    expect(analyseGaming({ ratings: [...tenOld, ...praise], createdAt: births, weights }).verdicts.size).toBe(
      0,
    );
  });

  it('where nobody is heard all ratings are looked at', () => {
    const ratings = names(20, 's').map((name) => ({ ...rating(name, { rating: 5 }), subject: did('s20') }));
    const weights = new Map([[did('i0'), 100]]);
    expect(analyseGaming({ ratings, createdAt: births, weights }).verdicts.get(did('s20'))).toMatchObject({
      quarantined: true,
    });
  });
});

it('judges an issuer by its last rating, when it may have grown old', () => {
  const young = new Map(names(6).map((name, i) => [did(name), NOW - (1 + 2 * i) * DAY]));
  const early = names(6).map((name) => rating(name));
  expect(flagsOf(early, young)).toContain('new-issuers');
  const again = names(6).map((name) => rating(name, { at: NOW + 30 * DAY }));
  expect(flagsOf([...early, ...again], young)).not.toContain('new-issuers');
});

type Pair = readonly [string, string];

/** Those with the pattern, where these rate one another well and the first of them knows a large market. */
function inCircles(pairs: readonly Pair[]): readonly Did[] {
  const market = names(100, 'm').map((name, i): Pair => [name, `m${(i + 1) % 100}`]);
  const mutual = [...pairs, ['m0', 'i0'] as const].flatMap(([a, b]) => [between(a, b), between(b, a)]);
  const ratings = [...mutual, ...market.map(([a, b]) => between(a, b))];
  const { verdicts } = analyseGaming({ ratings, createdAt: old(...names(60), ...names(100, 'm')) });
  return [...verdicts].filter(([, { flags }]) => flags.includes('reciprocal')).map(([name]) => name);
}

it('does not take a trade in which many know each other for a circle', () => {
  const trade = (...steps: readonly number[]): readonly Pair[] =>
    names(60).flatMap((name, i) => steps.map((step): Pair => [name, `i${(i + step) % 60}`]));
  // Neighbours have two of their seven others in common; where all deal with the next two, two of three.
  expect(inCircles(trade(1, 2, 7, 15))).toEqual([]);
  expect(inCircles(trade(1, 2)).length).toBeGreaterThan(50);
  const clique = names(8).flatMap((a, i) => names(i).map((b): Pair => [a, b]));
  expect(inCircles(clique).length).toBe(8);
});

it('finds a circle around an account that knows many others too', () => {
  const clique = names(6).flatMap((a, i) => names(i).map((b): Pair => [a, b]));
  const others = [1, 11, 21, 31, 41, 51, 61].map((n): Pair => ['i0', `m${n}`]);
  // Five of thirteen, of whom each has all its partners in common with it.
  expect(inCircles([...clique, ...others])).toContain(did('i0'));
});

it('looks at all ratings together, in any order, and finds the same twice', async () => {
  proves('flaw.S7', 'score.gaming.batch');
  await withSeed('gaming', 60, (random) => {
    const ratings = Array.from({ length: 200 }, () => ({
      issuer: did(random.int(20)),
      subject: did(random.int(20)),
      rating: 1 + random.int(5),
      at: NOW - random.int(90) * DAY - random.int(DAY),
    }));
    const createdAt = new Map(Array.from({ length: 20 }, (_, i) => [did(i), NOW - random.int(400) * DAY]));
    const found = analyseGaming({ ratings, createdAt });
    const shuffled = ratings.map((one) => [random.int(1 << 30), one] as const).sort((a, b) => a[0] - b[0]);
    expect(analyseGaming({ ratings: shuffled.map(([, one]) => one), createdAt })).toEqual(found);
    for (const { multiplierBp, quarantined } of found.verdicts.values())
      expect(quarantined ? multiplierBp === 0 : multiplierBp > 0 && multiplierBp < 10_000).toBe(true);
  });
});

/** What the analysis throws for a rating that was changed. */
function refused(one: object): unknown {
  try {
    analyseGaming({ ratings: [rating('a'), { ...rating('b'), ...one }], createdAt: new Map() });
  } catch (error) {
    return error;
  }
  return undefined;
}

const thrown = (facts: object): unknown => codeThrownBy(() => analyseGaming(facts as never));

it('refuses what is no rating', () => {
  for (const [changes, field] of [
    [{ issuer: 'bob' }, 'issuer'],
    [{ subject: 7 }, 'subject'],
    [{ rating: 6 }, 'rating'],
    [{ rating: 4.5 }, 'rating'],
    [{ at: -1 }, 'at'],
    [{ at: 1e300 }, 'at'],
  ] as const)
    expect(refused(changes)).toMatchObject({ code: 'SCORE_BAD_RATING', field: `ratings[1].${field}` });
  for (const facts of [
    { ratings: null, createdAt: new Map() },
    { ratings: [], createdAt: {} },
    { ratings: [null], createdAt: new Map() },
    { ratings: [rating('a')], createdAt: new Map([[did('a'), Number.NaN]]) },
    { ratings: [rating('a')], createdAt: new Map([[did('a'), -1]]) },
  ])
    expect(thrown(facts), JSON.stringify(facts)).toBe('SCORE_BAD_RATING');
});
