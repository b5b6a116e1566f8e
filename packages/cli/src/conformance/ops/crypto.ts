import { type Json, TtpError } from '@ttp/core';
import {
  canonicalize,
  concatBytes,
  fromBase58btc,
  fromBase64,
  fromBase64url,
  fromHex,
  fromMultibase,
  fromMultikey,
  hex,
  hkdfSha256,
  hmacSha256,
  type JsonProfile,
  openAead,
  parseJson,
  pbkdf2Sha256,
  sha256,
  sharedSecret,
  verifyEd25519,
  verifyP256,
  verifyPassword,
} from '@ttp/crypto';
import { type Arguments, badArgument, bytes, integer, requireSha256, text } from '../arguments.js';
import type { Operation } from '../protocol.js';

const GCM_TAG_BYTES = 16;

/** Hashes, JSON and the primitives. */
export const CRYPTO_OPERATIONS: Readonly<Record<string, Operation>> = {
  sha256: (args) => ({ hash: hex(sha256(bytes(args, 'data'))) }),
  'json.parse': (args) => ({ value: read(args) }),
  jcs: (args) => ({ canonical: canonicalize(read(args)) }),
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
  'encoding.decode'(args) {
    const codec = DECODERS.get(text(args, 'codec'));
    return codec === undefined ? badArgument('codec') : { data: hex(codec(text(args, 'text'))) };
  },
  async 'password.verify'(args) {
    const cost = args.get('cost') === undefined ? {} : { cost: integer(args, 'cost') };
    const verdict = await verifyPassword({
      password: text(args, 'password'),
      hash: text(args, 'hash'),
      ...cost,
    });
    return { ...verdict };
  },
};

const PROFILES: readonly JsonProfile[] = ['strict', 'foreign', 'envelope'];

/** JSON as text, or as the bytes that came, in the profile asked for. */
function read(args: Arguments): Json {
  const name = args.get('profile') ?? 'strict';
  const profile = PROFILES.find((one) => one === name);
  if (profile === undefined) return badArgument('profile');
  const input = args.get('text') === undefined ? bytes(args, 'data', 'text') : text(args, 'text');
  return parseJson(input, { profile });
}

const DECODERS: ReadonlyMap<string, (text: string) => Uint8Array> = new Map([
  ['hex', fromHex],
  ['base64', fromBase64],
  ['base64url', fromBase64url],
  ['base58btc', fromBase58btc],
  ['multibase', fromMultibase],
  ['multikey', fromMultikey],
]);
