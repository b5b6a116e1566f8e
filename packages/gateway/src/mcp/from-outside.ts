import { type Envelope, type Operators, type Store, TtpError } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope } from '@ttp/crypto';
import { PIN_PREFIX, type QuarantinedTool, quarantinedIn, releasable } from './pin-book.js';
import { decodePins } from './pins.js';
import { openQuarantine } from './quarantine.js';
import { verifyToolRelease } from './release.js';

/** A tool in quarantine, and whose it is. */
export interface ServersTool extends QuarantinedTool {
  readonly server: string;
}

/**
 * The quarantined tools of every server in a store, without a gateway. Definitions are hostile text.
 *
 * @throws GATEWAY_PINS_UNREADABLE
 */
export async function listQuarantined(store: Store): Promise<readonly ServersTool[]> {
  const all: ServersTool[] = [];
  for await (const key of store.list(PIN_PREFIX)) {
    const server = key.slice(PIN_PREFIX.length);
    const stored = await store.get(key);
    const pins = stored === undefined ? [] : decodePins(stored.value);
    for (const tool of await quarantinedIn(pins, openQuarantine(store, server)))
      all.push({ server, ...tool });
  }
  return all;
}

/**
 * Places an operator's order into the store, where the gateway of its server finds it at its next listing: a running
 * one before the next call, another one when it is started. The order is verified here, and again there.
 *
 * @param now wall clock, ms
 * @throws what `McpGateway.release` throws
 */
export async function placeToolRelease(
  order: Envelope | string,
  { store, operators, now }: { readonly store: Store; readonly operators: Operators; readonly now: number },
): Promise<void> {
  const { server, tool, digest, signedAt } = await verifyToolRelease(order, operators, now);
  const stored = await store.get(`${PIN_PREFIX}${server}`);
  if (stored === undefined)
    throw new TtpError('GATEWAY_RELEASE_MISMATCH', `nothing is pinned of ${server}`, {
      field: 'body.server',
    });
  releasable(decodePins(stored.value), tool, digest, signedAt);
  const text = encodeEnvelope(typeof order === 'string' ? decodeEnvelope(order) : order);
  await openQuarantine(store, server).place({ tool, order: text });
}
