import {
  type Did,
  type Envelope,
  type JsonObject,
  type Operators,
  type Store,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { createRecords } from '../records/records.js';
import { verifyLabelClear } from './clear.js';
import { joinLabels, readLabels } from './label.js';
import { decodeLabelRecord, encodeLabelRecord, type LabelRecord } from './record.js';

/** What is told of every change, for the log. */
export interface LabelEvent {
  readonly type: 'labels-added' | 'labels-cleared';
  readonly trace: TraceId;
  /** What brought it: an interaction, or the trace itself. */
  readonly subject: string;
  readonly data: JsonObject;
}

/**
 * What kinds of data came up in a trace: a set that only grows, until an operator clears it or another trace begins.
 * It is kept in a store, so that a restart does not empty it.
 */
export interface TraceLabels {
  /**
   * The labels of a trace now.
   *
   * @throws GUARD_LABELS_UNREADABLE, GUARD_STORE_FAILED, and the codes of the store
   */
  of(trace: TraceId): Promise<LabelRecord>;
  /**
   * Adds labels, durably: whatever brought them may be handed on when this resolves, and not before.
   *
   * @param subject what brought them, for the log: an interaction's id; the trace where it is left out
   * @throws GUARD_LABELS_INVALID, GUARD_LABELS_TOO_MANY, GUARD_LABELS_CONTENTION, and what {@link TraceLabels.of} throws
   */
  add(trace: TraceId, labels: readonly string[], subject?: string): Promise<void>;
  /**
   * Takes labels away, by an operator's `ttp/label-clear@1` (see `signLabelClear`): those that it names, in the one
   * state of the trace that it was signed for.
   *
   * @throws GUARD_OPERATORS_ABSENT, GUARD_ORDER_INVALID, GUARD_ORDER_EXPIRED, GUARD_LABELS_CHANGED, the codes of
   *   `verifyOperatorEnvelope`, and what {@link TraceLabels.add} throws
   */
  clear(order: Envelope | string): Promise<void>;
  /** Whether labels were added since it was asked last, to any trace of this agent, and perhaps elsewhere. */
  watch(): () => boolean;
}

/** What the labels of an agent's traces are kept with. */
export interface TraceLabelsOptions {
  readonly store: Store;
  readonly agent: Did;
  /** Whether other processes may add labels in the same store. */
  readonly shared: boolean;
  /** Wall clock, ms; asked where an order is verified. */
  readonly now: () => number;
  /** Who may clear labels. Without a roster nobody may. */
  readonly operators?: Operators | undefined;
  /** Told of every change, once it is stored. What it throws is thrown on. */
  readonly record: (event: LabelEvent) => Promise<void>;
}

/** Opens the labels of an agent's traces. Nothing is read before it is asked for. */
export function createTraceLabels(options: TraceLabelsOptions): TraceLabels {
  const { store, agent, shared, now, operators, record } = options;
  const records = createRecords(store, {
    decode: decodeLabelRecord,
    encode: encodeLabelRecord,
    contention: 'GUARD_LABELS_CONTENTION',
  });
  /** How often this process added labels. It counts before they are acknowledged, so nobody acts on what it misses. */
  let additions = 0;
  const keyOf = (trace: TraceId): string => `guard/labels/${agent}/${trace}`;

  return {
    of: (trace) => records.read(keyOf(trace)),
    async add(trace, labels, subject = trace) {
      const given = readLabels(labels);
      if (given.length === 0) return;
      let before: readonly string[] = [];
      const after = await records.change(keyOf(trace), (known) => {
        before = known.labels;
        const all = joinLabels(known.labels, given);
        return all === known.labels ? known : { serial: known.serial + 1, labels: all };
      });
      const added = given.filter((label) => !before.includes(label));
      if (added.length === 0) return;
      additions++;
      await record({ type: 'labels-added', trace, subject, data: { added, labels: after.labels } });
    },
    async clear(order) {
      const { id, operator, trace, serial, labels } = await verifyLabelClear(order, {
        agent,
        operators,
        now: now(),
      });
      const after = await records.change(keyOf(trace), (known) => {
        if (known.serial !== serial || labels.some((label) => !known.labels.includes(label)))
          throw new TtpError('GUARD_LABELS_CHANGED', `the labels are of serial ${known.serial} by now`, {
            field: 'body.serial',
          });
        return { serial: serial + 1, labels: known.labels.filter((label) => !labels.includes(label)) };
      });
      const data = { cleared: labels, labels: after.labels, order: id, operator: operator.id };
      await record({ type: 'labels-cleared', trace, subject: trace, data });
    },
    watch() {
      let seen = additions;
      let isElsewhere = shared;
      return () => {
        const moved = isElsewhere || seen !== additions;
        seen = additions;
        isElsewhere = false;
        return moved;
      };
    },
  };
}
