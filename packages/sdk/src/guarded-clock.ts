import { advanceClock, type Clock, type Store, TtpError } from '@ttp/core';
import { fromUtf8, utf8 } from '@ttp/crypto';
import { CLOCK_MARK_STEP_MS, CLOCK_WRITE_ATTEMPTS } from './limits.js';

const KEY = 'sdk/clock';

/** The wall clock with a memory: the highest time this store has ever seen survives a restart. */
export interface GuardedClock {
  /** Wall clock, ms. Throws CORE_CLOCK_REGRESSED when the clock was set back by more than the tolerance (flaw.H10). */
  readonly now: () => number;
  /** The same for stamps: the highest time seen, whatever the clock says. Never throws. */
  readonly stamp: () => number;
  /** Waits for the mark to be written. */
  readonly flush: () => Promise<void>;
}

/** Reads the mark of the store and keeps it; a mark that is unreadable counts as a fault, not as none. */
export async function guardClock(clock: Clock, store: Store): Promise<GuardedClock> {
  let mark = await storedMark(store);
  let written = mark;
  let writing: Promise<unknown> = Promise.resolve();

  function write(): void {
    if (mark - written < CLOCK_MARK_STEP_MS && written !== 0) return;
    written = mark;
    // Nothing is lost: the mark stays in memory and the next step writes it again; meanwhile a store that cannot be
    // written blocks every interaction at its first append.
    writing = writing.then(() => raise(store, mark)).catch(() => undefined);
  }

  return {
    now() {
      mark = advanceClock(mark, clock.now());
      write();
      return mark;
    },
    stamp() {
      try {
        return Math.max(mark, advanceClock(0, clock.now()));
      } catch {
        return mark; // a clock that gives no time: what asks for the guarded time gets the fault
      }
    },
    async flush() {
      await writing;
      if (written !== mark) await raise(store, mark);
      written = mark;
    },
  };
}

/** Writes the mark, unless another process of the same store has seen a higher one. */
async function raise(store: Store, mark: number): Promise<void> {
  // A writer that keeps getting in between saw about the same time; the next step tries again.
  for (let attempt = 0; attempt < CLOCK_WRITE_ATTEMPTS; attempt++) {
    const stored = await store.get(KEY);
    if (stored !== undefined && readMark(stored.value) >= mark) return;
    if (await store.put(KEY, utf8(String(mark)), stored?.version ?? 0)) return;
  }
}

async function storedMark(store: Store): Promise<number> {
  const stored = await store.get(KEY);
  return stored === undefined ? 0 : readMark(stored.value);
}

function readMark(bytes: Uint8Array): number {
  const text = fromUtf8(bytes);
  if (/^(?:0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  throw new TtpError('CORE_BAD_TIME', `the stored clock mark is not a time: ${text.slice(0, 40)}`);
}
