import { concatBytes, equalBytes, sha256 } from '@ttp/crypto';

/**
 * The verifications of RFC 9162, step by step as its text has them (sections 2.1.3.2 and 2.1.4.2), on bigint: what
 * the implementation is compared with.
 */

const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(Uint8Array.of(1), left, right));
const isOdd = (n: bigint): boolean => n % 2n === 1n;

/** The root that a leaf and its path come to; undefined where the path is too long or too short. */
export function rootOfPath(
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index >= size) return undefined;
  let [fn, sn, r] = [index, size - 1n, leaf];
  for (const p of path) {
    if (sn === 0n) return undefined;
    if (isOdd(fn) || fn === sn) {
      r = node(p, r);
      if (!isOdd(fn))
        do [fn, sn] = [fn / 2n, sn / 2n];
        while (!isOdd(fn) && fn !== 0n);
    } else r = node(r, p);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  return sn === 0n ? r : undefined;
}

/** Both roots that a consistency path comes to, for 0 < size1 < size2; undefined as above. */
export function rootsOfPath(
  size1: bigint,
  size2: bigint,
  root1: Uint8Array,
  given: readonly Uint8Array[],
): readonly [Uint8Array, Uint8Array] | undefined {
  if (given.length === 0) return undefined;
  const isPower = (size1 & (size1 - 1n)) === 0n;
  const [first, ...rest] = isPower ? [root1, ...given] : given;
  if (first === undefined) return undefined;
  let [fn, sn] = [size1 - 1n, size2 - 1n];
  while (isOdd(fn)) [fn, sn] = [fn / 2n, sn / 2n];
  let [fr, sr] = [first, first];
  for (const c of rest) {
    if (sn === 0n) return undefined;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [node(c, fr), node(c, sr)];
      if (!isOdd(fn))
        do [fn, sn] = [fn / 2n, sn / 2n];
        while (!isOdd(fn) && fn !== 0n);
    } else sr = node(sr, c);
    [fn, sn] = [fn / 2n, sn / 2n];
  }
  return sn === 0n ? [fr, sr] : undefined;
}

/** Whether two roots are there and equal. */
export const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && equalBytes(a, b);
