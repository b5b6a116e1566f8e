import { asTime, MESSAGE_MAX_AHEAD_MS, TtpError } from '@ttp/core';
import { equalBytes, utf8 } from '../bytes.js';
import { hmacSha256 } from '../kdf.js';
import { verifyP256 } from '../p256.js';
import { verifySignature } from '../purposes.js';
import type { ReplayGuard } from '../replay.js';
import { componentOf, type SignatureContext, signatureBase } from './components.js';
import { requireDigest } from './digest.js';
import { badParameter, findSignature, isNonce, readParameters, type SignatureChoice } from './signatures.js';
import { type Item, writeMember } from './structured.js';

/** A key that verifies HTTP signatures; the key says the algorithm, never the message. */
export type HttpKey = {
  /** Who holds the key, under whom nonces are remembered: its inception. The key id unless given. */
  readonly owner?: string;
} & (
  | { readonly alg: 'ed25519' /** 32 bytes. */; readonly publicKey: Uint8Array }
  | { readonly alg: 'ecdsa-p256-sha256' /** SEC1 point, 33 or 65 bytes. */; readonly publicKey: Uint8Array }
  | { readonly alg: 'hmac-sha256'; readonly secret: Uint8Array }
);

/** What every verifier of HTTP signatures is given. */
export interface HttpVerifier {
  /**
   * The key of a key id at a time (wall clock, ms), or undefined where nobody is trusted under it. What it is asked
   * for is an attacker's word.
   */
  readonly keyOf: (keyid: string, at: number) => HttpKey | undefined | Promise<HttpKey | undefined>;
  /** Wall clock, ms. */
  readonly now: number;
}

/** What a signature has to be like. */
export interface SignatureRules extends SignatureChoice {
  /** What it has to cover, as names or identifiers; it may cover more. */
  readonly components: readonly string[];
  /** What parameters it has to have, besides `keyid` and `created`. */
  readonly parameters: readonly ('expires' | 'nonce' | 'tag' | 'alg')[];
  /** How long after `created` it is good at most, ms. */
  readonly lifeMs: number;
  /** Length of the nonce, which is base64url then. */
  readonly nonceBytes?: number;
}

/** What a verified signature says. */
export interface VerifiedHttp {
  readonly label: string;
  readonly keyid: string;
  /** `owner` of the key, or its key id. */
  readonly owner: string;
  /** Wall clock, ms. */
  readonly created: number;
  /** Wall clock, ms: what the signature says, or the end of the life it may have. */
  readonly expires: number;
  readonly nonce?: string;
  readonly tag?: string;
  /** Identifiers of the components; only these parts of the message are authenticated. */
  readonly covered: readonly string[];
}

/**
 * Verifies one signature of a message: parameters, times, coverage, key, signature, content, and last the nonce, so
 * that nobody without a key takes room in the guard.
 */
export async function verifyContext(
  context: SignatureContext,
  rules: SignatureRules,
  { keyOf, now }: HttpVerifier,
  replay: ReplayGuard | undefined,
): Promise<VerifiedHttp> {
  const { label, list, signature } = findSignature(context.message, rules);
  const { created, expires, nonce, keyid, tag, alg } = readParameters(list.params);
  if (created === undefined) throw badParameter('created');
  if (keyid === undefined) throw badParameter('keyid');
  for (const key of rules.parameters) if (!list.params.has(key)) throw badParameter(key);
  if (rules.nonceBytes !== undefined && (nonce === undefined || !isNonce(nonce, rules.nonceBytes)))
    throw badParameter('nonce');
  if (replay !== undefined && nonce === undefined) throw badParameter('nonce');
  const until = requireFresh(created, expires, asTime(now), rules.lifeMs);

  const covered = list.items.map((component) => writeMember(component));
  for (const name of rules.components) {
    const identifier = writeMember(componentOf(name));
    if (!covered.includes(identifier))
      throw new TtpError('CRYPTO_HTTP_COVERAGE', `${identifier} is not signed`, { field: identifier });
  }
  const base = signatureBase(list, context);
  const key = await keyOf(keyid, created);
  if (key === undefined) throw new TtpError('CRYPTO_HTTP_KEY_UNKNOWN', 'nobody is trusted under this key id');
  if (alg !== undefined && alg !== key.alg)
    throw new TtpError('CRYPTO_HTTP_ALGORITHM', `the key is for ${key.alg}`, { field: 'alg' });
  if (!isSignedBy(key, utf8(base), signature))
    throw new TtpError('CRYPTO_HTTP_BAD_SIGNATURE', `the signature ${label} does not verify`);
  const { fields, body } = context.message;
  if (list.items.some(isDigest)) requireDigest(fields.get('content-digest'), body);

  const owner = key.owner ?? keyid;
  if (replay !== undefined && nonce !== undefined) replay.admit({ key: owner, nonce, iat: created, now });
  return {
    label,
    keyid,
    owner,
    created,
    expires: until,
    covered,
    ...(nonce === undefined ? {} : { nonce }),
    ...(tag === undefined ? {} : { tag }),
  };
}

/** Whether a component is the digest of this message's content, all of it or one member; with `req` it is another's. */
const isDigest = ({ item, params }: Item): boolean => item.value === 'content-digest' && !params.has('req');

/** Until when the signature is good. Refuses one of the future, one that is over, and one made to live too long. */
function requireFresh(created: number, expires: number | undefined, now: number, lifeMs: number): number {
  if (created > now + MESSAGE_MAX_AHEAD_MS)
    throw new TtpError('CRYPTO_MESSAGE_FUTURE', `created ${created}, it is ${now}`);
  const until = expires ?? created + lifeMs;
  if (until > created + lifeMs || until <= created)
    throw new TtpError('CRYPTO_HTTP_EXPIRED', `${until - created} ms is no life for it`, {
      field: 'expires',
    });
  if (now >= until) throw new TtpError('CRYPTO_HTTP_EXPIRED', `good until ${until}, it is ${now}`);
  return until;
}

function isSignedBy(key: HttpKey, base: Uint8Array, signature: Uint8Array): boolean {
  switch (key.alg) {
    case 'ed25519':
      return verifySignature({
        purpose: 'http-signature',
        payload: base,
        signature,
        publicKey: key.publicKey,
      });
    case 'ecdsa-p256-sha256':
      return verifyP256(key.publicKey, base, signature);
    case 'hmac-sha256':
      return equalBytes(hmacSha256(key.secret, base), signature);
    default:
      throw new TtpError('CRYPTO_HTTP_ALGORITHM', 'the key is for no algorithm of ours');
  }
}
