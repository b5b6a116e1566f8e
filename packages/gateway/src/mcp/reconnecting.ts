import type { Timer } from '@ttp/core';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS } from '../limits.js';

/**
 * When a stream that a server ended is asked for again. The server says how long to wait, within bounds: one that ends
 * every stream at once and wants no delay would have this process do nothing else, and a delay that is longer than a
 * timer of the MCP SDK takes would be none.
 */
export const reconnecting =
  (timer: Timer) =>
  (reconnect: () => void, delayMs: number): (() => void) =>
    timer.after(Math.min(Math.max(delayMs, RECONNECT_MIN_MS), RECONNECT_MAX_MS), reconnect);
