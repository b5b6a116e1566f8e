import { asTime, type Signer, TtpError } from '@ttp/core';
import { utf8 } from '../bytes.js';
import { WEB_BOT_AUTH_MAX_LIFE_MS } from '../limits.js';
import { verifySignature } from '../purposes.js';
import { componentOf, type SignatureContext, signatureBase } from './components.js';
import { digestField, requireDigest } from './digest.js';
import type { ReadMessage } from './message.js';
import { type BareItem, parseDictionary, writeMember } from './structured.js';

/** What a signature of ours says. */
export interface HttpSignatureInput {
  /** Under which name it stands in the fields: a key of structured fields. */
  readonly label: string;
  readonly signer: Signer;
  readonly keyid: string;
  /** Names or identifiers of components. */
  readonly components: readonly string[];
  /** Wall clock, ms. */
  readonly now: number;
  readonly lifeMs: number;
  readonly nonce?: string;
  readonly tag: string;
}

/** A signature, and the fields that carry it. */
export interface SignedHttp {
  /** The fields to set on the message; signatures that it had already stay in them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: Uint8Array;
  /** Wall clock, ms, whole seconds. */
  readonly created: number;
  /** Wall clock, ms, whole seconds. */
  readonly expires: number;
  readonly nonce?: string;
  /** Identifiers of the components. */
  readonly covered: readonly string[];
}

/**
 * The message with a `Content-Digest`, which is checked where it had one.
 *
 * @throws CRYPTO_HTTP_DIGEST, CRYPTO_HTTP_SYNTAX
 */
export function withDigest(message: ReadMessage): { readonly message: ReadMessage; readonly digest: string } {
  const { fields, body } = message;
  const given = fields.get('content-digest');
  if (given !== undefined) requireDigest(given, body);
  const digest = given ?? digestField(body);
  return { message: { ...message, fields: new Map([...fields, ['content-digest', digest]]) }, digest };
}

/**
 * Signs a message.
 *
 * @throws CRYPTO_HTTP_COMPONENT, CRYPTO_HTTP_SYNTAX, CRYPTO_HTTP_MESSAGE for a label that the message has already,
 *   CRYPTO_BAD_PARAMETER for a life that is not 1 s to 24 h, CRYPTO_SIGNATURE_FAILED for a signer that does not sign with its key; what the signer throws
 */
export async function signContext(
  context: SignatureContext,
  { label, signer, keyid, components, now, lifeMs, nonce, tag }: HttpSignatureInput,
): Promise<SignedHttp> {
  if (!(lifeMs >= 1000 && lifeMs <= WEB_BOT_AUTH_MAX_LIFE_MS))
    throw new TtpError('CRYPTO_BAD_PARAMETER', 'a signature lives 1 s to 24 h', { field: 'lifeMs' });
  const created = Math.floor(asTime(now) / 1000);
  const expires = created + Math.floor(lifeMs / 1000);
  const params = new Map<string, BareItem>([
    ['created', { type: 'integer', value: created }],
    ['expires', { type: 'integer', value: expires }],
  ]);
  if (nonce !== undefined) params.set('nonce', { type: 'string', value: nonce });
  params.set('keyid', { type: 'string', value: keyid });
  params.set('tag', { type: 'string', value: tag });
  const list = { items: components.map((name) => componentOf(name)), params };
  const payload = utf8(signatureBase(list, context));
  const signature = await signer.sign('http-signature', payload);
  const { publicKey } = signer;
  if (!verifySignature({ purpose: 'http-signature', payload, signature, publicKey }))
    throw new TtpError('CRYPTO_SIGNATURE_FAILED', 'the signer does not sign with its key');
  const value = writeMember({ item: { type: 'binary', value: signature }, params: new Map() });
  const { fields } = context.message;
  return {
    headers: {
      'Signature-Input': joined(fields.get('signature-input'), label, writeMember(list)),
      Signature: joined(fields.get('signature'), label, value),
    },
    signature,
    created: created * 1000,
    expires: expires * 1000,
    covered: list.items.map((component) => writeMember(component)),
    ...(nonce === undefined ? {} : { nonce }),
  };
}

/** The dictionary with one member more. */
function joined(before: string | undefined, label: string, value: string): string {
  const after = before === undefined ? `${label}=${value}` : `${before}, ${label}=${value}`;
  if (before !== undefined && parseDictionary(before).has(label))
    throw new TtpError('CRYPTO_HTTP_MESSAGE', `the message has a signature ${label} already`, {
      field: 'label',
    });
  parseDictionary(after); // refuses a label that is no key, and a field that grew too long
  return after;
}
