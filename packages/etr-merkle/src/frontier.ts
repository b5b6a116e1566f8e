import { emptyRoot, nodeHashInto, requireHash } from './hash.js';

/**
 * A tree of RFC 9162 of which only the root is wanted: the roots of its largest complete subtrees, one for each bit of
 * its size, and so at most 53 hashes whatever it holds.
 */
export class Frontier {
  /** From the left; each subtree is larger than the next. */
  readonly #subtrees: Uint8Array[] = [];
  #size = 0;

  /** A tree of so many leaves, by its {@link subtrees}. */
  static from(size: number, subtrees: readonly Uint8Array[]): Frontier {
    const frontier = new Frontier();
    frontier.#subtrees.push(...subtrees);
    frontier.#size = size;
    return frontier;
  }

  /** The roots of its largest complete subtrees, from the left. */
  get subtrees(): readonly Uint8Array[] {
    return this.#subtrees;
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its hash. Throws ETR_BAD_HASH. */
  append(leafHash: Uint8Array): void {
    requireHash(leafHash);
    const node = leafHash.slice();
    // Two subtrees of one size are one of twice that: as many times as the size ends in ones.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      const left = this.#subtrees.pop();
      if (left !== undefined) nodeHashInto(left, node, node, 0);
    }
    this.#subtrees.push(node);
    this.#size++;
  }

  /** The root, 32 bytes: the subtrees joined from the right. */
  root(): Uint8Array {
    const root = this.#subtrees.at(-1)?.slice();
    if (root === undefined) return emptyRoot();
    for (const left of this.#subtrees.slice(0, -1).toReversed()) nodeHashInto(left, root, root, 0);
    return root;
  }
}
