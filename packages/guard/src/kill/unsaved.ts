import type { Dispose, Timer } from '@ttp/core';
import type { Keeper } from './keeper.js';
import type { Latch } from './latch.js';

/** Kills that could not be written, in a store that nobody reads again and again. */
export interface Unsaved {
  /** Writes the kill of a latch, again and again until it is in the store. */
  retry(latch: Latch): void;
  close(): void;
}

/** @param pauseMs between two attempts */
export function createUnsaved(keeper: Pick<Keeper, 'read'>, timer: Timer, pauseMs: number): Unsaved {
  const waiting = new Map<Latch, Dispose>();
  let isOver = false;

  function retry(latch: Latch): void {
    if (isOver || waiting.has(latch)) return;
    const dispose = timer.after(pauseMs, () => {
      waiting.delete(latch);
      // Not before the last attempt has ended, and its fault was told by the keeper.
      if (latch.unsaved) keeper.read(latch).catch(() => retry(latch));
    });
    waiting.set(latch, dispose);
  }

  return {
    retry,
    close() {
      isOver = true;
      for (const dispose of waiting.values()) dispose();
    },
  };
}
