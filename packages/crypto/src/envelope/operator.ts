import {
  type Envelope,
  type EnvelopeHead,
  type Hash,
  type JsonObject,
  type Operator,
  type Operators,
  type Privilege,
  TtpError,
} from '@ttp/core';
import type { EnvelopeType } from '../purposes.js';
import { decodeEnvelope, encodeEnvelope } from './codec.js';
import { verifyEnvelope } from './verify.js';

/** How the envelope of an operator is verified. */
export interface VerifyOperatorEnvelopeOptions<B> {
  /** The type expected; one of the records. */
  readonly type: EnvelopeType;
  /** Reads the body, strictly; runs after the signature has verified, and throws on what it does not know. */
  readonly parse: (body: JsonObject) => B;
  /** The roster. */
  readonly operators: Operators;
  /** Wall clock, ms. */
  readonly now: number;
  /** The operator has to hold at least one of these; an empty list refuses everybody. */
  readonly privileges: readonly Privilege[];
  /** Longest envelope, bytes; `JSON_MAX_BYTES` unless given. */
  readonly maxBytes?: number;
}

/** What an operator says, after his signature verified and his privilege was found. */
export interface VerifiedOperatorEnvelope<B> {
  readonly id: Hash;
  readonly head: EnvelopeHead;
  readonly body: B;
  /** The entry of the roster whose key signed. */
  readonly operator: Operator;
}

/**
 * Verifies what one operator orders or decides (decision D33): exactly one signature, by a key of the roster, under
 * the public key that the roster has for it. The name of an operator is no authority; only the key is (flaw.K3).
 * The DID in front of the key id has to be the issuer.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws CRYPTO_OPERATOR_SIGNATURES, CRYPTO_OPERATOR_UNKNOWN, CRYPTO_OPERATOR_PRIVILEGE; what `decodeEnvelope` and
 *   `verifyEnvelope` throw; whatever `parse` and the roster throw
 */
export async function verifyOperatorEnvelope<B>(
  input: Envelope | string,
  { type, parse, operators, now, privileges, maxBytes }: VerifyOperatorEnvelopeOptions<B>,
): Promise<VerifiedOperatorEnvelope<B>> {
  // One reading, before the roster is asked: an object could answer differently the second time.
  const limit = maxBytes === undefined ? {} : { maxBytes };
  const text = typeof input === 'string' ? input : encodeEnvelope(input, limit);
  const [sig, ...more] = decodeEnvelope(text, limit).sigs;
  if (sig === undefined || more.length > 0)
    throw new TtpError('CRYPTO_OPERATOR_SIGNATURES', 'an operator signs alone', { field: 'sigs' });
  const operator = await operators.byKid(sig.kid);
  // Compared, since a roster that looks names up loosely would make one operator of another.
  if (operator === undefined || operator.kid !== sig.kid)
    throw new TtpError('CRYPTO_OPERATOR_UNKNOWN', `no operator has the key ${sig.kid}`, {
      field: 'sigs[0].kid',
    });
  const { id, head, body } = verifyEnvelope(text, {
    type,
    parse,
    keyOf: () => operator.publicKey,
    now,
    ...limit,
  });
  if (!privileges.some((privilege) => operator.privileges.includes(privilege)))
    throw new TtpError('CRYPTO_OPERATOR_PRIVILEGE', `${operator.id} has none of: ${privileges.join(', ')}`);
  return { id, head, body, operator };
}
