import { hex } from './encoding/hex.js';
import { KEY_CACHE_ENTRIES } from './limits.js';

/**
 * A function that remembers what `make` made of the public keys seen last: importing a key costs as much as a
 * verification (performance.md section 1). What `make` refuses by undefined is not remembered, so nobody fills the
 * cache with keys that are none.
 *
 * @param make of a public key what verifies with it; its errors pass through
 */
export function createKeyCache<K>(
  make: (publicKey: Uint8Array) => K | undefined,
): (publicKey: Uint8Array) => K | undefined {
  const known = new Map<string, K>(); // the least recently used first
  return (publicKey) => {
    const id = hex(publicKey);
    const hit = known.get(id);
    if (hit !== undefined) known.delete(id);
    const key = hit ?? make(publicKey);
    if (key === undefined) return undefined;
    known.set(id, key);
    const [oldest] = known.keys();
    if (known.size > KEY_CACHE_ENTRIES && oldest !== undefined) known.delete(oldest);
    return key;
  };
}
