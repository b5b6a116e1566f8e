import type { ErrorCode, EventType, Hash, Interaction, Json, JsonObject, Receipt, TtpEvent } from '@ttp/core';
import { frozenJson, hashJson } from '@ttp/crypto';
import type { Payload } from '@ttp/etr-merkle/trace';
import type { Decided, Permitted } from './deciding.js';
import type { Writer } from './observing.js';

/** What became of the effect, as the log says it. */
export type EffectStatus = 'done' | 'failed' | 'withheld' | 'not-performed';

/** Writes one interaction into the log: two durable appends for a permitted one, whatever it emits (decision D29). */
export interface Journal {
  /** What every line says beside its own from here on: that nothing is enforced. */
  mark(marks: JsonObject): void;
  /** Before the effect: verified, decision and intent in one durable batch. Throws when it is not durable. */
  intent(permitted: Permitted, mayKeep: boolean): Promise<Receipt>;
  /** After the effect: outcome and end in one durable batch. */
  finished(status: EffectStatus, code: ErrorCode | undefined, value?: unknown): Promise<Receipt>;
  /** Nothing happened: recorded with the next batch, and not awaited longer than the bounded queue asks for. */
  blocked(code: ErrorCode, decided: Decided | undefined, mayKeep: boolean): Promise<void>;
  /** Somebody only asked: recorded like a denial, with `checked: true` in every line, so that none looks like a call. */
  checked(code: ErrorCode | undefined, decided: Decided | undefined, mayKeep: boolean): Promise<void>;
}

/** An event, and what goes encrypted to the payload store for it (decision D30). */
interface Line {
  readonly event: TtpEvent;
  readonly payloads: readonly Payload[];
}

/**
 * `mayKeep` says whether payloads may be kept: those of an interaction with a secret in it must not, not even
 * encrypted, whatever it was refused for (flaw.L2).
 *
 * @param now wall clock, ms; it must not throw, whatever the clock does: the end is always recorded
 */
export function openJournal(recorder: Writer, interaction: Interaction, now: () => number): Journal {
  const { agent, trace, id, target, mode } = interaction;
  let marks: JsonObject = {};

  /** One line whose leaf holds `data` and a salted commitment to each of `kept`. */
  function line(type: EventType, data: JsonObject, kept: Readonly<Record<string, Json>> = {}): Line {
    const payloads = Object.entries(kept).map(([name, value]) => ({
      name,
      payload: recorder.payload(agent, value),
    }));
    const hashes = Object.fromEntries(payloads.map(({ name, payload }) => [name, payload.hash]));
    const event = {
      type,
      component: 'sdk',
      at: now(),
      trace,
      agent,
      subject: id,
      data: { ...data, ...marks, ...hashes },
    };
    return { event, payloads: payloads.map(({ payload }) => payload) };
  }

  function verified({ evidence, decision }: Decided, mayKeep: boolean): readonly Line[] {
    const { outcome, effect, inputs, epoch } = decision;
    const { policy, thresholds } = inputs;
    const decided = { outcome, effect, epoch, policy, thresholds };
    return mayKeep
      ? [
          line(
            'evidence-gathered',
            { mode, target },
            { interaction: frozenJson(interaction), evidence: frozenJson(evidence) },
          ),
          line('decision-made', decided, { decision: asJson(decision) }),
        ]
      : [line('evidence-gathered', { mode }), line('decision-made', decided)];
  }

  /** A payload that cannot be kept, such as one that is too large, must not keep the denial itself out of the log. */
  function denied(decided: Decided, mayKeep: boolean): readonly Line[] {
    try {
      return verified(decided, mayKeep);
    } catch {
      return verified(decided, false);
    }
  }

  async function record(lines: readonly Line[]): Promise<Receipt> {
    const indices = await recorder.record(
      lines.map(({ event }) => event),
      lines.flatMap(({ payloads }) => payloads),
    );
    return recorder.receipt(indices[lines.length - 1] ?? 0n);
  }

  async function queue(decided: Decided | undefined, mayKeep: boolean, end: JsonObject): Promise<void> {
    const before = decided === undefined ? [] : denied(decided, mayKeep);
    for (const { event, payloads } of [...before, line('interaction-settled', end)])
      await recorder.queue(event, payloads);
  }

  return {
    mark(members) {
      marks = members;
    },
    intent: (permitted, mayKeep) =>
      record([
        ...verified(permitted, mayKeep),
        line('intent-recorded', { obligations: permitted.obligations.map(({ kind }) => kind) }),
      ]),
    finished(status, code, value) {
      const end = code === undefined ? { status } : { status, code };
      return record([line('effect-finished', end, resultOf(value)), line('interaction-settled', end)]);
    },
    blocked: (code, decided, mayKeep) => queue(decided, mayKeep, { status: 'blocked', code }),
    checked(code, decided, mayKeep) {
      marks = { ...marks, checked: true };
      return queue(
        decided,
        mayKeep,
        code === undefined ? { status: 'checked' } : { status: 'checked', code },
      );
    },
  };
}

/** For what is written once: its canonical form refuses what is no JSON, and needs no copy of what is. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const asJson = (value: unknown): Json => value as Json;

/** Of a result only its hash is kept: whoever holds it can show that it was this one. What is no JSON has none. */
function resultOf(value: unknown): { readonly result?: Hash } {
  try {
    return value === undefined ? {} : { result: hashJson(asJson(value)) };
  } catch {
    return {}; // also for a proxy that throws when it is looked at: the outcome is recorded all the same
  }
}
