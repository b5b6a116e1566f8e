import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '@ttp/core';
import { proves, seededRandom } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fs } from '../../src/fs.js';
import { sqlite } from '../../src/sqlite.js';
import { bundleWriter, canTrace, linesOf, NO_STRACE, startWriter } from './processes.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-faults-'));
let bundle = '';
beforeAll(() => {
  bundle = bundleWriter(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Far above what it takes: each process starts in tens of milliseconds, below strace in hundreds. */
const TIMEOUT_MS = 120_000;

/** Faults that one process outlives, each with another opening of the storage. */
const FAULTS = 20;
/** Processes that are killed at some sync, and at some moment. */
const KILLED_AT_SYNC = 12;
const KILLED = 8;

const isTraced = canTrace();
const SYNC = 'fdatasync,fsync';

/** Opens what a process has left. */
const open = async (kind: string, path: string): Promise<Storage> =>
  kind === 'fs' ? fs(path) : sqlite(path);

/** Everything that the processes on one storage have acknowledged. */
class Acknowledged {
  readonly entries = new Map<number, string>();
  counter = 0;

  add(lines: readonly string[]): void {
    for (const [word, first, text = ''] of lines.map((line) => line.split(' '))) {
      if (word === 'ack') this.entries.set(Number(first), text);
      if (word === 'put') this.counter = Math.max(this.counter, Number(first));
    }
  }

  async expectIn(kind: string, path: string): Promise<void> {
    const storage = await open(kind, path);
    const log = storage.log('l');
    const found: string[] = [];
    for await (const entry of log.read(0n, await log.size()))
      found.push(new TextDecoder().decode(entry).replaceAll(/\.+$/g, ''));
    for (const [index, text] of this.entries) expect([index, found[index]]).toEqual([index, text]);
    const counter = Number(new TextDecoder().decode((await storage.store.get('counter'))?.value));
    expect(counter).toBeGreaterThanOrEqual(this.counter);
    await storage.close();
  }
}

describe.each(['sqlite', 'fs'])('a process on %s', (kind) => {
  it.for([
    ['a sync that fails', `${SYNC}:error=EIO:when=9+31`],
    ['a full disk', 'pwrite64:error=ENOSPC:when=23+67'],
    ['a write that fails', 'pwrite64:error=EIO:when=41+59'],
  ] as const)(
    `outlives ${FAULTS} times %s: poisoned at once, nothing lost`,
    async ([what, inject], { skip }) => {
      proves('flaw.W5', 'adapters.storage.durability');
      skip(!isTraced, NO_STRACE);
      const path = join(dir, `${kind} ${what}`);
      const { lines, errors } = await linesOf(startWriter(bundle, [kind, path, FAULTS], inject));
      expect(errors).toBe('');
      expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([]);
      expect(lines.at(-1)).toBe('done');
      expect(lines.filter((line) => line === 'fault')).toHaveLength(FAULTS);
      const acknowledged = new Acknowledged();
      acknowledged.add(lines);
      expect(acknowledged.entries.size).toBeGreaterThan(FAULTS);
      await acknowledged.expectIn(kind, path);
    },
  );

  it(
    `that is killed at some sync leaves behind what it acknowledged, ${KILLED_AT_SYNC} times`,
    async ({ skip }) => {
      proves('adapters.storage.durability');
      skip(!isTraced, NO_STRACE);
      const path = join(dir, `${kind} killed at a sync`);
      const acknowledged = new Acknowledged();
      for (let i = 0; i < KILLED_AT_SYNC; i++) {
        const child = startWriter(bundle, [kind, path, 1], `${SYNC}:signal=SIGKILL:when=${2 + 3 * i}`);
        acknowledged.add((await linesOf(child)).lines);
        await acknowledged.expectIn(kind, path);
      }
      expect(acknowledged.entries.size).toBeGreaterThan(KILLED_AT_SYNC);
    },
    TIMEOUT_MS,
  );

  it(
    `that is killed at some moment leaves behind what it acknowledged, ${KILLED} times`,
    async () => {
      proves('adapters.storage.durability');
      const path = join(dir, `${kind} killed`);
      const random = seededRandom(`kill -9 ${kind}`);
      const acknowledged = new Acknowledged();
      for (let i = 0; i < KILLED; i++) {
        const child = startWriter(bundle, [kind, path, 1]);
        const after = 10 + random.int(100);
        const { lines } = await linesOf(child, (so) => {
          if (so > after) child.kill('SIGKILL'); // this very process, by its id
        });
        expect(child.signalCode).toBe('SIGKILL');
        acknowledged.add(lines);
        await acknowledged.expectIn(kind, path);
      }
      expect(acknowledged.entries.size).toBeGreaterThan(KILLED * 5);
    },
    TIMEOUT_MS,
  );
});
