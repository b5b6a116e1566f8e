import { WINDOW_MAX_MS } from './limits.js';

/**
 * What an attribute such as `sum(request.amount, 24h)` or `count(request, 1h)` adds up, and over how long: all calls
 * of the agent that were permitted in the window, and the call that is asked about (decision D18, flaw.P8).
 */
export interface Window {
  /** As the policy writes it. */
  readonly attribute: string;
  /** The argument that a sum adds up; absent for a count. */
  readonly adds?: string;
  /** Length of the window, ms. */
  readonly windowMs: number;
}

/** One spelling: a sum names an argument of the call, a count names none. */
const WINDOW =
  /^(?:sum\((request(?:\.[A-Za-z_][A-Za-z0-9_-]*){1,15})|count\(request), ([1-9][0-9]{0,7})([smhd])\)$/;

/** What looks like a window and is none. */
const CALL = /^[A-Za-z]+\(/;

const UNIT_MS: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How a window is written, for whoever got it wrong. */
export const WINDOW_SPELLING = 'sum(request.amount, 24h) or count(request, 1h), with s, m, h or d';

/** The window that a name says; undefined where it says none. The argument of a sum is not looked up here. */
export function parseWindow(name: string): Window | undefined {
  // Every attribute of a request comes by here: almost none of them ends like this.
  if (!name.endsWith(')') || name.length > 256) return undefined;
  const [whole, adds, count = '', unit = ''] = WINDOW.exec(name) ?? [];
  const windowMs = Number(count) * (UNIT_MS[unit] ?? 0);
  if (whole === undefined || windowMs > WINDOW_MAX_MS) return undefined;
  return { attribute: name, windowMs, ...(adds === undefined ? {} : { adds }) };
}

/** Whether somebody meant a window. */
export const isCall = (name: string): boolean => CALL.test(name);
