import type { Hash, Json } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { CONFLICTS_MAX } from './limits.js';

/** One of the two things that met: a field of the policies with these hashes, and what it says. */
export interface ConflictSide {
  /** Sorted; empty where it is the floor of a side, which is in no policy. */
  readonly layers: readonly Hash[];
  /** Such as `requirements.purpose`. */
  readonly field: string;
  /** Null where the field is missing. */
  readonly value: Json;
}

/** Why two policies do not come together: which requirement met which (decision D21). */
export interface Conflict {
  readonly code: ConflictCode;
  readonly left: ConflictSide;
  readonly right: ConflictSide;
}

/** Every kind of conflict, with what it means. */
export const CONFLICT_CODES = {
  PNP_PURPOSE: 'The policies are for different purposes.',
  PNP_NOT_OFFERED: 'One side requires a capability that the other does not offer.',
  PNP_BELOW_FLOOR: 'The agreement asks for less, or offers less, than a side declared as its floor.',
} as const;

/** A kind of conflict. */
export type ConflictCode = keyof typeof CONFLICT_CODES;

/** The conflicts in the one order that does not depend on who is left or right: by their canonical text. */
export function sortedConflicts(conflicts: readonly Conflict[]): readonly Conflict[] {
  const byText = new Map(conflicts.map((one) => [textOf(one), one]));
  return [...byText.keys()]
    .sort()
    .slice(0, CONFLICTS_MAX)
    .flatMap((text) => byText.get(text) ?? []);
}

/** The canonical text of a conflict. */
const textOf = ({ code, left, right }: Conflict): string =>
  canonicalize({ code, left: { ...left }, right: { ...right } });
