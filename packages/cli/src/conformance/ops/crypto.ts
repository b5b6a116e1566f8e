import { TtpError } from '@ttp/core';
import {
  canonicalize,
  concatBytes,
  fromMultibase,
  hex,
  hkdfSha256,
  hmacSha256,
  openAead,
  parseJson,
  pbkdf2Sha256,
  sha256,
  sharedSecret,
  verifyEd25519,
  verifyP256,
} from '@ttp/crypto';
import { bytes, integer, requireSha256, text } from '../arguments.js';
import type { Operation } from '../protocol.js';

const GCM_TAG_BYTES = 16;

/** Hashes, JSON and the primitives. */
export const CRYPTO_OPERATIONS: Readonly<Record<string, Operation>> = {
  sha256: (args) => ({ hash: hex(sha256(bytes(args, 'data'))) }),
  'json.parse': (args) => ({ value: parseJson(text(args, 'text')) }),
  jcs: (args) => ({ canonical: canonicalize(parseJson(text(args, 'text'))) }),
  'ed25519.verify': (args) => ({
    valid: verifyEd25519(bytes(args, 'publicKey'), bytes(args, 'message'), bytes(args, 'signature')),
  }),
  x25519: (args) => ({ shared: hex(sharedSecret(bytes(args, 'secret'), bytes(args, 'publicKey'))) }),
  async 'aes256gcm.open'(args) {
    const tag = bytes(args, 'tag');
    // Part of a longer ciphertext could make up for a short tag.
    if (tag.length !== GCM_TAG_BYTES) throw new TtpError('CRYPTO_AEAD_REFUSED', 'a tag has 16 bytes');
    const ciphertext = concatBytes(bytes(args, 'ciphertext'), tag);
    const [key, iv, aad] = [bytes(args, 'key'), bytes(args, 'iv'), bytes(args, 'aad')];
    return { plaintext: hex(await openAead({ key, iv, aad, ciphertext })) };
  },
  hmac(args) {
    requireSha256(args);
    return { mac: hex(hmacSha256(bytes(args, 'key', 'K'), bytes(args, 'data', 'text', 'message', 'msg'))) };
  },
  hkdf(args) {
    requireSha256(args);
    const [ikm, salt, info] = [bytes(args, 'ikm', 'IKM'), bytes(args, 'salt'), bytes(args, 'info')];
    return { okm: hex(hkdfSha256({ ikm, salt, info, length: integer(args, 'length', 'L', 'l', 'size') })) };
  },
  async pbkdf2(args) {
    requireSha256(args);
    const [password, salt] = [bytes(args, 'password', 'P'), bytes(args, 'salt', 'S')];
    const [iterations, length] = [integer(args, 'iterations', 'c'), integer(args, 'dkLen', 'length')];
    return { dk: hex(await pbkdf2Sha256({ password, salt, iterations, length })) };
  },
  'p256.verify'(args) {
    requireSha256(args);
    return { valid: verifyP256(bytes(args, 'publicKey'), bytes(args, 'message'), bytes(args, 'signature')) };
  },
  'multibase.decode': (args) => ({ data: hex(fromMultibase(text(args, 'text'))) }),
};
