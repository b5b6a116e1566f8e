import { writeSync } from 'node:fs';
import { codeOf } from '@ttp/core';
import { sqlite } from '../../src/sqlite.js';

/**
 * A process that writes until it is killed: `writer.ts <file> <log>`. It prints a line `ack <index>` for each entry
 * of the log after its append was acknowledged, `put <n>` likewise for a counter in the store, and `refused <code>`
 * for what failed; what it was doing besides when it ended was never acknowledged.
 */
const [path = '', name = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);
const storage = sqlite(path);
const log = storage.log(name);

async function append(worker: number): Promise<void> {
  for (let i = 0; ; i += 1) {
    const index = await log.append([Buffer.from(`${worker}.${i}`.padEnd(900, '.'))]);
    say(`ack ${index} ${worker}.${i}`);
  }
}

async function count(): Promise<void> {
  for (;;) {
    const found = await storage.store.get('counter');
    const next = Number(Buffer.from(found?.value ?? []).toString()) + 1;
    await storage.store.put('counter', Buffer.from(String(next)), found?.version ?? 0);
    say(`put ${next}`);
  }
}

const work = [count(), ...[0, 1, 2, 3].map(append)];
const ends = await Promise.allSettled(work);
for (const end of ends) if (end.status === 'rejected') say(`refused ${codeOf(end.reason, 'WRITER_CRASHED')}`);
// After the fault nothing is taken any more, however often it is tried.
for (let i = 0; i < 4; i += 1)
  await log.append([Buffer.from('late')]).then(
    () => say('ack late'),
    (fault: unknown) => say(`refused ${codeOf(fault, 'WRITER_CRASHED')}`),
  );
