import { expect } from 'vitest';
import { codeRejectedBy } from '../codes.js';
import { bytesOf, collect, expectSameBytes, manyBytes, textOf } from './bytes.js';
import { storeConnectionChecks } from './connections.js';
import { read, storeDurabilityChecks, versionOf } from './store-durability.js';
import { type ContractCheck, type OpenSubject, registerChecks } from './suite.js';

const BAD_KEYS = ['', 'x'.repeat(513), 'line\nbreak', 'nul\0', '\x7f', 'käse', '\u{1f511}'];

/** What every {@link Store} of a {@link Storage} must do, in the words of the port. */
export const storeChecks: readonly ContractCheck[] = [
  {
    name: 'gives back what was put, and nothing for what was not',
    async run({ storage: { store } }) {
      expect(await store.get('a')).toBeUndefined();
      expect(await store.put('a', bytesOf('one'))).toBe(true);
      expect(await store.put('empty', new Uint8Array())).toBe(true);
      expect(await read(store, 'a')).toBe('one');
      expect(await read(store, 'empty')).toBe('');
      expect(await store.get('b')).toBeUndefined();
    },
  },
  {
    name: 'keeps a value of 1 MiB byte for byte',
    async run({ storage: { store } }) {
      const large = manyBytes(2 ** 20);
      await store.put('large', large);
      expectSameBytes((await store.get('large'))?.value, large);
    },
  },
  {
    name: 'takes keys of 1 and of 512 characters, from space to tilde',
    async run({ storage: { store } }) {
      const keys = [' ', '~', '%', "'", '"', '\\', '../x', 'x'.repeat(512), `${'x'.repeat(511)}y`];
      for (const key of keys) expect(await store.put(key, bytesOf(key))).toBe(true);
      for (const key of keys) expect(await read(store, key)).toBe(key);
    },
  },
  {
    name: 'refuses every other key with STORE_BAD_KEY',
    async run({ storage: { store } }) {
      for (const key of BAD_KEYS) {
        expect(await codeRejectedBy(store.get(key))).toBe('STORE_BAD_KEY');
        expect(await codeRejectedBy(store.put(key, bytesOf('v')))).toBe('STORE_BAD_KEY');
        expect(await codeRejectedBy(store.delete(key))).toBe('STORE_BAD_KEY');
      }
      expect(await collect(store.list(''))).toEqual([]);
    },
  },
  {
    name: 'refuses an expected version that is none with STORE_BAD_VERSION',
    async run({ storage: { store } }) {
      for (const expected of [-1, 0.5, Number.NaN, 2 ** 53]) {
        expect(await codeRejectedBy(store.put('a', bytesOf('v'), expected))).toBe('STORE_BAD_VERSION');
        expect(await codeRejectedBy(store.delete('a', expected))).toBe('STORE_BAD_VERSION');
      }
      expect(await store.get('a')).toBeUndefined();
    },
  },
  {
    name: 'puts only over the expected version, 0 being absence',
    async run({ storage: { store } }) {
      expect(await store.put('a', bytesOf('x'), 1)).toBe(false);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.put('a', bytesOf('one'), 0)).toBe(true);
      expect(await store.put('a', bytesOf('x'), 0)).toBe(false);
      const first = await versionOf(store, 'a');
      expect(await store.put('a', bytesOf('two'), first)).toBe(true);
      expect(await store.put('a', bytesOf('x'), first)).toBe(false);
      expect(await store.put('a', bytesOf('x'), (await versionOf(store, 'a')) + 1)).toBe(false);
      expect(await read(store, 'a')).toBe('two');
    },
  },
  {
    name: 'deletes only the expected version, and what is absent always',
    async run({ storage: { store } }) {
      expect(await store.delete('a')).toBe(true);
      await store.put('a', bytesOf('one'));
      const first = await versionOf(store, 'a');
      await store.put('a', bytesOf('two'));
      expect(await store.delete('a', first)).toBe(false);
      expect(await store.delete('a', 0)).toBe(false);
      expect(await read(store, 'a')).toBe('two');
      expect(await store.delete('a', await versionOf(store, 'a'))).toBe(true);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.delete('a', first)).toBe(false);
    },
  },
  {
    name: 'lets the versions of a key only grow, also over a deletion',
    async run({ storage: { store } }) {
      let last = 0;
      for (let round = 0; round < 4; round++) {
        for (const value of ['one', 'two']) {
          await store.put('a', bytesOf(value));
          const version = await versionOf(store, 'a');
          expect(Number.isSafeInteger(version)).toBe(true);
          expect(version).toBeGreaterThan(last);
          last = version;
        }
        // Without this, a writer that slept over a deletion could put over a key it has never seen (ABA).
        expect(await store.delete('a', last)).toBe(true);
        expect(await store.put('a', bytesOf('stale'), last)).toBe(false);
      }
    },
  },
  {
    name: 'leaves the version alone when a put or a delete is refused',
    async run({ storage: { store } }) {
      await store.put('a', bytesOf('one'));
      const version = await versionOf(store, 'a');
      await store.put('a', bytesOf('two'), version + 7);
      await store.delete('a', version + 7);
      expect(await versionOf(store, 'a')).toBe(version);
    },
  },
  {
    name: 'lets one of 10 writers win that create the same key',
    async run({ storage: { store } }) {
      const writers = Array.from({ length: 10 }, (_, i) => `writer ${i}`);
      const won = await Promise.all(writers.map((writer) => store.put('a', bytesOf(writer), 0)));
      expect(won.filter((ok) => ok)).toHaveLength(1);
      expect(await read(store, 'a')).toBe(writers[won.indexOf(true)]);
    },
  },
  {
    name: 'lets one of 10 writers win that change or delete the same version',
    async run({ storage: { store } }) {
      await store.put('a', bytesOf('old'));
      const version = await versionOf(store, 'a');
      const won = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          i % 2 === 0 ? store.put('a', bytesOf(`writer ${i}`), version) : store.delete('a', version),
        ),
      );
      expect(won.filter((ok) => ok)).toHaveLength(1);
      const winner = won.indexOf(true);
      expect(await read(store, 'a')).toBe(winner % 2 === 0 ? `writer ${winner}` : undefined);
    },
  },
  {
    name: 'counts right when 10 writers each retry compare-and-set until they got through',
    async run({ storage: { store } }) {
      const increment = async (): Promise<void> => {
        // Somebody gets through in every round, so 10 rounds are enough for each; a store that never lets
        // one through must fail the check, not hang it.
        for (let round = 0; round < 100; round++) {
          const found = await store.get('n');
          const next = bytesOf(String(Number(textOf(found?.value) ?? '0') + 1));
          if (await store.put('n', next, found?.version ?? 0)) return;
        }
        expect.fail('a writer never got through');
      };
      await Promise.all(Array.from({ length: 10 }, increment));
      expect(await read(store, 'n')).toBe('10');
    },
  },
  {
    name: 'lists the keys of a prefix in ascending order of their characters',
    async run({ storage: { store } }) {
      const keys = ['b/2', 'b/10', 'B/1', 'a', 'b', 'b/', 'b/%', 'b_', 'b~', 'c'];
      for (const key of keys) await store.put(key, bytesOf('v'));
      expect(await collect(store.list(''))).toEqual([...keys].sort());
      expect(await collect(store.list('b/'))).toEqual(['b/', 'b/%', 'b/10', 'b/2']);
      expect(await collect(store.list('b~'))).toEqual(['b~']);
      expect(await collect(store.list('z'))).toEqual([]);
    },
  },
  {
    name: 'lists 300 keys, each once, and a prefix among them',
    async run({ storage: { store } }) {
      const keys = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? 'even' : 'odd'}/${i}`);
      await Promise.all(keys.map((key) => store.put(key, bytesOf(key))));
      expect(await collect(store.list(''))).toEqual([...keys].sort());
      const even = keys.filter((key) => key.startsWith('even/')).sort();
      expect(await collect(store.list('even/'))).toEqual(even);
    },
  },
  {
    name: 'takes a prefix as text, not as a pattern',
    async run({ storage: { store } }) {
      for (const key of ['axb', 'a_b', 'a%b', 'a*b', 'A_b']) await store.put(key, bytesOf('v'));
      expect(await collect(store.list('a_'))).toEqual(['a_b']);
      expect(await collect(store.list('a%'))).toEqual(['a%b']);
      expect(await collect(store.list('a*'))).toEqual(['a*b']);
    },
  },
  {
    name: 'does not list what was deleted',
    async run({ storage: { store } }) {
      await store.put('a', bytesOf('v'));
      await store.put('b', bytesOf('v'));
      await store.delete('a');
      expect(await collect(store.list(''))).toEqual(['b']);
    },
  },
  {
    name: 'copies values on the way in and on the way out',
    async run({ storage: { store } }) {
      const given = bytesOf('original');
      const put = store.put('a', given);
      given.fill(0); // already now: a write that waits in a queue must not change under way
      await put;
      const found = await store.get('a');
      expect(textOf(found?.value)).toBe('original');
      found?.value.fill(0);
      expect(await read(store, 'a')).toBe('original');
    },
  },
  {
    name: 'shows a reader every write that was acknowledged before',
    async run({ storage: { store } }) {
      for (let i = 0; i < 20; i++) {
        await store.put('a', bytesOf(String(i)));
        expect(await read(store, 'a')).toBe(String(i));
      }
    },
  },
  {
    name: 'throws STORE_CLOSED for everything once it is closed, and closes twice',
    async run({ storage }) {
      const { store } = storage;
      await store.put('a', bytesOf('v'));
      await storage.close();
      await storage.close();
      expect(await codeRejectedBy(store.get('a'))).toBe('STORE_CLOSED');
      expect(await codeRejectedBy(store.put('a', bytesOf('v')))).toBe('STORE_CLOSED');
      expect(await codeRejectedBy(store.delete('a'))).toBe('STORE_CLOSED');
      expect(await codeRejectedBy(collect(store.list('')))).toBe('STORE_CLOSED');
    },
  },
  ...storeConnectionChecks,
  ...storeDurabilityChecks,
];

/** Registers the demands on a Store as a vitest suite for the storage that `open` makes. */
export function storeContract(name: string, open: OpenSubject): void {
  registerChecks(`${name}: the Store contract`, storeChecks, open);
}
