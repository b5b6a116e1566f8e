import { expect } from 'vitest';

/** The ASCII bytes of a short text. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The text of ASCII bytes, undefined for none. */
export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Array.from(bytes, (b) => String.fromCharCode(b)).join('');

/** `n` bytes in which every byte value and every offset shows. */
export function manyBytes(n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  for (let i = 0; i < n; i++) bytes[i] = i ^ (i >>> 8) ^ (i >>> 16);
  return bytes;
}

/** Fails unless the two hold the same bytes: `toEqual` takes seconds over a million of them. */
export function expectSameBytes(actual: Uint8Array | undefined, wanted: Uint8Array): void {
  expect(actual?.length).toBe(wanted.length);
  let differing = 0;
  for (let i = 0; i < wanted.length; i++) if (actual?.[i] !== wanted[i]) differing++;
  expect(differing).toBe(0);
}

/** Everything an iteration gives. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of iterable) all.push(one);
  return all;
}
