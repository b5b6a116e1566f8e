import { pairHashInto } from './hash.js';
import { HASH_BYTES } from './limits.js';

/** One level of complete nodes, side by side in a buffer that doubles: a million small arrays would cost four times the memory. */
export class Level {
  #bytes = new Uint8Array(8 * HASH_BYTES);
  #end = 0;

  /** Nodes of the level. */
  get count(): number {
    return this.#end / HASH_BYTES;
  }

  push(hash: Uint8Array): void {
    this.#grow();
    this.#bytes.set(hash, this.#end);
    this.#end += HASH_BYTES;
  }

  /** Adds the node over the last two of the level below. */
  pushOverLastTwo(below: Level): void {
    this.#grow();
    pairHashInto(below.#bytes, below.#end - 2 * HASH_BYTES, this.#bytes, this.#end);
    this.#end += HASH_BYTES;
  }

  /** A copy of the node at `index`. */
  at(index: number): Uint8Array {
    return this.#bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  #grow(): void {
    if (this.#end < this.#bytes.length) return;
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
