import { asDid, type Did, type Hash, isTtpError } from '@ttp/core';
import { fromMultikey, hashBytes, multikey, utf8 } from '@ttp/crypto';
import { parseDid, type RecoveryCommitment } from '@ttp/did';
import { HintedError } from '../hints.js';
import { inFile, readJson } from './files.js';
import { keyHeaderOf } from './key-header.js';

/** How an identity is to be recoverable, as a command line says it. */
export interface RecoveryOptions {
  /** The file of a key of its own, or its Multikey. */
  readonly backup?: string;
  readonly guardian: readonly string[];
  readonly atLeast?: number;
}

/**
 * What an inception or a rotation commits to; undefined where nothing was asked for.
 *
 * @throws CLI_USAGE, CLI_FILE_*, CRYPTO_KEY_FILE_SHAPE, the codes of `parseDid`
 */
export async function recoveryOf({
  backup,
  guardian,
  atLeast,
}: RecoveryOptions): Promise<RecoveryCommitment | undefined> {
  if (guardian.length > 0 !== (atLeast !== undefined))
    throw new HintedError(
      'CLI_USAGE',
      '--guardian and --at-least belong together',
      '--guardian <did> --guardian <did> --at-least 2',
      'atLeast',
    );
  if (backup === undefined && atLeast === undefined) return undefined;
  return {
    ...(backup === undefined ? {} : { backup: await backupHash(backup) }),
    ...(atLeast === undefined ? {} : { guardians: guardian.map(didOf), atLeast }),
  };
}

async function backupHash(backup: string): Promise<Hash> {
  const key = isMultikey(backup) ? backup : await publicKeyIn(backup);
  return hashBytes(utf8(key));
}

/** The public key of a key that is its own did:key: in any other file it may be somebody's identity. */
async function publicKeyIn(path: string): Promise<string> {
  const json = await readJson(path, { field: 'backup' });
  const { did, publicKey } = inFile(path, 'backup', () => keyHeaderOf(json));
  const parsed = inFile(path, 'backup', () => parseDid(did));
  if (parsed.method === 'key' && multikey(parsed.publicKey) === publicKey) return publicKey;
  throw new HintedError(
    'CLI_USAGE',
    `${path} is not a key of its own`,
    'ttp key create --out backup.json makes one',
    'backup',
  );
}

function isMultikey(text: string): boolean {
  try {
    return fromMultikey(text).length > 0;
  } catch (error) {
    if (isTtpError(error)) return false;
    throw error;
  }
}

function didOf(text: string): Did {
  parseDid(text);
  return asDid(text);
}
