import type { Random } from '@ttp/core';
import * as backend from '#backend';
import { concatBytes, requireLength, utf8 } from '../bytes.js';
import { fromHex } from '../encoding/hex.js';
import { SEED_BYTES } from '../limits.js';

/** The DER in front of a seed (RFC 8410). */
const PKCS8 = /* @__PURE__ */ fromHex('302e020100300506032b657004220420');
const IV_BYTES = 12;

/** A private key as it is stored: nothing of it can be read, not even by the page that signs with it. */
export type PrivateKey =
  | { readonly kind: 'webcrypto'; readonly key: CryptoKey }
  /** Where the browser has no Ed25519: the seed under a key of the browser that cannot be read. */
  | { readonly kind: 'bundled'; readonly key: CryptoKey; readonly iv: Uint8Array; readonly seed: Uint8Array };

/** A private key and the 32 bytes of its public key. */
export interface KeyParts {
  readonly publicKey: Uint8Array;
  readonly privateKey: PrivateKey;
}

/** Whether this browser has Ed25519, asked by using it: there is no list of algorithms. */
export async function hasEd25519(subtle: SubtleCrypto): Promise<boolean> {
  try {
    await importSeed(subtle, new Uint8Array(SEED_BYTES));
    return true;
  } catch {
    return false;
  }
}

/** A new key, made by the browser itself. */
export async function generateNative(subtle: SubtleCrypto): Promise<KeyParts> {
  const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const publicKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
  return { publicKey, privateKey: { kind: 'webcrypto', key: pair.privateKey } };
}

/** The key of a seed, which is copied, for the Ed25519 of the browser. */
export async function nativeOf(subtle: SubtleCrypto, seed: Uint8Array): Promise<KeyParts> {
  const publicKey = publicKeyOf(seed);
  return { publicKey, privateKey: { kind: 'webcrypto', key: await importSeed(subtle, seed) } };
}

async function importSeed(subtle: SubtleCrypto, seed: Uint8Array): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array(concatBytes(PKCS8, seed));
  try {
    return await subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  } finally {
    pkcs8.fill(0);
  }
}

/** The key of a seed, which is copied, for the bundled Ed25519. */
export async function bundledOf(subtle: SubtleCrypto, seed: Uint8Array, random: Random): Promise<KeyParts> {
  const own = new Uint8Array(seed);
  try {
    const publicKey = publicKeyOf(own);
    const iv = requireLength(random.bytes(IV_BYTES), IV_BYTES, 'random');
    const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const sealed = new Uint8Array(await subtle.encrypt(aesOf(iv), key, own));
    return { publicKey, privateKey: { kind: 'bundled', key, iv, seed: sealed } };
  } finally {
    own.fill(0);
  }
}

/** The raw signature. What stands in front of the payload is the caller's care (decision D6). */
export async function signWith(
  subtle: SubtleCrypto,
  privateKey: PrivateKey,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  if (privateKey.kind === 'webcrypto')
    return new Uint8Array(await subtle.sign('Ed25519', privateKey.key, message));
  const { key, iv, seed: sealed } = privateKey;
  const seed = new Uint8Array(await subtle.decrypt(aesOf(iv), key, new Uint8Array(sealed)));
  const signing = backend.signingKey(seed);
  try {
    return signing.sign(message);
  } finally {
    seed.fill(0);
    signing.clear();
  }
}

const aesOf = (iv: Uint8Array): AesGcmParams => ({
  name: 'AES-GCM',
  iv: new Uint8Array(iv),
  additionalData: new Uint8Array(utf8('TTP-v1 browser-key')),
});

function publicKeyOf(seed: Uint8Array): Uint8Array {
  const key = backend.signingKey(requireLength(seed, SEED_BYTES, 'seed'));
  key.clear();
  return key.publicKey;
}
