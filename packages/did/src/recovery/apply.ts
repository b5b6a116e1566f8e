import type { Envelope, Hash } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { backupKeyId, keyId, type Place, verifyEntry, verifyEntryBy } from '../entry.js';
import { keyLookup } from '../key-lookup.js';
import type { KeyState, LogContext } from '../key-state.js';
import { commitment, refuseLog } from '../log-member.js';
import type { RecoveryBody } from '../operation.js';

/**
 * A recovery: by the backup key whose hash the log committed to, or by as many guardians as it asked for, each with a
 * key of its own; in either case signed by the new key as well. Until its delay has passed unvetoed, nothing changes.
 *
 * @throws DID_LOG_COMMITMENT, DID_LOG_UNSIGNED, DID_BAD_LOG, and the codes of `verifyEnvelope`
 */
export function recovered(
  state: KeyState,
  entry: Envelope,
  body: RecoveryBody,
  place: Place,
  context: LogContext,
): KeyState {
  const { recovery: _, ...rest } = state;
  const { keys, retiredAt, ids, kinds } = state;
  const [key] = body.keys;
  if (keys.includes(key) || key === body.backup)
    throw refuseLog('DID_BAD_LOG', `entries[${place.seq}].body.keys`, 'a key is used again');
  const id =
    body.backup === undefined
      ? verifyByGuardians(state, entry, key, place, context)
      : verifyByBackup(state, entry, [key, body.backup], place);
  if (!context.settled(id))
    return {
      ...state,
      pending: { id, key, byBackup: body.backup !== undefined },
      ids: [...ids, id],
      kinds: [...kinds, 'recovery-pending'],
    };
  return {
    ...rest,
    keys: [...keys, key],
    retiredAt: [...retiredAt, entry.head.iat],
    next: body.next[0],
    ...(body.recovery === undefined ? {} : { recovery: body.recovery }),
    ids: [...ids, id],
    kinds: [...kinds, 'recovered'],
  };
}

function verifyByBackup(
  { did, keys, recovery }: KeyState,
  entry: Envelope,
  [key, backup]: readonly [string, string],
  place: Place,
): Hash {
  if (commitment(backup) !== recovery?.backup)
    throw refuseLog(
      'DID_LOG_COMMITMENT',
      `entries[${place.seq}].body.backup`,
      'not the backup key committed to',
    );
  const signers = new Map([
    [backupKeyId(did), backup],
    [keyId(did, keys.length + 1), key],
  ]);
  return verifyEntry(entry, place, signers);
}

function verifyByGuardians(
  { did, keys, recovery }: KeyState,
  entry: Envelope,
  key: string,
  place: Place,
  { documentOf }: LogContext,
): Hash {
  const { guardians, atLeast } = recovery ?? {};
  if (guardians === undefined || atLeast === undefined)
    throw refuseLog('DID_LOG_COMMITMENT', `entries[${place.seq}].body`, 'no guardians were committed to');
  const newKid = keyId(did, keys.length + 1);
  if (!entry.sigs.some(({ kid }) => kid === newKid))
    throw refuseLog('DID_LOG_UNSIGNED', `entries[${place.seq}].sigs`, `not signed by ${newKid}`);
  const keyOf = (kid: string, id: Hash): Uint8Array | undefined => {
    if (kid === newKid) return fromMultikey(key);
    const guardian = guardians.find((one) => kid.startsWith(`${one}#`));
    const document = guardian === undefined ? undefined : documentOf(guardian, id);
    return document === undefined ? undefined : keyLookup([document])(kid);
  };
  // The new key counts as one signer more: it is there, so the others are guardians.
  return verifyEntryBy(entry, place, { of: [did, ...guardians], atLeast: atLeast + 1 }, keyOf);
}
