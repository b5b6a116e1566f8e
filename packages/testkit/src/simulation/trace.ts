import type { Hash } from '@ttp/core';
import { concatBytes, hashBytes, sha256, utf8 } from '@ttp/crypto';

/** What happened in a run, as a hash: equal for two runs of one seed, or something was not simulated. */
export interface RunTrace {
  /** Adds what happened. Lines are taken one by one: `a`, `b` is another trace than `ab`. */
  note(line: string): void;
  /** The hash of all lines so far. */
  hash(): Hash;
}

/** An empty {@link RunTrace}. */
export function runTrace(): RunTrace {
  let chain = new Uint8Array(32);
  return {
    note(line) {
      chain = Uint8Array.from(sha256(concatBytes(chain, utf8(line))));
    },
    hash: () => hashBytes(chain),
  };
}
