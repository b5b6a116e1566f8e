import { asDid, type Did } from '@ttp/core';
import { analyseGaming, judgeRatings, type RatingFact, trustFlow } from '@ttp/score';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const ROOT = did('root');
const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const rates = (from: string, to: string, rating = 5): RatingFact => ({
  issuer: did(from),
  subject: did(to),
  rating,
  at: NOW,
});

/** The root lets in twelve of one night, which praise one account, which praises another; and somebody praises two. */
const night = names(12, 'n');
const ratings = [
  ...night.flatMap((name) => [rates('root', name), rates(name, 'idol')]),
  rates('idol', 'friend'),
  rates('root', 'fan'),
  rates('fan', 'idol'),
  rates('fan', 'other'),
];
const createdAt = new Map([
  ...night.map((name) => [did(name), NOW - DAY] as const),
  ...['root', 'fan', 'idol', 'friend', 'other'].map(
    (name, i) => [did(name), NOW - (300 + 3 * i) * DAY] as const,
  ),
]);

describe('judging ratings', () => {
  it('an account in quarantine passes nothing on, and takes nothing from those beside it', () => {
    proves('score.gaming.cumulative');
    const before = trustFlow({ ratings, createdAt }, [ROOT]);
    expect([did('friend'), did('other'), did('idol')].map((one) => before.get(one))).toEqual([100, 25, 625]);
    const { gaming, flow } = judgeRatings({ ratings, createdAt }, [ROOT]);
    expect(gaming?.verdicts.get(did('idol'))).toMatchObject({ quarantined: true, multiplierBp: 0 });
    expect([did('friend'), did('other'), did('idol')].map((one) => flow?.get(one))).toEqual([
      undefined,
      50,
      undefined,
    ]);
  });

  it('nor does a root that is in quarantine', () => {
    const { flow } = judgeRatings({ ratings, createdAt }, [ROOT, did('idol')]);
    expect(flow?.has(did('friend'))).toBe(false);
  });

  it('whoever praises from outside puts nobody into quarantine, but where there are no roots', () => {
    const honest = names(6, 'h').flatMap((name) => [rates('root', name, 4), rates(name, 'victim', 4)]);
    const crowd = names(200, 's').map((name) => rates(name, 'victim'));
    const births = new Map(names(6, 'h').map((name, i) => [did(name), NOW - (100 + 3 * i) * DAY]));
    const facts = { ratings: [...honest, ...crowd], createdAt: births };
    expect(judgeRatings(facts, [ROOT]).gaming?.verdicts.has(did('victim'))).toBe(false);
    expect(judgeRatings(facts, [ROOT]).flow?.has(did('s0'))).toBe(false);
    const { gaming, flow } = judgeRatings(facts, []);
    expect(flow).toBeUndefined();
    expect(gaming).toEqual(analyseGaming(facts));
    expect(gaming?.verdicts.get(did('victim'))?.quarantined).toBe(true);
  });

  it('nor does whoever rates again and again from outside make a burst of it, as one who is heard does', () => {
    const honest = names(6, 'h').flatMap((name) => [rates('root', name, 4), rates(name, 'victim', 4)]);
    const births = new Map(names(6, 'h').map((name, i) => [did(name), NOW - (100 + 3 * i) * DAY]));
    const findingsWith = (issuer: string, roots = [ROOT]) => {
      const busy = Array.from({ length: 12 }, () => rates(issuer, 'victim', 4));
      const { gaming } = judgeRatings({ ratings: [...honest, ...busy], createdAt: births }, roots);
      return gaming?.findings.filter(({ pattern }) => pattern === 'burst') ?? [];
    };
    expect(findingsWith('stranger')).toEqual([]);
    expect(findingsWith('h0')).toMatchObject([{ subject: did('victim'), found: 3, issuers: [did('h0')] }]);
    expect(findingsWith('stranger', [])).toMatchObject([{ found: 2, issuers: [did('stranger')] }]);
  });

  it('refuses what is no rating', () => {
    const facts = { ratings: [{ ...rates('a', 'b'), rating: 7 }], createdAt: new Map() };
    for (const roots of [[], [ROOT]])
      expect(codeThrownBy(() => judgeRatings(facts, roots))).toBe('SCORE_BAD_RATING');
  });
});
