import { type Hash, isJsonObject, type Json, type JsonObject, type Store } from '@ttp/core';
import { canonicalBytes, fromUtf8, parseJson, utf8 } from '@ttp/crypto';
import { QUARANTINE_DEFINITION_MAX_BYTES } from '../limits.js';
import type { SeenTool } from './listing.js';

const DEFINITIONS = 'gateway/quarantine/';
const ORDERS = 'gateway/releases/';

/** An order that somebody outside placed into the store. */
export interface PlacedOrder {
  readonly tool: string;
  readonly order: string;
}

/** What is kept of one server's quarantined tools beside their pins: what they look like, and orders about them. */
export interface Quarantine {
  /** So that somebody who was not there can judge it. One that is too large is known by its digest alone. */
  keep(tool: Pick<SeenTool, 'key' | 'digest' | 'definition'>): Promise<void>;
  /** Undefined unless it is the definition of this digest. */
  definition(tool: string, digest: Hash): Promise<JsonObject | undefined>;
  forget(tool: string): Promise<void>;
  /** The orders that wait, each at most once: it is removed before it is handed out. */
  take(): Promise<readonly PlacedOrder[]>;
  /** Places an order for a gateway that has the tool in quarantine. A later one replaces it. */
  place(placed: PlacedOrder): Promise<void>;
}

export function openQuarantine(store: Store, server: string): Quarantine {
  const definitions = `${DEFINITIONS}${server}/`;
  const orders = `${ORDERS}${server}/`;
  return {
    async keep({ key, digest, definition }) {
      const bytes = canonicalBytes({ digest, definition });
      if (bytes.length <= QUARANTINE_DEFINITION_MAX_BYTES) await store.put(`${definitions}${key}`, bytes);
      else await store.delete(`${definitions}${key}`);
    },
    async definition(tool, digest) {
      const stored = await store.get(`${definitions}${tool}`);
      const kept = stored === undefined ? undefined : read(stored.value);
      return kept?.['digest'] === digest ? objectIn(kept['definition']) : undefined;
    },
    async forget(tool) {
      await store.delete(`${definitions}${tool}`);
    },
    async take() {
      const taken: PlacedOrder[] = [];
      for await (const key of store.list(orders)) {
        const stored = await store.get(key);
        if (stored === undefined || !(await store.delete(key, stored.version))) continue;
        taken.push({ tool: key.slice(orders.length), order: fromUtf8(stored.value) });
      }
      return taken;
    },
    async place({ tool, order }) {
      await store.put(`${orders}${tool}`, utf8(order));
    },
  };
}

/** What is kept for people only: a record that cannot be read is as good as none. */
function read(bytes: Uint8Array): JsonObject | undefined {
  try {
    return objectIn(parseJson(bytes, { profile: 'foreign' }));
  } catch {
    return undefined;
  }
}

const objectIn = (value: Json | undefined): JsonObject | undefined =>
  value !== undefined && isJsonObject(value) ? value : undefined;
