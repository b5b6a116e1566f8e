import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { type Arguments, badArgument, object } from '../arguments.js';
import { begin, emitted, eventOf, type Run, standing } from '../handshake.js';
import { playHandshake } from '../handshake-run.js';
import type { Operation } from '../protocol.js';

/** More events than a handshake can have that is not over: each of them moves it on, or is not written down. */
const EVENTS_MAX = 16;

/** The handshake, step by step or as a whole. */
export const HANDSHAKE_OPERATIONS: Readonly<Record<string, Operation>> = {
  'handshake.step'(args) {
    const event = object(args, 'event');
    const events = historyOf(args);
    const [first, ...others] = events;
    if (first === undefined) return written(begin(event), [event]);
    let run = begin(first);
    for (const other of others) run = run.step(eventOf(other));
    // A state is what its events lead to: one that says something else was written by nobody here.
    if (canonicalize(object(args, 'state')) !== canonicalize(stateOf(run, events)))
      return badArgument('state');
    const next = run.step(eventOf(event));
    return written(next, next.state === run.state ? events : [...events, event]);
  },
  'handshake.run': (args) => playHandshake(args),
};

const stateOf = (run: Run, events: readonly JsonObject[]): JsonObject => ({ ...standing(run), events });

const written = (run: Run, events: readonly JsonObject[]): JsonObject => ({
  state: stateOf(run, events),
  emitted: run.out.map(emitted),
});

/** The events that a state came about by; none for a handshake that is about to begin. */
function historyOf(args: Arguments): readonly JsonObject[] {
  const state = args.get('state');
  if (state === undefined || state === null) return [];
  const { events } = object(args, 'state');
  if (!Array.isArray(events) || events.length === 0 || events.length > EVENTS_MAX)
    return badArgument('state');
  return events.map((event: Json) => (isJsonObject(event) ? event : badArgument('state')));
}
