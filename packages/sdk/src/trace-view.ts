import type { TraceId } from '@ttp/core';
import type { InclusionProof } from '@ttp/etr-merkle';
import type { Entry, SealedTrace, TraceRecorder } from '@ttp/etr-merkle/trace';

/** One trace: the entries that belong together. */
export interface TraceView {
  readonly id: TraceId;
  /**
   * Proof that the entry at `index` is in the log, to be checked offline against a checkpoint.
   *
   * @param log `receipt.log`, where another process has taken the log over since; the current one when left out
   */
  proof(index: bigint, log?: string): InclusionProof;
  /** Its durable entries, in order. */
  events(): AsyncIterable<Entry>;
  /** Ends it: nothing more can be recorded under this id. */
  seal(): Promise<SealedTrace>;
}

/** The trace `id` as the recorder has it. */
export const viewTrace = (recorder: TraceRecorder, id: TraceId): TraceView => ({
  id,
  proof: (index, log) => recorder.proof(index, undefined, log),
  events: () => recorder.events({ trace: id }),
  seal: () => recorder.seal(id),
});
