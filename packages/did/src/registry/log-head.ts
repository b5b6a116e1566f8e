import { asHash, type Hash } from '@ttp/core';
import { concatBytes, hex, sha256 } from '@ttp/crypto';

/** The head of a log that only grows: what is kept are the roots of its complete subtrees, largest first. */
export interface LogHead {
  /** Takes the next leaf hash in. */
  append(leaf: Uint8Array): void;
  /** The RFC 9162 root of all leaves so far. */
  root(): Hash;
}

/** The leaf hash of RFC 9162 2.1.1. */
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(concatBytes(Uint8Array.of(0), entry));

/** A hash in the form that all hashes have (decision D46). */
export const hashText = (bytes: Uint8Array): Hash => asHash(`sha256:${hex(bytes)}`);

const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(Uint8Array.of(1), left, right));

/** The root of RFC 9162 2.1.1 without its tree, for a log that nobody asks for proofs of its own. */
export function createLogHead(): LogHead {
  let subtrees: readonly { readonly size: number; readonly root: Uint8Array }[] = [];
  return {
    append(leaf) {
      let last = { size: 1, root: leaf };
      const rest = [...subtrees];
      for (let before = rest.at(-1); before?.size === last.size; before = rest.at(-1)) {
        rest.pop();
        last = { size: 2 * last.size, root: nodeHash(before.root, last.root) };
      }
      subtrees = [...rest, last];
    },
    root() {
      const [last, ...before] = subtrees.map(({ root }) => root).toReversed();
      return hashText(
        last === undefined
          ? sha256(new Uint8Array())
          : before.reduce((right, left) => nodeHash(left, right), last),
      );
    },
  };
}
