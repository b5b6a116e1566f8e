import { type Random, TtpError } from '@ttp/core';
import { RANDOM_BYTES } from '../limits.js';

/** What crypto.getRandomValues fills at most in one call (W3C Web Cryptography, section 10.1.1). */
const RANDOM_CHUNK_BYTES = 65_536;

/** Requests up to this length come from the pool: a call of the generator costs far more than the bytes it gives. */
const POOLED_BYTES = 64;
const POOL_BYTES = 4096;

/** The secure random generator of this runtime, with a pool in front of it. Every byte is given once. */
export function createRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let given = POOL_BYTES;

  function fromPool(n: number): Uint8Array {
    if (given + n > POOL_BYTES) {
      crypto.getRandomValues(pool);
      given = 0;
    }
    const bytes = pool.slice(given, given + n);
    pool.fill(0, given, given + n); // what has become somebody's key is not left lying here
    given += n;
    return bytes;
  }

  return {
    bytes(n) {
      if (!Number.isInteger(n) || n < 0 || n > RANDOM_BYTES)
        throw new TtpError('SYSTEM_BAD_LENGTH', `cannot give ${n} random bytes`);
      if (n <= POOLED_BYTES) return fromPool(n);
      const bytes = new Uint8Array(n);
      for (let from = 0; from < n; from += RANDOM_CHUNK_BYTES)
        crypto.getRandomValues(bytes.subarray(from, from + RANDOM_CHUNK_BYTES));
      return bytes;
    },
  };
}
