import { expect } from 'vitest';
import { codeRejectedBy } from '../codes.js';
import { bytesOf, collect, textOf } from './bytes.js';
import { read, versionOf } from './store-durability.js';
import type { ContractCheck, StorageSubject } from './suite.js';

const CONNECTIONS = 10;

/** Ten connections to the same data. */
const connections = (subject: Required<StorageSubject>) =>
  Promise.all(Array.from({ length: CONNECTIONS }, () => subject.connect()));

/** What a Store must do when others write through connections of their own. */
export const storeConnectionChecks: readonly ContractCheck[] = [
  {
    name: 'shows every connection what another one was acknowledged',
    needs: 'connect',
    async run(subject) {
      const [one, two] = [subject.storage, await subject.connect()];
      await one.store.put('a', bytesOf('one'));
      expect(await read(two.store, 'a')).toBe('one');
      await two.store.put('a', bytesOf('two'), await versionOf(two.store, 'a'));
      expect(await read(one.store, 'a')).toBe('two');
      await one.store.delete('a');
      expect(await collect(two.store.list(''))).toEqual([]);
    },
  },
  {
    name: 'lets one of 10 connections win that create the same key, and that change it',
    needs: 'connect',
    async run(subject) {
      const all = await connections(subject);
      const create = await Promise.all(all.map(({ store }, i) => store.put('a', bytesOf(`c${i}`), 0)));
      expect(create.filter((ok) => ok)).toHaveLength(1);
      expect(await read(subject.storage.store, 'a')).toBe(`c${create.indexOf(true)}`);
      const version = await versionOf(subject.storage.store, 'a');
      const change = await Promise.all(all.map(({ store }, i) => store.put('a', bytesOf(`d${i}`), version)));
      expect(change.filter((ok) => ok)).toHaveLength(1);
      expect(await read(subject.storage.store, 'a')).toBe(`d${change.indexOf(true)}`);
    },
  },
  {
    name: 'lets the versions of a key only grow, whichever connection puts and deletes it',
    needs: 'connect',
    async run(subject) {
      const [one, two] = [subject.storage, await subject.connect()];
      let last = 0;
      for (const { store } of [one, two, one, two]) {
        await store.put('a', bytesOf('v'));
        const version = await versionOf(store, 'a');
        expect(version).toBeGreaterThan(last);
        last = version;
        await store.delete('a', version);
      }
    },
  },
];

/** What an AppendLog must do when others write through connections of their own. */
export const logConnectionChecks: readonly ContractCheck[] = [
  {
    name: 'lets one of 10 connections win that append at the same size; the others get LOG_CONFLICT',
    needs: 'connect',
    async run(subject) {
      const all = await connections(subject);
      for (const size of [0n, 1n]) {
        const codes = await Promise.all(
          all.map((storage, i) => codeRejectedBy(storage.log('l').append([bytesOf(`w${i}`)], size))),
        );
        expect(codes.filter((code) => code === 'LOG_CONFLICT')).toHaveLength(CONNECTIONS - 1);
        const [entry] = await collect(subject.storage.log('l').read(size, size + 1n));
        expect(textOf(entry)).toBe(`w${codes.indexOf(undefined)}`);
      }
    },
  },
  {
    name: 'gives the batches of 10 connections places of their own, whole and next to each other',
    needs: 'connect',
    async run(subject) {
      const all = await connections(subject);
      const firsts = await Promise.all(
        all.map((storage, i) => storage.log('l').append([0, 1, 2].map((j) => bytesOf(`${i}.${j}`)))),
      );
      const found = (await collect(subject.storage.log('l').read(0n, 99n))).map(textOf);
      expect(found).toHaveLength(3 * CONNECTIONS);
      for (const [i, first] of firsts.entries())
        expect(found.slice(Number(first), Number(first) + 3)).toEqual([`${i}.0`, `${i}.1`, `${i}.2`]);
    },
  },
];
