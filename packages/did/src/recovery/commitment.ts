import type { Did, Hash } from '@ttp/core';
import { isHash } from '@ttp/core';
import * as z from 'zod/mini';
import { GUARDIANS_MAX_COUNT } from '../limits.js';
import { readIdentity, refuseLog } from '../log-member.js';

/** How an identity can be recovered, committed to at its inception or in a rotation (decision D3). */
export type RecoveryCommitment = {
  /** Hash of the Multikey of a backup key. */
  readonly backup?: Hash;
  /** Who can recover it together: `atLeast` of them, which is 2 or more. */
  readonly guardians?: readonly Did[];
  readonly atLeast?: number;
};

/** A commitment as it arrives. */
interface RecoveryShape {
  backup?: string;
  guardians?: string[];
  atLeast?: number;
}

export const recoveryCommitment: z.ZodMiniType<RecoveryShape> = z.strictObject({
  backup: z.exactOptional(z.string()),
  guardians: z.exactOptional(z.array(z.string())),
  atLeast: z.exactOptional(z.int()),
});

/** One helper must never be enough (flaw.D7): guardians come with a threshold of 2 or more, and each counts once. Throws DID_BAD_LOG. */
export function readRecovery(shape: RecoveryShape): RecoveryCommitment {
  const { backup, guardians, atLeast } = shape;
  if (backup !== undefined && !isHash(backup))
    throw refuseLog('DID_BAD_LOG', 'recovery.backup', 'not a hash');
  if ((guardians === undefined) !== (atLeast === undefined))
    throw refuseLog('DID_BAD_LOG', 'recovery', 'guardians and atLeast come together');
  if (backup === undefined && guardians === undefined)
    throw refuseLog('DID_BAD_LOG', 'recovery', 'neither a backup key nor guardians');
  const key = backup === undefined ? {} : { backup };
  if (guardians === undefined || atLeast === undefined) return key;
  if (guardians.length > GUARDIANS_MAX_COUNT || new Set(guardians).size !== guardians.length)
    throw refuseLog('DID_BAD_LOG', 'recovery.guardians', 'too many, or one of them twice');
  if (atLeast < 2 || atLeast > guardians.length)
    throw refuseLog('DID_BAD_LOG', 'recovery.atLeast', 'not from 2 to the number of guardians');
  return {
    ...key,
    guardians: guardians.map((did) => readIdentity(did, 'recovery.guardians', ['ttp', 'key'])),
    atLeast,
  };
}
