import { isJsonObject, type Json } from '@ttp/core';
import { attributeOf, fits } from '../attributes.js';
import { type Condition, isReference } from '../condition.js';
import type { PolicyRequest } from '../facts.js';
import { domainOf } from '../lint/domain.js';
import { DAYS, type LocalClock, minutesOf } from '../time.js';
import type { Target } from './targets.js';

/** What an attribute is tried with; undefined leaves it out. `now` is one of them, always with a number. */
export type Domains = ReadonlyMap<string, readonly (Json | undefined)[]>;
/** One value for each. */
export type Assignment = ReadonlyMap<string, Json | undefined>;

/** Text and number that stand for all that no condition names. */
const OTHER_TEXT = 'other';
const OTHER_NUMBER = 1;
/** Monday, 1 January 2024, noon UTC. */
const NOON_MS = 1_704_110_400_000;
const MINUTE_MS = 60_000;
const WEEK_MINUTES = 10_080;
const DAY_MINUTES = 1_440;

const isTime = (attribute: string): boolean => attribute === 'timeOfDay' || attribute === 'dayOfWeek';

/**
 * The values that tell the conditions apart, each attribute by itself: at, beside and between the operands, a value
 * that nobody names, and none at all.
 */
export function domainsOf(conditions: readonly Condition[], clocks: readonly LocalClock[]): Domains {
  const byName = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const list = byName.get(condition.attribute) ?? [];
    byName.set(condition.attribute, [...list, condition]);
    for (const { operand } of condition.tests)
      if (isReference(operand) && !byName.has(operand.ref)) byName.set(operand.ref, []);
  }
  const domains = new Map<string, readonly (Json | undefined)[]>();
  for (const [name, list] of byName)
    if (!isTime(name)) domains.set(name, [undefined, ...valuesOf(name, list)]);
  const timed = [...byName].filter(([name]) => isTime(name)).flatMap(([, list]) => list);
  domains.set('now', timed.length === 0 ? [NOON_MS] : instantsOf(timed, clocks));
  return domains;
}

function valuesOf(name: string, conditions: readonly Condition[]): readonly Json[] {
  const row = attributeOf(name);
  if (row === undefined) return [];
  const constants = conditions.flatMap(({ tests }) => tests.filter(({ operand }) => !isReference(operand)));
  const operands = constants.flatMap(({ op, operand }): readonly Json[] =>
    isReference(operand) || op === 'exists' ? [] : [operand].flat(),
  );
  const numbers = operands.filter((operand) => typeof operand === 'number');
  const isList = row.type === 'list' || constants.some(({ op }) => op === 'contains');
  const known =
    row.type === 'any'
      ? undefined
      : domainOf([{ attribute: name, tests: constants }, ...conditionless(name)]);
  const around = row.type === 'any' ? numbers.flatMap((n) => [n - 1, n, n + 1]) : [];
  const candidates: readonly Json[] = known ?? [
    ...operands,
    ...around,
    OTHER_TEXT,
    OTHER_NUMBER,
    true,
    false,
    ...(isList
      ? [[], [OTHER_TEXT], ...operands.map((operand) => [operand]), [...new Set(operands)]]
      : [[OTHER_TEXT]]),
  ];
  const seen = new Set<string>();
  return candidates.filter((value) => {
    const key = JSON.stringify(value);
    if (seen.has(key) || !fits(row, value)) return false;
    seen.add(key);
    return true;
  });
}

/** An attribute that is only referred to still needs values. */
const conditionless = (attribute: string): readonly Condition[] => [{ attribute, tests: [] }];

/** Instants at which the clocks of the policies show each of the times and days that conditions tell apart. */
function instantsOf(conditions: readonly Condition[], clocks: readonly LocalClock[]): readonly number[] {
  const times = conditions.filter(({ attribute }) => attribute === 'timeOfDay');
  const days = times.length < conditions.length ? DAYS.map((_, day) => day) : [0];
  const minutes = (times.length === 0 ? undefined : domainOf(times))
    ?.filter((time) => typeof time === 'string')
    .map((time) => minutesOf(time) ?? 0) ?? [DAY_MINUTES / 2];
  const instants = new Set<number>();
  for (const clock of clocks)
    for (const day of days)
      for (const minute of minutes)
        for (const beside of times.length === 0 ? [0] : [-1, 0])
          instants.add(instantAt(clock, day * DAY_MINUTES + minute + beside));
  return [...instants];
}

/** The instant of the week of {@link NOON_MS} at which a clock shows so many minutes after Monday midnight. */
function instantAt(clock: LocalClock, minute: number): number {
  const shown = clock(NOON_MS);
  const day = DAYS.findIndex((name) => name === shown?.dayOfWeek);
  const at = day * DAY_MINUTES + (minutesOf(shown?.timeOfDay ?? '') ?? 0);
  return NOON_MS + ((((minute - at) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES) * MINUTE_MS;
}

/** The request that an assignment is: each attribute under its source, those of the caller nested. */
export function requestOf({ action, resource }: Target, assignment: Assignment): PolicyRequest {
  const sources: { [source: string]: { [name: string]: Json } } = {
    engine: {},
    resolver: {},
    registry: {},
    caller: {},
  };
  let now = NOON_MS;
  for (const [name, value] of assignment) {
    if (name === 'now' && typeof value === 'number') now = value;
    const source = attributeOf(name)?.source;
    if (value === undefined || source === undefined) continue;
    const facts = (sources[source] ??= {});
    if (source === 'caller') nest(facts, name.split('.'), value);
    else facts[name] = value;
  }
  const { engine = {}, resolver = {}, registry = {}, caller = {} } = sources;
  return { resource, action, now, engine, resolver, registry, caller };
}

function nest(into: { [name: string]: Json }, [key = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const outer = into[key];
  const inner: { [name: string]: Json } = isJsonObject(outer) ? { ...outer } : {};
  nest(inner, rest, value);
  into[key] = inner;
}
