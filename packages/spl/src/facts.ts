import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { type Attribute, attributeOf, fits, own, type Source, windowOf } from './attributes.js';
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

/** One attribute of a policy, with its place in the facts of an evaluation and how it is looked up. */
export interface Slot {
  readonly index: number;
  readonly name: string;
  readonly path: readonly string[];
  /** Undefined for the time of day and the day of week, which follow from `now`. */
  readonly source: Source | undefined;
  /** What the value has to fit; undefined where whatever stands there counts. */
  readonly attribute: Attribute | undefined;
}

/** The attributes that the conditions of a policy look at, numbered. */
export class Slots {
  readonly #values = new Map<string, Slot>();
  readonly #presences = new Map<string, Slot>();

  /** The value of an attribute: one that does not fit its type is missing. The name is canonical and known. */
  value(name: string): Slot {
    return this.#slot(this.#values, name, attributeOf(name));
  }

  /** Whatever stands under the name, whether it fits or not: for `exists`. */
  presence(name: string): Slot {
    return this.#slot(this.#presences, name, undefined);
  }

  #slot(slots: Map<string, Slot>, name: string, attribute: Attribute | undefined): Slot {
    const known = slots.get(name);
    if (known !== undefined) return known;
    const isTime = name === 'timeOfDay' || name === 'dayOfWeek';
    const slot = {
      index: this.#values.size + this.#presences.size,
      name,
      path: windowOf(name) === undefined ? name.split('.') : [name],
      source: isTime ? undefined : (attributeOf(name)?.source ?? 'caller'),
      attribute,
    };
    slots.set(name, slot);
    return slot;
  }
}

/** The facts of one evaluation. Each attribute is looked up when it is first asked for, and then known. */
export class Facts {
  readonly request: PolicyRequest;
  readonly #clock: LocalClock;
  /** By slot: undefined where nobody asked, null where there is no value. */
  readonly #values: (Json | undefined)[] = [];
  #time: { readonly local: LocalTime | undefined } | undefined;

  constructor(request: PolicyRequest, clock: LocalClock) {
    this.request = request;
    this.#clock = clock;
  }

  /** The value in a slot; null where it is missing, null, or does not fit its attribute (decision D13). */
  value(slot: Slot): Json {
    const known = this.#values[slot.index];
    return known === undefined ? this.#read(slot) : known;
  }

  /** The local time, computed when first asked for. */
  time(): LocalTime | undefined {
    this.#time ??= { local: this.#clock(this.request.now) };
    return this.#time.local;
  }

  #read(slot: Slot): Json {
    const { index } = slot;
    const value = this.#find(slot);
    // A list with holes far apart would become a dictionary, which is slow.
    for (let i = this.#values.length; i < index; i++) this.#values.push(undefined);
    this.#values[index] = value;
    return value;
  }

  #find({ source, name, path, attribute }: Slot): Json {
    const value =
      source === undefined
        ? this.time()?.[name === 'timeOfDay' ? name : 'dayOfWeek']
        : find(factsOf(this.request, source), source, name, path);
    if (value === undefined || value === null) return null;
    return attribute === undefined || fits(attribute, value) ? value : null;
  }
}

/** To look a member up by a name that is in a variable takes several times as long. */
function factsOf(request: PolicyRequest, source: Source): JsonObject {
  if (source === 'engine') return request.engine;
  if (source === 'resolver') return request.resolver;
  return source === 'registry' ? request.registry : request.caller;
}

/**
 * The own value under a dotted name: as one key, else step by step. The caller's arguments are looked up step by
 * step alone: their keys are an attacker's, and `"request.amount"` beside `request: { amount }` would be a second
 * value under one name (flaw.P10).
 */
function find(facts: JsonObject, source: Source, name: string, path: readonly string[]): Json | undefined {
  if (source !== 'caller') {
    const whole = own(facts, name);
    if (whole !== undefined || path.length === 1) return whole;
  }
  let value: Json | undefined = facts;
  for (let i = 0; i < path.length; i++) value = isJsonObject(value) ? own(value, path[i] ?? '') : undefined;
  return value;
}
