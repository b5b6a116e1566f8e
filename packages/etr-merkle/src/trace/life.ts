import type { Did, Hash, Receipt, TraceId } from '@ttp/core';
import type { Hold } from './life-store.js';
import type { StorageMode } from './mode.js';
import type { Payload } from './payload.js';
import type { RetentionRule, Term } from './retention.js';

/** To whose chain and trace the record of what is done goes. The trace must not be sealed. */
export interface LifeContext {
  readonly agent: Did;
  readonly trace: TraceId;
}

/** What may become of traces and their payloads (decision D30). Everything is recorded before it is done. */
export interface TraceLife {
  /** The mode of a trace; `append-only` for one that says nothing. Throws ETR_LIFE_UNREADABLE. */
  mode(trace: TraceId): Promise<StorageMode>;
  /**
   * Makes the mode of a trace stricter. `standard` alone is more lenient than what a trace is by itself, so it can only
   * be the very first entry of its own trace.
   *
   * @throws ETR_MODE_RELAXED
   */
  setMode(trace: TraceId, mode: StorageMode, context: LifeContext): Promise<Receipt>;
  /**
   * Replaces a payload of an open trace in standard mode. The commitment to the old one stays in the log.
   *
   * @throws ETR_MODE_FORBIDS, ETR_TRACE_SEALED, ETR_HELD, ETR_NO_PAYLOAD
   */
  supersede(trace: TraceId, hash: Hash, next: Payload, context: LifeContext): Promise<Receipt>;
  /**
   * Deletes the payloads of a trace in standard mode, but for those that a trace in another mode commits to as well.
   *
   * @returns the receipts of what says so; none where nothing was kept
   * @throws ETR_MODE_FORBIDS, ETR_HELD
   */
  delete(trace: TraceId, context: LifeContext): Promise<readonly Receipt[]>;
  /**
   * Moves the payloads of a sealed trace out, still encrypted under their subjects' keys: whoever is erased is erased in
   * the archive too. Payloads that other traces commit to as well stay. They are taken out of the store when `keep` has
   * resolved, and not before.
   *
   * @param keep makes the archive durable: a bundle that `verifyTrace` checks
   * @throws ETR_MODE_FORBIDS for a witnessed trace, ETR_TRACE_UNKNOWN, ETR_TRACE_OPEN, ETR_HELD, and what `keep` throws
   */
  archive(
    trace: TraceId,
    keep: (archive: string) => Promise<void>,
    context: LifeContext,
  ): Promise<readonly Receipt[]>;
  /**
   * Puts the payloads of an archive back.
   *
   * @throws ETR_BAD_ARCHIVE for anything but an archive that this log's key signed; ETR_PAYLOAD_UNREADABLE
   */
  restore(archive: string, context: LifeContext): Promise<Receipt>;
  /**
   * Places a legal hold on a trace or on a subject: until it is lifted, nothing that is held is superseded, deleted,
   * archived or erased.
   *
   * @param reference what the hold is for, 1 to 128 characters; it is in the log for good, so no names
   * @returns undefined where nothing is kept of the subject
   * @throws ETR_BAD_EVENT
   */
  hold(
    what: { readonly trace: TraceId } | { readonly subject: Did },
    reference: string,
    context: LifeContext,
  ): Promise<{ readonly id: string; readonly receipt: Receipt } | undefined>;
  /** Lifts a hold. Throws ETR_HOLD_UNKNOWN. */
  release(id: string, context: LifeContext): Promise<Receipt>;
  /** The holds in force. Throws ETR_LIFE_UNREADABLE. */
  holds(): Promise<readonly Hold[]>;
  /** Payloads whose term is over at `now`, wall clock in ms, and what may be done about each. */
  due(rules: readonly RetentionRule[], now: number): Promise<readonly Term[]>;
  /** Deletes what is {@link due} and may be deleted; returns all that was due. */
  retain(rules: readonly RetentionRule[], now: number, context: LifeContext): Promise<readonly Term[]>;
  /**
   * Erases all payloads of a subject, in every mode and in every archive: records the erasure, then destroys the
   * subject's key. Every proof stays valid (flaw.E7).
   *
   * @returns undefined when nothing is kept of the subject
   * @throws ETR_HELD
   */
  erase(subject: Did, context: LifeContext): Promise<Receipt | undefined>;
}
