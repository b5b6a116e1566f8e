import { type Classification, type Did, type Hash, type Json, type Random, TtpError } from '@ttp/core';
import { canonicalize, concatBytes, hashBytes, JSON_FOREIGN_MAX_DEPTH, parseJson } from '@ttp/crypto';
import { PAYLOAD_MAX_BYTES, SALT_BYTES } from '../limits.js';
import { isStrictData } from './strict-data.js';

/** A value and the commitment to it. The hash goes into an event's data, the rest into the payload store. */
export interface Payload {
  /** SHA-256(salt || canonical JSON). Says nothing about the value to whoever lacks the salt (decision D30). */
  readonly hash: Hash;
  /** Whose data it is: erasing this subject erases the payload. */
  readonly subject: Did;
  /** What retention goes by; left out where no rule is for it. */
  readonly dataClass?: Classification;
  /** Salt and canonical JSON, one after the other: what the hash is of. */
  readonly salted: Uint8Array;
}

const encoder = /* @__PURE__ */ new TextEncoder();
/** The room of a salt, in characters of one byte each. */
const ROOM: string = /* @__PURE__ */ '\0'.repeat(SALT_BYTES);

/** The commitment to a payload under a salt of 32 bytes. */
export const commitment = (salt: Uint8Array, bytes: Uint8Array): Hash => hashBytes(concatBytes(salt, bytes));

/**
 * Commits to a value.
 *
 * @param random gives the salt
 * @param subject whose data it is
 * @param value plain JSON data; its canonical form is what counts
 * @param dataClass for retention
 * @throws ETR_BAD_PAYLOAD, ETR_PAYLOAD_TOO_LARGE above 4 MiB, and the CRYPTO_JSON_* codes for what is no JSON
 */
export function createPayload(
  random: Random,
  subject: Did,
  value: Json,
  dataClass?: Classification,
): Payload {
  const text = canonicalize(value);
  if (!isStrictData(value, JSON_FOREIGN_MAX_DEPTH))
    throw new TtpError('ETR_BAD_PAYLOAD', 'a whole number beyond 2^53-1 would not be read back');
  // Encoded behind the room of its salt: two copies less of what may be large. Canonical text has no lone surrogate.
  const salted = encoder.encode(ROOM + text);
  const size = salted.length - SALT_BYTES;
  if (size > PAYLOAD_MAX_BYTES)
    throw new TtpError('ETR_PAYLOAD_TOO_LARGE', `${size} bytes, more than ${PAYLOAD_MAX_BYTES}`);
  salted.set(random.bytes(SALT_BYTES));
  return Object.freeze({
    hash: hashBytes(salted),
    subject,
    salted,
    ...(dataClass === undefined ? {} : { dataClass }),
  });
}

/** The value of a payload's canonical bytes. Throws the CRYPTO_JSON_* codes. */
export const payloadValue = (bytes: Uint8Array | string): Json =>
  parseJson(bytes, { profile: 'foreign', maxBytes: PAYLOAD_MAX_BYTES });
