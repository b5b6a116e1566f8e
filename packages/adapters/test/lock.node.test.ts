import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '@ttp/core';
import { codeRejectedBy, fakeClock, lockContract, proves, seededRandom } from '@ttp/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { fencedRow, locks } from '../src/lock.js';
import { memory } from '../src/memory.js';
import { sqlite } from '../src/sqlite.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-lock-'));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;

/** Locks over storages that `open` gives, each over the same data. */
const over = (open: () => Storage) => async () => {
  const clock = fakeClock();
  const storages: Storage[] = [];
  const another = async () => {
    const storage = open();
    storages.push(storage);
    return locks(storage, { clock });
  };
  return {
    lock: await another(),
    another,
    advance: (ms: number) => clock.advance(ms),
    async close() {
      for (const storage of storages) await storage.close();
    },
  };
};

lockContract('locks in memory', () => {
  const storage = memory();
  return over(() => storage)();
});

lockContract('locks in SQLite, of several connections', () => {
  const path = join(dir, `${(files += 1)}.db`);
  return over(() => sqlite(path))();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('locks', () => {
  it('say whether they hold within this process alone', async () => {
    proves('adapters.locks.memory');
    expect(locks(memory()).shared).toBe(false);
    const storage = sqlite(join(dir, 'shared.db'));
    expect(locks(storage).shared).toBe(true);
    await storage.close();
    // Two memories are two: nothing is locked between them, and none falls back to the other.
    const [one, two] = [locks(memory()), locks(memory())];
    expect((await one.acquire('job', 1000))?.fence).toBe(1n);
    expect((await two.acquire('job', 1000))?.fence).toBe(1n);
  });

  it('run on the clock and the randomness of this machine unless others are given', async () => {
    const lease = await locks(memory()).acquire('job', 60_000);
    expect(await lease?.renew(120_000)).toBe(true);
  });

  it('refuse names and times beyond their bounds', async () => {
    const lock = locks(memory());
    for (const name of ['x'.repeat(508), 'käse', 'a\n'])
      expect(await codeRejectedBy(lock.acquire(name, 1))).toBe('STORE_BAD_KEY');
    expect(await codeRejectedBy(lock.acquire('job', 86_400_001))).toBe('LOCK_BAD_TTL');
    expect(await lock.acquire('x'.repeat(507), 86_400_000)).toBeDefined();
  });

  it('stay held when their record is not whole', async () => {
    const storage = memory();
    await storage.store.put('lock/job', bytes('torn'));
    expect(await codeRejectedBy(locks(storage).acquire('job', 1))).toBe('STORE_UNREADABLE');
  });

  it('tell two holders apart that a clock set back gave the same fence', async () => {
    const storage = memory();
    const clock = fakeClock();
    const lock = locks(storage, { clock, random: seededRandom('holders') });
    const first = await lock.acquire('job', 1000);
    await storage.store.delete('lock/job'); // as a backup that was restored does
    const second = await lock.acquire('job', 1000);
    expect(second?.fence).toBe(first?.fence);
    expect(await first?.renew(1000)).toBe(false);
    expect(await second?.renew(1000)).toBe(true);
  });
});

describe('a fenced row', () => {
  it('takes no write of a holder that is late', async () => {
    const storage = memory();
    const clock = fakeClock();
    const lock = locks(storage, { clock });
    const row = fencedRow(storage.store, 'ledger');
    expect(await row.get()).toBeUndefined();
    const slow = await lock.acquire('job', 1000);
    await row.put(bytes('slow, in time'), slow ?? { fence: 0n });
    await clock.advance(1000);
    const quick = await lock.acquire('job', 1000);
    await row.put(bytes('quick'), quick ?? { fence: 0n });
    expect(await codeRejectedBy(row.put(bytes('slow, late'), slow ?? { fence: 0n }))).toBe('LOCK_FENCED');
    expect(await row.get()).toEqual({ value: bytes('quick'), fence: quick?.fence });
    await row.put(bytes('quick again'), quick ?? { fence: 0n });
  });

  it('lets no late writer through that reads before and writes after the younger one', async () => {
    const { store } = memory();
    const row = fencedRow(
      {
        ...store,
        async put(key, value, expected) {
          if (value[7] === 1) await fencedRow(store, 'ledger').put(bytes('young'), { fence: 2n });
          return store.put(key, value, expected);
        },
      },
      'ledger',
    );
    expect(await codeRejectedBy(row.put(bytes('old'), { fence: 1n }))).toBe('LOCK_FENCED');
    expect((await fencedRow(store, 'ledger').get())?.value).toEqual(bytes('young'));
  });

  it('gives up where others write each time, and reads nothing that is no row', async () => {
    const { store } = memory();
    const row = fencedRow({ ...store, put: async () => false }, 'ledger');
    expect(await codeRejectedBy(row.put(bytes('v'), { fence: 1n }))).toBe('STORE_BUSY');
    await store.put('short', bytes('v'));
    expect(await codeRejectedBy(fencedRow(store, 'short').get())).toBe('STORE_UNREADABLE');
  });
});

const awake = async (): Promise<void> => undefined;

describe('two schedulers', () => {
  it('do a job once, also when one of them sleeps over its lease in the middle of it', async () => {
    proves('flaw.W1');
    const path = join(dir, 'schedulers.db');
    const clock = fakeClock();
    const storages = [sqlite(path), sqlite(path)];
    let effects = 0;
    /** The job of a day: done where the row says so, and by nobody whose lease is not the youngest. */
    const run = async (storage: Storage | undefined, day: number, sleep: () => Promise<void>) => {
      if (storage === undefined) return 'no storage';
      const lease = await locks(storage, { clock }).acquire('job', 300_000);
      if (lease === undefined) return 'busy';
      const row = fencedRow(storage.store, 'job');
      const last = (await row.get())?.value[0] ?? 0;
      await sleep();
      if (last >= day) return 'done before';
      const code = await codeRejectedBy(row.put(Uint8Array.of(day), lease));
      if (code !== undefined) return code;
      effects++;
      await lease.release();
      return 'done';
    };
    const [one, two] = storages;
    expect(await run(one, 1, awake)).toBe('done');
    expect(await run(two, 1, awake)).toBe('done before');
    await clock.advance(300_000);
    const slow = await run(one, 2, async () => {
      expect(await run(two, 2, awake)).toBe('busy');
      await clock.advance(300_000);
      expect(await run(two, 2, awake)).toBe('done');
    });
    expect(slow).toBe('LOCK_FENCED');
    expect(effects).toBe(2);
    // Where the storage of the locks fails there is no other to fall back on: nobody runs.
    for (const storage of storages) await storage.close();
    expect(await codeRejectedBy(run(one, 3, awake))).toBe('STORE_CLOSED');
    expect(effects).toBe(2);
  });
});
