import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { BUDGET_MICROS_MAX } from '../limits.js';

/** An amount of money: whole millionths of the main unit of a currency, so that no sum is ever rounded. */
export interface Money {
  /** ISO 4217: three capital letters. */
  readonly currency: string;
  /** 0 to BUDGET_MICROS_MAX. */
  readonly micros: number;
}

const CURRENCY = /^[A-Z]{3}$/;

/** Whether the value is an amount that is counted: a whole number of micro-units, from 0 to BUDGET_MICROS_MAX. */
export const isMicros = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= BUDGET_MICROS_MAX;

/** Whether the value is the code of a currency. */
export const isCurrency = (value: Json | undefined): value is string =>
  typeof value === 'string' && CURRENCY.test(value);

/**
 * Reads `{ currency, micros }`.
 *
 * @param field path of the value, for the error
 * @throws GUARD_BUDGET_MONEY for any other member, a fraction, and an amount below 0 or above BUDGET_MICROS_MAX
 */
export function asMoney(value: Json | undefined, field: string): Money {
  if (value !== undefined && isJsonObject(value)) {
    const { currency, micros, ...rest } = value;
    if (isCurrency(currency) && isMicros(micros) && Object.keys(rest).length === 0)
      return { currency, micros };
  }
  throw new TtpError('GUARD_BUDGET_MONEY', 'an amount is a currency and whole micro-units', { field });
}

/** The sum, or the largest number that is exact: what is too much to be counted is not counted less. */
export const plus = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);
