import { type Did, type Signer, type Storage, TtpError } from '@ttp/core';
import { type LogReader, openLogReader } from '@ttp/etr-merkle/trace';
import { logRangeOf, logSignerOf } from '@ttp/sdk';
import { openIdentityFile } from '../files/identity-file.js';
import { HintedError } from '../hints.js';
import type { Io } from '../io.js';
import { LOGS_MAX } from '../limits.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import { parseLogKey } from '../verify/log-keys.js';

/** Whose log, and by which key: from an identity file, or as others are told it. */
export interface LogOptions {
  readonly store: string;
  readonly identity?: string;
  readonly logKey?: string;
}

/** An enforcement point and the key of its logs. */
export interface LogOwner {
  readonly did: Did;
  readonly key: { readonly kid: string; readonly publicKey: Uint8Array };
}

/**
 * Works on all logs of an enforcement point in a storage, first to last. Nothing is written, so the enforcement point
 * may be running.
 *
 * @throws CLI_LOG_ABSENT where there is none, and what `openLogReader` throws
 */
export function withLogs<T>(
  { store, ...owner }: LogOptions,
  io: Io,
  work: (logs: readonly LogReader[], owner: LogOwner) => Promise<T>,
): Promise<T> {
  return ownerOf(owner, io).then((known) =>
    withStore(store, async (storage) => work(await openAll(storage, known, store, io), known)),
  );
}

/** The owner with the private log key, which only the identity gives. */
export async function ownerWithSigner(identity: string, io: Io): Promise<LogOwner & { signer: Signer }> {
  const opened = await openIdentityFile(identity, { field: 'identity', passphrases: passphrases(io) });
  const signer = logSignerOf(opened);
  return { did: opened.did, key: signer, signer };
}

/** Whose log is meant, and by which key. Throws CLI_USAGE, CLI_LOG_KEY, and what `openIdentityFile` throws. */
export async function ownerOf({ identity, logKey }: Omit<LogOptions, 'store'>, io: Io): Promise<LogOwner> {
  if (logKey === undefined) {
    if (identity !== undefined) return ownerWithSigner(identity, io);
    throw new HintedError(
      'CLI_USAGE',
      'whose log? An identity or a log key is missing',
      '--identity agent.json, or --log-key did:ttp:agent:Qm...=z6Mk...',
      'identity',
    );
  }
  const { publicKey, origin } = parseLogKey(logKey);
  if (origin !== undefined) return { did: origin, key: { kid: `${origin}#log-1`, publicKey } };
  throw new HintedError(
    'CLI_LOG_KEY',
    'the log key does not say whose log it is of',
    '--log-key did:ttp:agent:Qm...=z6Mk...',
    'log-key',
  );
}

/**
 * Every log there is of this key, in order, which may be none; later ones exist where several processes wrote at once.
 * Those before a rotation are of another key.
 */
export async function logsIn(
  storage: Storage,
  { did, key }: LogOwner,
  { random }: Pick<Io, 'random'>,
): Promise<readonly LogReader[]> {
  const logs: LogReader[] = [];
  const { from, to = LOGS_MAX } = await logRangeOf(storage.store, did, key.publicKey);
  for (let n = from; n < to; n++) {
    const log = await openLogReader({ storage, origin: did, key, random }, n);
    if (log === undefined) break;
    logs.push(log);
  }
  return logs;
}

/** Every log, of which there is at least one. Throws CLI_LOG_ABSENT. */
export async function openAll(
  storage: Storage,
  owner: LogOwner,
  store: string,
  io: Pick<Io, 'random'>,
): Promise<readonly LogReader[]> {
  const logs = await logsIn(storage, owner, io);
  if (logs.length > 0) return logs;
  throw new TtpError('CLI_LOG_ABSENT', `${store} holds no log of ${owner.did}`, { field: 'store' });
}

/** The number at the end of a log's origin. */
export const numberOf = ({ origin }: Pick<LogReader, 'origin'>): number =>
  Number(origin.slice(origin.lastIndexOf('/') + 1));

/** One log of several by its number. Throws CLI_LOG_ABSENT. */
export function logNumbered(logs: readonly LogReader[], n: number): LogReader {
  const found = logs.find((log) => numberOf(log) === n);
  if (found !== undefined) return found;
  throw new HintedError(
    'CLI_LOG_ABSENT',
    `there is no log ${n}`,
    `--log from 0 to ${logs.length - 1}`,
    'log',
  );
}
