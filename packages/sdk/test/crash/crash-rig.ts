import { diskStorage } from '@ttp/adapters/fs';
import type { Disk, Storage } from '@ttp/core';
import {
  DISK_FAULTS,
  type DiskFault,
  type FaultCounter,
  faultCounter,
  type PlannedFault,
  runTrace,
  type SimulatedDisk,
  seededRandom,
  simulatedDisk,
} from '@ttp/testkit';
import { START } from './calls.js';
import { inspect, Oracle } from './oracle.js';
import { noting, work } from './workload.js';

/** A storage over a disk; a broken one shows that the rig sees what it should. */
export type Open = (disk: Disk) => Promise<Storage>;

const openReal: Open = (disk) => diskStorage(disk, { random: seededRandom('marks') });

/** A workload: its seed, and whether humans approve in it. */
export interface Workload {
  readonly seed: string;
  readonly withHumans: boolean;
}

/** What the runs of one rig found. */
export interface Tally {
  points: number;
  readonly wrong: string[];
  readonly counter: FaultCounter<DiskFault>;
}

/**
 * Where the workload can be struck, and by what: every operation of the disk that it takes when nothing fails, by every
 * kind of fault that this operation can have.
 */
export async function crashPoints({ seed, withHumans }: Workload): Promise<readonly PlannedFault[]> {
  const points: PlannedFault[] = [];
  const note = (line: string): void => {
    const [number, operation = ''] = line.split(' ');
    const at = Number(number);
    points.push({ at, kind: 'crash' });
    if (operation === 'append') points.push({ at, kind: 'enospc' }, { at, kind: 'short-write' });
    if (operation !== 'close' && operation !== 'size') points.push({ at, kind: 'eio' });
  };
  const disk = simulatedDisk(seededRandom(seed), { trace: { note, hash: () => runTrace().hash() } });
  const storage = await openReal(disk);
  await work(storage, seededRandom(seed), new Oracle(), { withHumans, isDown: () => false });
  await storage.close();
  return points;
}

/**
 * Runs the workload of a seed with one fault, crashes, opens again, looks, loses power once more, opens and looks again:
 * what was seen after the first opening must not go either.
 */
export async function crashAt(
  { seed, withHumans }: Workload,
  fault: PlannedFault,
  tally: Tally,
  openWith: Open = openReal,
): Promise<void> {
  const chance = seededRandom(`${seed} ${fault.at} ${fault.kind}`);
  const disk = simulatedDisk(chance, { faults: [fault], counter: tally.counter });
  const oracle = new Oracle();
  let isDown = false;
  const open = async (): Promise<Storage> => openWith(watched(disk, () => (isDown = true)));
  try {
    const storage = noting(await open());
    await work(storage, seededRandom(seed), oracle, { withHumans, isDown: () => isDown });
    if (!isDown) await storage.close();
  } catch {
    // The fault struck while it was opened: nothing was said.
  }
  // Half of the faults that are no crash end the process alone: what is in the cache is still there.
  if (isDown || chance.chance(0.5)) disk.crash();
  disk.restart();
  const wrong = [...(await inspect(oracle, open, seededRandom('after'), LATER))];
  disk.crash();
  disk.restart();
  wrong.push(...(await inspect(oracle, open, seededRandom('after again'), LATER)));
  if (oracle.lateAcks > 0) wrong.push('a write was acknowledged after one had failed');
  tally.points += 1;
  for (const what of wrong) tally.wrong.push(`${seed}, ${fault.kind} at ${fault.at}: ${what}`);
}

/** A while after the workload: what it stamped is still young enough to be played again. */
const LATER = START + 30_000;

/** How many workloads, and of which kind. */
export interface Shard {
  readonly workloads: number;
  readonly withHumans: boolean;
}

/** How many workloads there are for each of those of a usual run: `npm run soak` sets it. */
const SOAK = Math.min(Number(process.env['TTP_SOAK'] ?? '1'), 10);

/** Every point of these workloads, and of ten times as many in a soak. */
export async function crashEverywhere(name: string, { workloads, withHumans }: Shard): Promise<Tally> {
  const tally: Tally = { points: 0, wrong: [], counter: faultCounter(DISK_FAULTS) };
  for (let i = 0; i < workloads * SOAK; i++) {
    const workload = { seed: `${name} ${i}`, withHumans };
    for (const point of await crashPoints(workload)) await crashAt(workload, point, tally);
  }
  return tally;
}

/** The disk, which says when it has lost power. */
function watched(disk: SimulatedDisk, down: () => void): Disk {
  const watch = async <T>(operation: Promise<T>): Promise<T> => {
    try {
      return await operation;
    } catch (fault) {
      if (fault instanceof Error && 'code' in fault && fault.code === 'TESTKIT_DISK_CRASHED') down();
      throw fault;
    }
  };
  return {
    async open(path) {
      const file = await watch(disk.open(path));
      return {
        append: (bytes) => watch(file.append(bytes)),
        read: (position, length) => watch(file.read(position, length)),
        size: () => watch(file.size()),
        sync: () => watch(file.sync()),
        truncate: (size) => watch(file.truncate(size)),
        close: () => watch(file.close()),
      };
    },
    rename: (from, to) => watch(disk.rename(from, to)),
    list: () => watch(disk.list()),
  };
}
