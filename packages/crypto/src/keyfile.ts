import {
  type Did,
  isDid,
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  type Random,
  TtpError,
} from '@ttp/core';
import * as backend from '#backend';
import { openAead, sealAead } from './aead.js';
import { equalBytes, requireLength, utf8 } from './bytes.js';
import { base64url, fromBase64url } from './encoding/base64.js';
import { fromMultikey, multikey } from './encoding/multikey.js';
import { canonicalBytes } from './json/canonical.js';
import { plainCopy } from './json/plain.js';
import { keyPairOf } from './keys.js';
import { KEY_FILE_MAX_COST_LOG2, KEY_FILE_MIN_COST_LOG2, SEED_BYTES } from './limits.js';

/** Everything of a key file that is authenticated and not encrypted: whose key, and how it is encrypted. */
interface KeyFileHeader {
  readonly v: 1;
  readonly did: Did;
  readonly algorithm: 'Ed25519';
  /** Multikey. */
  readonly publicKey: string;
  /** When the key was made, wall clock, ms. Together with `rotations`, or neither. */
  readonly createdAt?: number;
  /** How many keys the identity had before this one. */
  readonly rotations?: number;
  /** scrypt (RFC 7914) with N = 2^costLog2, r = 8, p = 1. */
  readonly kdf: { readonly name: 'scrypt'; readonly costLog2: number };
  /** 32 random bytes, base64url. */
  readonly salt: string;
  readonly encryption: 'AES-256-GCM';
  /** 12 random bytes, base64url. */
  readonly iv: string;
}

/** An Ed25519 seed, encrypted by a passphrase (decision D8). Plain JSON. */
export interface KeyFile extends KeyFileHeader {
  /** The seed and the tag, base64url. */
  readonly encryptedKey: string;
}

/** What a key file tells of its key's past. */
export interface KeyHistory {
  /** Wall clock, ms. */
  readonly createdAt: number;
  /** 0 for the first key of an identity. */
  readonly rotations: number;
}

/** What {@link encryptKey} encrypts. */
export interface EncryptKeyInput {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** Whose key it is. */
  readonly did: Did;
  readonly passphrase: string;
  readonly random: Random;
  /** When the key was made, and how many keys the identity had before it; recorded in the file. */
  readonly history?: KeyHistory;
  /** log2 of the cost N of scrypt, from `KEY_FILE_MIN_COST_LOG2`, which is the default, to `KEY_FILE_MAX_COST_LOG2`. */
  readonly cost?: number;
}

/** How {@link decryptKey} checks a file. */
export interface DecryptKeyOptions {
  readonly passphrase: string;
  /** The key registered for the identity, 32 bytes: whoever keeps the file could hand out another one (flaw.D8). */
  readonly publicKey?: Uint8Array;
  /** The DID whose key it has to be. */
  readonly did?: Did;
}

const SALT_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a seed by scrypt and AES-256-GCM, with everything else of the file as additional data: nobody changes the
 * DID or a parameter without breaking the tag (decision D8, flaw.D8). Takes about half a second, not on the event loop.
 *
 * @throws CRYPTO_KEY_FILE_COST, CRYPTO_KEY_FILE_PASSPHRASE for an empty passphrase, CRYPTO_BAD_LENGTH,
 *   CRYPTO_KEY_FILE_SHAPE for a history that is none
 */
export async function encryptKey(input: EncryptKeyInput): Promise<KeyFile> {
  const { seed, did, passphrase, random, history = {}, cost = KEY_FILE_MIN_COST_LOG2 } = input;
  const header: KeyFileHeader = {
    v: 1,
    did,
    algorithm: 'Ed25519',
    publicKey: multikey(keyPairOf(seed).publicKey),
    ...historyOf(history),
    kdf: { name: 'scrypt', costLog2: requireCost(cost) },
    salt: base64url(requireLength(random.bytes(SALT_BYTES), SALT_BYTES, 'random')),
    encryption: 'AES-256-GCM',
    iv: base64url(requireLength(random.bytes(IV_BYTES), IV_BYTES, 'random')),
  };
  const sealed = await withKey(header, passphrase, (parts) => sealAead({ ...parts, plaintext: seed }));
  return { ...header, encryptedKey: base64url(sealed) };
}

/**
 * The seed of a key file, 32 bytes. Clear it (`fill(0)`) when it has served.
 *
 * @param file the parsed JSON of a file; trusted in nothing
 * @throws CRYPTO_KEY_FILE_SHAPE, CRYPTO_KEY_FILE_COST before any work is done for it, CRYPTO_KEY_FILE_PASSPHRASE,
 *   CRYPTO_KEY_FILE_MISMATCH, and for what is not JSON data the codes of `canonicalize`
 */
export async function decryptKey(file: unknown, options: DecryptKeyOptions): Promise<Uint8Array> {
  const { header, encryptedKey } = keyFileOf(file);
  if (options.did !== undefined && options.did !== header.did)
    throw new TtpError('CRYPTO_KEY_FILE_MISMATCH', `the key of ${header.did}`, { field: 'did' });
  const seed = await withKey(header, options.passphrase, (parts) => open(parts, encryptedKey));
  const { publicKey } = keyPairOf(seed);
  const registered = options.publicKey ?? fromMultikey(header.publicKey);
  if (equalBytes(publicKey, registered) && multikey(publicKey) === header.publicKey) return seed;
  seed.fill(0);
  throw new TtpError('CRYPTO_KEY_FILE_MISMATCH', 'not the key that is registered', { field: 'publicKey' });
}

interface CipherParts {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
}

/** Runs `use` with the key of a passphrase, and clears the key whatever happens. */
async function withKey(
  header: KeyFileHeader,
  passphrase: string,
  use: (parts: CipherParts) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (passphrase === '') throw new TtpError('CRYPTO_KEY_FILE_PASSPHRASE', 'an empty passphrase');
  // Normalised, since keyboards differ in how they write one and the same accent.
  const secret = utf8(passphrase.normalize('NFKC'));
  const { costLog2 } = header.kdf;
  const key = await backend.scrypt({ passphrase: secret, salt: fromBase64url(header.salt), costLog2 });
  try {
    return await use({
      key,
      iv: fromBase64url(header.iv),
      aad: canonicalBytes({ ...header, kdf: { ...header.kdf } }),
    });
  } finally {
    key.fill(0);
    secret.fill(0);
  }
}

async function open(parts: CipherParts, ciphertext: Uint8Array): Promise<Uint8Array> {
  try {
    return await openAead({ ...parts, ciphertext });
  } catch (cause) {
    if (!isTtpError(cause, 'CRYPTO_AEAD_REFUSED')) throw cause;
    throw new TtpError('CRYPTO_KEY_FILE_PASSPHRASE', 'wrong passphrase, or a changed file', { cause });
  }
}

function keyFileOf(file: unknown): { readonly header: KeyFileHeader; readonly encryptedKey: Uint8Array } {
  const { encryptedKey, did, publicKey, kdf, salt, iv, ...rest } = objectAt(plainCopy(file), '');
  const { name, costLog2, ...others } = objectAt(kdf, 'kdf');
  const { v, algorithm, encryption, createdAt, rotations, ...unknown } = rest;
  if (v !== 1) throw malformed('v');
  if (algorithm !== 'Ed25519') throw malformed('algorithm');
  if (encryption !== 'AES-256-GCM') throw malformed('encryption');
  if (name !== 'scrypt') throw malformed('kdf.name');
  const [other] = [...Object.keys(unknown), ...Object.keys(others)];
  if (other !== undefined) throw malformed(other);
  if (typeof did !== 'string' || !isDid(did)) throw malformed('did');
  if (typeof costLog2 !== 'number') throw malformed('kdf.costLog2');
  return {
    header: {
      v,
      did,
      algorithm,
      publicKey: multikeyAt(publicKey),
      ...historyOf({ createdAt, rotations }),
      kdf: { name, costLog2: requireCost(costLog2) },
      salt: base64url(bytesAt(salt, SALT_BYTES, 'salt')),
      encryption,
      iv: base64url(bytesAt(iv, IV_BYTES, 'iv')),
    },
    encryptedKey: bytesAt(encryptedKey, SEED_BYTES + TAG_BYTES, 'encryptedKey'),
  };
}

/** Both or neither: a file says all of its key's past, or nothing. */
function historyOf({
  createdAt,
  rotations,
}: {
  readonly createdAt?: unknown;
  readonly rotations?: unknown;
}): KeyHistory | undefined {
  if (createdAt === undefined && rotations === undefined) return undefined;
  return { createdAt: countAt(createdAt, 'createdAt'), rotations: countAt(rotations, 'rotations') };
}

function countAt(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(field);
}

/** A low cost would let the keeper of the file try passphrases; a high one would exhaust its reader (flaw.D8). */
function requireCost(costLog2: number): number {
  const isCost =
    Number.isInteger(costLog2) && costLog2 >= KEY_FILE_MIN_COST_LOG2 && costLog2 <= KEY_FILE_MAX_COST_LOG2;
  if (isCost) return costLog2;
  throw new TtpError('CRYPTO_KEY_FILE_COST', `log2 of the cost is ${costLog2}`, { field: 'kdf.costLog2' });
}

function objectAt(value: Json | undefined, field: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(field);
}

function multikeyAt(value: unknown): string {
  if (typeof value !== 'string') throw malformed('publicKey');
  try {
    return multikey(fromMultikey(value));
  } catch (cause) {
    throw malformed('publicKey', cause);
  }
}

function bytesAt(value: unknown, length: number, field: string): Uint8Array {
  if (typeof value !== 'string') throw malformed(field);
  try {
    return requireLength(fromBase64url(value), length, field);
  } catch (cause) {
    throw malformed(field, cause);
  }
}

const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CRYPTO_KEY_FILE_SHAPE', `missing, unknown or malformed: ${field || 'the key file'}`, {
    field,
    cause,
  });
