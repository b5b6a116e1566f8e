import { describe, expect, it } from 'vitest';
import { bytesOf, manyBytes, textOf } from '../../src/contract/bytes.js';
import {
  codeRejectedBy,
  DISK_FAULTS,
  faultCounter,
  type PlannedFault,
  runTrace,
  type SeededRandom,
  type SimulatedDisk,
  seededRandom,
  simulatedDisk,
  withSeed,
} from '../../src/index.js';

const disk = (faults: readonly PlannedFault[] = [], seed = 1): SimulatedDisk =>
  simulatedDisk(seededRandom(seed), { faults });

async function contentOf(machine: SimulatedDisk, path: string): Promise<Uint8Array> {
  const file = await machine.open(path);
  return file.read(0, await file.size());
}

/** Two files, written in turn and never synced after the first record, then no power. */
async function crashed(random: SeededRandom, counter = faultCounter(DISK_FAULTS), trace = runTrace()) {
  const machine = simulatedDisk(random, { counter, trace });
  for (const path of ['a', 'b']) {
    const file = await machine.open(path);
    await file.append(manyBytes(300));
    await file.sync();
  }
  const [a, b] = [await machine.open('a'), await machine.open('b')];
  for (let i = 0; i < 4; i++) {
    await a.append(manyBytes(700));
    await b.append(manyBytes(700));
  }
  machine.crash();
  machine.restart();
  return { a: await contentOf(machine, 'a'), b: await contentOf(machine, 'b'), trace };
}

/** Uses every operation once. */
const workload = async (machine: SimulatedDisk): Promise<void> => {
  const file = await machine.open('tmp');
  await file.append(manyBytes(600));
  await file.sync();
  await file.truncate(100);
  await file.size();
  await file.read(0, 1);
  await file.close();
  await machine.rename('tmp', 'f');
  await machine.list();
};

/** What happens in the crash scenario of a seed. */
const traceOf = async (seed: number) => (await crashed(seededRandom(seed))).trace.hash();

describe('simulatedDisk without faults', () => {
  it('reads what was appended, from any position, and stops at the end', async () => {
    const file = await disk().open('f');
    await file.append(bytesOf('hello '));
    await file.append(bytesOf('world'));
    expect(await file.size()).toBe(11);
    expect(textOf(await file.read(6, 99))).toBe('world');
    expect(textOf(await file.read(11, 1))).toBe('');
  });

  it('shows one file through all its handles, and keeps it over a close', async () => {
    const machine = disk();
    const [one, two] = [await machine.open('f'), await machine.open('f')];
    await one.append(bytesOf('a'));
    await one.close();
    await two.append(bytesOf('b'));
    expect(textOf(await contentOf(machine, 'f'))).toBe('ab');
    expect(await codeRejectedBy(one.append(bytesOf('c')))).toBe('TESTKIT_DISK_CLOSED');
  });

  it('copies bytes on the way in and out', async () => {
    const machine = disk();
    const file = await machine.open('f');
    const given = bytesOf('original');
    const appended = file.append(given);
    given.fill(0);
    await appended;
    (await file.read(0, 8)).fill(0);
    expect(textOf(await file.read(0, 8))).toBe('original');
    await file.sync();
    machine.crash();
    machine.restart();
    expect(textOf(await contentOf(machine, 'f'))).toBe('original');
  });

  it('truncates, but not to more than there is', async () => {
    const file = await disk().open('f');
    await file.append(bytesOf('hello'));
    await file.truncate(2);
    expect(textOf(await file.read(0, 9))).toBe('he');
    expect(await codeRejectedBy(file.truncate(3))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(await codeRejectedBy(file.truncate(-1))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(await codeRejectedBy(file.read(0.5, 1))).toBe('TESTKIT_BAD_ARGUMENT');
  });

  it('lists and renames, over what had the name before', async () => {
    const machine = disk();
    await (await machine.open('new')).append(bytesOf('new'));
    await (await machine.open('old')).append(bytesOf('old'));
    await machine.rename('new', 'old');
    expect(await machine.list()).toEqual(['old']);
    expect(textOf(await contentOf(machine, 'old'))).toBe('new');
    expect(await codeRejectedBy(machine.rename('new', 'x'))).toBe('TESTKIT_DISK_NO_FILE');
  });
});

describe('simulatedDisk after a loss of power', () => {
  it('keeps everything that was synced, in every run', async () => {
    await withSeed('disk: synced data survives', 100, async (random) => {
      const machine = simulatedDisk(random);
      const file = await machine.open('f');
      await file.append(manyBytes(1500));
      await file.truncate(1400);
      await file.append(bytesOf('end'));
      await file.sync();
      await file.append(manyBytes(random.int(2000)));
      machine.crash();
      machine.restart();
      const found = await contentOf(machine, 'f');
      expect(found.slice(0, 1400)).toEqual(manyBytes(1400));
      expect(textOf(found.slice(1400, 1403))).toBe('end');
    });
  });

  it('leaves of unsynced appends a beginning that ends with a write or a sector', async () => {
    await withSeed('disk: prefixes at sector ends', 200, async (random) => {
      const { a, b } = await crashed(random);
      for (const { length } of [a, b]) {
        const endsWithWrite = (length - 300) % 700 === 0;
        expect(endsWithWrite || length % 512 === 0).toBe(true);
      }
    });
  });

  it('drops, tears and reorders between files, each in some run, and counts it', async () => {
    const counter = faultCounter(DISK_FAULTS);
    const lengths = new Set<number>();
    let laterAlone = 0;
    await withSeed('disk: every kind of loss', 100, async (random) => {
      const { a, b } = await crashed(random, counter);
      lengths.add(a.length);
      if (a.length === 300 && b.length === 3100) laterAlone++;
    });
    expect(counter.missing()).toEqual(['eio', 'enospc', 'short-write']);
    expect(laterAlone).toBeGreaterThan(0);
    expect([...lengths].some((n) => n % 512 === 0)).toBe(true);
    expect(lengths.size).toBeGreaterThan(5);
  });

  it('counts as reordered what survived although an earlier write to another file did not', async () => {
    const outcomes = new Set<string>();
    await withSeed('disk: order between files', 60, async (random) => {
      const machine = simulatedDisk(random);
      const [a, b] = [await machine.open('a'), await machine.open('b')];
      for (const file of [a, b]) await file.sync();
      await a.append(bytesOf('first'));
      await b.append(bytesOf('second'));
      machine.crash();
      machine.restart();
      const lengths = [(await contentOf(machine, 'a')).length, (await contentOf(machine, 'b')).length];
      expect(machine.counter.count('reordered')).toBe(lengths.join() === '0,6' ? 1 : 0);
      outcomes.add(lengths.join());
    });
    expect(outcomes).toEqual(new Set(['0,0', '5,0', '0,6', '5,6']));
  });

  it('forgets some files that were never synced nor renamed, and no others', async () => {
    const found = new Set<string>();
    await withSeed('disk: names', 50, async (random) => {
      const machine = simulatedDisk(random);
      await machine.open('loose');
      await (await machine.open('synced')).sync();
      await machine.open('temporary');
      await machine.rename('temporary', 'renamed');
      machine.crash();
      machine.restart();
      found.add((await machine.list()).join());
    });
    expect(found).toEqual(new Set(['loose,renamed,synced', 'renamed,synced']));
  });

  it('refuses everything until it restarts, and old handles also after that', async () => {
    const machine = disk();
    const file = await machine.open('f');
    machine.crash();
    machine.crash();
    expect(await codeRejectedBy(file.append(bytesOf('x')))).toBe('TESTKIT_DISK_CRASHED');
    expect(await codeRejectedBy(machine.open('f'))).toBe('TESTKIT_DISK_CRASHED');
    expect(await codeRejectedBy(machine.list())).toBe('TESTKIT_DISK_CRASHED');
    machine.restart();
    expect(await codeRejectedBy(file.sync())).toBe('TESTKIT_DISK_CRASHED');
    expect(machine.counter.count('crash')).toBe(1);
    expect(await (await machine.open('f')).size()).toBe(0);
  });
});

describe('simulatedDisk with planned faults', () => {
  it('fails the operation of that number with EIO, once, and changes nothing', async () => {
    const machine = disk([{ at: 3, kind: 'eio' }]);
    const file = await machine.open('f');
    await file.append(bytesOf('a'));
    expect(await codeRejectedBy(file.append(bytesOf('b')))).toBe('TESTKIT_DISK_EIO');
    await file.append(bytesOf('c'));
    expect(textOf(await file.read(0, 9))).toBe('ac');
    expect(machine.operations).toBe(5);
    expect(machine.counter.count('eio')).toBe(1);
  });

  it('waits for an operation that the fault can strike', async () => {
    const machine = disk([{ at: 1, kind: 'enospc' }]);
    const file = await machine.open('f');
    await file.sync();
    expect(await codeRejectedBy(file.append(bytesOf('a')))).toBe('TESTKIT_DISK_ENOSPC');
    expect(await file.size()).toBe(0);
  });

  it('writes only a beginning in a short write', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const file = await disk([{ at: 1, kind: 'short-write' }], seed).open('f');
      expect(await codeRejectedBy(file.append(bytesOf('abc')))).toBe('TESTKIT_DISK_SHORT_WRITE');
      expect('abc'.startsWith(textOf(await file.read(0, 9)) ?? '-')).toBe(true);
      lengths.add(await file.size());
    }
    expect(lengths).toEqual(new Set([0, 1, 2]));
  });

  it('never writes after a failed sync what that sync did not, while reads still show it', async () => {
    const kept = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const machine = disk([{ at: 3, kind: 'eio' }], seed);
      const file = await machine.open('f');
      await file.append(bytesOf('lost'));
      expect(await codeRejectedBy(file.sync())).toBe('TESTKIT_DISK_EIO');
      await file.append(bytesOf('!'));
      await file.sync();
      expect(textOf(await file.read(0, 9))).toBe('lost!');
      machine.crash();
      machine.restart();
      kept.add(textOf(await contentOf(machine, 'f')) ?? '');
    }
    // flaw.W5: who goes on after a failed sync acknowledges entries that are not on the medium.
    expect(kept).toEqual(new Set(['lost!', '\0\0\0\0!']));
  });

  it('loses power in the middle of any operation, which then never returns', async () => {
    const whole = disk();
    await workload(whole);
    const names = new Set<string>();
    for (let at = 1; at <= whole.operations; at++)
      for (let seed = 0; seed < 8; seed++) {
        const machine = disk([{ at, kind: 'crash' }], seed);
        expect(await codeRejectedBy(workload(machine))).toBe('TESTKIT_DISK_CRASHED');
        expect(machine.operations).toBe(at);
        machine.restart();
        names.add((await machine.list()).join());
      }
    expect(names).toEqual(new Set(['', 'tmp', 'f']));
  });

  it('has renamed or not when power is lost in the middle of a rename, and nothing in between', async () => {
    const names = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const machine = disk([{ at: 5, kind: 'crash' }], seed);
      for (const path of ['from', 'to']) await (await machine.open(path)).sync();
      expect(await codeRejectedBy(machine.rename('from', 'to'))).toBe('TESTKIT_DISK_CRASHED');
      machine.restart();
      names.add((await machine.list()).join());
    }
    expect(names).toEqual(new Set(['from,to', 'to']));
  });
});

describe('determinism', () => {
  it('gives the same trace for the same seed, and another for another', async () => {
    const hashes = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const first = await traceOf(seed);
      expect(await traceOf(seed)).toBe(first);
      hashes.add(first);
    }
    expect(hashes.size).toBeGreaterThan(30);
  });
});
