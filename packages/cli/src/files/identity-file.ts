import { type Envelope, isJsonObject, isTtpError, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize, decodeEnvelope, decryptKey, fromMultikey, type KeyFile } from '@ttp/crypto';
import { documentOf, type Identity, openIdentity } from '@ttp/did';
import type { Passphrases } from '../passphrase.js';
import { inFile, readJson } from './files.js';

/** An identity at rest: its public key log, and its private key under a passphrase. */
export interface IdentityFile {
  readonly keyLog: readonly Envelope[];
  /** A key file, as `decryptKey` reads it. */
  readonly key: JsonObject;
}

/** The text of an identity file, indented for people to read. */
export function formatIdentityFile(keyLog: readonly Envelope[], key: KeyFile): string {
  return `${JSON.stringify({ v: 1, keyLog, key }, null, 2)}\n`;
}

/**
 * Reads an identity file. The key log is checked for shape alone: `openIdentity` verifies it.
 *
 * @throws CLI_IDENTITY_FILE with the field
 */
export function parseIdentityFile(json: Json): IdentityFile {
  if (!isJsonObject(json)) throw malformed('');
  const { v, keyLog, key, ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown);
  if (v !== 1) throw malformed('v');
  if (!isJsonObject(key)) throw malformed('key');
  if (!Array.isArray(keyLog) || keyLog.length === 0) throw malformed('keyLog');
  return { key, keyLog: keyLog.map((entry: Json, i) => entryOf(entry, `keyLog[${i}]`)) };
}

function entryOf(json: Json, field: string): Envelope {
  try {
    return decodeEnvelope(canonicalize(json));
  } catch (cause) {
    if (!isTtpError(cause)) throw cause;
    throw malformed(field, cause);
  }
}

/**
 * An identity file as it is, without opening it. Its key log is not verified yet.
 *
 * @throws CLI_IDENTITY_FILE, CLI_FILE_*
 */
export async function readIdentityFile(path: string, field: string): Promise<IdentityFile> {
  const json = await readJson(path, { field });
  return inFile(path, field, () => parseIdentityFile(json));
}

/**
 * The key log in a file: an identity file, or a list of entries as others are given it.
 *
 * @throws CLI_IDENTITY_FILE, CLI_FILE_*
 */
export async function readKeyLog(path: string, field: string): Promise<readonly Envelope[]> {
  const json = await readJson(path, { field });
  return inFile(path, field, () => {
    if (!Array.isArray(json)) return parseIdentityFile(json).keyLog;
    return json.map((entry: Json, i) => entryOf(entry, `[${i}]`));
  });
}

/**
 * The identity in a file, with its private key.
 *
 * @throws CLI_IDENTITY_FILE, CLI_FILE_*, CLI_PASSPHRASE_*, CRYPTO_KEY_FILE_*, DID_*
 */
export async function openIdentityFile(
  path: string,
  { field, passphrases }: { readonly field: string; readonly passphrases: Passphrases },
): Promise<Identity> {
  const { keyLog, key } = await readIdentityFile(path, field);
  // The key log is the registration: a key file of another key, or of somebody else, is refused by it (flaw.D8).
  const { id: did, verificationMethod } = inFile(path, field, () => documentOf(keyLog));
  const inForce = verificationMethod[0]?.publicKeyMultibase ?? '';
  const passphrase = await passphrases.get(did);
  const seed = await decryptKey(key, { passphrase, did, publicKey: fromMultikey(inForce) });
  return openIdentity({ keyLog, seed });
}

const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CLI_IDENTITY_FILE', `missing, unknown or malformed: ${field || 'the identity'}`, {
    field,
    cause,
  });
