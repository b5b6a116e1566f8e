import { concatBytes, sha256 } from '@ttp/crypto';

/**
 * Merkle trees as RFC 9162 section 2.1 defines them, by recursion over the list of entries: what the
 * implementation is compared with.
 */

/** Roots by first entry and length: the entries of {@link entriesOf} are numbered, and the recursion meets them often. */
const roots = new Map<string, Uint8Array>();

/** MTH of section 2.1.1. */
export function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  const run = `${entries[0]?.join() ?? ''}/${entries.length}`;
  const root = roots.get(run) ?? computeRoot(entries);
  roots.set(run, root);
  return root;
}

function computeRoot(entries: readonly Uint8Array[]): Uint8Array {
  const [only] = entries;
  if (only === undefined) return sha256(new Uint8Array(0));
  if (entries.length === 1) return sha256(concatBytes(Uint8Array.of(0), only));
  const k = split(entries.length);
  return sha256(concatBytes(Uint8Array.of(1), rootOf(entries.slice(0, k)), rootOf(entries.slice(k))));
}

/** PATH of section 2.1.3.1. */
export function pathOf(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  if (m < k) return [...pathOf(m, entries.slice(0, k)), rootOf(entries.slice(k))];
  return [...pathOf(m - k, entries.slice(k)), rootOf(entries.slice(0, k))];
}

/** PROOF of section 2.1.4.1. */
export const proofOf = (m: number, entries: readonly Uint8Array[]): Uint8Array[] =>
  subproof(m, entries, true);

function subproof(m: number, entries: readonly Uint8Array[], known: boolean): Uint8Array[] {
  if (m === entries.length) return known ? [] : [rootOf(entries)];
  const k = split(entries.length);
  if (m <= k) return [...subproof(m, entries.slice(0, k), known), rootOf(entries.slice(k))];
  return [...subproof(m - k, entries.slice(k), false), rootOf(entries.slice(0, k))];
}

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** Entries to make trees of: each its own number, in two bytes. */
export const entriesOf = (n: number): Uint8Array[] =>
  Array.from({ length: n }, (_, i) => Uint8Array.of(i >> 8, i & 0xff));
