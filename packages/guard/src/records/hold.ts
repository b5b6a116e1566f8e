import type { Hold, Outcome } from '@ttp/core';

/** What becomes of a reservation. */
export interface HoldEnds {
  readonly settle: (outcome: Outcome<unknown>) => Promise<unknown>;
  readonly release: () => Promise<unknown>;
}

/**
 * A hold that ends once: the first of `settle` and `release` counts, whatever it comes to, and every later call does
 * nothing. So nothing is given back or charged twice, not even after a fault.
 */
export function holdOnce({ settle, release }: HoldEnds): Hold {
  let isOver = false;
  const once = async (end: () => Promise<unknown>): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await end();
  };
  return { settle: (outcome) => once(() => settle(outcome)), release: () => once(release) };
}
