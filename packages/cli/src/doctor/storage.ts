import { type Did, type Storage, WALL_CLOCK_TOLERANCE_MS } from '@ttp/core';
import type { LogReader } from '@ttp/etr-merkle/trace';
import { createKillSwitch } from '@ttp/guard';
import type { Io } from '../io.js';
import { logsIn, ownerOf } from '../log/open-logs.js';
import { PASSPHRASE_VARIABLE } from '../passphrase.js';
import { withStore } from '../store.js';
import { timeText } from '../time-text.js';
import { attempt, type Check, fail, ok, skipped, warn } from './check.js';

interface StorageFiles {
  readonly store?: string;
  readonly identity?: string;
  readonly logKey?: string;
}

/** The storage, the audit log in it, the clock against that, and whether the agent may act. */
export function checkStorage(files: StorageFiles, agent: Did | undefined, io: Io): Promise<readonly Check[]> {
  const { store } = files;
  if (store === undefined) return Promise.resolve([skipped('storage', 'no --store was given')]);
  return attempt('storage', () =>
    withStore(store, async (storage) => [
      ok('storage', `${store} opens`),
      ...(agent === undefined ? [] : await attempt('kill', () => killStateOf(storage, agent, io))),
      ...(await attempt('log', () => checkLog(storage, { ...files, store }, io))),
    ]),
  );
}

async function killStateOf(storage: Storage, agent: Did, { clock, timer }: Io): Promise<readonly Check[]> {
  const guard = await createKillSwitch({ storage, clock, timer });
  try {
    await guard.enrol(agent, false);
    const [own, all] = [guard.status(agent), guard.status('*')];
    const one = own.killed ? own : all;
    if (!one.killed) return [ok('kill', `alive, epoch ${own.epoch}`)];
    const who = one === all ? 'everybody is killed' : 'the agent is killed, or has no record in this storage';
    return [
      fail(
        'kill',
        `${who}${one.reasons.length === 0 ? '' : `: ${one.reasons.join(', ')}`}`,
        'ttp reinstate, or for a new identity the storage that ttp keygen --store made',
      ),
    ];
  } finally {
    guard.close();
  }
}

async function checkLog(
  storage: Storage,
  { store, identity, logKey }: StorageFiles & { readonly store: string },
  io: Io,
): Promise<readonly Check[]> {
  const hasPassphrase = identity !== undefined && (io.env[PASSPHRASE_VARIABLE] ?? '') !== '';
  if (logKey === undefined && !hasPassphrase)
    return [skipped('log', `not read: it takes --log-key, or --identity and ${PASSPHRASE_VARIABLE}`)];
  const asked = logKey === undefined ? { identity: identity ?? '' } : { logKey };
  const owner = await ownerOf(asked, { ...io, env: { ...io.env } });
  const logs = await logsIn(storage, owner, io);
  if (logs.length === 0)
    return [
      warn(
        'log',
        `${store} holds no log of ${owner.did}`,
        'nothing where no enforcement point ran on it yet; otherwise the storage that it ran on',
      ),
    ];
  return [...logs.map(checkHead), await checkClock(logs, io)];
}

function checkHead({ origin, size, signedSize }: LogReader): Check {
  if (size === signedSize) return ok('log', `${origin}: ${size} entries, all under its tree head`);
  return warn(
    'log',
    `${origin}: ${size - signedSize} of ${size} entries are under no tree head yet`,
    'nothing while the enforcement point runs; after a crash ttp trace export --recover, or start it again',
  );
}

async function checkClock(logs: readonly LogReader[], { clock }: Io): Promise<Check> {
  let last = 0;
  for (const log of logs) for await (const { at } of log.events()) last = Math.max(last, at);
  const now = clock.now();
  return now < last - WALL_CLOCK_TOLERANCE_MS
    ? fail(
        'clock',
        `it says ${timeText(now)}, and the log was written at ${timeText(last)}`,
        'set the clock of this machine',
      )
    : ok('clock', `after the last entry of the log, ${timeText(last)}`);
}
