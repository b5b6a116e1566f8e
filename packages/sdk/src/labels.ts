import {
  asTraceId,
  type Clock,
  type Did,
  type Envelope,
  type EvidenceSource,
  type Interaction,
  type Json,
  type ObligationHandler,
  type Operators,
  type Store,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import {
  createTraceLabels,
  type LabelEvent,
  type LabelRecord,
  labelHandler,
  readLabels,
  type TraceLabels,
} from '@ttp/guard';
import { dlpHandler } from '@ttp/guard/dlp';
import type { ToolCall } from './a2t.js';
import type { Decided } from './deciding.js';
import type { Writer } from './observing.js';
import { localSource } from './sources.js';

/** What kinds of data came up in the traces of this agent: sets that only grow. */
export interface Labels {
  /** The labels of a trace, and how often they changed; of this instance's own trace when left out. */
  of(trace?: TraceId): Promise<LabelRecord>;
  /**
   * Adds labels, durably, to a trace; to this instance's own when left out. Call it before whatever
   * brought them is handed to the agent.
   *
   * @throws GUARD_LABELS_*, CORE_BAD_TRACE, SDK_CLOSED, and the codes of store and log
   */
  add(labels: readonly string[], trace?: TraceId): Promise<void>;
  /**
   * What the result of a call is declared to bring, by call map, host and the call itself: for whatever the counterpart
   * says before there is a result.
   *
   * @throws SDK_BAD_CALL, GUARD_LABELS_INVALID, SPL_* where it cannot be mapped
   */
  declared(call: ToolCall): readonly string[];
  /**
   * Takes labels away, by an operator's `ttp/label-clear@1` from `signLabelClear` of @ttp/guard.
   *
   * @throws SDK_CLOSED, and what `clear` of `createTraceLabels` throws
   */
  clear(order: Envelope | string): Promise<void>;
}

/** Which labels the results of a server, or of one of its tools (`server/tool`), bring. */
export type LabelledSources = Readonly<Record<string, readonly string[]>>;

/**
 * The labels that a host declares, read once.
 *
 * @throws SDK_BAD_LABELS
 */
export function readSources(given: LabelledSources = {}): ReadonlyMap<string, readonly string[]> {
  try {
    return new Map(Object.entries({ ...given }).map(([target, labels]) => [target, readLabels(labels)]));
  } catch (cause) {
    throw new TtpError('SDK_BAD_LABELS', 'labels are lists of lowercase names, by server or server/tool', {
      field: 'labels',
      cause,
    });
  }
}

/** What the labels of an instance run on. */
export interface LabelsContext {
  readonly store: Store;
  readonly agent: Did;
  readonly shared: boolean;
  readonly operators: Operators | undefined;
  /** Wall clock, ms, guarded. */
  readonly now: () => number;
  /** The same clock for stamps: it never throws. */
  readonly stamp: () => number;
  readonly recorder: Writer;
}

/** The labels of this agent's traces; each change is written with the next batch of the log. */
export function openLabels({ recorder, stamp, ...options }: LabelsContext): TraceLabels {
  const { agent } = options;
  const record = (event: LabelEvent): Promise<void> =>
    recorder.queue({ ...event, component: 'guard', at: stamp(), agent });
  return createTraceLabels({ ...options, record });
}

/** Who adds labels: whatever a result is declared to bring, and what is found in it. */
export const labellingHandlers = (labels: TraceLabels): readonly ObligationHandler[] => [
  labelHandler(labels),
  dlpHandler({ found: (found, { trace, id }) => labels.add(trace, found, id) }),
];

/** The face of the labels for the host. */
export const labelsOf = (
  labels: TraceLabels,
  {
    trace: own,
    requireOpen,
    declared,
  }: Pick<Labels, 'declared'> & { readonly trace: TraceId; readonly requireOpen: () => void },
): Labels => ({
  declared,
  of: (trace = own) => labels.of(trace),
  async add(added, trace = own) {
    requireOpen();
    await labels.add(asTraceId(trace), added);
  },
  async clear(order) {
    requireOpen();
    await labels.clear(order);
  },
});

/** The name of the fact: SPL's `trace.labels`. */
const SOURCE = 'labels';

/** The labels of the trace that a call belongs to. It is required: labels that cannot be read may be any, and block. */
export const labelSource = (labels: TraceLabels, clock: Clock): EvidenceSource =>
  localSource(SOURCE, clock, async ({ trace }) => asJson((await labels.of(trace)).labels));

/** Whether a trace has the labels that a decision saw. One that saw none, of a profile of one's own, has no say in it. */
export async function hasSameLabels(
  { trace }: Interaction,
  { evidence }: Decided,
  labels: Pick<TraceLabels, 'of'>,
): Promise<boolean> {
  const seen = evidence.facts[SOURCE];
  if (seen === undefined) return true;
  return canonicalize(seen.value) === canonicalize(asJson((await labels.of(trace)).labels));
}

const asJson = (labels: readonly string[]): Json => [...labels];
