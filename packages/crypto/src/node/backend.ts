import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  hash as nativeHash,
  scrypt as nativeScrypt,
  verify as nativeVerify,
  sign,
} from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { concatBytes } from '../bytes.js';
import { fromHex, hex } from '../encoding/hex.js';
import { KEY_CACHE_ENTRIES } from '../limits.js';
import { isStrictPoint, isStrictSignature } from '../point-encoding.js';

// The DER in front of 32 raw bytes (RFC 8410): the import format that every supported Node reads.
const SPKI = { ed25519: fromHex('302a300506032b6570032100'), x25519: fromHex('302a300506032b656e032100') };
const PKCS8 = {
  ed25519: fromHex('302e020100300506032b657004220420'),
  x25519: fromHex('302e020100300506032b656e04220420'),
};

type Curve = 'ed25519' | 'x25519';

const publicKeyObject = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(concatBytes(SPKI[curve], raw)), format: 'der', type: 'spki' });

const privateKeyObject = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(concatBytes(PKCS8[curve], raw)), format: 'der', type: 'pkcs8' });

/** The last 32 bytes of the DER of a public key are the raw key. */
const rawPublicKey = (key: KeyObject): Uint8Array =>
  Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));

/**
 * Imported public keys, the least recently used first: an import costs as much as a verification
 * (performance.md section 1). Only keys that the strict profile admits are in it.
 */
const cache = new Map<string, KeyObject>();

function verificationKey(publicKey: Uint8Array): KeyObject | undefined {
  const id = hex(publicKey);
  const known = cache.get(id);
  if (known !== undefined) {
    cache.delete(id);
    cache.set(id, known);
    return known;
  }
  if (!isStrictPoint(publicKey)) return undefined;
  const key = publicKeyObject('ed25519', publicKey);
  cache.set(id, key);
  const [oldest] = cache.keys();
  if (cache.size > KEY_CACHE_ENTRIES && oldest !== undefined) cache.delete(oldest);
  return key;
}

export const hash: Backend['hash'] = (name, bytes) => Uint8Array.from(nativeHash(name, bytes, 'buffer'));

export const signingKey: Backend['signingKey'] = (seed) => {
  const key = privateKeyObject('ed25519', seed);
  return {
    publicKey: rawPublicKey(key),
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
};

/** The checks of the strict profile in front of OpenSSL's cofactorless equation. */
export const verify: Backend['verify'] = (publicKey, message, signature) => {
  if (!isStrictSignature(signature)) return false;
  try {
    const key = verificationKey(publicKey);
    return key !== undefined && nativeVerify(null, message, key, signature);
  } catch {
    return false; // a key that is not on the curve
  }
};

export const exchangeKey: Backend['exchangeKey'] = (secretKey) =>
  rawPublicKey(privateKeyObject('x25519', secretKey));

export const exchange: Backend['exchange'] = (secretKey, publicKey) => {
  try {
    const secret = diffieHellman({
      privateKey: privateKeyObject('x25519', secretKey),
      publicKey: publicKeyObject('x25519', publicKey),
    });
    return Uint8Array.from(secret);
  } catch {
    return undefined; // both lengths are right, so this is the all-zero secret of RFC 7748 6.1
  }
};

export const scrypt: Backend['scrypt'] = ({ passphrase, salt, costLog2 }) =>
  new Promise((resolve, reject) => {
    const N = 2 ** costLog2;
    // scrypt needs 128 * N * r bytes, and something besides
    nativeScrypt(passphrase, salt, 32, { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 }, (error, key) => {
      if (error === null) resolve(Uint8Array.from(key));
      else reject(error);
    });
  });
