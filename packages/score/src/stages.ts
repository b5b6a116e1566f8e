import { asBasisPoints, type Stage, TtpError } from '@ttp/core';
import {
  IDENTITY_MAX_BP,
  STAGE_BUILDING_FROM_BP,
  STAGE_ESTABLISHED_FROM_BP,
  STAGE_NEW_FROM_BP,
} from './limits.js';

/** Access levels, least first (ttp-protocol.txt L1766-1784). */
export const ACCESS_LEVELS = ['blocked', 'limited', 'cautious', 'standard', 'full'] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** What is looked at before any score. */
export interface Gates {
  readonly identityVerified: boolean;
  readonly killed: boolean;
  readonly revoked: boolean;
}

const ACCESS: { readonly [S in Stage]: AccessLevel } = {
  blocked: 'blocked',
  unverified: 'blocked',
  provisional: 'limited',
  new: 'cautious',
  building: 'standard',
  established: 'full',
};

/**
 * The stage of a score. Gates come first: killed or revoked is blocked, an unverified identity is unverified
 * whatever the sum (flaw.S3). The intervals are half-open in basis points, so no score falls between two stages
 * (flaw.S5); verified below 4000, which only a cap brings about, is blocked (decision D24).
 *
 * @param bp 0 to 10000
 * @throws CORE_BAD_BASIS_POINTS: a value of another scale is refused, never guessed (flaw.S9); SCORE_BAD_GATE
 */
export function stageOf(bp: number, gates: Gates): Stage {
  const score = asBasisPoints(bp);
  const { identityVerified, killed, revoked } = checkGates(gates);
  if (killed || revoked) return 'blocked';
  if (!identityVerified) return 'unverified';
  if (score < IDENTITY_MAX_BP) return 'blocked';
  if (score < STAGE_NEW_FROM_BP) return 'provisional';
  if (score < STAGE_BUILDING_FROM_BP) return 'new';
  if (score < STAGE_ESTABLISHED_FROM_BP) return 'building';
  return 'established';
}

/** The gates, each of them a plain boolean: a missing `killed` must not pass for `false`. Throws SCORE_BAD_GATE. */
export function checkGates(gates: Gates): Gates {
  if (typeof gates !== 'object' || gates === null)
    throw new TtpError('SCORE_BAD_GATE', 'no gates', { field: 'facts' });
  for (const name of ['identityVerified', 'killed', 'revoked'] as const)
    if (typeof gates[name] !== 'boolean')
      throw new TtpError('SCORE_BAD_GATE', `${name} is neither true nor false`, { field: name });
  return gates;
}

/** The access level of a stage (decision D24). An unknown stage gets `blocked`. */
export function accessOf(stage: Stage): AccessLevel {
  return Object.hasOwn(ACCESS, stage) ? ACCESS[stage] : 'blocked';
}
