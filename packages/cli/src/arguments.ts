import { InvalidArgumentError } from 'commander';

/** A whole number of at least 1. */
export function positiveInteger(text: string): number {
  const value = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('it is a whole number from 1.');
}

/** A whole number from 0. */
export function wholeNumber(text: string): number {
  if (text === '0') return 0;
  const value = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('it is a whole number from 0.');
}

/** A whole number from 0 to 100. */
export function percentage(text: string): number {
  const percent = wholeNumber(text);
  if (percent > 100) throw new InvalidArgumentError('a whole number from 0 to 100');
  return percent;
}

/** An amount of money, in millionths of the main unit: `50`, `49.99`, `0.000001`. */
export function moneyAmount(text: string): number {
  const [, whole = '', decimals = ''] = /^(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,6}))?$/.exec(text) ?? [];
  if (whole === '')
    throw new InvalidArgumentError('it is an amount such as 50 or 49.99, with at most six decimals.');
  return Number(`${whole}${decimals.padEnd(6, '0')}`);
}

/** A time in UTC, ms: `2026-12-31` or `2026-12-31T12:00:00Z`. */
export function utcTime(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  // 31 February is no time, whatever the runtime makes of it.
  if (Number.isSafeInteger(ms) && ms >= 0 && new Date(ms).toISOString().startsWith(text.slice(0, 10)))
    return ms;
  throw new InvalidArgumentError('it is a time in UTC such as 2026-12-31 or 2026-12-31T12:00:00Z.');
}
