import type { JsonObject, Random } from '@ttp/core';
import { TtpError } from '@ttp/core';
import { openAead, sealAead } from '../aead.js';
import { concatBytes, requireLength, utf8 } from '../bytes.js';
import { canonicalBytes } from '../json/canonical.js';
import { hkdfSha256 } from '../kdf.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const SALT_BYTES = 32;
const TAG_BYTES = 16;

/** How much longer the result of {@link sealOnce} is than its plaintext, bytes. */
export const SEAL_OVERHEAD: number = SALT_BYTES + TAG_BYTES;

/** What a ciphertext is for and where it belongs: it opens for no other use, and in no other place. */
export interface Binding {
  readonly use: string;
  readonly aad: Uint8Array;
}

/** The binding to a use and a context, as it is now. Throws for what is not JSON data the codes of `canonicalize`. */
export const bindTo = (use: string, context: JsonObject): Binding => ({
  use,
  aad: canonicalBytes({ context, use }),
});

interface SealParts {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly binding: Binding;
}

interface SealOnceInput extends SealParts {
  readonly plaintext: Uint8Array;
  readonly random: Random;
}

/**
 * AES-256-GCM under a key and nonce that HKDF derives from `key` and a fresh salt of 32 bytes: 96 random bits of nonce
 * under one key would begin to repeat after some 2^32 texts, and a repeated nonce gives GCM away
 * (NIST SP 800-38D section 8.3).
 *
 * @returns salt, ciphertext and tag
 * @throws CRYPTO_BAD_LENGTH
 */
export async function sealOnce({ plaintext, random, ...parts }: SealOnceInput): Promise<Uint8Array> {
  const salt = requireLength(random.bytes(SALT_BYTES), SALT_BYTES, 'random');
  const sealed = await withDerived(parts, salt, (derived) => sealAead({ ...derived, plaintext }));
  return concatBytes(salt, sealed);
}

/**
 * The plaintext of what {@link sealOnce} made.
 *
 * @throws CRYPTO_AEAD_REFUSED for another key, use or context, or a changed text; CRYPTO_BAD_LENGTH for the key
 */
export async function openOnce(sealed: Uint8Array, parts: SealParts): Promise<Uint8Array> {
  requireLength(parts.key, KEY_BYTES, 'key');
  if (sealed.length < SEAL_OVERHEAD) throw new TtpError('CRYPTO_AEAD_REFUSED', 'shorter than salt and tag');
  const ciphertext = sealed.subarray(SALT_BYTES);
  return withDerived(parts, sealed.subarray(0, SALT_BYTES), (derived) =>
    openAead({ ...derived, ciphertext }),
  );
}

interface Derived {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
}

/** Runs `work` with the key of one text, and clears the key whatever happens. */
async function withDerived(
  { key: ikm, binding: { use, aad } }: SealParts,
  salt: Uint8Array,
  work: (derived: Derived) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const info = utf8(`TTP-v1 ${use}`);
  requireLength(ikm, KEY_BYTES, 'key');
  const derived = hkdfSha256({ ikm, salt, info, length: KEY_BYTES + IV_BYTES });
  try {
    return await work({ key: derived.subarray(0, KEY_BYTES), iv: derived.subarray(KEY_BYTES), aad });
  } finally {
    derived.fill(0);
  }
}
