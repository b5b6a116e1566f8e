import type { EventType } from '@ttp/core';

/** Entries that say what becomes of traces and their payloads. Only the log itself makes them. */
export const LIFE_TYPES: readonly EventType[] = [
  'mode-set',
  'payload-superseded',
  'payload-deleted',
  'trace-archived',
  'trace-restored',
  'hold-placed',
  'hold-released',
];
