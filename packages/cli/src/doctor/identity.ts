import { stat } from 'node:fs/promises';
import { systemClock } from '@ttp/adapters/system';
import type { Did } from '@ttp/core';
import { inFileLater, isThere } from '../files/files.js';
import { openIdentityFile, readIdentityFile } from '../files/identity-file.js';
import { rotationNames } from '../files/rotation-files.js';
import { standingOf } from '../files/standing.js';
import type { Io } from '../io.js';
import { PASSPHRASE_VARIABLE, passphrases } from '../passphrase.js';
import { attempt, type Check, ok, skipped, warn } from './check.js';

/** Everybody but the owner. */
const OTHERS = 0o077;

/** Whose identity file it is, and whether its key log is sound. Throws CLI_IDENTITY_FILE, CLI_FILE_*, DID_*. */
export async function didOfFile(path: string): Promise<Did> {
  const logs = await readIdentityFile(path, 'identity');
  const { document } = await inFileLater(path, 'identity', () => standingOf(logs, systemClock));
  return document.id;
}

/** The identity file, who may read it, and what lies beside it. */
export async function checkIdentity(path: string | undefined, io: Io): Promise<readonly Check[]> {
  if (path === undefined) return [skipped('identity', 'no --identity was given')];
  return attempt('identity', async () => {
    const did = await didOfFile(path);
    return [
      ok('identity', did),
      ...(await permissionsOf(path)),
      ...(await nextBeside(path)),
      ...(await interrupted(path)),
      await opens(path, io),
    ];
  });
}

async function permissionsOf(path: string): Promise<readonly Check[]> {
  // Windows keeps no such bits, and says 0o666 of everything.
  if (process.platform === 'win32') return [];
  const { mode } = await stat(path);
  const bits = (mode & 0o777).toString(8);
  return [
    (mode & OTHERS) === 0
      ? ok('permissions', `${bits}: its owner alone reads it`)
      : warn(
          'permissions',
          `${bits}: others can read it and guess its passphrase for ever`,
          `chmod 600 ${path}`,
        ),
  ];
}

async function nextBeside(path: string): Promise<readonly Check[]> {
  const next = `${path}.next`;
  if (!(await isThere(next))) return [];
  return [
    warn('next key', `${next} lies beside the identity`, 'keep it elsewhere: a thief of both can rotate'),
  ];
}

/** What a rotation in place leaves behind where it was interrupted. */
async function interrupted(path: string): Promise<readonly Check[]> {
  const { identity, nextKey } = rotationNames(path);
  if (!(await isThere(identity)) && !(await isThere(nextKey))) return [];
  return [warn('rotation', `a rotation of ${path} was interrupted`, `ttp did rotate ${path} ends it`)];
}

async function opens(path: string, io: Io): Promise<Check> {
  if ((io.env[PASSPHRASE_VARIABLE] ?? '') === '')
    return skipped('passphrase', `not tried: ${PASSPHRASE_VARIABLE} is not set`);
  const given = { ...io, env: { ...io.env } };
  const [failed] = await attempt('passphrase', async () => {
    await openIdentityFile(path, {
      field: 'identity',
      passphrases: passphrases(given, { isInteractive: false }),
    });
    return [];
  });
  return failed ?? ok('passphrase', 'opens the identity');
}
