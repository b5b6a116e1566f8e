import { type Did, isDid, isJsonObject, isTtpError, type Random, TtpError } from '@ttp/core';
import { equalBytes } from '../bytes.js';
import { base64url, fromBase64url } from '../encoding/base64.js';
import { fromMultikey, multikey } from '../encoding/multikey.js';
import { plainCopy } from '../json/plain.js';
import { keyPairOf } from '../keys.js';
import { type Binding, bindTo, openOnce, sealOnce } from '../sealing/once.js';

/** An Ed25519 seed that a passkey unlocks. Plain JSON. */
export interface PasskeyFile {
  readonly v: 1;
  readonly did: Did;
  readonly algorithm: 'Ed25519';
  /** Multikey. */
  readonly publicKey: string;
  readonly encryption: 'AES-256-GCM';
  /** Salt of 32 bytes, the seed and the tag, base64url. */
  readonly encryptedKey: string;
}

/** What {@link encryptKeyByPasskey} encrypts. */
export interface EncryptKeyByPasskeyInput {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly did: Did;
  /** `results.first` of WebAuthn's extension `prf`, 32 bytes: the same for the same passkey and input, and secret. */
  readonly prf: Uint8Array;
  readonly random: Random;
}

/** How {@link decryptKeyByPasskey} checks a file. */
export interface DecryptKeyByPasskeyOptions {
  /** As for `encryptKeyByPasskey`. */
  readonly prf: Uint8Array;
  /** The key registered for the identity, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly did: Did;
}

/**
 * Encrypts a seed under a key that HKDF derives from what a passkey answers (WebAuthn level 3, PRF extension). The
 * answer has 256 bits, so no cost is needed.
 *
 * @throws CRYPTO_BAD_LENGTH
 */
export async function encryptKeyByPasskey(input: EncryptKeyByPasskeyInput): Promise<PasskeyFile> {
  const { seed, did, prf, random } = input;
  const publicKey = multikey(keyPairOf(seed).publicKey);
  const binding = bind(did, publicKey);
  const sealed = await sealOnce({ key: prf, binding, plaintext: seed, random });
  return {
    v: 1,
    did,
    algorithm: 'Ed25519',
    publicKey,
    encryption: 'AES-256-GCM',
    encryptedKey: base64url(sealed),
  };
}

/**
 * The seed of such a file, 32 bytes. Clear it (`fill(0)`) when it has served.
 *
 * @param file the parsed JSON; trusted in nothing
 * @throws CRYPTO_KEY_FILE_SHAPE, CRYPTO_KEY_FILE_MISMATCH, CRYPTO_KEY_FILE_PASSKEY, CRYPTO_BAD_LENGTH; for what is not
 *   JSON data the codes of `canonicalize`
 */
export async function decryptKeyByPasskey(
  file: unknown,
  options: DecryptKeyByPasskeyOptions,
): Promise<Uint8Array> {
  const { did, publicKey, encryptedKey } = passkeyFileOf(file);
  if (did !== options.did) throw mismatch('did');
  if (publicKey !== multikey(options.publicKey)) throw mismatch('publicKey');
  const seed = await open(encryptedKey, options.prf, bind(did, publicKey));
  if (seed.length === 32 && equalBytes(keyPairOf(seed).publicKey, options.publicKey)) return seed;
  seed.fill(0);
  throw mismatch('publicKey');
}

const bind = (did: Did, publicKey: string): Binding => bindTo('passkey', { did, publicKey });

async function open(sealed: Uint8Array, key: Uint8Array, binding: Binding): Promise<Uint8Array> {
  try {
    return await openOnce(sealed, { key, binding });
  } catch (cause) {
    if (!isTtpError(cause, 'CRYPTO_AEAD_REFUSED')) throw cause;
    throw new TtpError('CRYPTO_KEY_FILE_PASSKEY', 'another passkey, or a changed file', { cause });
  }
}

function passkeyFileOf(file: unknown): {
  readonly did: Did;
  readonly publicKey: string;
  readonly encryptedKey: Uint8Array;
} {
  const value = plainCopy(file);
  if (!isJsonObject(value)) throw malformed('');
  const { v, did, algorithm, publicKey, encryption, encryptedKey, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown);
  if (v !== 1) throw malformed('v');
  if (algorithm !== 'Ed25519') throw malformed('algorithm');
  if (encryption !== 'AES-256-GCM') throw malformed('encryption');
  if (typeof did !== 'string' || !isDid(did)) throw malformed('did');
  return {
    did,
    publicKey: textAt(publicKey, 'publicKey', (text) => multikey(fromMultikey(text))),
    encryptedKey: textAt(encryptedKey, 'encryptedKey', fromBase64url),
  };
}

function textAt<T>(value: unknown, field: string, read: (text: string) => T): T {
  if (typeof value !== 'string') throw malformed(field);
  try {
    return read(value);
  } catch (cause) {
    throw malformed(field, cause);
  }
}

const mismatch = (field: string): TtpError =>
  new TtpError('CRYPTO_KEY_FILE_MISMATCH', 'not the key that is registered', { field });

const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CRYPTO_KEY_FILE_SHAPE', `missing, unknown or malformed: ${field || 'the key file'}`, {
    field,
    cause,
  });
