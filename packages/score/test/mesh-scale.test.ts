import { asTrustScore } from '@ttp/core';
import { meshScoreOf, trustScoreOfMesh } from '@ttp/score';
import { codeThrownBy, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';

it('a trust score is 0 to 100; the mesh scale is converted at its border, and refused anywhere else', () => {
  proves('score.total.range-type', 'flaw.S9');
  for (const score of [0, 1, 65, 99, 100]) expect(asTrustScore(score)).toBe(score);
  for (const score of [-1, 101, 750, 1000, 64.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(codeThrownBy(() => asTrustScore(score))).toBe('CORE_BAD_SCORE');
  expect([0, 9, 10, 749, 750, 999, 1000].map((score) => trustScoreOfMesh(score))).toEqual([
    0, 0, 1, 74, 75, 99, 100,
  ]);
  for (const score of [-1, 1001, 75.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(codeThrownBy(() => trustScoreOfMesh(score))).toBe('SCORE_BAD_MESH_SCORE');
  for (let score = 0; score <= 100; score++)
    expect(trustScoreOfMesh(meshScoreOf(asTrustScore(score)))).toBe(score);
  expect(meshScoreOf(asTrustScore(75))).toBe(750);
});
