import { asHash, type Hash, type Storage, TtpError } from '@ttp/core';
import { concatBytes, hashBytes, hex, sha256, utf8 } from '@ttp/crypto';
import { createTree, leafHash } from '@ttp/etr-merkle';
import { COPY_KEY } from './copy-key.js';

/** One log of a storage. */
export interface LogInventory {
  readonly name: string;
  readonly size: bigint;
  /** RFC 9162 root over its entries: of an audit log, the one that its tree heads sign. */
  readonly root: Hash;
}

/** What a storage holds, so that two can be compared without moving them. */
export interface Inventory {
  readonly logs: readonly LogInventory[];
  readonly keys: number;
  /** Over all keys and values, in the order of the keys. */
  readonly digest: Hash;
}

/** The names of the logs of a storage, in one order. */
export async function logNames(storage: Storage): Promise<string[]> {
  const logs = storage.logs?.bind(storage);
  if (logs === undefined)
    throw new TtpError('CLI_STORE_ADDRESS', 'the storage does not say which logs it has');
  const names: string[] = [];
  for await (const name of logs()) names.push(name);
  return names.sort();
}

/**
 * Reads all of a storage.
 *
 * @param step is told what is being read
 */
export async function takeInventory(storage: Storage, step: (what: string) => void): Promise<Inventory> {
  const logs: LogInventory[] = [];
  for (const name of await logNames(storage)) {
    const tree = createTree();
    const size = await storage.log(name).size();
    for await (const entry of storage.log(name).read(0n, size)) {
      tree.append(leafHash(entry));
      if (tree.size % 1000n === 0n) step(`reading ${tree.size} of ${size} entries`);
    }
    logs.push({ name, size, root: asHash(`sha256:${hex(tree.root())}`) });
  }
  let keys = 0;
  let chain = new Uint8Array(32);
  for await (const key of storage.store.list('')) {
    if (key === COPY_KEY) continue;
    const found = await storage.store.get(key);
    if (found === undefined) continue; // deleted meanwhile: the comparison will say so
    chain = Uint8Array.from(sha256(concatBytes(chain, sha256(utf8(key)), sha256(found.value))));
    keys++;
    if (keys % 1000 === 0) step(`reading ${keys} keys`);
  }
  return { logs, keys, digest: hashBytes(chain) };
}

/** Whether two storages hold the same. */
export const isSame = (one: Inventory, other: Inventory): boolean => fingerprint(one) === fingerprint(other);

/** What is said of an inventory in one line of text. */
export const fingerprint = ({ logs, keys, digest }: Inventory): string =>
  JSON.stringify([logs.map(({ name, size, root }) => [name, `${size}`, root]), keys, digest]);
