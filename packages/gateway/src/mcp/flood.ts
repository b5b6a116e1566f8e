import { type Clock, TtpError } from '@ttp/core';
import { FLOOD_BYTES_MAX, FLOOD_MESSAGES_MAX, FLOOD_WINDOW_MS } from '../limits.js';

/**
 * Counts what a server says unasked. Whoever relays it has to hold it for an agent that may read slowly, or not at all.
 *
 * The returned function takes the size of one message in bytes, and throws GATEWAY_UPSTREAM_FLOOD for what is too much
 * within one window: two full ones may lie side by side.
 */
export function floodGauge(clock: Clock): (bytes: number) => void {
  let since = Number.NEGATIVE_INFINITY;
  let messages = 0;
  let total = 0;
  return (bytes) => {
    const now = clock.monotonic();
    if (now - since >= FLOOD_WINDOW_MS) [since, messages, total] = [now, 0, 0];
    messages++;
    total += bytes;
    if (messages > FLOOD_MESSAGES_MAX || total > FLOOD_BYTES_MAX)
      throw new TtpError('GATEWAY_UPSTREAM_FLOOD', `${messages} messages, ${total} bytes`);
  };
}
