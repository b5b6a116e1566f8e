import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type Hash,
  type JsonObject,
  MESSAGE_MAX_AGE_MS,
  MESSAGE_MAX_AHEAD_MS,
  TtpError,
} from '@ttp/core';
import * as backend from '#backend';
import { fromBase64url } from '../encoding/base64.js';
import { hashBytes } from '../hash.js';
import { canonicalText } from '../json/canonical.js';
import { type EnvelopeType, frame, isMessage } from '../purposes.js';
import type { ReplayGuard } from '../replay.js';
import { decodeEnvelope, payloadOf } from './codec.js';
import { didOfKeyId, type UnverifiedEnvelope } from './shape.js';
import {
  inceptionOf,
  requireAllowed,
  requireEnough,
  requireRule,
  type SignedBy,
  type SignersRule,
} from './signers.js';

/** How an envelope is verified. */
export interface VerifyEnvelopeOptions<B> {
  /** The type expected: the purpose that was signed. */
  readonly type: EnvelopeType;
  /** Reads the body, strictly; runs after the signatures have verified, and throws on what it does not know. */
  readonly parse: (body: JsonObject) => B;
  /** Who has to sign; the issuer, unless given. Head and body are unverified here: decide from them, do not act. */
  readonly signers?: (head: EnvelopeHead, body: JsonObject) => SignersRule;
  /** The public key of a key id, where it was valid for the envelope with this id; undefined refuses. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
  /** Wall clock, ms. */
  readonly now: number;
  /** Who reads: has to be the envelope's `aud`, where it has one; every message has. */
  readonly audience?: Did;
  /** Remembers messages; every message needs one. */
  readonly replay?: ReplayGuard;
  /** Longest envelope, bytes; `JSON_MAX_BYTES` unless given. */
  readonly maxBytes?: number;
}

/** What an envelope says, after its signatures verified. */
export interface Verified<B> {
  readonly id: Hash;
  readonly head: EnvelopeHead;
  readonly body: B;
  /** The distinct DIDs that signed, in the order of their key ids. */
  readonly signers: readonly Did[];
  /** The key ids that signed, sorted. */
  readonly kids: readonly string[];
}

/**
 * The one way from an envelope to its content: the verified value is what this returns, a copy that nobody else holds.
 * *Messages* need `aud`, `nonce` and a replay guard, are signed by their issuer, and live from 1 min before to
 * 5 min after their `iat` (decision D10). *Records* end with their `exp`, if they have one, and may be seen again:
 * their id is their identity.
 *
 * @param input an envelope, or its canonical bytes
 * @throws what `decodeEnvelope` throws; CRYPTO_ENVELOPE_TYPE, CRYPTO_ENVELOPE_AUDIENCE, CRYPTO_ENVELOPE_EXPIRED,
 *   CRYPTO_MESSAGE_STALE, CRYPTO_MESSAGE_FUTURE, CRYPTO_ENVELOPE_SIGNERS_RULE, CRYPTO_ENVELOPE_FOREIGN_SIGNER,
 *   CRYPTO_ENVELOPE_KEY_UNKNOWN, CRYPTO_ENVELOPE_BAD_SIGNATURE, CRYPTO_ENVELOPE_SIGNER_MISSING,
 *   CRYPTO_REPLAY_GUARD_MISSING and the codes of the replay guard; whatever `parse` throws
 */
export function verifyEnvelope<B>(
  input: Envelope | Uint8Array | string,
  options: VerifyEnvelopeOptions<B>,
): Verified<B> {
  const envelope = received(input, options);
  const { type, head } = envelope;
  if (type !== options.type)
    throw new TtpError('CRYPTO_ENVELOPE_TYPE', `${type} instead of ${options.type}`, { field: 'type' });
  requireAudience(head, options.audience);
  requireLife(envelope, options);
  const preimage = frame(type, payloadOf(envelope));
  const id = hashBytes(preimage);
  const signed = verifySignatures(envelope, preimage, id, options);
  // Only now: what is not signed is never parsed, and never takes room in the replay guard (flaws J2, H9).
  const body = options.parse(envelope.body);
  if (isMessage(type)) admit(head, signed, options);
  return {
    id,
    head,
    body,
    signers: [...new Set(signed.map(({ did }) => did))],
    kids: envelope.sigs.map(({ kid }) => kid),
  };
}

/** One reading of the input, by its canonical text: an object could change, or answer differently, between two looks. */
function received(
  input: Envelope | Uint8Array | string,
  { maxBytes }: { readonly maxBytes?: number },
): UnverifiedEnvelope {
  const limit = maxBytes === undefined ? {} : { maxBytes };
  // `isView` runs no code of the input, as `instanceof` would.
  const isWire = typeof input === 'string' || ArrayBuffer.isView(input);
  return decodeEnvelope(isWire ? input : canonicalText(input), limit);
}

function requireAudience({ aud }: EnvelopeHead, audience: Did | undefined): void {
  if (aud !== undefined && aud !== audience)
    throw new TtpError('CRYPTO_ENVELOPE_AUDIENCE', `for ${aud}, not for ${audience ?? 'a reader unnamed'}`, {
      field: 'head.aud',
    });
}

function requireLife({ type, head }: UnverifiedEnvelope, { now }: { readonly now: number }): void {
  const { iat, exp } = head;
  if (exp !== undefined && !(now < exp))
    throw new TtpError('CRYPTO_ENVELOPE_EXPIRED', `expired at ${exp}`, { field: 'head.exp' });
  if (!isMessage(type)) return;
  for (const member of ['aud', 'nonce'] as const)
    if (head[member] === undefined)
      throw new TtpError('CRYPTO_ENVELOPE_SHAPE', `a message has a ${member}`, { field: `head.${member}` });
  if (!(now - iat <= MESSAGE_MAX_AGE_MS))
    throw new TtpError('CRYPTO_MESSAGE_STALE', `stamped ${iat}, it is ${now}`, { field: 'head.iat' });
  if (!(iat - now <= MESSAGE_MAX_AHEAD_MS))
    throw new TtpError('CRYPTO_MESSAGE_FUTURE', `stamped ${iat}, it is ${now}`, { field: 'head.iat' });
}

function verifySignatures<B>(
  envelope: UnverifiedEnvelope,
  preimage: Uint8Array,
  id: Hash,
  { signers, keyOf }: VerifyEnvelopeOptions<B>,
): readonly SignedBy[] {
  const { head, body, sigs } = envelope;
  const rule = signers?.(head, body) ?? { all: [head.iss] };
  requireRule(rule);
  const signed = sigs.map(({ kid, sig }, i): SignedBy => {
    const field = `sigs[${i}]`;
    const did = didOfKeyId(kid);
    if (did === undefined) throw new TtpError('CRYPTO_ENVELOPE_SHAPE', 'not a key id', { field });
    requireAllowed(rule, did, field);
    const publicKey = keyOf(kid, id);
    if (publicKey === undefined)
      throw new TtpError('CRYPTO_ENVELOPE_KEY_UNKNOWN', `no key ${kid}`, { field });
    if (!backend.verify(publicKey, preimage, fromBase64url(sig)))
      throw new TtpError('CRYPTO_ENVELOPE_BAD_SIGNATURE', `the signature of ${kid} does not verify`, {
        field,
      });
    return { did, publicKey };
  });
  requireEnough(rule, signed);
  return signed;
}

function admit<B>(
  { iss, iat, nonce }: EnvelopeHead,
  signed: readonly SignedBy[],
  { replay, now }: VerifyEnvelopeOptions<B>,
): void {
  // The guard counts by issuer, so the issuer has to be who signed: else anybody could fill up somebody else's share.
  if (!signed.some(({ did }) => did === iss))
    throw new TtpError('CRYPTO_ENVELOPE_SIGNER_MISSING', 'the issuer of a message signs it', {
      field: 'sigs',
    });
  if (replay === undefined || nonce === undefined)
    throw new TtpError('CRYPTO_REPLAY_GUARD_MISSING', 'a message needs a replay guard');
  replay.admit({ key: inceptionOf(iss), nonce, iat, now });
}
