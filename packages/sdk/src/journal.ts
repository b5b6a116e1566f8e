import {
  type ErrorCode,
  type EventType,
  type Hash,
  type Interaction,
  isTtpError,
  type JsonObject,
  type Receipt,
  type TtpEvent,
} from '@ttp/core';
import { hashJson, plainCopy } from '@ttp/crypto';
import type { Payload, TraceRecorder } from '@ttp/etr-merkle/trace';
import type { Decided } from './deciding.js';

/** What became of the effect, as the log says it. */
export type EffectStatus = 'done' | 'failed' | 'withheld' | 'not-performed';

/** Writes one interaction into the log: two durable appends for a permitted one, whatever it emits (decision D29). */
export interface Journal {
  /** Before the effect: verified, decision and intent in one durable batch. Throws when it is not durable. */
  intent(decided: Decided): Promise<Receipt>;
  /** After the effect: outcome and end in one durable batch. */
  finished(status: EffectStatus, code: ErrorCode | undefined, value?: unknown): Promise<Receipt>;
  /** Nothing happened: recorded with the next batch, and not awaited longer than the bounded queue asks for. */
  blocked(code: ErrorCode, decided: Decided | undefined): Promise<void>;
}

/** An event, and what goes encrypted to the payload store for it (decision D30). */
interface Line {
  readonly event: TtpEvent;
  readonly payloads: readonly Payload[];
}

/** @param now wall clock, ms; it must not throw, whatever the clock does: the end is always recorded */
export function openJournal(recorder: TraceRecorder, interaction: Interaction, now: () => number): Journal {
  const { agent, trace, id, target, mode } = interaction;

  /** One line whose leaf holds `data` and a salted commitment to each of `kept`. */
  function line(type: EventType, data: JsonObject, kept: Readonly<Record<string, unknown>> = {}): Line {
    const payloads = Object.entries(kept).map(([name, value]) => ({
      name,
      payload: recorder.payload(agent, plainCopy(value)),
    }));
    const hashes = Object.fromEntries(payloads.map(({ name, payload }) => [name, payload.hash]));
    const event = {
      type,
      component: 'sdk',
      at: now(),
      trace,
      agent,
      subject: id,
      data: { ...data, ...hashes },
    };
    return { event, payloads: payloads.map(({ payload }) => payload) };
  }

  function verified({ evidence, decision }: Decided): readonly Line[] {
    const { outcome, effect, inputs, epoch } = decision;
    const { policy, thresholds } = inputs;
    return [
      line('evidence-gathered', { mode, target }, { interaction, evidence }),
      line('decision-made', { outcome, effect, epoch, policy, thresholds }, { decision }),
    ];
  }

  async function record(lines: readonly Line[]): Promise<Receipt> {
    const indices = await recorder.record(
      lines.map(({ event }) => event),
      lines.flatMap(({ payloads }) => payloads),
    );
    return recorder.receipt(indices[lines.length - 1] ?? 0n);
  }

  return {
    intent: (decided) =>
      record([
        ...verified(decided),
        line('intent-recorded', { obligations: decided.obligations.map(({ kind }) => kind) }),
      ]),
    finished(status, code, value) {
      const end = code === undefined ? { status } : { status, code };
      return record([line('effect-finished', end, resultOf(value)), line('interaction-settled', end)]);
    },
    async blocked(code, decided) {
      const before = decided === undefined ? [] : verified(decided);
      // What was refused because a secret is in it must not be kept either, not even encrypted (flaw.L2).
      const isSecret = code === 'GUARD_DLP_BLOCKED';
      for (const { event, payloads } of [...before, line('interaction-settled', { status: 'blocked', code })])
        await recorder.queue(event, isSecret ? [] : payloads);
    },
  };
}

/** Of a result only its hash is kept: whoever holds it can show that it was this one. What is no JSON has none. */
function resultOf(value: unknown): { readonly result?: Hash } {
  try {
    return value === undefined ? {} : { result: hashJson(plainCopy(value)) };
  } catch (error) {
    if (isTtpError(error)) return {};
    throw error;
  }
}
