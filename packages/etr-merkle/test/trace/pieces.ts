import type { Timer } from '@ttp/core';

/** A timer that lets whatever else is waiting run first, and counts how often it was asked. */
export function turns(): Timer & { readonly count: number } {
  let count = 0;
  return {
    get count() {
      return count;
    },
    after(_, fn) {
      count++;
      queueMicrotask(fn);
      return () => undefined;
    },
  };
}

/** The bytes in pieces that all lie in the same memory, as a reader of files hands them out. */
export function* pieces(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  const buffer = new Uint8Array(4096);
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + size());
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    at += piece.length;
  }
}
