import type { Did, Hash } from './ids.js';
import type { JsonObject } from './json.js';

/** Who says it, when, to whom. Times are integer ms (architecture.md section 3). */
export interface EnvelopeHead {
  readonly iss: Did;
  readonly iat: number;
  readonly exp?: number;
  readonly aud?: Did;
  /** 32 bytes, base64url. */
  readonly nonce?: string;
  /** Id of the envelope before: makes any sequence a hash chain. */
  readonly prev?: Hash;
}

/** One signature: the full DID URL of the key, and 64 bytes in base64url. */
export interface EnvelopeSignature {
  readonly kid: string;
  readonly sig: string;
}

/**
 * Everything that TTP signs. Read `head` and `body` only from what `verifyEnvelope` of @ttp/crypto returns:
 * before that they are an attacker's words.
 */
export interface Envelope<T extends string = string, B extends JsonObject = JsonObject> {
  readonly type: T;
  readonly head: EnvelopeHead;
  readonly body: B;
  readonly sigs: readonly EnvelopeSignature[];
}
