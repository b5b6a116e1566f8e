import { type Did, type Envelope, type Hash, isJsonObject, TtpError } from '@ttp/core';
import { canonicalBytes, decodeEnvelope, encodeEnvelope, envelopeId, parseJson } from '@ttp/crypto';
import { NAME_CLAIM, type NameClaimBody, parseNameClaim } from './claim.js';

/** A name as a registry has it: whose it is, and by which claim. */
export interface NameBinding {
  readonly name: string;
  readonly did: Did;
  /** The id of the claim. */
  readonly id: Hash;
  readonly claim: Envelope;
  readonly body: NameClaimBody;
  /** The position in the registry's log. */
  readonly index: bigint;
  /** When the registry took it, ms. */
  readonly at: number;
}

/** How far a registry's log went when it answered. A log only grows, so a lower size is an older answer. */
export interface NameCheckpoint {
  /** Its entries. */
  readonly size: bigint;
  /** Their RFC 9162 root. */
  readonly root: Hash;
}

/** A binding, and the log that it was looked up in. */
export interface NameAnswer extends NameBinding {
  readonly checkpoint: NameCheckpoint;
}

/** The bytes of an entry of the registry's log: `{ v: 1, at, claim: text }`. */
export function encodeNameEntry(claim: Envelope, at: number): Uint8Array {
  return canonicalBytes({ v: 1, at, claim: encodeEnvelope(claim) });
}

/**
 * Reads an entry of the registry's log; the signatures of the claim are not verified here.
 *
 * @throws DID_BAD_CLAIM, and the codes of `parseJson` and `decodeEnvelope`
 */
export function decodeNameEntry(bytes: Uint8Array | string, index: bigint): NameBinding {
  const value = parseJson(bytes);
  if (!isJsonObject(value)) throw bad('not an object');
  const { v, at, claim: text, ...rest } = value;
  if (v !== 1 || typeof at !== 'number' || !Number.isSafeInteger(at) || typeof text !== 'string')
    throw bad('not an entry of a registry');
  if (Object.keys(rest).length > 0) throw bad('unknown member');
  const claim = decodeEnvelope(text);
  if (claim.type !== NAME_CLAIM) throw bad(`${claim.type} is no claim`);
  const body = parseNameClaim(claim.body);
  return { name: body.name, did: body.did, id: envelopeId(claim), claim, body, index, at };
}

const bad = (message: string): TtpError => new TtpError('DID_BAD_CLAIM', message, { field: 'entry' });
