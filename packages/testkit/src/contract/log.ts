import type { AppendLog } from '@ttp/core';
import { expect } from 'vitest';
import { codeRejectedBy, codeThrownBy } from '../codes.js';
import { bytesOf, collect, expectSameBytes, manyBytes, textOf } from './bytes.js';
import { logConnectionChecks } from './connections.js';
import { type ContractCheck, type OpenSubject, registerChecks } from './suite.js';

const batch = (...texts: readonly string[]): Uint8Array[] => texts.map(bytesOf);

/** The entries of a range as text. */
const read = async (log: AppendLog, from: bigint, to: bigint): Promise<(string | undefined)[]> =>
  (await collect(log.read(from, to))).map(textOf);

const readAll = async (log: AppendLog): Promise<(string | undefined)[]> => read(log, 0n, await log.size());

/** What every {@link AppendLog} of a {@link Storage} must do, in the words of the port. */
export const logChecks: readonly ContractCheck[] = [
  {
    name: 'is empty until its first append',
    async run({ storage }) {
      const log = storage.log('l');
      expect(await log.size()).toBe(0n);
      expect(await read(log, 0n, 10n)).toEqual([]);
    },
  },
  {
    name: 'gives the index of the first entry of each batch, and the entries in order',
    async run({ storage }) {
      const log = storage.log('l');
      expect(await log.append(batch('a', 'b'))).toBe(0n);
      expect(await log.append(batch('c'))).toBe(2n);
      expect(await log.append(batch('d', '', 'd'))).toBe(3n);
      expect(await log.size()).toBe(6n);
      expect(await readAll(log)).toEqual(['a', 'b', 'c', 'd', '', 'd']);
    },
  },
  {
    name: 'reads from a position (inclusive) to another (exclusive), and stops at the end',
    async run({ storage }) {
      const log = storage.log('l');
      await log.append(batch('a', 'b', 'c'));
      expect(await read(log, 1n, 2n)).toEqual(['b']);
      expect(await read(log, 1n, 99n)).toEqual(['b', 'c']);
      expect(await read(log, 1n, 1n)).toEqual([]);
      expect(await read(log, 3n, 9n)).toEqual([]);
      expect(await read(log, 2n ** 60n, 2n ** 61n)).toEqual([]);
    },
  },
  {
    name: 'refuses a negative position with LOG_BAD_POSITION',
    async run({ storage }) {
      const log = storage.log('l');
      expect(await codeRejectedBy(collect(log.read(-1n, 1n)))).toBe('LOG_BAD_POSITION');
      expect(await codeRejectedBy(collect(log.read(0n, -1n)))).toBe('LOG_BAD_POSITION');
      expect(await codeRejectedBy(log.append(batch('a'), -1n))).toBe('LOG_BAD_POSITION');
      expect(await log.size()).toBe(0n);
    },
  },
  {
    name: 'keeps an entry of 1 MiB and a batch of 1000 entries',
    async run({ storage }) {
      const log = storage.log('l');
      const large = manyBytes(2 ** 20);
      await log.append([large]);
      expect(await log.append(Array.from({ length: 1000 }, (_, i) => bytesOf(String(i))))).toBe(1n);
      const [first, ...rest] = await collect(log.read(0n, 2000n));
      expectSameBytes(first, large);
      expect(rest.map(textOf)).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
    },
  },
  {
    name: 'keeps 600 entries in the order in which they were acknowledged, and gives any range of them',
    async run({ storage }) {
      const log = storage.log('l');
      const texts: string[] = [];
      for (let i = 0; i < 600; i += 20) {
        const some = Array.from({ length: 20 }, (_, j) => `${i + j}`);
        expect(await log.append(batch(...some.slice(0, 7)), BigInt(i))).toBe(BigInt(i));
        expect(await log.append(batch(...some.slice(7)))).toBe(BigInt(i + 7));
        texts.push(...some);
      }
      expect(await readAll(log)).toEqual(texts);
      for (const [from, to] of [
        [0, 1],
        [31, 33],
        [250, 260],
        [599, 600],
        [100, 500],
      ] as const)
        expect(await read(log, BigInt(from), BigInt(to))).toEqual(texts.slice(from, to));
    },
  },
  {
    name: 'takes an empty batch as a question for the size',
    async run({ storage }) {
      const log = storage.log('l');
      expect(await log.append([])).toBe(0n);
      await log.append(batch('a'));
      expect(await log.append([])).toBe(1n);
      expect(await log.append([], 1n)).toBe(1n);
      expect(await codeRejectedBy(log.append([], 0n))).toBe('LOG_CONFLICT');
      expect(await log.size()).toBe(1n);
    },
  },
  {
    name: 'refuses a batch for another size with LOG_CONFLICT, and adds nothing of it',
    async run({ storage }) {
      const log = storage.log('l');
      expect(await log.append(batch('a', 'b'), 0n)).toBe(0n);
      for (const size of [0n, 1n, 3n])
        expect(await codeRejectedBy(log.append(batch('x', 'y'), size))).toBe('LOG_CONFLICT');
      expect(await log.append(batch('c'), 2n)).toBe(2n);
      expect(await readAll(log)).toEqual(['a', 'b', 'c']);
    },
  },
  {
    name: 'lets one of 10 writers win that append at the same size',
    async run({ storage }) {
      const log = storage.log('l');
      const writers = Array.from({ length: 10 }, (_, i) => `writer ${i}`);
      const codes = await Promise.all(writers.map((writer) => codeRejectedBy(log.append(batch(writer), 0n))));
      expect(codes.filter((code) => code === 'LOG_CONFLICT')).toHaveLength(9);
      expect(await readAll(log)).toEqual([writers[codes.indexOf(undefined)]]);
    },
  },
  {
    name: 'gives concurrent batches places of their own, whole and next to each other',
    async run({ storage }) {
      const log = storage.log('l');
      const batches = Array.from({ length: 20 }, (_, i) =>
        Array.from({ length: 1 + (i % 4) }, (_unused, j) => `${i}.${j}`),
      );
      const firsts = await Promise.all(batches.map((texts) => log.append(batch(...texts))));
      for (const [i, texts] of batches.entries()) {
        const first = firsts[i] ?? -1n;
        expect(await read(log, first, first + BigInt(texts.length))).toEqual(texts);
      }
      expect(await log.size()).toBe(BigInt(batches.flat().length));
    },
  },
  {
    name: 'lets an append of another writer through when one meets a conflict',
    async run({ storage }) {
      const log = storage.log('l');
      const codes = await Promise.all(
        [batch('a'), batch('x'), batch('b')].map((entries, i) =>
          codeRejectedBy(log.append(entries, i === 1 ? 7n : undefined)),
        ),
      );
      expect(codes).toEqual([undefined, 'LOG_CONFLICT', undefined]);
      expect(['a,b', 'b,a']).toContain((await readAll(log)).join());
    },
  },
  {
    name: 'keeps logs apart by name, whatever the name is, and apart from the keys of the store',
    async run({ storage }) {
      const names = ['', 'l', 'L', 'l ', 'l/1', "l'; --", 'l\0', 'lög', '\u{1f4dc}', '日'.repeat(512)];
      for (const [i, name] of names.entries()) await storage.log(name).append(batch(String(i)));
      for (const [i, name] of names.entries()) expect(await readAll(storage.log(name))).toEqual([String(i)]);
      expect(await collect(storage.store.list(''))).toEqual([]);
    },
  },
  {
    name: 'says the names of the logs that have entries, and of no others',
    async run({ storage }) {
      const logs = storage.logs?.bind(storage);
      if (logs === undefined) throw new Error('a storage that keeps data says the names of its logs');
      const names = ['b', 'a', '\u{1f4dc}\0'];
      expect(await storage.log('asked for').size()).toBe(0n);
      for (const name of names) await storage.log(name).append(batch('x'));
      expect((await collect(logs())).sort()).toEqual([...names].sort());
    },
  },
  {
    name: 'refuses a name of more than 512 characters with LOG_BAD_NAME',
    async run({ storage }) {
      expect(codeThrownBy(() => storage.log('x'.repeat(513)))).toBe('LOG_BAD_NAME');
    },
  },
  {
    name: 'is one log however often it is asked for',
    async run({ storage }) {
      const [one, two] = [storage.log('l'), storage.log('l')];
      await one.append(batch('a'));
      expect(await two.append(batch('b'))).toBe(1n);
      expect(await readAll(one)).toEqual(['a', 'b']);
    },
  },
  {
    name: 'copies entries on the way in and on the way out',
    async run({ storage }) {
      const log = storage.log('l');
      const entry = bytesOf('original');
      const entries = [entry];
      const appended = log.append(entries);
      entry.fill(0); // already now: an append that waits in a queue must not change under way
      entries.push(bytesOf('smuggled'));
      await appended;
      for (const found of await collect(log.read(0n, 1n))) found.fill(0);
      expect(await readAll(log)).toEqual(['original']);
    },
  },
  {
    name: 'throws STORE_CLOSED for everything once the storage is closed',
    async run({ storage }) {
      const log = storage.log('l');
      await log.append(batch('a'));
      await storage.close();
      expect(await codeRejectedBy(log.append(batch('b')))).toBe('STORE_CLOSED');
      expect(await codeRejectedBy(collect(log.read(0n, 1n)))).toBe('STORE_CLOSED');
      expect(await codeRejectedBy(log.size())).toBe('STORE_CLOSED');
    },
  },
  {
    name: 'keeps over a reopening what it acknowledged, and goes on behind it',
    needs: 'reopen',
    async run({ storage, reopen }) {
      await storage.log('l').append(batch('a', 'b'));
      await storage.log('m').append(batch('x'));
      const again = await reopen();
      expect(await readAll(again.log('l'))).toEqual(['a', 'b']);
      expect(await again.log('l').append(batch('c'), 2n)).toBe(2n);
      expect(await readAll(again.log('m'))).toEqual(['x']);
    },
  },
  {
    name: 'rejects an append that failed, then every write with STORE_POISONED',
    needs: 'fail',
    async run({ storage, fail }) {
      const log = storage.log('l');
      await log.append(batch('a'));
      fail();
      expect(await codeRejectedBy(log.append(batch('b', 'c')))).toMatch(/^(?:STORE|LOG)_/);
      expect(await codeRejectedBy(log.append(batch('d')))).toBe('STORE_POISONED');
      expect(await codeRejectedBy(storage.log('other').append(batch('d')))).toBe('STORE_POISONED');
      expect(await codeRejectedBy(storage.store.put('k', bytesOf('v')))).toBe('STORE_POISONED');
    },
  },
  {
    name: 'acknowledges none of the appends that shared a failure',
    needs: 'fail',
    async run({ storage, fail }) {
      const log = storage.log('l');
      fail();
      const codes = await Promise.all(
        Array.from({ length: 5 }, (_, i) => codeRejectedBy(log.append(batch(String(i))))),
      );
      expect(codes.filter((code) => code === undefined)).toEqual([]);
    },
  },
  {
    name: 'holds a batch that failed whole or not at all once it is reopened, and all that was acknowledged',
    needs: 'fail',
    async run({ storage, fail, reopen }) {
      await storage.log('l').append(batch('a'));
      fail();
      expect(await codeRejectedBy(storage.log('l').append(batch('b', 'c')))).toMatch(/^(?:STORE|LOG)_/);
      const log = (await reopen()).log('l');
      const found = (await readAll(log)).join();
      expect(['a', 'a,b,c']).toContain(found);
      expect(await log.append(batch('d'))).toBe(found === 'a' ? 1n : 3n);
    },
  },
  ...logConnectionChecks,
];

/** Registers the demands on an AppendLog as a vitest suite for the storage that `open` makes. */
export function logContract(name: string, open: OpenSubject): void {
  registerChecks(`${name}: the AppendLog contract`, logChecks, open);
}
