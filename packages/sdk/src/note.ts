import type { Did, EventType, JsonObject, Receipt, TraceId } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { TraceRecorder } from '@ttp/etr-merkle/trace';
import type { KillEvent } from '@ttp/guard';

/** Records one event in this instance's own trace, durably. */
export type Note = (
  type: EventType,
  subject: string,
  data: JsonObject,
  kept?: Readonly<Record<string, unknown>>,
) => Promise<Receipt>;

/** What stands outside any interaction: arming, pins, quarantines. `kept` goes encrypted to the payload store. */
export function noteInto(
  recorder: TraceRecorder,
  { agent, trace, component, now }: { agent: Did; trace: TraceId; component: string; now: () => number },
): Note {
  return async (type, subject, data, kept = {}) => {
    const payloads = Object.entries(kept).map(
      ([name, value]) => [name, recorder.payload(agent, plainCopy(value))] as const,
    );
    const hashes = Object.fromEntries(payloads.map(([name, { hash }]) => [name, hash]));
    const event = { type, component, at: now(), trace, agent, subject, data: { ...data, ...hashes } };
    const [index = 0n] = await recorder.record(
      [event],
      payloads.map(([, payload]) => payload),
    );
    return recorder.receipt(index);
  };
}

/** A kill is in force whether or not the log can be written; a log that fails says so in its own faults. */
export async function recordKill(
  recorder: TraceRecorder,
  event: KillEvent,
  context: { readonly agent: Did; readonly trace: TraceId },
): Promise<void> {
  await recorder.queue({ ...event, ...context, component: 'guard' }).catch(() => undefined);
}
