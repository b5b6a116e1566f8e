import { asDid, type Did, type Envelope, type Hash } from '@ttp/core';
import { fromMultikey, type SignersRule, verifyEnvelope } from '@ttp/crypto';
import { refuseLog } from './log-member.js';

/** The type of every entry of a key log. */
export const DID_OPERATION = 'ttp/did-op@1';

/** The id of the key that is the `n`-th of the identity, from 1. */
export const keyId = (did: Did, n: number): string => `${did}#key-${n}`;

/** The id under which the backup key signs a recovery. */
export const backupKeyId = (did: Did): string => `${did}#backup`;

/** Where an entry stands: what it must name as the one before. */
export interface Place {
  readonly seq: number;
  readonly prev: Hash | undefined;
}

/**
 * Verifies that the entry follows the one before and is signed by exactly these keys, each of them: not by fewer, as a
 * thief of one key would, and by nobody else.
 *
 * @param signers Multikeys by key id
 * @returns the id of the entry
 */
export function verifyEntry(entry: Envelope, place: Place, signers: ReadonlyMap<string, string>): Hash {
  const kids = entry.sigs.map((sig) => sig.kid);
  if (kids.length !== signers.size || kids.some((kid) => !signers.has(kid)))
    throw refuseLog(
      'DID_LOG_UNSIGNED',
      `entries[${place.seq}].sigs`,
      `not signed by ${[...signers.keys()].join(', ')}`,
    );
  const all = [...new Set([...signers.keys()].map((kid) => asDid(kid.slice(0, kid.indexOf('#')))))];
  return verifyEntryBy(entry, place, { all }, (kid) => {
    const key = signers.get(kid);
    return key === undefined ? undefined : fromMultikey(key);
  });
}

/** Verifies that the entry follows the one before and is signed as `rule` says. */
export function verifyEntryBy(
  entry: Envelope,
  { seq, prev }: Place,
  rule: SignersRule,
  keyOf: (kid: string, id: Hash) => Uint8Array | undefined,
): Hash {
  const { head } = entry;
  if (head.prev !== prev) throw refuseLog('DID_BAD_LOG', `entries[${seq}].head.prev`, 'not the entry before');
  // An entry is for everybody and for ever: it would be in force for one reader and not for another.
  if (head.exp !== undefined || head.aud !== undefined || head.nonce !== undefined)
    throw refuseLog('DID_BAD_LOG', `entries[${seq}].head`, 'exp, aud and nonce have no place in a key log');
  const { id } = verifyEnvelope(entry, {
    type: DID_OPERATION,
    parse: (body) => body,
    signers: () => rule,
    keyOf,
    now: head.iat,
  });
  return id;
}
