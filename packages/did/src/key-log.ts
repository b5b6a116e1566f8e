import { asDid, type Did, type Envelope, type JsonObject } from '@ttp/core';
import {
  base58btc,
  canonicalBytes,
  concatBytes,
  decodeEnvelope,
  encodeEnvelope,
  envelopeId,
  sha256,
} from '@ttp/crypto';
import { keyId, type Place, verifyEntry } from './entry.js';
import { keyLookup } from './key-lookup.js';
import type { KeyState, LogContext } from './key-state.js';
import { KEY_LOG_MAX_CHARS, KEY_LOG_MAX_ENTRIES } from './limits.js';
import { commitment, refuseLog } from './log-member.js';
import {
  type DeactivationBody,
  type InceptionBody,
  parseInception,
  parseOperation,
  type RotationBody,
} from './operation.js';
import { recovered } from './recovery/apply.js';
import { formatDid } from './syntax.js';

/** The multihash prefix of sha2-256 with 32 bytes. */
const SHA2_256 = Uint8Array.of(0x12, 0x20);

/**
 * The identity that an inception makes: the type it states, and the multihash of its JCS (decision D1).
 *
 * @throws the codes of `parseInception`: what is no inception has no identity
 */
export function didOf(inceptionBody: JsonObject): Did {
  return didOfInception(parseInception(inceptionBody));
}

/**
 * Verifies a key log from its inception to its end and folds it to what it says.
 *
 * @param keyLog entry 0 and what follows, at most {@link KEY_LOG_MAX_ENTRIES}
 * @param context the parent and the guardians, and which recoveries are in force
 * @throws DID_BAD_LOG, DID_LOG_MISMATCH, DID_LOG_UNSIGNED, DID_LOG_COMMITMENT, DID_LOG_UNSUPPORTED, DID_DEACTIVATED,
 *   DID_RECOVERY_PENDING, DID_PARENT_UNRESOLVED, DID_BAD_KEY, DID_BAD_SERVICE, and the codes of `verifyEnvelope`
 */
export function foldKeyLog(keyLog: readonly Envelope[], context: LogContext): KeyState {
  const [first, ...later] = readKeyLog(keyLog);
  if (first === undefined) throw refuseLog('DID_BAD_LOG', 'entries', 'no entry');
  let state = incept(first, context);
  for (const entry of later) state = extend(state, entry, context);
  return state;
}

/**
 * A copy of the log that nobody else holds, its shape checked and nothing else: an object could answer differently
 * when it is looked at again.
 *
 * @throws DID_BAD_LOG, and the codes of `decodeEnvelope`
 */
export function readKeyLog(keyLog: readonly Envelope[]): readonly Envelope[] {
  if (keyLog.length > KEY_LOG_MAX_ENTRIES)
    throw refuseLog('DID_BAD_LOG', 'entries', `more than ${KEY_LOG_MAX_ENTRIES} entries`);
  const texts = keyLog.map((entry) => encodeEnvelope(entry));
  if (texts.reduce((sum, text) => sum + text.length, 0) > KEY_LOG_MAX_CHARS)
    throw refuseLog('DID_BAD_LOG', 'entries', `more than ${KEY_LOG_MAX_CHARS} characters`);
  return texts.map((text) => decodeEnvelope(text));
}

function incept(entry: Envelope, context: LogContext): KeyState {
  // The body is read before its signature is checked: it holds the key to check with, and the identity is its hash.
  const body = parseInception(entry.body);
  const did = didOfInception(body);
  if (entry.head.iss !== did) throw refuseLog('DID_LOG_MISMATCH', 'entries[0].head.iss', `not ${did}`);
  const signers = new Map([[keyId(did, 1), body.keys[0]]]);
  if (body.parent !== undefined) addParent(signers, entry, body.parent, context);
  const id = verifyEntry(entry, { seq: 0, prev: undefined }, signers);
  return {
    did,
    type: body.type,
    inception: body,
    keys: body.keys,
    retiredAt: [],
    next: body.next[0],
    ...(body.recovery === undefined ? {} : { recovery: body.recovery }),
    services: [],
    ids: [id],
    kinds: ['inception'],
    deactivated: false,
  };
}

/** The parent signs with one of the keys that its document has in force. */
function addParent(
  signers: Map<string, string>,
  entry: Envelope,
  parent: Did,
  { documentOf }: LogContext,
): void {
  const document = documentOf(parent, envelopeId(entry));
  if (document === undefined) throw refuseLog('DID_PARENT_UNRESOLVED', 'parent', `no document of ${parent}`);
  const keyOf = keyLookup([document]);
  const kid = entry.sigs.map((sig) => sig.kid).find((signed) => keyOf(signed) !== undefined);
  const method = document.verificationMethod.find(({ id }) => id === kid);
  if (method === undefined)
    throw refuseLog('DID_LOG_UNSIGNED', 'entries[0].sigs', 'not signed by the parent');
  signers.set(method.id, method.publicKeyMultibase);
}

function extend(state: KeyState, entry: Envelope, context: LogContext): KeyState {
  const { did, keys, ids, kinds, pending, deactivated } = state;
  const seq = ids.length;
  const place: Place = { seq, prev: ids.at(-1) };
  if (deactivated)
    throw refuseLog('DID_DEACTIVATED', `entries[${seq}]`, 'a terminated identity never acts again');
  const body = parseOperation(entry.body);
  if (body.seq !== seq) throw refuseLog('DID_BAD_LOG', `entries[${seq}].body.seq`, `not ${seq}`);
  if (entry.head.iss !== did) throw refuseLog('DID_LOG_MISMATCH', `entries[${seq}].head.iss`, `not ${did}`);
  // While it is open who owns the identity, the only thing to be said is who does.
  if (pending !== undefined && body.op !== 'rotate')
    throw refuseLog('DID_RECOVERY_PENDING', `entries[${seq}]`, 'neither vetoed nor in force');
  if (body.op === 'recover') return recovered(state, entry, body, place, context);
  if (body.op === 'services') {
    const signers = new Map([[keyId(did, keys.length), keys.at(-1) ?? '']]);
    const id = verifyEntry(entry, place, signers);
    return { ...state, services: body.services, ids: [...ids, id], kinds: [...kinds, 'services'] };
  }
  return body.op === 'rotate' ? rotated(state, entry, body, place) : deactivate(state, entry, body, place);
}

function rotated(state: KeyState, entry: Envelope, body: RotationBody, place: Place): KeyState {
  const { pending, recovery: before, ...rest } = state;
  if (body.veto !== pending?.id)
    throw pending === undefined
      ? refuseLog('DID_BAD_LOG', `entries[${place.seq}].body.veto`, 'no recovery is pending')
      : refuseLog('DID_RECOVERY_PENDING', `entries[${place.seq}].body.veto`, 'not a veto');
  const id = verifyByBoth(state, entry, body.keys[0], place);
  // A backup key that tried what its owner forbids is in other hands: it does not get another try.
  const { backup, ...others } = before ?? {};
  const left =
    pending?.byBackup === true ? others : { ...others, ...(backup === undefined ? {} : { backup }) };
  const recovery = body.recovery ?? left;
  return {
    ...rest,
    keys: [...state.keys, body.keys[0]],
    retiredAt: [...state.retiredAt, entry.head.iat],
    next: body.next[0],
    ...(Object.keys(recovery).length === 0 ? {} : { recovery }),
    ids: [...state.ids, id],
    kinds: [...state.kinds.map((kind) => (kind === 'recovery-pending' ? 'recovery-vetoed' : kind)), 'rotate'],
  };
}

/** Both keys end it: a thief of one of them cannot silence its owner for good. */
function deactivate(state: KeyState, entry: Envelope, body: DeactivationBody, place: Place): KeyState {
  const id = verifyByBoth(state, entry, body.keys[0], place);
  return {
    ...state,
    retiredAt: [...state.retiredAt, entry.head.iat],
    ids: [...state.ids, id],
    kinds: [...state.kinds, 'deactivate'],
    deactivated: true,
  };
}

/** An entry of the owner in full: signed by the key in force and by the one committed to, which it reveals (flaw.D2). */
function verifyByBoth(
  { did, keys, next }: KeyState,
  entry: Envelope,
  revealed: string,
  place: Place,
): ReturnType<typeof verifyEntry> {
  if (commitment(revealed) !== next)
    throw refuseLog('DID_LOG_COMMITMENT', `entries[${place.seq}].body.keys`, 'not the key committed to');
  // A key that came back would have been in force twice, and dating evidence could not tell when.
  if (keys.includes(revealed))
    throw refuseLog('DID_BAD_LOG', `entries[${place.seq}].body.keys`, 'a key of this log is used again');
  const signers = new Map([
    [keyId(did, keys.length), keys.at(-1) ?? ''],
    [keyId(did, keys.length + 1), revealed],
  ]);
  return verifyEntry(entry, place, signers);
}

function didOfInception(body: InceptionBody): Did {
  const scid = base58btc(concatBytes(SHA2_256, sha256(canonicalBytes(body))));
  return asDid(formatDid({ method: 'ttp', type: body.type, scid }));
}
