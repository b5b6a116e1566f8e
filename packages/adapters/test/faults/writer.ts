import { writeSync } from 'node:fs';
import { codeOf, type Storage } from '@ttp/core';
import { fs } from '../../src/fs.js';
import { sqlite } from '../../src/sqlite.js';

/**
 * A process that writes to a storage whose writes fail: `writer.ts sqlite|fs <path> <faults>`. Each time a write is
 * refused it makes sure that every other one is, opens the storage again, and looks for all that was acknowledged. It
 * prints `ack <index> <text>` for each entry, `put <n>` for each count, `fault` for each fault that it outlived, and
 * `wrong <what>` for what must not be.
 */
const [kind = '', path = '', faults = '0'] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const acked = new Map<bigint, string>();
let counted = 0;
let round = 0;

async function open(): Promise<Storage> {
  for (let attempt = 0; ; attempt++)
    try {
      return kind === 'fs' ? await fs(path) : sqlite(path);
    } catch (fault) {
      if (attempt === 20) throw fault; // faults strike while it is opened, too
    }
}

async function append(storage: Storage, worker: number): Promise<void> {
  for (let i = 0; ; i++) {
    const text = `${round}.${worker}.${i}`;
    const index = await storage.log('l').append([bytes(text.padEnd(900, '.'))]);
    acked.set(index, text);
    say(`ack ${index} ${text}`);
  }
}

async function count({ store }: Storage): Promise<void> {
  for (;;) {
    const found = await store.get('counter');
    const next = Number(new TextDecoder().decode(found?.value)) + 1;
    await store.put('counter', bytes(String(next)), found?.version ?? 0);
    counted = next;
    say(`put ${next}`);
  }
}

/** Looks for all that was acknowledged. Throws where a fault strikes the reading. */
async function check(storage: Storage): Promise<void> {
  const log = storage.log('l');
  const entries: string[] = [];
  for await (const entry of log.read(0n, await log.size()))
    entries.push(new TextDecoder().decode(entry).replaceAll(/\.+$/g, ''));
  for (const [index, text] of acked)
    if (entries[Number(index)] !== text)
      say(`wrong entry ${index} is ${entries[Number(index)]}, not ${text}`);
  const counter = Number(new TextDecoder().decode((await storage.store.get('counter'))?.value));
  if (counter < counted) say(`wrong counter ${counter}, acknowledged ${counted}`);
}

async function checkAgain(): Promise<Storage> {
  for (let attempt = 0; ; attempt++) {
    const storage = await open();
    try {
      await check(storage);
      return storage;
    } catch (fault) {
      await storage.close().catch(() => undefined);
      if (attempt === 20) throw fault;
    }
  }
}

for (; round < Number(faults); round++) {
  const storage = await checkAgain();
  const ends = await Promise.allSettled([
    count(storage),
    ...[0, 1, 2].map((worker) => append(storage, worker)),
  ]);
  for (const end of ends)
    if (end.status === 'rejected' && codeOf(end.reason, 'WRITER_CRASHED') !== 'STORE_POISONED')
      say(`wrong refusal ${codeOf(end.reason, 'WRITER_CRASHED')}`);
  for (let i = 0; i < 4; i++)
    await storage.store.put('late', bytes('late')).then(
      () => say('wrong a write was taken after one had failed'),
      () => undefined,
    );
  await storage.close().catch(() => undefined);
  say('fault');
}
const last = await checkAgain();
await last.close().catch(() => undefined);
say('done');
