import { systemClock } from '@ttp/adapters/system';
import {
  type Clock,
  type Envelope,
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { canonicalize, decodeEnvelope, decryptKey, fromMultikey, type KeyFile } from '@ttp/crypto';
import { type Identity, openIdentity } from '@ttp/did';
import { RELATED_LOGS_MAX } from '../limits.js';
import type { Passphrases } from '../passphrase.js';
import { inFile, inFileLater, readJson } from './files.js';
import { type KeyLogs, standingOf } from './standing.js';

/** An identity at rest: its public key log, and its private key under a passphrase. */
export interface IdentityFile extends KeyLogs {
  /** A key file, as `decryptKey` reads it. */
  readonly key: JsonObject;
}

/**
 * The text of an identity file, indented for people to read.
 *
 * @param related the key logs of the parent and guardians who signed it
 */
export function formatIdentityFile(
  keyLog: KeyLogs['keyLog'],
  key: KeyFile | JsonObject,
  related: KeyLogs['related'] = [],
): string {
  return `${JSON.stringify({ v: 1, keyLog, ...(related.length === 0 ? {} : { related }), key }, null, 2)}\n`;
}

/**
 * Reads an identity file. The key log is checked for shape alone: `openIdentity` verifies it.
 *
 * @throws CLI_IDENTITY_FILE with the field
 */
export function parseIdentityFile(json: Json): IdentityFile {
  const { keyLog, related, key, v } = membersOf(json);
  if (v !== 1) throw malformed('v');
  if (!isJsonObject(key)) throw malformed('key');
  return { key, keyLog, related };
}

/**
 * Key logs as others are given them: of an identity file what is public, `{ keyLog, related? }`, or a list of entries.
 *
 * @throws CLI_IDENTITY_FILE with the field
 */
function parseKeyLogs(json: Json): KeyLogs {
  if (Array.isArray(json)) return { keyLog: entriesOf(json, ''), related: [] };
  const { keyLog, related } = membersOf(json);
  return { keyLog, related };
}

interface Members extends KeyLogs {
  readonly v: Json | undefined;
  readonly key: Json | undefined;
}

function membersOf(json: Json): Members {
  if (!isJsonObject(json)) throw malformed('');
  const { v, keyLog, key, related = [], ...rest } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed(unknown);
  if (!Array.isArray(keyLog) || keyLog.length === 0) throw malformed('keyLog');
  if (!Array.isArray(related) || related.length > RELATED_LOGS_MAX) throw malformed('related');
  return {
    v,
    key,
    keyLog: entriesOf(keyLog, 'keyLog'),
    related: related.map((log: Json, i) => entriesOf(log, `related[${i}]`)),
  };
}

function entriesOf(json: Json, field: string): readonly Envelope[] {
  if (!Array.isArray(json)) throw malformed(field);
  return json.map((entry: Json, i) => entryOf(entry, `${field}[${i}]`));
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
 * The key logs in a file, for others to read.
 *
 * @throws CLI_IDENTITY_FILE, CLI_FILE_*
 */
export async function readKeyLogs(path: string, field: string): Promise<KeyLogs> {
  const json = await readJson(path, { field });
  return inFile(path, field, () => parseKeyLogs(json));
}

/** How an identity file is opened. */
export interface OpenOptions {
  readonly field: string;
  readonly passphrases: Passphrases;
  /** Says whether a recovery is in force; the system's unless given. */
  readonly clock?: Clock;
}

/**
 * The identity in a file, with its private key.
 *
 * @throws CLI_IDENTITY_FILE, CLI_FILE_*, CLI_PASSPHRASE_*, CRYPTO_KEY_FILE_*, DID_*
 */
export async function openIdentityFile(path: string, options: OpenOptions): Promise<Identity> {
  const file = await readIdentityFile(path, options.field);
  return openIdentityIn(path, file, options);
}

/** The same of a file that was read. */
export async function openIdentityIn(
  path: string,
  { keyLog, related, key }: IdentityFile,
  { field, passphrases, clock = systemClock }: OpenOptions,
): Promise<Identity> {
  // The key log is the registration: a key file of another key, or of somebody else, is refused by it (flaw.D8).
  const { document, others, settled, pending } = await inFileLater(path, field, () =>
    standingOf({ keyLog, related }, clock),
  );
  const inForce = document.verificationMethod[0]?.publicKeyMultibase ?? '';
  if (pending !== undefined && key['publicKey'] !== inForce)
    throw new TtpError('DID_RECOVERY_PENDING', `${path}: the recovery is not in force yet`, { field });
  const passphrase = await passphrases.get(document.id);
  const seed = await decryptKey(key, { passphrase, did: document.id, publicKey: fromMultikey(inForce) });
  return openIdentity({ keyLog, seed, parents: others, settled });
}

const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CLI_IDENTITY_FILE', `missing, unknown or malformed: ${field || 'the identity'}`, {
    field,
    cause,
  });
