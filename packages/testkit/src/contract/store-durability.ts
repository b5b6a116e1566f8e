import type { Store } from '@ttp/core';
import { expect } from 'vitest';
import { codeRejectedBy } from '../codes.js';
import { bytesOf, collect, textOf } from './bytes.js';
import type { ContractCheck } from './suite.js';

/** The version of a key that must be there. */
export async function versionOf(store: Store, key: string): Promise<number> {
  const found = await store.get(key);
  expect(found).toBeDefined();
  return found?.version ?? 0;
}

/** The value of a key as text, undefined when it is absent. */
export const read = async (store: Store, key: string): Promise<string | undefined> =>
  textOf((await store.get(key))?.value);

/** What a Store must do over closing, reopening and failing (flaw.W5). */
export const storeDurabilityChecks: readonly ContractCheck[] = [
  {
    name: 'finishes what was under way before it closes',
    needs: 'reopen',
    async run({ storage, reopen }) {
      const put = storage.store.put('a', bytesOf('v'));
      await storage.close();
      expect(await put).toBe(true);
      expect(await read((await reopen()).store, 'a')).toBe('v');
    },
  },
  {
    name: 'keeps over a reopening what it acknowledged, with its versions',
    needs: 'reopen',
    async run({ storage: { store }, reopen }) {
      await store.put('a', bytesOf('one'));
      await store.put('gone', bytesOf('v'));
      const gone = await versionOf(store, 'gone');
      await store.delete('gone');
      const version = await versionOf(store, 'a');
      const again = (await reopen()).store;
      expect(await collect(again.list(''))).toEqual(['a']);
      expect(await versionOf(again, 'a')).toBe(version);
      expect(await read(again, 'a')).toBe('one');
      await again.put('gone', bytesOf('back'));
      expect(await versionOf(again, 'gone')).toBeGreaterThan(gone);
    },
  },
  {
    name: 'rejects a write that failed, then every other one with STORE_POISONED',
    needs: 'fail',
    async run({ storage, fail }) {
      const { store } = storage;
      await store.put('a', bytesOf('old'));
      fail();
      expect(await codeRejectedBy(store.put('a', bytesOf('new')))).toMatch(/^STORE_/);
      expect(await codeRejectedBy(store.put('a', bytesOf('x')))).toBe('STORE_POISONED');
      expect(await codeRejectedBy(store.put('b', bytesOf('x'), 0))).toBe('STORE_POISONED');
      expect(await codeRejectedBy(store.delete('a'))).toBe('STORE_POISONED');
      expect(await codeRejectedBy(storage.log('l').append([bytesOf('x')]))).toBe('STORE_POISONED');
    },
  },
  {
    name: 'shows no reader a write that failed',
    needs: 'fail',
    async run({ storage: { store }, fail }) {
      await store.put('a', bytesOf('old'));
      fail();
      expect(await codeRejectedBy(store.put('a', bytesOf('new')))).toMatch(/^STORE_/);
      const seen = await store.get('a').then(
        (found) => textOf(found?.value),
        (error: unknown) => codeRejectedBy(Promise.reject(error)),
      );
      expect(['old', 'STORE_POISONED']).toContain(seen);
    },
  },
  {
    name: 'acknowledges none of the writes that shared a failure',
    needs: 'fail',
    async run({ storage: { store }, fail }) {
      fail();
      const codes = await Promise.all(
        Array.from({ length: 5 }, (_, i) => codeRejectedBy(store.put(`k${i}`, bytesOf('v')))),
      );
      expect(codes.filter((code) => code === undefined)).toEqual([]);
    },
  },
  {
    name: 'writes again once it is reopened after a failure, with all that was acknowledged',
    needs: 'fail',
    async run({ storage: { store }, fail, reopen }) {
      await store.put('a', bytesOf('old'));
      await store.put('b', bytesOf('kept'));
      fail();
      expect(await codeRejectedBy(store.put('a', bytesOf('new')))).toMatch(/^STORE_/);
      const again = (await reopen()).store;
      expect(['old', 'new']).toContain(await read(again, 'a')); // unknown, but whole
      expect(await read(again, 'b')).toBe('kept');
      expect(await again.put('a', bytesOf('after'))).toBe(true);
      expect(await read(again, 'a')).toBe('after');
    },
  },
];
