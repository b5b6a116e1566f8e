import { type Storage, TtpError } from '@ttp/core';
import { equalBytes, fromUtf8, hashBytes, utf8 } from '@ttp/crypto';
import { COPY_BATCH, COPY_BATCH_BYTES } from '../limits.js';
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
  const batch = new Batch<Uint8Array>(async (entries) => {
    await log.append(entries, next); // at this size alone: nobody else writes here
    next += BigInt(entries.length);
    step(`copying ${next} of ${size} entries`);
  });
  for await (const entry of source.log(name).read(next, size)) await batch.add(entry, entry.length);
  await batch.write();
}

async function copyKeys(
  source: Storage,
  target: Storage,
  keys: number,
  step: (what: string) => void,
): Promise<void> {
  let done = 0;
  const batch = new Batch<readonly [key: string, value: Uint8Array]>(async (puts) => {
    // Together: they share the syncs of the target.
    await Promise.all(puts.map(([key, value]) => target.store.put(key, value)));
    done += puts.length;
    step(`copying ${done} of ${keys} keys`);
  });
  for await (const key of source.store.list('')) {
    const found = await source.store.get(key);
    if (found === undefined) continue; // deleted meanwhile: the comparison will say so
    const there = await target.store.get(key);
    if (there !== undefined && equalBytes(found.value, there.value)) done++;
    else await batch.add([key, found.value], found.value.length);
  }
  await batch.write();
}

/** What is written together, as much as a storage takes at once. */
class Batch<T> {
  readonly #writeAll: (items: readonly T[]) => Promise<void>;
  #items: T[] = [];
  #bytes = 0;

  constructor(writeAll: (items: readonly T[]) => Promise<void>) {
    this.#writeAll = writeAll;
  }

  async add(item: T, bytes: number): Promise<void> {
    if (this.#items.length === COPY_BATCH || this.#bytes + bytes > COPY_BATCH_BYTES) await this.write();
    this.#items.push(item);
    this.#bytes += bytes;
  }

  async write(): Promise<void> {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    if (items.length > 0) await this.#writeAll(items);
  }
}
