import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { attributeOf, fits, own, type Source } from './attributes.js';
import type { LocalClock, LocalTime } from './time.js';

/** What is asked, and everything known about it, by who knows it (decision D18). */
export interface PolicyRequest {
  readonly resource: string;
  readonly action: string;
  /** Wall clock, ms since 1970: the only source of time of day and day of week. */
  readonly now: number;
  /** Observed by the enforcement point: `trustScore`, `trustStage`, `'request.rate'` ... */
  readonly engine: JsonObject;
  /** What is known about the agent: `'agent.role'`, or `agent: { role }`. */
  readonly resolver: JsonObject;
  /** What the registry or the call map says about the resource: `riskLevel`, `'resource.caseId'`, or `resource: { caseId }`. */
  readonly registry: JsonObject;
  /** The arguments as `request: { ... }`, and beside it the claims of the call: `purpose` ... Nobody verified any of it. */
  readonly caller: JsonObject;
}

/** The facts of one evaluation. */
export interface Facts {
  readonly request: PolicyRequest;
  /** The local time, computed when first asked for. */
  time(): LocalTime | undefined;
}

/** Reads an attribute: undefined where it is missing or null. */
export type Reader = (facts: Facts) => Json | undefined;

/** The facts of a request, in the time zone of `clock`. */
export function factsOf(request: PolicyRequest, clock: LocalClock): Facts {
  let known: { readonly time: LocalTime | undefined } | undefined;
  return {
    request,
    time() {
      known ??= { time: clock(request.now) };
      return known.time;
    },
  };
}

/** How an attribute is looked up, whatever its type: for `exists`. The name is canonical and known. */
export function presence(name: string): Reader {
  if (name === 'timeOfDay') return (facts) => facts.time()?.timeOfDay;
  if (name === 'dayOfWeek') return (facts) => facts.time()?.dayOfWeek;
  const source = attributeOf(name)?.source ?? 'caller';
  const path = name.split('.');
  return (facts) => find(facts.request[source], source, name, path) ?? undefined;
}

/** How the value of an attribute is read: a value that does not fit its type is missing (decision D13). */
export function valueOf(name: string): Reader {
  const read = presence(name);
  const attribute = attributeOf(name);
  return (facts) => {
    const value = read(facts);
    return value !== undefined && attribute !== undefined && fits(attribute, value) ? value : undefined;
  };
}

/**
 * The own value under a dotted name: as one key, else step by step. The caller's arguments are looked up step by
 * step alone: their keys are an attacker's, and `"request.amount"` beside `request: { amount }` would be a second
 * value under one name (flaw.P10).
 */
function find(facts: JsonObject, source: Source, name: string, path: readonly string[]): Json | undefined {
  if (source !== 'caller') {
    const whole = own(facts, name);
    if (whole !== undefined) return whole;
  }
  let value: Json | undefined = facts;
  for (const key of path) value = isJsonObject(value) ? own(value, key) : undefined;
  return value;
}
