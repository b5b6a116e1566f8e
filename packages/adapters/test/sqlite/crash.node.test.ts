import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { proves, seededRandom } from '@ttp/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from '../../src/sqlite.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-crash-'));
afterAll(() => rmSync(dir, { recursive: true }));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
const command = (path: string): string[] => ['--conditions=@ttp/source', '--import', tsx, writer, path, 'l'];

const STRACE = 'strace';
const NO_STRACE = 'strace is not on this machine, or may not trace: no faults of the operating system';
const canTrace = spawnSync(STRACE, ['-qq', '-o', join(dir, 'trace'), 'true']).status === 0;

/** The lines a process printed until it ended. */
async function linesOf(child: ChildProcess, onLine: (lines: readonly string[]) => unknown = () => undefined) {
  let text = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    onLine(text.split('\n'));
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return { lines: text.split('\n').slice(0, -1), errors };
}

/** Opens the file again and looks for all that was acknowledged. */
async function recovered(path: string) {
  const storage = sqlite(path);
  const entries: string[] = [];
  const log = storage.log('l');
  for await (const entry of log.read(0n, await log.size()))
    entries.push(Buffer.from(entry).toString().replaceAll(/\.+$/g, ''));
  const counter = Number(Buffer.from((await storage.store.get('counter'))?.value ?? []).toString());
  await storage.close();
  return { entries, counter };
}

/** What was acknowledged: entries by index, and the highest count. */
function acknowledged(lines: readonly string[]) {
  const words = lines.map((line) => line.split(' '));
  return {
    entries: words
      .filter(([word]) => word === 'ack')
      .map(([, index, text]) => [Number(index), text] as const),
    counter: Math.max(0, ...words.filter(([word]) => word === 'put').map(([, n]) => Number(n))),
  };
}

describe('a writer that is killed', () => {
  it('leaves every acknowledged entry and value behind, each time anew', async () => {
    proves('adapters.storage.durability');
    const path = join(dir, 'killed.db');
    const random = seededRandom('kill -9');
    let before = 0;
    for (let round = 0; round < 4; round += 1) {
      const child = spawn(process.execPath, command(path), { stdio: ['ignore', 'pipe', 'pipe'] });
      const killAfter = 20 + random.int(200);
      const { lines } = await linesOf(child, (soFar) => {
        if (soFar.length > killAfter) child.kill('SIGKILL'); // this very process, by its id
      });
      expect(child.signalCode).toBe('SIGKILL');
      const acks = acknowledged(lines);
      expect(acks.entries.length).toBeGreaterThan(5);
      const found = await recovered(path);
      for (const [index, text] of acks.entries) expect([index, found.entries[index]]).toEqual([index, text]);
      expect(found.counter).toBeGreaterThanOrEqual(acks.counter);
      expect(found.entries.length).toBeGreaterThan(before);
      before = found.entries.length;
    }
  });
});

describe('processes that open a new file together', () => {
  it('share it: each entry has a place of its own, and none is lost', async () => {
    const path = join(dir, 'shared.db');
    const ends = await Promise.all(
      [1, 2, 3].map(() => {
        const child = spawn(process.execPath, command(path), { stdio: ['ignore', 'pipe', 'pipe'] });
        return linesOf(child, (soFar) => soFar.length > 60 && child.kill('SIGKILL'));
      }),
    );
    expect(ends.map(({ errors }) => errors)).toEqual(['', '', '']);
    const acks = ends.flatMap(({ lines }) => acknowledged(lines).entries);
    expect(new Set(acks.map(([index]) => index)).size).toBe(acks.length);
    const found = await recovered(path);
    for (const [index, text] of acks) expect([index, found.entries[index]]).toEqual([index, text]);
    const counts = ends.map(({ lines }) => acknowledged(lines).counter);
    expect(found.counter).toBeGreaterThanOrEqual(Math.max(...counts));
  });
});

describe('an operating system that fails', () => {
  it.for([
    ['the sync of a commit', 'fdatasync,fsync:error=EIO:when=12'],
    ['a later sync, and only that one', 'fdatasync,fsync:error=EIO:when=60'],
    ['a write to a full disk', 'pwrite64:error=ENOSPC:when=80'],
    ['a write to a broken disk', 'pwrite64:error=EIO:when=200'],
  ] as const)(
    'at %s: no acknowledgement after it, and none before it lost',
    async ([what, inject], { skip }) => {
      proves('flaw.W5', 'adapters.storage.durability');
      skip(!canTrace, NO_STRACE);
      const path = join(dir, `${what.replaceAll(/\W/g, '-')}.db`);
      const traced = [
        '-f',
        '-qq',
        '--seccomp-bpf',
        '-o',
        join(dir, 'trace'),
        '-e',
        `trace=${inject.split(':')[0]}`,
      ];
      const child = spawn(STRACE, [...traced, '-e', `inject=${inject}`, process.execPath, ...command(path)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const { lines, errors } = await linesOf(child);
      expect(errors).toBe('');
      const fault = lines.findIndex((line) => line.startsWith('refused'));
      expect(fault).toBeGreaterThan(0);
      expect(lines.slice(fault)).toEqual(Array.from({ length: 9 }, () => 'refused STORE_POISONED'));
      const acks = acknowledged(lines);
      const found = await recovered(path);
      for (const [index, text] of acks.entries) expect([index, found.entries[index]]).toEqual([index, text]);
      expect(found.counter).toBeGreaterThanOrEqual(acks.counter);
    },
  );
});
