import { type Storage, TtpError } from '@ttp/core';
import { equalBytes, fromUtf8, hashBytes, utf8 } from '@ttp/crypto';
import { COPY_BATCH } from '../limits.js';
import { COPY_KEY } from './copy-key.js';
import { fingerprint, type Inventory, isSame, logNames, takeInventory } from './inventory.js';

/** What a copy did. */
export interface Copied {
  readonly inventory: Inventory;
  /** Whether it went on with a copy that was interrupted. */
  readonly resumed: boolean;
}

/**
 * Copies everything of a storage into an empty one, and compares both: the root of every log, and a digest of all keys.
 * An interrupted copy is gone on with, as long as the source is the same; until it is whole, the target says so under a
 * key of its own.
 *
 * @throws CLI_STORE_NOT_EMPTY, CLI_STORE_CHANGED where the source changed meanwhile, CLI_STORE_DIFFERS, STORE_*
 */
export async function copyStorage(
  source: Storage,
  target: Storage,
  step: (what: string) => void,
): Promise<Copied> {
  if ((await source.store.get(COPY_KEY)) !== undefined)
    throw new TtpError('CLI_STORE_DIFFERS', 'the source is itself a copy that was interrupted');
  const before = await takeInventory(source, step);
  const id = hashBytes(utf8(fingerprint(before)));
  const resumed = await claim(target, id);
  for (const { name, size } of before.logs) await copyLog(source, target, name, size, step);
  await copyKeys(source, target, before.keys, step);
  if (!isSame(before, await takeInventory(source, step)))
    throw new TtpError('CLI_STORE_CHANGED', 'the source was written to while it was copied');
  const copied = await takeInventory(target, step);
  if (!isSame(before, copied))
    throw new TtpError('CLI_STORE_DIFFERS', 'the copy does not hold what the source holds');
  await target.store.delete(COPY_KEY);
  return { inventory: copied, resumed };
}

/**
 * Marks an empty target as a copy of this source.
 *
 * @returns whether it was one already
 */
async function claim(target: Storage, id: string): Promise<boolean> {
  const found = await target.store.get(COPY_KEY);
  if (found !== undefined) {
    if (fromUtf8(found.value) === id) return true;
    throw new TtpError(
      'CLI_STORE_NOT_EMPTY',
      'the target holds part of a copy of something else, or of an older state',
    );
  }
  for await (const key of target.store.list('')) throw notEmpty(`the key ${key}`);
  for (const name of await logNames(target)) throw notEmpty(`the log ${name}`);
  if (!(await target.store.put(COPY_KEY, utf8(id), 0))) throw notEmpty('another copy');
  return false;
}

const notEmpty = (what: string): TtpError =>
  new TtpError('CLI_STORE_NOT_EMPTY', `the target is not empty: it has ${what}`);

async function copyLog(
  source: Storage,
  target: Storage,
  name: string,
  size: bigint,
  step: (what: string) => void,
): Promise<void> {
  const log = target.log(name);
  let next = await log.size();
  let batch: Uint8Array[] = [];
  const write = async (): Promise<void> => {
    await log.append(batch, next); // at this size alone: nobody else writes here
    next += BigInt(batch.length);
    batch = [];
    step(`copying ${next} of ${size} entries`);
  };
  for await (const entry of source.log(name).read(next, size)) {
    batch.push(entry);
    if (batch.length === COPY_BATCH) await write();
  }
  if (batch.length > 0) await write();
}

async function copyKeys(
  source: Storage,
  target: Storage,
  keys: number,
  step: (what: string) => void,
): Promise<void> {
  let batch: Promise<void>[] = [];
  let done = 0;
  const copy = async (key: string): Promise<void> => {
    const [found, there] = await Promise.all([source.store.get(key), target.store.get(key)]);
    if (found !== undefined && (there === undefined || !equalBytes(found.value, there.value)))
      await target.store.put(key, found.value);
  };
  const settle = async (): Promise<void> => {
    await Promise.all(batch); // together: they share the syncs of the target
    done += batch.length;
    batch = [];
    step(`copying ${done} of ${keys} keys`);
  };
  for await (const key of source.store.list('')) {
    batch.push(copy(key));
    if (batch.length === COPY_BATCH) await settle();
  }
  await settle();
}
