import type { Store } from '@ttp/core';

/** What of a Store a resolver needs. */
export type Shelf = Pick<Store, 'get' | 'put'>;

/** A shelf that forgets with the process. */
export function volatileShelf(): Shelf {
  const entries = new Map<string, { readonly value: Uint8Array; readonly version: number }>();
  return {
    get: (key) => Promise.resolve(entries.get(key)),
    put(key, value, expected) {
      const version = entries.get(key)?.version ?? 0;
      if (expected !== undefined && expected !== version) return Promise.resolve(false);
      entries.set(key, { value, version: version + 1 });
      return Promise.resolve(true);
    },
  };
}
