import { isJsonObject, type Json, type JsonObject, type Step } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import {
  type AgentBreakerEvent,
  type AgentBreakerOptions,
  type AgentBreakerState,
  agentBreakerMachine,
  NEW_AGENT_BREAKER,
  NEW_TOOL_BREAKER,
  readAgentState,
  readToolState,
  type ToolBreakerEvent,
  type ToolBreakerState,
  toolBreakerMachine,
} from '@ttp/guard';
import { type Arguments, badArgument, json } from '../arguments.js';
import type { Operation } from '../protocol.js';

/** The tables of the breakers: `kind` is `tool` unless given, or `agent`, with its `options`. */
export const BREAKER_OPERATIONS: Readonly<Record<string, Operation>> = {
  breaker(args) {
    const kind = args.get('kind') ?? 'tool';
    if (kind === 'tool') return answerOf(args, toolBreakerMachine.step(toolState(args), toolEvent(args)));
    if (kind !== 'agent') return badArgument('kind');
    const machine = agentBreakerMachine(optionsOf(args));
    return answerOf(args, machine.step(agentState(args), agentEvent(args)));
  },
};

function answerOf<S extends object & { readonly at: string }, Out extends object>(
  args: Arguments,
  { state, out }: Step<S, Out>,
): JsonObject {
  const given = args.get('state');
  // A state that was given by its name alone is answered by its name.
  const after: Json = typeof given === 'string' ? named(given, state.at) : { ...state };
  return { state: after, emitted: plainCopy(out) };
}

/** In capital letters where the other was. */
const named = (given: string, at: string): string => (given === given.toUpperCase() ? at.toUpperCase() : at);

/** A state by its name, as a breaker just comes into it at 0 ms; all of it; or a new breaker's. */
function toolState(args: Arguments): ToolBreakerState {
  const given = args.get('state');
  if (given === undefined || given === null) return NEW_TOOL_BREAKER;
  if (typeof given !== 'string') {
    const state = json(args, 'state');
    return (isJsonObject(state) ? readToolState(state) : undefined) ?? badArgument('state');
  }
  switch (given.toLowerCase()) {
    case 'closed':
      return NEW_TOOL_BREAKER;
    case 'open':
      return { at: 'open', why: 'errors', deadline: COOLDOWN_MS };
    case 'half-open':
      return { at: 'half-open', successes: 0 };
    default:
      return badArgument('state');
  }
}

/** All of a state, or a new breaker's. */
function agentState(args: Arguments): AgentBreakerState {
  if (args.get('state') === undefined) return NEW_AGENT_BREAKER;
  return readAgentState(json(args, 'state') ?? null) ?? badArgument('state');
}

/** Of a breaker that opened at 0 ms (decision D34). */
const COOLDOWN_MS = 30_000;

function toolEvent(args: Arguments): ToolBreakerEvent {
  const given = eventIn(args);
  const now = count(given, 'now', 0);
  const authenticated = flag(given, 'authenticated');
  const { id } = given;
  if (id !== undefined && typeof id !== 'string') return badArgument('event.id');
  const type = typeOf(given);
  switch (type) {
    case 'ask':
      return { type, now, id: id ?? 'call', authenticated };
    case 'success':
    case 'failure': {
      const limits = {
        ...(given['limitMs'] === undefined ? {} : { limitMs: count(given, 'limitMs', 0) }),
        ...(given['jitterMs'] === undefined ? {} : { jitterMs: count(given, 'jitterMs', 0) }),
      };
      const call = id === undefined ? {} : { id };
      return { type, now, ms: count(given, 'ms', 0), authenticated, ...limits, ...call };
    }
    case 'cancel':
      return { type, now, id: id ?? 'call' };
    case 'tick':
      return { type, now };
    default:
      return badArgument('event.type');
  }
}

function agentEvent(args: Arguments): AgentBreakerEvent {
  const given = eventIn(args);
  const now = count(given, 'now', 0);
  const { score } = given;
  const type = typeOf(given);
  switch (type) {
    case 'violation':
    case 'failure':
      return { type, now, authenticated: flag(given, 'authenticated') };
    case 'score':
      return typeof score === 'number' ? { type, now, score } : badArgument('event.score');
    case 'kill':
    case 'reset':
    case 'tick':
      return { type, now };
    default:
      return badArgument('event.type');
  }
}

/** An event by its name, or with its members. */
function eventIn(args: Arguments): JsonObject {
  const given = json(args, 'event');
  if (typeof given === 'string') return { type: given };
  return isJsonObject(given) ? given : badArgument('event');
}

const typeOf = ({ type }: JsonObject): string => (typeof type === 'string' ? type : '');

function count(given: JsonObject, name: string, otherwise: number): number {
  const value = given[name] ?? otherwise;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : badArgument(`event.${name}`);
}

function flag(given: JsonObject, name: string): boolean {
  const value = given[name] ?? true;
  return typeof value === 'boolean' ? value : badArgument(`event.${name}`);
}

/** The machine checks them. */
function optionsOf(args: Arguments): Partial<AgentBreakerOptions> {
  const given = args.get('options') === undefined ? {} : json(args, 'options');
  return isJsonObject(given) ? given : badArgument('options');
}
