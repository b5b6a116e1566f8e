import type { Did, Hash } from '@ttp/core';
import { equalBytes } from '@ttp/crypto';
import type { KeyState } from './key-state.js';
import { FOLDED_LOGS_MAX_COUNT } from './limits.js';
import { type ReadLog, readLog } from './read-log.js';
import { decodeStoredLog } from './stored-log.js';

/** Everything that the fold of one log depends on besides its entries. Two that are alike fold alike. */
export interface FoldInputs {
  /** What is known of when each entry was made, ms. */
  readonly dates: readonly (number | undefined)[];
  /** The recoveries in force now. */
  readonly settled: ReadonlySet<Hash>;
  /** What is known of each identity that signed too; its state is the same object as long as it is the same. */
  readonly signers: ReadonlyMap<Did, KeyState | undefined>;
}

/** A stored log, read once, and what it folded to last. */
export interface FoldedLog {
  readonly read: ReadLog;
  /** The state that these inputs gave before, or what `fold` gives for them now. What throws is not remembered. */
  stateFor(inputs: FoldInputs, fold: () => KeyState): KeyState;
}

/** Decoded and verified logs by what is stored, so that a log that did not change is not verified again. */
export interface FoldMemo {
  /** @throws what `decodeStoredLog` throws */
  open(did: Did, stored: Uint8Array): FoldedLog;
}

/**
 * A memo of the logs that were asked for last, FOLDED_LOGS_MAX_COUNT of them. It goes by the bytes, not by a version
 * of them: a store that was set back has its versions again. Time is none of its business: it is asked for at each
 * resolution and is an input like the others.
 */
export function createFoldMemo(): FoldMemo {
  const kept = new Map<Did, { readonly bytes: Uint8Array; readonly folded: FoldedLog }>();
  return {
    open(did, stored) {
      const hit = kept.get(did);
      kept.delete(did);
      const found =
        hit !== undefined && equalBytes(hit.bytes, stored)
          ? hit
          : { bytes: stored.slice(), folded: foldedLog(readLog(decodeStoredLog(did, stored))) };
      if (kept.size >= FOLDED_LOGS_MAX_COUNT)
        for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest);
      kept.set(did, found);
      return found.folded;
    },
  };
}

function foldedLog(read: ReadLog): FoldedLog {
  let last: { readonly inputs: FoldInputs; readonly state: KeyState } | undefined;
  return {
    read,
    stateFor(inputs, fold) {
      if (last !== undefined && isAlike(last.inputs, inputs)) return last.state;
      last = { inputs, state: fold() };
      return last.state;
    },
  };
}

const isAlike = (one: FoldInputs, other: FoldInputs): boolean =>
  one.settled.size === other.settled.size &&
  [...one.settled].every((id) => other.settled.has(id)) &&
  one.dates.length === other.dates.length &&
  one.dates.every((date, i) => date === other.dates[i]) &&
  one.signers.size === other.signers.size &&
  [...one.signers].every(([did, state]) => other.signers.has(did) && other.signers.get(did) === state);
