import { DISK_SECTOR_BYTES } from '../limits.js';
import type { SeededRandom } from '../seed/random.js';

/** A change of a file that is not known to be durable. */
export type Change = {
  /** Its place in the order of all changes on the disk. */
  readonly seq: number;
} & (
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }
);

/** What became of a file's unsynced changes when power was lost. */
export interface Loss {
  /** The file is not there any more. */
  readonly gone: boolean;
  /** Order numbers of changes that survived, whole or torn. */
  readonly survived: readonly number[];
  /** Order numbers of changes of which nothing is left. */
  readonly dropped: readonly number[];
  readonly torn: boolean;
}

/** One file: what a reader sees, and what is on the medium. */
export class SimulatedFile {
  /** What reads return: the page cache. */
  cached: Uint8Array = new Uint8Array();
  /** What a loss of power leaves for certain. */
  private durable: Uint8Array = new Uint8Array();
  private unsynced: Change[] = [];
  /** Whether its name is on the medium. */
  named = false;

  change(change: Change): void {
    this.cached = applied(this.cached, change);
    this.unsynced.push(change);
  }

  sync(): void {
    for (const change of this.unsynced) this.durable = applied(this.durable, change);
    this.unsynced = [];
    this.named = true;
  }

  /**
   * A sync that fails writes some of the changes; the others count as clean from then on, so that no later sync
   * writes them, while reads still show them (flaw.W5).
   */
  failSync(random: SeededRandom): void {
    for (const change of this.unsynced) if (random.chance(0.5)) this.durable = applied(this.durable, change);
    this.unsynced = [];
  }

  /**
   * Loses power: some of the changes survive in order, the last of them perhaps torn at a sector's end. A file whose
   * name is not on the medium may be gone altogether.
   */
  losePower(random: SeededRandom): Loss {
    const gone = !this.named && random.chance(0.5);
    const whole = gone ? 0 : random.int(this.unsynced.length + 1);
    const next = this.unsynced[whole];
    const torn = gone || next === undefined ? undefined : tear(next, random);
    const kept = [...this.unsynced.slice(0, whole), ...(torn === undefined ? [] : [torn])];
    for (const change of kept) this.durable = applied(this.durable, change);
    const dropped = this.unsynced.slice(kept.length);
    this.unsynced = [];
    this.cached = this.durable;
    this.named = true;
    return { gone, survived: seqs(kept), dropped: seqs(dropped), torn: torn !== undefined };
  }
}

const seqs = (changes: readonly Change[]): number[] => changes.map(({ seq }) => seq);

/** The beginning of a write, up to some sector's end; undefined where no sector ends inside, or none was written. */
function tear(change: Change, random: SeededRandom): Change | undefined {
  if (change.kind === 'truncate') return undefined;
  const { offset, bytes } = change;
  const first = DISK_SECTOR_BYTES - (offset % DISK_SECTOR_BYTES);
  const ends = Math.max(0, Math.ceil((bytes.length - first) / DISK_SECTOR_BYTES));
  const sectors = random.int(ends + 1);
  if (sectors === 0) return undefined;
  return { ...change, bytes: bytes.slice(0, first + (sectors - 1) * DISK_SECTOR_BYTES) };
}

/** The content after a change. A write behind the end leaves zeros in between, as a file system does. */
function applied(content: Uint8Array, change: Change): Uint8Array {
  if (change.kind === 'truncate') return content.slice(0, change.size);
  const { offset, bytes } = change;
  const grown = new Uint8Array(Math.max(content.length, offset + bytes.length));
  grown.set(content);
  grown.set(bytes, offset);
  return grown;
}
