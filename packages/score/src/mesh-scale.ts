import { asTrustScore, type TrustScore, TtpError } from '@ttp/core';
import { floorDiv } from './integer.js';
import { MESH_SCORE_MAX } from './limits.js';

/**
 * A score of the mesh's scale, 0 to 1000, as a trust score, rounded down: the one place where one becomes the other
 * (decision D24, flaw.S9). Whatever comes from the mesh goes through here, and what was not converted is no TrustScore.
 *
 * @throws SCORE_BAD_MESH_SCORE for what is no whole number from 0 to 1000
 */
export function trustScoreOfMesh(score: number): TrustScore {
  if (!Number.isInteger(score) || score < 0 || score > MESH_SCORE_MAX)
    throw new TtpError('SCORE_BAD_MESH_SCORE', `no score of the mesh: ${score}`, { field: 'score' });
  return asTrustScore(floorDiv(score * 100, MESH_SCORE_MAX));
}

/** A trust score on the mesh's scale. Throws CORE_BAD_SCORE for what is none. */
export const meshScoreOf = (score: TrustScore): number => floorDiv(asTrustScore(score) * MESH_SCORE_MAX, 100);
