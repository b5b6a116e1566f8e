import type { Did } from '@ttp/core';
import { encryptKey } from '@ttp/crypto';
import { createIdentity, type DidType, type RecoveryCommitment } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import type { Io } from '../io.js';
import { openStore } from '../store.js';
import { requireAbsent, writeNew } from './files.js';
import { formatIdentityFile } from './identity-file.js';
import { formatKeyFile } from './key-header.js';
import type { FileSigner } from './signer-file.js';

/** Where a new identity is written, and what it is made of. */
export interface NewIdentityFiles {
  readonly out: string;
  readonly type: DidType;
  /** The storage that gets its kill record, alive. */
  readonly store?: string;
  /** By what it can be recovered. */
  readonly recovery?: RecoveryCommitment;
  /** Opens the identity that answers for it. */
  readonly parent?: () => Promise<FileSigner>;
}

/**
 * Makes an identity and writes it, and beside it, to `<out>.next`, the key for the next rotation.
 *
 * @param askPassphrase called once it is known that nothing would be overwritten
 * @throws CLI_FILE_*, CLI_PASSPHRASE_*, CLI_STORE_*, STORE_*, DID_BAD_LOG
 */
export async function writeNewIdentity(
  { out, type, store, recovery, parent: openParent }: NewIdentityFiles,
  askPassphrase: () => Promise<string>,
  { clock, random, timer }: Pick<Io, 'clock' | 'random' | 'timer'>,
): Promise<{ readonly did: Did; readonly nextOut: string }> {
  const nextOut = `${out}.next`;
  for (const file of [out, nextOut]) await requireAbsent(file, 'out');
  const parent = await openParent?.();
  const passphrase = await askPassphrase();
  const { did, seed, nextSeed, keyLog } = await createIdentity({
    type,
    random,
    clock,
    ...(recovery === undefined ? {} : { recovery }),
    ...(parent === undefined ? {} : { parent }),
  });
  const createdAt = clock.now();
  const key = await encryptKey({ seed, did, passphrase, random, history: { createdAt, rotations: 0 } });
  const nextKey = await encryptKey({
    seed: nextSeed,
    did,
    passphrase,
    random,
    history: { createdAt, rotations: 1 },
  });
  // The record first: without one the identity is dead for ever, while a record without an identity harms nobody.
  if (store !== undefined) await createKillRecord(did, store, { clock, timer });
  await writeNew(nextOut, formatKeyFile(nextKey), 'out');
  const related = parent?.logs === undefined ? [] : [...parent.logs.related, parent.logs.keyLog];
  await writeNew(out, formatIdentityFile(keyLog, key, related), 'out');
  return { did, nextOut };
}

/** The kill record of an identity that was created in this very call (decision D32). */
async function createKillRecord(
  did: Did,
  address: string,
  { clock, timer }: Pick<Io, 'clock' | 'timer'>,
): Promise<void> {
  const storage = await openStore(address);
  try {
    const kill = await createKillSwitch({ storage, clock, timer });
    await kill.enrol(did, true);
    kill.close();
  } finally {
    await storage.close();
  }
}
