import { type Interaction, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { WINDOW_AMOUNT_CEILING } from '../limits.js';

/** A sum or count that is kept: which argument of a call it adds up, and over how long. */
export interface WindowParams {
  /** Dotted name of an argument, such as `request.amount`; absent where calls are counted. */
  readonly adds?: string;
  /** Length, ms. */
  readonly windowMs: number;
}

/** An obligation to stay within one. */
export interface WindowLimit extends WindowParams {
  /** In major units of the amount, or calls. Absent: it is only added to. */
  readonly atMost?: number;
}

const ARGUMENT = /^request(?:\.[A-Za-z_][A-Za-z0-9_-]*){1,15}$/;

/** What `params` of an obligation say; undefined where they say nothing that can be kept. */
export function readLimit({ adds, windowMs, atMost }: JsonObject): WindowLimit | undefined {
  if (adds !== undefined && !(typeof adds === 'string' && ARGUMENT.test(adds))) return undefined;
  if (typeof windowMs !== 'number' || !Number.isSafeInteger(windowMs) || windowMs < 1) return undefined;
  if (atMost !== undefined && !(typeof atMost === 'number' && atMost >= 0)) return undefined;
  return {
    windowMs,
    ...(adds === undefined ? {} : { adds }),
    ...(atMost === undefined ? {} : { atMost }),
  };
}

/** Amounts are counted in hundredths, exactly; calls one by one. */
const scaleOf = ({ adds }: WindowParams): number => (adds === undefined ? 1 : 100);

/** Units as the number that a policy compares. */
export const valueOf = (units: number, span: WindowParams): number => units / scaleOf(span);

/** The most units that a limit allows: never one more for a fraction of a unit. */
export function unitsAtMost(atMost: number, span: WindowParams): number {
  const scale = scaleOf(span);
  const nearest = Math.round(atMost * scale);
  return nearest / scale === atMost ? nearest : Math.floor(atMost * scale);
}

/**
 * What a call adds to a window: 1 to a count, the hundredths of its amount to a sum. Undefined where the argument is
 * missing, negative, larger than WINDOW_AMOUNT_CEILING, has more than two decimals or is no number.
 */
export function unitsOf({ input }: Interaction, span: WindowParams): number | undefined {
  if (span.adds === undefined) return 1;
  let value: Json | undefined = input;
  for (const key of span.adds.split('.').slice(1))
    value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= WINDOW_AMOUNT_CEILING)) return undefined;
  const units = Math.round(value * 100);
  return units / 100 === value ? units : undefined;
}
