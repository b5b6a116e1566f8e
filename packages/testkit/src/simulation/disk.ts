import { type Disk, type DiskFile, TtpError } from '@ttp/core';
import type { TestkitErrorCode } from '../errors.js';
import type { SeededRandom } from '../seed/random.js';
import { type FaultCounter, faultCounter } from './faults.js';
import { type Loss, SimulatedFile } from './file.js';
import type { RunTrace } from './trace.js';

/** Every kind of fault a {@link SimulatedDisk} has: four that a plan injects, three that a loss of power brings. */
export const DISK_FAULTS = ['eio', 'enospc', 'short-write', 'crash', 'dropped', 'torn', 'reordered'] as const;
export type DiskFault = (typeof DISK_FAULTS)[number];

/** A fault that strikes once. */
export interface PlannedFault {
  /** The number of the operation, from 1; a kind that cannot strike this operation waits for the next that it can. */
  readonly at: number;
  readonly kind: 'eio' | 'enospc' | 'short-write' | 'crash';
}

/** What {@link simulatedDisk} takes. */
export interface SimulatedDiskOptions {
  readonly faults?: readonly PlannedFault[];
  /** Shared over runs to see that every kind of fault was exercised. */
  readonly counter?: FaultCounter<DiskFault>;
  readonly trace?: RunTrace;
}

/** A {@link Disk} in memory that can fail in the ways of real ones. */
export interface SimulatedDisk extends Disk {
  /**
   * Loses power. Of each file's changes since its last sync the first ones survive, as many as chance has it, the
   * last of them perhaps torn at a multiple of 512 bytes; so changes of different files survive out of order.
   * A file that was never synced or renamed may be gone. Everything throws TESTKIT_DISK_CRASHED from then on.
   */
  crash(): void;
  /** Power is back: files can be opened again; handles from before stay dead. */
  restart(): void;
  /** How many operations there were: run a workload once to know where faults can be put. */
  readonly operations: number;
  readonly counter: FaultCounter<DiskFault>;
}

type Operation = 'open' | 'append' | 'read' | 'size' | 'sync' | 'truncate' | 'close' | 'rename' | 'list';

/** Which operations a planned fault can strike; a crash strikes all. */
const STRIKES: Readonly<Record<'eio' | 'enospc' | 'short-write', readonly Operation[]>> = {
  eio: ['open', 'append', 'read', 'sync', 'truncate', 'rename', 'list'],
  enospc: ['append'],
  'short-write': ['append'],
};

/**
 * A {@link Disk} whose faults follow from a seed and a plan. Renames are atomic and durable when they resolve, as
 * those of an adapter that syncs the folder; what was appended or truncated is durable by `sync()` alone.
 *
 * @throws the disk: TESTKIT_DISK_EIO, TESTKIT_DISK_ENOSPC, TESTKIT_DISK_SHORT_WRITE, TESTKIT_DISK_CRASHED,
 *   TESTKIT_DISK_CLOSED, TESTKIT_DISK_NO_FILE, TESTKIT_BAD_ARGUMENT
 */
export function simulatedDisk(random: SeededRandom, options: SimulatedDiskOptions = {}): SimulatedDisk {
  const { counter = faultCounter(DISK_FAULTS), trace } = options;
  const plan = [...(options.faults ?? [])];
  const files = new Map<string, SimulatedFile>();
  let operations = 0;
  let changes = 0;
  let powered = true;
  /** Counts restarts: a handle of another life is dead. */
  let life = 0;

  /** Starts an operation. @returns the planned fault that strikes it, which the operation carries out. */
  function begin(operation: Operation, path: string, born: number): PlannedFault['kind'] | undefined {
    if (!powered || born !== life) throw fault('CRASHED', path);
    operations++;
    const index = plan.findIndex(
      ({ at, kind }) => at <= operations && (kind === 'crash' || STRIKES[kind].includes(operation)),
    );
    const [struck] = index < 0 ? [] : plan.splice(index, 1);
    trace?.note(`${operations} ${operation} ${path} ${struck?.kind ?? ''}`);
    if (struck === undefined) return undefined;
    if (struck.kind !== 'crash') counter.hit(struck.kind);
    if (struck.kind === 'eio' && operation !== 'sync') throw fault('EIO', path);
    if (struck.kind === 'enospc') throw fault('ENOSPC', path);
    return struck.kind;
  }

  /** Ends an operation that power loss interrupts: whether its own change survives is a matter of chance, too. */
  function finish(struck: PlannedFault['kind'] | undefined, path: string): void {
    if (struck !== 'crash') return;
    crash();
    throw fault('CRASHED', path);
  }

  function crash(): void {
    if (!powered) return;
    powered = false;
    counter.hit('crash');
    const losses: Loss[] = [];
    for (const [path, file] of files) {
      const loss = file.losePower(random);
      losses.push(loss);
      trace?.note(`lost ${path} ${JSON.stringify(loss)}`);
      counter.hit('dropped', loss.dropped.length);
      if (loss.torn) counter.hit('torn');
      if (loss.gone) files.delete(path);
    }
    if (losses.some((loss) => losses.some((other) => other !== loss && overtook(loss, other))))
      counter.hit('reordered');
  }

  function open(path: string, file: SimulatedFile): DiskFile {
    const born = life;
    let closed = false;
    const start = (operation: Operation): PlannedFault['kind'] | undefined => {
      const struck = begin(operation, path, born);
      if (closed) throw fault('CLOSED', path);
      return struck;
    };
    return {
      async append(bytes) {
        const struck = start('append');
        const written =
          struck === 'short-write' ? bytes.slice(0, random.int(Math.max(1, bytes.length))) : bytes.slice();
        file.change({ seq: changes++, kind: 'write', offset: file.cached.length, bytes: written });
        finish(struck, path);
        if (struck === 'short-write') throw fault('SHORT_WRITE', path);
      },
      async read(position, length) {
        finish(start('read'), path);
        return file.cached.slice(natural(position, 'position'), position + natural(length, 'length'));
      },
      async size() {
        finish(start('size'), path);
        return file.cached.length;
      },
      async sync() {
        const struck = start('sync');
        finish(struck, path);
        if (struck === 'eio') {
          file.failSync(random);
          throw fault('EIO', path);
        }
        file.sync();
      },
      async truncate(size) {
        const struck = start('truncate');
        if (natural(size, 'size') > file.cached.length)
          throw new TtpError('TESTKIT_BAD_ARGUMENT', `${path} has fewer than ${size} bytes`, {
            field: 'size',
          });
        file.change({ seq: changes++, kind: 'truncate', size });
        finish(struck, path);
      },
      async close() {
        finish(start('close'), path);
        closed = true;
      },
    };
  }

  return {
    counter,
    get operations() {
      return operations;
    },
    crash,
    restart() {
      powered = true;
      life++;
    },
    async open(path) {
      const struck = begin('open', path, life);
      const file = files.get(path) ?? new SimulatedFile();
      files.set(path, file);
      finish(struck, path);
      return open(path, file);
    },
    async rename(from, to) {
      const struck = begin('rename', from, life);
      const file = files.get(from);
      if (file === undefined) throw fault('NO_FILE', from);
      if (struck !== 'crash' || random.chance(0.5)) {
        file.named = true;
        files.delete(from);
        files.set(to, file);
      }
      finish(struck, from);
    },
    async list() {
      finish(begin('list', '', life), '');
      return [...files.keys()].sort();
    },
  };
}

/** Whether something of `loss` survived that was written after what `other` lost. */
const overtook = (loss: Loss, other: Loss): boolean =>
  loss.survived.some((survivor) => other.dropped.some((seq) => seq < survivor));

type DiskCode<Code extends string = TestkitErrorCode> = Code extends `TESTKIT_DISK_${infer Case}`
  ? Case
  : never;

const fault = (code: DiskCode, path: string): TtpError =>
  new TtpError(`TESTKIT_DISK_${code}`, `simulated disk: ${path}`, { field: path });

function natural(n: number, field: string): number {
  if (Number.isSafeInteger(n) && n >= 0) return n;
  throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a ${field}: ${n}`, { field });
}
