import { type Did, type Hash, isDid, isHash, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { base64url, canonicalBytes, fromBase64url, parseJson, SIGNATURE_BYTES } from '@ttp/crypto';
import { COOKIE_BYTES, HANDSHAKE_MAX_BYTES } from '../limits.js';
import { refuse } from './refuse.js';

/** The one version of the handshake. Another one is refused, never agreed down to (flaw.H5). */
const HANDSHAKE_VERSION = 1;
/** The one suite of version 1. */
const HANDSHAKE_SUITE = 'X25519-Ed25519-HKDF-SHA256-AES256GCM';

/** Length of ephemeral keys, nonces and MACs, bytes. */
const WIDE = 32;

/** Who a side says it is, with which key, under which policy. */
export interface Claim {
  readonly did: Did;
  /** The full DID URL of the key that signs. */
  readonly kid: string;
  /** The hash of the policy the side is armed with. */
  readonly policy: Hash;
}

/** INIT: the initiator's challenge and ephemeral key. */
export interface Init {
  readonly initiator: Claim;
  readonly responder: Did;
  readonly ephemeral: Uint8Array;
  readonly nonce: Uint8Array;
  /** Wall clock, ms. */
  readonly iat: number;
  /** What a responder under load asked to be shown. */
  readonly cookie?: Uint8Array;
}

/** What the responder says in CHALLENGE_RESPONSE, before it proves it. */
export interface Counter {
  readonly responder: Claim;
  readonly ephemeral: Uint8Array;
  readonly nonce: Uint8Array;
  readonly iat: number;
}

/** By what a side proves what it said: the MAC of its identity, and its signature over the transcript. */
export interface Proof {
  readonly mac: Uint8Array;
  readonly sig: Uint8Array;
}

/** COMPLETE: the session token and the key confirmation. */
export interface Complete {
  readonly session: string;
  readonly confirm: Uint8Array;
}

const AGREED = { versions: [HANDSHAKE_VERSION], suite: HANDSHAKE_SUITE } as const;

/** The bytes of an INIT. */
export const encodeInit = ({ initiator, responder, ephemeral, nonce, iat, cookie }: Init): Uint8Array =>
  canonicalBytes({
    msg: 'INIT',
    ...AGREED,
    initiator: { ...initiator },
    responder,
    ephemeral: base64url(ephemeral),
    nonce: base64url(nonce),
    iat,
    ...(cookie === undefined ? {} : { cookie: base64url(cookie) }),
  });

const counterJson = ({ responder, ephemeral, nonce, iat }: Counter): JsonObject => ({
  msg: 'CHALLENGE_RESPONSE',
  ...AGREED,
  responder: { ...responder },
  ephemeral: base64url(ephemeral),
  nonce: base64url(nonce),
  iat,
});
const proofJson = ({ mac, sig }: Proof): JsonObject => ({ mac: base64url(mac), sig: base64url(sig) });

/** The part of a CHALLENGE_RESPONSE that its MAC and signature come after. */
export const encodeCounter = (counter: Counter): Uint8Array => canonicalBytes(counterJson(counter));

/** The bytes of a CHALLENGE_RESPONSE. */
export const encodeChallengeResponse = (message: Counter & Proof): Uint8Array =>
  canonicalBytes({ ...counterJson(message), ...proofJson(message) });

/** The part of a RESPONSE that its MAC and signature come after. */
export const RESPONSE_CORE: Uint8Array = /* @__PURE__ */ canonicalBytes({ msg: 'RESPONSE' });

/** The bytes of a RESPONSE. */
export const encodeResponse = (proof: Proof): Uint8Array =>
  canonicalBytes({ msg: 'RESPONSE', ...proofJson(proof) });

/** The bytes of a COMPLETE. */
export const encodeComplete = ({ session, confirm }: Complete): Uint8Array =>
  canonicalBytes({ msg: 'COMPLETE', session, confirm: base64url(confirm) });

/** The bytes of a RETRY: what a responder under load says instead of remembering an INIT (flaw.H7). */
export const encodeRetry = (cookie: Uint8Array): Uint8Array =>
  canonicalBytes({ msg: 'RETRY', cookie: base64url(cookie) });

/** Reads an INIT. Throws DID_HANDSHAKE_MESSAGE, DID_HANDSHAKE_VERSION, the CRYPTO_JSON_* codes. */
export function readInit(bytes: Uint8Array): Init {
  const { initiator, responder, ephemeral, nonce, iat, cookie, ...rest } = agreed(membersOf(bytes, 'INIT'));
  nothingElse(rest);
  return {
    initiator: claimAt(initiator, 'initiator'),
    responder: didAt(responder, 'responder'),
    ephemeral: bytesAt(ephemeral, 'ephemeral', WIDE),
    nonce: bytesAt(nonce, 'nonce', WIDE),
    iat: timeAt(iat),
    ...(cookie === undefined ? {} : { cookie: bytesAt(cookie, 'cookie', COOKIE_BYTES) }),
  };
}

/** Reads a CHALLENGE_RESPONSE. Throws as {@link readInit}. */
export function readChallengeResponse(bytes: Uint8Array): Counter & Proof {
  const { responder, ephemeral, nonce, iat, mac, sig, ...rest } = agreed(
    membersOf(bytes, 'CHALLENGE_RESPONSE'),
  );
  nothingElse(rest);
  return {
    responder: claimAt(responder, 'responder'),
    ephemeral: bytesAt(ephemeral, 'ephemeral', WIDE),
    nonce: bytesAt(nonce, 'nonce', WIDE),
    iat: timeAt(iat),
    ...proofOf(mac, sig),
  };
}

/** Reads a RESPONSE. Throws DID_HANDSHAKE_MESSAGE, the CRYPTO_JSON_* codes. */
export function readResponse(bytes: Uint8Array): Proof {
  const { mac, sig, ...rest } = membersOf(bytes, 'RESPONSE');
  nothingElse(rest);
  return proofOf(mac, sig);
}

/** Reads a COMPLETE. Throws as {@link readResponse}. */
export function readComplete(bytes: Uint8Array): Complete {
  const { session, confirm, ...rest } = membersOf(bytes, 'COMPLETE');
  nothingElse(rest);
  return {
    session: base64url(bytesAt(session, 'session', WIDE)),
    confirm: bytesAt(confirm, 'confirm', WIDE),
  };
}

/** The cookie of a RETRY; undefined for any other message. Throws as {@link readResponse}. */
export function readRetry(bytes: Uint8Array): Uint8Array | undefined {
  const { msg, cookie, ...rest } = objectOf(bytes);
  if (msg !== 'RETRY') return undefined;
  nothingElse(rest);
  return bytesAt(cookie, 'cookie', COOKIE_BYTES);
}

function objectOf(bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes, { profile: 'envelope', maxBytes: HANDSHAKE_MAX_BYTES });
  if (isJsonObject(value)) return value;
  throw malformed('the message');
}

function membersOf(bytes: Uint8Array, expected: string): JsonObject {
  const { msg, ...rest } = objectOf(bytes);
  if (msg === expected) return rest;
  throw refuse('DID_HANDSHAKE_ORDER', 'msg', `not the ${expected} that comes now`);
}

/** The rest of a message that names the one version and suite. */
function agreed({ versions, suite, ...rest }: JsonObject): JsonObject {
  const one = Array.isArray(versions) && versions.length === 1 && versions[0] === HANDSHAKE_VERSION;
  if (!one || suite !== HANDSHAKE_SUITE)
    throw refuse('DID_HANDSHAKE_VERSION', one ? 'suite' : 'versions', 'not the one this side speaks');
  return rest;
}

function claimAt(value: Json | undefined, field: string): Claim {
  if (!isJsonObject(value)) throw malformed(field);
  const { did, kid, policy, ...rest } = value;
  nothingElse(rest);
  const subject = didAt(did, `${field}.did`);
  if (typeof kid !== 'string' || !kid.startsWith(`${subject}#`)) throw malformed(`${field}.kid`);
  if (typeof policy !== 'string' || !isHash(policy)) throw malformed(`${field}.policy`);
  return { did: subject, kid, policy };
}

const proofOf = (mac: Json | undefined, sig: Json | undefined): Proof => ({
  mac: bytesAt(mac, 'mac', WIDE),
  sig: bytesAt(sig, 'sig', SIGNATURE_BYTES),
});

function didAt(value: Json | undefined, field: string): Did {
  if (typeof value === 'string' && isDid(value)) return value;
  throw malformed(field);
}

function timeAt(value: Json | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed('iat');
}

function bytesAt(value: Json | undefined, field: string, length: number): Uint8Array {
  if (typeof value !== 'string' || value.length !== Math.ceil((length * 4) / 3)) throw malformed(field);
  return fromBase64url(value);
}

function nothingElse(rest: JsonObject): void {
  const [other] = Object.keys(rest);
  if (other !== undefined) throw malformed(other);
}

const malformed = (field: string): ReturnType<typeof refuse> =>
  refuse('DID_HANDSHAKE_MESSAGE', field, 'missing, unknown or malformed');
