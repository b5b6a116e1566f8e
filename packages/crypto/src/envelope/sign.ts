import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type EnvelopeSignature,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { utf8 } from '../bytes.js';
import { base64url } from '../encoding/base64.js';
import { canonicalize } from '../json/canonical.js';
import { parseJson } from '../json/parse.js';
import { type EnvelopeType, verifySignature } from '../purposes.js';
import { encodeEnvelope } from './codec.js';
import { contentOf, didOfKeyId } from './shape.js';

/** Who issues what this signer signs: the DID in front of the fragment of its key id. Throws CORE_BAD_DID. */
export function issuerOf({ kid }: Pick<Signer, 'kid'>): Did {
  const did = didOfKeyId(kid);
  if (did !== undefined) return did;
  throw new TtpError('CORE_BAD_DID', 'the key id of the signer is no DID URL', { field: 'signer.kid' });
}

/** What {@link signEnvelope} signs, and who. */
export interface SignEnvelopeInput<T extends EnvelopeType, B extends JsonObject> {
  readonly type: T;
  readonly head: EnvelopeHead;
  /** Plain data, integers only (decision D7). */
  readonly body: B;
  /** At least one; their order does not matter. */
  readonly signers: readonly Signer[];
  /** Longest wire form, bytes, where it may be more than readers take unasked: they have to be given the same. */
  readonly maxBytes?: number;
}

/**
 * Signs head and body with the envelope's type as purpose (decision D6). There is no unsigned envelope: one signer
 * that fails, fails all.
 *
 * @throws what `decodeEnvelope` throws, for what no reader would accept; CRYPTO_PURPOSE_NOT_ALLOWED;
 *   CRYPTO_SIGNATURE_FAILED where a signer returns something that its public key does not verify
 */
export async function signEnvelope<T extends EnvelopeType, B extends JsonObject>(
  input: SignEnvelopeInput<T, B>,
): Promise<Envelope<T, B>> {
  const { type, head, body, signers, maxBytes } = input;
  const limit = maxBytes === undefined ? {} : { maxBytes };
  const payload = payloadToSign(head, body, limit);
  const sigs = await Promise.all(signers.map((signer) => signatureOf(signer, type, payload)));
  return sorted({ type, head, body, sigs }, limit);
}

/**
 * The envelope with one more signature; its id stays. What the others signed is not verified here.
 *
 * @throws what {@link signEnvelope} throws; CRYPTO_ENVELOPE_DUPLICATE_KEY_ID where the key signed before
 */
export async function cosignEnvelope<T extends string, B extends JsonObject>(
  envelope: Envelope<T, B>,
  signer: Signer,
): Promise<Envelope<T, B>> {
  encodeEnvelope(envelope);
  const { type, head, body, sigs } = envelope;
  const added = await signatureOf(signer, type, payloadToSign(head, body));
  return sorted({ type, head, body, sigs: [...sigs, added] });
}

/** The bytes to sign, fixed before the first await, of a content that readers accept: a signature outlives a mistake. */
function payloadToSign(
  head: EnvelopeHead,
  body: JsonObject,
  limit: { readonly maxBytes?: number } = {},
): Uint8Array {
  const text = canonicalize({ head: { ...head }, body });
  contentOf(parseJson(text, { profile: 'envelope', ...limit }));
  return utf8(text);
}

async function signatureOf(signer: Signer, type: string, payload: Uint8Array): Promise<EnvelopeSignature> {
  const signature = await signer.sign(type, payload);
  // A key store that is broken, or signs with another key, is found here and not by the reader.
  if (!verifySignature({ purpose: type, payload, signature, publicKey: signer.publicKey }))
    throw new TtpError('CRYPTO_SIGNATURE_FAILED', `${signer.kid} returned a signature that does not verify`);
  return { kid: signer.kid, sig: base64url(signature) };
}

function sorted<T extends string, B extends JsonObject>(
  envelope: Envelope<T, B>,
  limit: { readonly maxBytes?: number } = {},
): Envelope<T, B> {
  const sigs = [...envelope.sigs].sort((a, b) => (a.kid < b.kid ? -1 : 1));
  const finished = { ...envelope, sigs };
  encodeEnvelope(finished, limit);
  return finished;
}
