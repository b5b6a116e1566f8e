import type { ErrorCode, JsonObject } from '@ttp/core';
import {
  agreementHash,
  agreementOf,
  meet,
  type NegotiationEvent,
  type NegotiationState,
  negotiationMachine,
  stateNamed,
} from '@ttp/pnp';
import { loadPolicy } from '@ttp/spl';
import { type Arguments, badArgument, json, object, text } from '../arguments.js';
import type { Operation } from '../protocol.js';

/** The meet of policies, and the table of the negotiation. */
export const NEGOTIATION_OPERATIONS: Readonly<Record<string, Operation>> = {
  'pnp.merge'(args) {
    const [a, b] = [text(args, 'a'), text(args, 'b')].map((policy) => agreementOf(loadPolicy(policy)));
    if (a === undefined || b === undefined) return badArgument('a');
    const { agreement, conflicts = [] } = meet(a, b);
    if (agreement === undefined)
      return {
        conflicts: conflicts.map(({ code, left, right }) => ({
          code,
          left: { ...left },
          right: { ...right },
        })),
      };
    const { layers, requirements, offers } = agreement;
    const { rateLimit, ...others } = offers;
    return {
      hash: agreementHash(agreement),
      layers,
      requirements: { ...requirements },
      offers: { ...others, ...(rateLimit === undefined ? {} : { rateLimit: { ...rateLimit } }) },
    };
  },
  'pnp.step'(args) {
    const given = json(args, 'state');
    const { state, out } = negotiationMachine.step(stateOf(args), eventOf(args));
    return {
      // A state that was given by its name alone is answered by its name.
      state: typeof given === 'string' ? state.at : written(state),
      emitted: out.map(({ from, to, event, code }) => ({
        from,
        to,
        event,
        ...(code === undefined ? {} : { code }),
      })),
    };
  },
};

const written = (state: NegotiationState): JsonObject => ({ ...state });

const count = (from: JsonObject, name: string, otherwise: number): number => {
  const value = from[name] ?? otherwise;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : badArgument(name);
};

/** A state by its name, as one just comes into it in round 1, or `{ at, round, deadline, ends }`. */
function stateOf(args: Arguments): NegotiationState {
  const given = json(args, 'state');
  const from: JsonObject = typeof given === 'string' ? { at: given } : object(args, 'state');
  const at = negotiationMachine.states.find((name) => name === from['at']);
  if (at === undefined) return badArgument('state');
  const state = stateNamed(at);
  if (!('round' in state)) return state;
  const { round, deadline, ends } = state;
  return {
    at: state.at,
    round: count(from, 'round', round),
    deadline: count(from, 'deadline', deadline),
    ends: count(from, 'ends', ends),
  };
}

/** An event by its name, at 0 ms, or `{ type, now }` with `round` and `ends` of an offer, and `code` of an error. */
function eventOf(args: Arguments): NegotiationEvent {
  const given = json(args, 'event');
  const from: JsonObject = typeof given === 'string' ? { type: given } : object(args, 'event');
  const type = negotiationMachine.events.find((name) => name === from['type']);
  if (type === undefined) return badArgument('event');
  const now = count(from, 'now', 0);
  if (type === 'error') return { type, now, code: codeIn(from) };
  if (type !== 'receiveOffer') return { type, now };
  return {
    type,
    now,
    ...(from['round'] === undefined ? {} : { round: count(from, 'round', 0) }),
    ...(from['ends'] === undefined ? {} : { ends: count(from, 'ends', 0) }),
  };
}

const codeIn = ({ code = 'PNP_FAULT' }: JsonObject): ErrorCode =>
  typeof code === 'string' && isCode(code) ? code : badArgument('code');

const isCode = (code: string): code is ErrorCode => /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(code);
