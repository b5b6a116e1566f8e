import {
  type Did,
  type EventType,
  isTtpError,
  type JsonObject,
  type Receipt,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { KillEvent } from '@ttp/guard';
import type { Writer } from './observing.js';

/** Records one event in this instance's own trace, durably. */
export type Note = (
  type: EventType,
  subject: string,
  data: JsonObject,
  more?: {
    /** Who says so; `sdk` when left out. */
    readonly component?: string;
    readonly kept?: Readonly<Record<string, unknown>>;
  },
) => Promise<Receipt>;

/** What an embedding component may record. Everything else is the flow's, the switch's or the log's own word. */
const NOTABLE: readonly EventType[] = [
  'policy-refused',
  'tools-pinned',
  'tool-quarantined',
  'tool-released',
  'finding-raised',
  'attestation-issued',
];

/** A component as an entry names it. */
const COMPONENT = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Throws SDK_BAD_NOTE for a type that would look like an interaction, a kill or an arming that never was, and for a
 * component that is no name.
 */
export function requireNotable(type: EventType, component: string): void {
  if (!COMPONENT.test(component))
    throw new TtpError('SDK_BAD_NOTE', 'a component is a lowercase name', { field: 'component' });
  if (!NOTABLE.includes(type))
    throw new TtpError('SDK_BAD_NOTE', `${type} is not for others to record`, { field: 'type' });
}

/** What stands outside any interaction: arming, pins, quarantines. `kept` goes encrypted to the payload store. */
export function noteInto(
  recorder: Writer,
  { agent, trace, now }: { readonly agent: Did; readonly trace: TraceId; readonly now: () => number },
): Note {
  return async (type, subject, data, { component = 'sdk', kept = {} } = {}) => {
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

/**
 * A kill is in force whether or not the log can be written; a log that fails says so in its own faults. It is
 * recorded even where the instance's own trace was sealed: then in a trace of its own.
 */
export async function recordKill(
  recorder: Writer,
  event: KillEvent,
  {
    agent,
    trace,
    newTrace,
  }: { readonly agent: Did; readonly trace: TraceId; readonly newTrace: () => TraceId },
): Promise<void> {
  const told = { ...event, agent, component: 'guard' };
  try {
    await recorder.queue({ ...told, trace }).catch(async (error: unknown) => {
      if (isTtpError(error, 'ETR_TRACE_SEALED')) await recorder.queue({ ...told, trace: newTrace() });
    });
  } catch {
    // Nobody waits for this one, and the kill stands: the next call meets the fault.
  }
}
