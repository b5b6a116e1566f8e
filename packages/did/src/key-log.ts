import {
  asDid,
  type Did,
  type DidDocument,
  type Envelope,
  type Hash,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import {
  base58btc,
  canonicalBytes,
  concatBytes,
  decodeEnvelope,
  encodeEnvelope,
  fromMultikey,
  sha256,
  verifyEnvelope,
} from '@ttp/crypto';
import type { DidErrorCode } from './errors.js';
import type { DidType } from './grammar.js';
import { keyLookup } from './key-lookup.js';
import { KEY_LOG_MAX_CHARS, KEY_LOG_MAX_ENTRIES } from './limits.js';
import { commitment, type InceptionBody, parseInception, parseOperation } from './operation.js';
import type { ServiceEntry } from './service.js';
import { formatDid } from './syntax.js';

/** The type of every entry of a key log. */
export const DID_OPERATION = 'ttp/did-op@1';

/** The multihash prefix of sha2-256 with 32 bytes. */
const SHA2_256 = Uint8Array.of(0x12, 0x20);

/** What a verified key log says. */
export interface KeyState {
  readonly did: Did;
  readonly type: DidType;
  readonly inception: InceptionBody;
  /** The Multikeys so far, oldest first. The last one is in force, under the id `#key-{length}`. */
  readonly keys: readonly [string, ...string[]];
  /** The hash of the Multikey after it. */
  readonly next: Hash;
  readonly services: readonly ServiceEntry[];
  /** Ids of the entries, in order: two logs agree as far as these do. */
  readonly ids: readonly [Hash, ...Hash[]];
}

/**
 * The identity that an inception makes: the type it states, and the multihash of its JCS (decision D1).
 *
 * @throws the codes of `parseInception`: what is no inception has no identity
 */
export function didOf(inceptionBody: JsonObject): Did {
  return didOfInception(parseInception(inceptionBody));
}

/** The id of the key that is the `n`-th of the identity, from 1. */
export const keyId = (did: Did, n: number): string => `${did}#key-${n}`;

/**
 * Verifies a key log from its inception to its end and folds it to what it says.
 *
 * @param keyLog entry 0 and what follows, at most {@link KEY_LOG_MAX_ENTRIES}
 * @param parents verified documents, among them that of the parent the inception names, if it names one
 * @throws DID_BAD_LOG, DID_LOG_MISMATCH, DID_LOG_UNSIGNED, DID_LOG_COMMITMENT, DID_LOG_UNSUPPORTED,
 *   DID_PARENT_UNRESOLVED, DID_BAD_KEY, DID_BAD_SERVICE, and the codes of `verifyEnvelope`
 */
export function foldKeyLog(keyLog: readonly Envelope[], parents: readonly DidDocument[]): KeyState {
  const [first, ...later] = readKeyLog(keyLog);
  if (first === undefined) throw refuse('DID_BAD_LOG', 'entries', 'no entry');
  let state = incept(first, parents);
  for (const entry of later) state = extend(state, entry);
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
    throw refuse('DID_BAD_LOG', 'entries', `more than ${KEY_LOG_MAX_ENTRIES} entries`);
  const texts = keyLog.map((entry) => encodeEnvelope(entry));
  if (texts.reduce((sum, text) => sum + text.length, 0) > KEY_LOG_MAX_CHARS)
    throw refuse('DID_BAD_LOG', 'entries', `more than ${KEY_LOG_MAX_CHARS} characters`);
  return texts.map((text) => decodeEnvelope(text));
}

function incept(entry: Envelope, parents: readonly DidDocument[]): KeyState {
  // The body is read before its signature is checked: it holds the key to check with, and the identity is its hash.
  const body = parseInception(entry.body);
  const did = didOfInception(body);
  if (entry.head.iss !== did) throw refuse('DID_LOG_MISMATCH', 'entries[0].head.iss', `not ${did}`);
  const signers = new Map([[keyId(did, 1), body.keys[0]]]);
  if (body.parent !== undefined) addParent(signers, entry, body.parent, parents);
  const id = verifyEntry(entry, 0, undefined, signers);
  return {
    did,
    type: body.type,
    inception: body,
    keys: body.keys,
    next: body.next[0],
    services: [],
    ids: [id],
  };
}

/** The parent signs with one of the keys that its document has in force. */
function addParent(
  signers: Map<string, string>,
  entry: Envelope,
  parent: Did,
  parents: readonly DidDocument[],
): void {
  const document = parents.find(({ id }) => id === parent);
  if (document === undefined) throw refuse('DID_PARENT_UNRESOLVED', 'parent', `no document of ${parent}`);
  const keyOf = keyLookup([document]);
  const kid = entry.sigs.map((sig) => sig.kid).find((signed) => keyOf(signed) !== undefined);
  const method = document.verificationMethod.find(({ id }) => id === kid);
  if (method === undefined) throw refuse('DID_LOG_UNSIGNED', 'entries[0].sigs', 'not signed by the parent');
  signers.set(method.id, method.publicKeyMultibase);
}

function extend(state: KeyState, entry: Envelope): KeyState {
  const { did, keys, next, ids } = state;
  const seq = ids.length;
  const body = parseOperation(entry.body);
  if (body.seq !== seq) throw refuse('DID_BAD_LOG', `entries[${seq}].body.seq`, `not ${seq}`);
  if (entry.head.iss !== did) throw refuse('DID_LOG_MISMATCH', `entries[${seq}].head.iss`, `not ${did}`);
  const current = keys.at(-1) ?? '';
  const signers = new Map([[keyId(did, keys.length), current]]);
  if (body.op === 'services') {
    const id = verifyEntry(entry, seq, ids.at(-1), signers);
    return { ...state, services: body.services, ids: [...ids, id] };
  }
  const [revealed] = body.keys;
  if (commitment(revealed) !== next)
    throw refuse('DID_LOG_COMMITMENT', `entries[${seq}].body.keys`, 'not the key committed to');
  // A key that came back would have been in force twice, and dating evidence could not tell when.
  if (keys.includes(revealed))
    throw refuse('DID_BAD_LOG', `entries[${seq}].body.keys`, 'a key of this log is used again');
  signers.set(keyId(did, keys.length + 1), revealed);
  const id = verifyEntry(entry, seq, ids.at(-1), signers);
  return { ...state, keys: [...keys, revealed], next: body.next[0], ids: [...ids, id] };
}

/**
 * Verifies that the entry follows `prev` and is signed by exactly these keys, each of them: not by fewer, as a thief
 * of one key would, and by nobody else.
 *
 * @param signers Multikeys by key id
 * @returns the id of the entry
 */
function verifyEntry(
  entry: Envelope,
  seq: number,
  prev: Hash | undefined,
  signers: ReadonlyMap<string, string>,
): Hash {
  const { head, sigs } = entry;
  if (head.prev !== prev) throw refuse('DID_BAD_LOG', `entries[${seq}].head.prev`, 'not the entry before');
  // An entry is for everybody and for ever: it would be in force for one reader and not for another.
  if (head.exp !== undefined || head.aud !== undefined || head.nonce !== undefined)
    throw refuse('DID_BAD_LOG', `entries[${seq}].head`, 'exp, aud and nonce have no place in a key log');
  const kids = sigs.map((sig) => sig.kid);
  if (kids.length !== signers.size || kids.some((kid) => !signers.has(kid)))
    throw refuse(
      'DID_LOG_UNSIGNED',
      `entries[${seq}].sigs`,
      `not signed by ${[...signers.keys()].join(', ')}`,
    );
  const all = [...new Set([...signers.keys()].map((kid) => asDid(kid.slice(0, kid.indexOf('#')))))];
  const { id } = verifyEnvelope(entry, {
    type: DID_OPERATION,
    parse: (body) => body,
    signers: () => ({ all }),
    keyOf: (kid) => {
      const key = signers.get(kid);
      return key === undefined ? undefined : fromMultikey(key);
    },
    now: head.iat,
  });
  return id;
}

function didOfInception(body: InceptionBody): Did {
  const scid = base58btc(concatBytes(SHA2_256, sha256(canonicalBytes(body))));
  return asDid(formatDid({ method: 'ttp', type: body.type, scid }));
}

function refuse(code: DidErrorCode, field: string, message: string): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}
