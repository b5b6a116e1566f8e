import type { BarResult } from './result.ts';

/** What a bar is judged by: the numbers of the race it belongs to, by the names of its contestants. */
export interface Measured {
  /** Time of one over that of another: the median over the rounds. NaN where one of them did not run. */
  ratio(name: string, over: string): number;
  /** Microseconds an operation. */
  median(name: string): number;
  /** Of single operations, in microseconds. */
  p50(name: string): number;
  p99(name: string): number;
}

/** A bar without the number that it is judged by. */
export interface Limit {
  /** As performance.md section 11 or the issue has it. */
  readonly bar: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Written behind the number. */
  readonly unit: string;
  /** Why it is missed, where it is. */
  readonly why: string;
}

/** A bar of a race. */
export interface Bar extends Limit {
  readonly value: (measured: Measured) => number;
}

/** A bar with its verdict; what could not be measured is not met. */
export function judge({ bar, atMost, atLeast, unit, why }: Limit, found: number): BarResult {
  const met = (atMost === undefined || found <= atMost) && (atLeast === undefined || found >= atLeast);
  const text = Number.isNaN(found) ? 'not measured' : `${figure(found, 4)}${unit}`;
  return { bar, measured: text, met, ...(met ? {} : { why }) };
}

/** So many digits, without an exponent. A bar gets one more than a table, so that it shows on which side it is. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 100) return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ' ');
  return Number(value.toPrecision(digits)).toString();
}
