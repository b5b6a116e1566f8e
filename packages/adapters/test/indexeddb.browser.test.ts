import type { Storage } from '@ttp/core';
import { codeRejectedBy, fakeClock, lockContract, logContract, proves, storeContract } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { indexeddb } from '../src/indexeddb.js';
import { locks } from '../src/lock.js';

let databases = 0;
const newName = (): string => `contract ${(databases += 1)} ${crypto.randomUUID()}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Makes the transaction of the next write abort, as a full disk or a used-up quota does. */
function failNextWrite(): void {
  const methods = ['put', 'add'] as const;
  const originals = methods.map((method) => IDBObjectStore.prototype[method]);
  for (const [i, method] of methods.entries())
    IDBObjectStore.prototype[method] = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      for (const [j, one] of methods.entries()) {
        const original = originals[j];
        if (original !== undefined) IDBObjectStore.prototype[one] = original;
      }
      const original = originals[i];
      if (original === undefined) throw new Error('no original');
      const request = original.call(this, value, key);
      this.transaction.abort();
      return request;
    };
}

async function open() {
  const name = newName();
  let storage = await indexeddb({ indexedDB, name });
  return {
    storage,
    fail: failNextWrite,
    connect: () => indexeddb({ indexedDB, name }),
    async reopen(): Promise<Storage> {
      await storage.close();
      return (storage = await indexeddb({ indexedDB, name }));
    },
  };
}

/** A database of another program. */
const make = (name: string, version: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('theirs'));
    opening.addEventListener('error', () => reject(new Error('not made')));
    opening.addEventListener('success', () => {
      opening.result.close();
      resolve();
    });
  });

storeContract('IndexedDB', open);
logContract('IndexedDB', open);

lockContract('locks in IndexedDB, of several connections', async () => {
  const name = newName();
  const clock = fakeClock();
  const another = async () => locks(await indexeddb({ indexedDB, name }), { clock });
  return {
    lock: await another(),
    another,
    advance: (ms: number) => clock.advance(ms),
    close: async () => undefined,
  };
});

describe('an IndexedDB database', () => {
  it('keeps keys and state over a closing, for every page of the origin', async () => {
    proves('adapters.storage.indexeddb');
    const name = newName();
    const storage = await indexeddb({ indexedDB, name });
    expect(storage.shared).toBe(true);
    await storage.store.put('key', bytes('wrapped'));
    await storage.log('audit').append([bytes('a'), bytes('b')]);
    await storage.close();
    const again = await indexeddb({ indexedDB, name });
    expect((await again.store.get('key'))?.value).toEqual(bytes('wrapped'));
    expect(await again.log('audit').size()).toBe(2n);
    await again.close();
  });

  it('is refused when its name is none, it is another program\u2019s or of a later version', async () => {
    for (const name of ['', 'x'.repeat(101)])
      expect(await codeRejectedBy(indexeddb({ indexedDB, name }))).toBe('STORE_BAD_OPTION');
    const [foreign, later] = [newName(), newName()];
    await make(foreign, 1);
    await make(later, 2);
    expect(await codeRejectedBy(indexeddb({ indexedDB, name: foreign }))).toBe('STORE_UNREADABLE');
    expect(await codeRejectedBy(indexeddb({ indexedDB, name: later }))).toBe('STORE_UNKNOWN_SCHEMA');
  });

  it('that is deleted under it takes no more writes', async () => {
    const name = newName();
    const storage = await indexeddb({ indexedDB, name });
    await storage.store.put('a', bytes('v'));
    await new Promise<void>((resolve) => {
      indexedDB.deleteDatabase(name).addEventListener('success', () => resolve());
    });
    expect(await codeRejectedBy(storage.store.put('a', bytes('w')))).toBe('STORE_POISONED');
    expect(await codeRejectedBy(storage.store.get('a'))).toBe('STORE_UNREADABLE');
    await storage.close();
  });
});
