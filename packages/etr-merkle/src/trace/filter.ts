import type { Did, EventType, Hash, TraceId } from '@ttp/core';
import type { Leaf } from './leaf.js';

/** Which entries: all that match every member that is given. */
export interface EntryFilter {
  readonly trace?: TraceId;
  readonly agent?: Did;
  readonly types?: readonly EventType[];
  /** What the entries are about, such as the id of an interaction. */
  readonly subject?: string;
}

/** A leaf and where it stands. */
export interface Entry extends Leaf {
  readonly index: bigint;
  readonly leafHash: Hash;
}

/** Whether the leaf is one that the filter asks for. */
export const matches = ({ trace, agent, types, subject }: EntryFilter, leaf: Leaf): boolean =>
  (trace === undefined || leaf.trace === trace) &&
  (agent === undefined || leaf.agent === agent) &&
  (types === undefined || types.includes(leaf.type)) &&
  (subject === undefined || leaf.subject === subject);
