import type { EventType, JsonObject, TraceId } from '@ttp/core';

/**
 * What may become of a trace's payloads (decision D30), most lenient first. The log itself is append-only in all of
 * them.
 *
 * - `standard`: payloads of an open trace may be superseded, those of any be deleted. For development and tests.
 * - `append-only`: neither; a sealed trace can be archived. What a trace is that says nothing.
 * - `immutable`: the same, with the promise that nothing follows a seal, which this log keeps for every trace.
 * - `witnessed`: neither, and its payloads stay where they are.
 */
export const STORAGE_MODES = ['standard', 'append-only', 'immutable', 'witnessed'] as const;
export type StorageMode = (typeof STORAGE_MODES)[number];

/** The mode of a trace whose entries name none: the most lenient that may be called tamper-evident. */
export const DEFAULT_MODE: StorageMode = 'append-only';

export const isStorageMode = (value: unknown): value is StorageMode =>
  STORAGE_MODES.some((mode) => mode === value);

/** Whether `next` allows less than `mode`. */
export const isStricter = (next: StorageMode, mode: StorageMode): boolean =>
  STORAGE_MODES.indexOf(next) > STORAGE_MODES.indexOf(mode);

/** Whether a trace in this mode may be called tamper-evident: not where its payloads may be changed (flaw.E7). */
export const isTamperEvident = (mode: StorageMode): boolean => mode !== 'standard';

/** What an entry must show to set a mode. */
interface ModeEntry {
  readonly type: EventType;
  readonly trace: TraceId;
  readonly traceSeq: number;
  readonly subject: string;
  readonly data: JsonObject;
}

/**
 * Whether a `mode-set` entry is one that a recorder writes: stricter than what the trace had, or `standard` as the very
 * first entry of the trace itself, before anything could be promised.
 *
 * @param before the mode that the trace has had so far
 */
export function setsMode(
  { trace, traceSeq, subject, data }: ModeEntry,
  before: StorageMode,
): StorageMode | undefined {
  const { mode } = data;
  if (!isStorageMode(mode)) return undefined;
  if (isStricter(mode, before)) return mode;
  return mode === 'standard' && before === DEFAULT_MODE && trace === subject && traceSeq === 0
    ? mode
    : undefined;
}
