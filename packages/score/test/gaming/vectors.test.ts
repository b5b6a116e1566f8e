import { asDid, type Did } from '@ttp/core';
import { type GamingFacts, type GamingVerdict, judgeRatings } from '@ttp/score';
import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

interface RatingsCase {
  readonly facts: {
    readonly ratings: GamingFacts['ratings'];
    readonly createdAt: Readonly<Record<Did, number>>;
  };
  readonly roots: readonly Did[];
  readonly expect?: {
    readonly verdicts?: Readonly<Record<Did, GamingVerdict>>;
    readonly flow?: Readonly<Record<Did, number>>;
  };
  readonly code?: string;
  readonly field?: string;
}

const asMap = <T>(record: Readonly<Record<string, T>>): Map<Did, T> =>
  new Map(Object.entries(record).map(([did, value]) => [asDid(did), value]));

describe('judgeRatings', () => {
  for (const { name, facts, roots, expect: expected, code, field } of vectors<RatingsCase>('score/gaming'))
    it(name, () => {
      proves('score.gaming.batch');
      const judge = () => judgeRatings({ ratings: facts.ratings, createdAt: asMap(facts.createdAt) }, roots);
      if (expected === undefined) {
        expect(judge).toThrow(expect.objectContaining({ code, field }));
        return;
      }
      const { gaming, flow } = judge();
      if (expected.verdicts !== undefined) expect(gaming?.verdicts).toEqual(asMap(expected.verdicts));
      if (expected.flow !== undefined) expect(flow).toEqual(asMap(expected.flow));
    });
});
