import { isJsonObject, type JsonObject, type Random, TtpError } from '@ttp/core';
import { requireLength } from '../bytes.js';
import { base64url, fromBase64url } from '../encoding/base64.js';
import { plainCopy } from '../json/plain.js';
import { SEALED_DATA_MAX_BYTES } from '../limits.js';
import { type KeyLookup, type NamedKey, requireKey, requireKeyId } from './key-id.js';
import { type Binding, bindTo, openOnce, SEAL_OVERHEAD, sealOnce } from './once.js';

const DATA_KEY_BYTES = 32;

/** Data under a key of its own, and that key under another one. Plain JSON. */
export interface SealedData {
  readonly v: 1;
  /** The key that encrypts the data key. */
  readonly keyId: string;
  readonly encryption: 'AES-256-GCM';
  /** Salt of 32 bytes, the data key and the tag, base64url. */
  readonly dataKey: string;
  /** Salt of 32 bytes, the ciphertext and the tag, base64url. */
  readonly ciphertext: string;
}

/** What {@link sealData} encrypts. */
export interface SealDataInput {
  readonly plaintext: Uint8Array;
  /** Encrypts the data key. */
  readonly key: NamedKey;
  /** Where the data belongs, such as `{ tenant, record }`; it opens nowhere else. Not stored. */
  readonly context: JsonObject;
  readonly random: Random;
}

/** How {@link openData} finds the key. */
export interface OpenDataOptions {
  readonly keyOf: KeyLookup;
  readonly context: JsonObject;
}

/** How {@link rewrapData} changes the key. */
export interface RewrapDataOptions extends OpenDataOptions {
  /** Encrypts the data key from now on. */
  readonly key: NamedKey;
  readonly random: Random;
}

/**
 * Envelope encryption: the data under a fresh data key, and the data key under `key`, both by AES-256-GCM and bound to
 * the context. Whoever destroys the result's `dataKey` has erased the data.
 *
 * @throws CRYPTO_SEALED_TOO_LARGE, CRYPTO_SEALED_SHAPE for the name of the key, CRYPTO_BAD_LENGTH, and for a context that
 *   is not JSON data the codes of `canonicalize`
 */
export async function sealData({ plaintext, key, context, random }: SealDataInput): Promise<SealedData> {
  if (plaintext.length > SEALED_DATA_MAX_BYTES)
    throw new TtpError('CRYPTO_SEALED_TOO_LARGE', `${plaintext.length} bytes`, { field: 'plaintext' });
  // As they are now: both may change before it is their turn.
  const data = Uint8Array.from(plaintext);
  const binding = bindTo('data', context);
  const dataKey = requireLength(random.bytes(DATA_KEY_BYTES), DATA_KEY_BYTES, 'random');
  try {
    const wrapped = await wrap(dataKey, { key, context, random });
    const ciphertext = await sealOnce({ key: dataKey, binding, plaintext: data, random });
    return { ...wrapped, ciphertext: base64url(ciphertext) };
  } finally {
    dataKey.fill(0);
  }
}

/**
 * The plaintext of sealed data.
 *
 * @param sealed the parsed JSON; trusted in nothing
 * @throws CRYPTO_SEALED_SHAPE, CRYPTO_SEALED_TOO_LARGE, CRYPTO_SEALED_KEY_UNKNOWN, CRYPTO_AEAD_REFUSED for another
 *   context or key and whatever was changed; for what is not JSON data the codes of `canonicalize`
 */
export async function openData(sealed: unknown, options: OpenDataOptions): Promise<Uint8Array> {
  const { ciphertext, ...wrapped } = sealedDataOf(sealed);
  const text = bytesAt(ciphertext, 'ciphertext');
  const binding = bindTo('data', options.context);
  const dataKey = await unwrap(wrapped, options);
  try {
    return await openOnce(text, { key: dataKey, binding });
  } finally {
    dataKey.fill(0);
  }
}

/**
 * The same data, its data key under another key: to replace a key, nobody has to encrypt all data anew.
 *
 * @throws as {@link openData}
 */
export async function rewrapData(sealed: unknown, options: RewrapDataOptions): Promise<SealedData> {
  const { ciphertext, ...wrapped } = sealedDataOf(sealed);
  const dataKey = await unwrap(wrapped, options);
  try {
    return { ...(await wrap(dataKey, options)), ciphertext };
  } finally {
    dataKey.fill(0);
  }
}

type Wrapped = Omit<SealedData, 'ciphertext'>;

async function wrap(
  dataKey: Uint8Array,
  { key, context, random }: Pick<SealDataInput, 'key' | 'context' | 'random'>,
): Promise<Wrapped> {
  const keyId = requireKeyId(key.id);
  const wrapped = await sealOnce({
    key: key.bytes,
    binding: bindKey(keyId, context),
    plaintext: dataKey,
    random,
  });
  return { v: 1, keyId, encryption: 'AES-256-GCM', dataKey: base64url(wrapped) };
}

function unwrap({ keyId, dataKey }: Wrapped, { keyOf, context }: OpenDataOptions): Promise<Uint8Array> {
  const key = requireKey(keyOf, keyId);
  return openOnce(bytesAt(dataKey, 'dataKey'), { key, binding: bindKey(keyId, context) });
}

const bindKey = (keyId: string, context: JsonObject): Binding => bindTo('data-key', { keyId, of: context });

function sealedDataOf(value: unknown): SealedData {
  const copy = plainCopy(value);
  if (!isJsonObject(copy)) throw malformed('');
  const { v, keyId, encryption, dataKey, ciphertext, ...rest } = copy;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown);
  if (v !== 1) throw malformed('v');
  if (encryption !== 'AES-256-GCM') throw malformed('encryption');
  if (typeof dataKey !== 'string' || dataKey.length !== WRAPPED_CHARS) throw malformed('dataKey');
  if (typeof ciphertext !== 'string') throw malformed('ciphertext');
  if (ciphertext.length > MAX_CHARS)
    throw new TtpError('CRYPTO_SEALED_TOO_LARGE', 'the ciphertext is too long', { field: 'ciphertext' });
  return { v, keyId: requireKeyId(keyId), encryption, dataKey, ciphertext };
}

/** Length of base64url without padding. */
const charsOf = (bytes: number): number => Math.ceil((bytes * 4) / 3);
const WRAPPED_CHARS = /* @__PURE__ */ charsOf(DATA_KEY_BYTES + SEAL_OVERHEAD);
const MAX_CHARS = /* @__PURE__ */ charsOf(SEALED_DATA_MAX_BYTES + SEAL_OVERHEAD);

function bytesAt(text: string, field: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw malformed(field, cause);
  }
}

const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CRYPTO_SEALED_SHAPE', `missing, unknown or malformed: ${field || 'the sealed data'}`, {
    field,
    cause,
  });
