import { type Random, TtpError } from '@ttp/core';

/** A {@link Random} whose whole stream follows from its seed. Never for keys that protect anything. */
export interface SeededRandom extends Random {
  /** What it was made from; printed with failures. */
  readonly seed: number | string;
  /** An integer from 0 (inclusive) to `below` (exclusive), `below` from 1 to 2^32. Throws TESTKIT_BAD_ARGUMENT. */
  int(below: number): number;
  /** True with probability `p` from 0 to 1. Throws TESTKIT_BAD_ARGUMENT. */
  chance(p: number): boolean;
  /** One of the list. Throws TESTKIT_BAD_ARGUMENT for an empty one. */
  pick<T>(list: readonly T[]): T;
  /** A new list with the same members in random order. */
  shuffle<T>(list: readonly T[]): T[];
}

const WORDS = 2 ** 32;

/**
 * A random source that gives the same stream for the same seed on every platform: the generator sfc32 on integer
 * arithmetic, started from an FNV-1a hash of the seed's text. `1` and `'1'` are the same seed.
 */
export function seededRandom(seed: number | string): SeededRandom {
  const next = sfc32(String(seed));

  function int(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > WORDS)
      throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a bound from 1 to 2^32: ${below}`);
    // The last, incomplete stretch of the range would favour small numbers: draw again.
    const fair = WORDS - (WORDS % below);
    for (;;) {
      const word = next();
      if (word < fair) return word % below;
    }
  }

  return {
    seed,
    int,
    bytes(n) {
      if (!Number.isSafeInteger(n) || n < 0)
        throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a number of bytes: ${n}`);
      return Uint8Array.from({ length: n }, () => next() & 0xff);
    },
    chance(p) {
      if (!(p >= 0 && p <= 1)) throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a probability: ${p}`);
      return next() < p * WORDS;
    },
    pick<T>(list: readonly T[]): T {
      for (const picked of list.length === 0 ? [] : list.slice(int(list.length))) return picked;
      throw new TtpError('TESTKIT_BAD_ARGUMENT', 'nothing to pick from');
    },
    shuffle<T>(list: readonly T[]): T[] {
      const keyed = list.map((member) => ({ member, key: next() }));
      return keyed.sort((a, b) => a.key - b.key).map(({ member }) => member);
    },
  };
}

/** Chris Doty-Humphrey's small fast counting generator with 32-bit words (PractRand), period about 2^127. */
function sfc32(seed: string): () => number {
  let a = fnv1a(`${seed}/a`);
  let b = fnv1a(`${seed}/b`);
  let c = fnv1a(`${seed}/c`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 16; warmUp++) next();
  return next;
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
