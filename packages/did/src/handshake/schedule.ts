import { base64url, canonicalBytes, concatBytes, hkdfSha256, hmacSha256, utf8 } from '@ttp/crypto';
import type { Role } from './transcript.js';
import type { Claim } from './wire.js';

/** Length of every key of the schedule, bytes. */
const KEY = 32;
const IDENTITY: Uint8Array = /* @__PURE__ */ utf8('TTP/1 identity');
const SESSION: Uint8Array = /* @__PURE__ */ utf8('TTP/1 session');
const CONFIRM: Uint8Array = /* @__PURE__ */ utf8('TTP/1 confirm');
const REKEY: Uint8Array = /* @__PURE__ */ utf8('TTP/1 rekey');

/** The keys with which each side MACs its identity. */
export type IdentityKeys = Readonly<Record<Role, Uint8Array>>;

/** What a handshake leaves behind. */
export interface SessionKeys {
  /** 32 bytes, base64url: names the session and authorises nothing (flaw.H4). */
  readonly session: string;
  /** The key of what each side sends. */
  readonly sentBy: Readonly<Record<Role, Uint8Array>>;
  /** The key of the confirmation in COMPLETE. */
  readonly confirm: Uint8Array;
}

/**
 * The keys of the identity MACs.
 *
 * @param secret of the key exchange, 32 bytes
 * @param transcript up to what the responder says of itself
 */
export function identityKeys(secret: Uint8Array, transcript: Uint8Array): IdentityKeys {
  const block = hkdfSha256({ ikm: secret, salt: transcript, info: IDENTITY, length: 2 * KEY });
  return { initiator: part(block, 0), responder: part(block, 1) };
}

/**
 * The keys of the session.
 *
 * @param secret of the key exchange, 32 bytes
 * @param transcript of every byte up to the initiator's signature
 */
export function sessionKeys(secret: Uint8Array, transcript: Uint8Array): SessionKeys {
  const block = hkdfSha256({ ikm: secret, salt: transcript, info: SESSION, length: 4 * KEY });
  const keys = {
    session: base64url(part(block, 0)),
    sentBy: { initiator: part(block, 1), responder: part(block, 2) },
    confirm: part(block, 3),
  };
  block.fill(0);
  return keys;
}

/** The MAC by which a side shows that the key exchange was with who it says it is (SIGMA, flaw.H1). */
export const identityMac = (keys: IdentityKeys, role: Role, claim: Claim): Uint8Array =>
  hmacSha256(keys[role], canonicalBytes({ role, ...claim }));

/** The responder's proof that it holds the keys of the session. */
export const confirmation = ({ confirm }: SessionKeys, transcript: Uint8Array): Uint8Array =>
  hmacSha256(confirm, concatBytes(CONFIRM, transcript));

/**
 * The key after a key. It cannot be computed backwards: who takes a key reads nothing of the time before it.
 *
 * @param session the name of the session
 */
export const nextKey = (key: Uint8Array, session: string): Uint8Array =>
  hkdfSha256({ ikm: key, salt: utf8(session), info: REKEY, length: KEY });

const part = (block: Uint8Array, n: number): Uint8Array => block.slice(n * KEY, (n + 1) * KEY);
