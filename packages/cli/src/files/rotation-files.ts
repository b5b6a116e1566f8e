import { lstat } from 'node:fs/promises';
import { type Envelope, isJsonObject, isTtpError, type Json } from '@ttp/core';
import { envelopeId, hashBytes, utf8 } from '@ttp/crypto';
import { HintedError } from '../hints.js';
import { type Disk, hasCode, systemDisk } from './disk.js';
import { readJson, unwritable } from './files.js';
import { type IdentityFile, parseIdentityFile } from './identity-file.js';
import { keyHeaderOf } from './key-header.js';
import { isRecovery } from './standing.js';

/** The files of an identity that is rotated in place, and what they will hold. */
export interface RotationFiles {
  /** The identity file. */
  readonly file: string;
  /** The text of the identity file under the key after. */
  readonly identity: string;
  /** The text of the file of the key for the rotation after that. */
  readonly nextKey: string;
}

/** Where a rotation in place writes before anything is replaced. */
export const rotationNames = (file: string): Readonly<Record<'identity' | 'nextKey' | 'next', string>> => ({
  identity: `${file}.new`,
  nextKey: `${file}.next.new`,
  next: `${file}.next`,
});

/** Under what name the file of a retired key is kept. */
export const retiredName = (file: string, keyNumber: number): string => `${file}.key-${keyNumber}`;

/**
 * Replaces an identity file by the one after a rotation, and the next key beside it. Both are written and safe before
 * anything is replaced; the old file stays under {@link retiredName}. Wherever this stops, the identity and the key it
 * commits to are both there, and {@link finishRotation} brings it to an end.
 *
 * @throws CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE
 */
export async function replaceRotated(
  { file, identity, nextKey }: RotationFiles,
  disk: Disk = systemDisk,
): Promise<void> {
  const names = rotationNames(file);
  try {
    await disk.write(names.nextKey, nextKey);
    await disk.sync(names.nextKey);
    await disk.write(names.identity, identity);
    await disk.sync(names.identity);
    await disk.syncFolder(file);
  } catch (cause) {
    throw unwritable(file, 'file', cause);
  }
  // Another process may have taken away what it held for the remains of an interrupted one.
  if (!(await finishRotation(file, disk)))
    throw new HintedError(
      'CLI_FILE_UNWRITABLE',
      `${file}: another process rotates it as well`,
      'the same command again, by one process',
      'file',
    );
}

/**
 * Ends a rotation that was interrupted: forwards where the new identity was written whole, since it may have been
 * seen and a second one would fork the identity; otherwise what there is of it is removed.
 *
 * @returns whether there was one to end
 * @throws CLI_FILE_EXISTS where files of those names are something else, CLI_FILE_UNWRITABLE
 */
export async function finishRotation(file: string, disk: Disk = systemDisk): Promise<boolean> {
  const names = rotationNames(file);
  const [begun, nextKey] = [await readIfAny(names.identity), await readIfAny(names.nextKey)];
  if (begun === undefined && nextKey === undefined) return false;
  const current = parseIdentityFile(await readJson(file, { field: 'file' }));
  try {
    const after = begun === undefined ? undefined : identityIn(begun);
    if (after !== undefined && isLonger(after.keyLog, current.keyLog)) {
      if (isCommittedTo(nextKey, after.keyLog)) return await forwards(file, current.keyLog, disk);
      // Without its next key it was never safe, so nobody has seen it.
      if (nextKey === undefined || nextKey === null) return await backwards(file, disk);
    } else if (begun === undefined && isCommittedTo(nextKey, current.keyLog)) {
      await moveNext(file, disk);
      return true;
    } else if (isRemnant(begun, after, current)) {
      return await backwards(file, disk);
    }
  } catch (cause) {
    if (isTtpError(cause)) throw cause;
    throw unwritable(file, 'file', cause);
  }
  throw new HintedError(
    'CLI_FILE_EXISTS',
    `${names.identity} or ${names.nextKey} is something else than a rotation of ${file}`,
    'move both away, and keep them: one may hold a key',
    'file',
  );
}

async function forwards(file: string, keyLog: readonly Envelope[], disk: Disk): Promise<true> {
  const kept = retiredName(file, keysIn(keyLog));
  try {
    await disk.link(file, kept);
  } catch (error) {
    if (!hasCode(error, ['EEXIST'])) throw error; // from the first try
  }
  await disk.syncFolder(file);
  await disk.rename(rotationNames(file).identity, file);
  // Before the next key goes: the one of before is lost with it.
  await disk.syncFolder(file);
  await moveNext(file, disk);
  return true;
}

async function moveNext(file: string, disk: Disk): Promise<void> {
  const { nextKey, next } = rotationNames(file);
  await disk.rename(nextKey, next);
  await disk.syncFolder(file);
}

/** How many keys a log has brought into force, or will: all but those of recoveries that were vetoed. */
export const keysIn = (keyLog: readonly Envelope[]): number =>
  keyLog.filter((entry, i) => {
    const veto = keyLog[i + 1]?.body['veto'];
    return i === 0 || entry.body['op'] === 'rotate' || (isRecovery(entry) && veto !== envelopeId(entry));
  }).length;

/** Nothing, half of a text, the same identity again, or a next key that no identity names: no key in force is in it. */
const isRemnant = (
  begun: Json | undefined,
  after: IdentityFile | undefined,
  current: IdentityFile,
): boolean =>
  begun === undefined ||
  begun === null ||
  (after !== undefined && !isLonger(after.keyLog, current.keyLog) && isPrefix(after.keyLog, current.keyLog));

/** Whether a log goes on where the other ends. */
export const isLonger = (log: readonly Envelope[], before: readonly Envelope[]): boolean =>
  log.length > before.length && isPrefix(before, log);

const isPrefix = (short: readonly Envelope[], long: readonly Envelope[]): boolean =>
  short.every((entry, i) => {
    const other = long[i];
    return other !== undefined && envelopeId(entry) === envelopeId(other);
  });

/** Whether a key file holds the key that the last establishment of the log commits to. */
function isCommittedTo(keyFile: Json | undefined, keyLog: readonly Envelope[]): boolean {
  if (keyFile === undefined) return false;
  const next = keyLog.map(({ body }) => body['next']).findLast((hashes) => Array.isArray(hashes));
  try {
    return Array.isArray(next) && next[0] === hashBytes(utf8(keyHeaderOf(keyFile).publicKey));
  } catch (error) {
    if (isTtpError(error)) return false;
    throw error;
  }
}

function identityIn(json: Json): IdentityFile | undefined {
  if (!isJsonObject(json)) return undefined;
  try {
    return parseIdentityFile(json);
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}

/** The JSON of a file; null where it is none, undefined where nothing is. */
async function readIfAny(path: string): Promise<Json | undefined> {
  try {
    await lstat(path);
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined;
    throw error;
  }
  try {
    return await readJson(path, { field: 'file' });
  } catch (error) {
    if (isTtpError(error) && error.code.startsWith('CRYPTO_')) return null;
    throw error;
  }
}

async function backwards(file: string, disk: Disk): Promise<false> {
  const { identity, nextKey } = rotationNames(file);
  for (const path of [identity, nextKey]) {
    try {
      await disk.remove(path);
    } catch (error) {
      if (!hasCode(error, ['ENOENT'])) throw error;
    }
  }
  await disk.syncFolder(file);
  return false;
}
