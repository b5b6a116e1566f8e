import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { BUDGET_MICROS_MAX, PRICE_ROWS_MAX, PRICE_UNITS_MAX } from '../limits.js';
import { isCurrency, isMicros, type Money } from './money.js';

/** What a call used, or will use at most: whole numbers by unit, such as `{ inputToken: 150, outputToken: 89 }`. */
export type Usage = { readonly [unit: string]: number };

/** What one unit costs at one provider and model: `micros` for every `per` units. */
export interface PriceRate {
  readonly unit: string;
  readonly micros: number;
  readonly per: number;
}

/** The rates of one model. */
export interface PriceRow {
  readonly provider: string;
  readonly model: string;
  readonly rates: readonly PriceRate[];
}

/** Prices, with where they come from and as of when: nobody's prices stand in this code. */
export interface PriceTable {
  readonly v: 1;
  /** Where the prices were read: a page, a contract. */
  readonly source: string;
  /** The day they were read or are valid from, `YYYY-MM-DD`. */
  readonly date: string;
  readonly currency: string;
  readonly prices: readonly PriceRow[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/;
const UNIT = /^[a-z][A-Za-z0-9]{0,31}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SOURCE_MAX_UNITS = 500;

/** Whether the text names a provider, model or endpoint. */
export const isPriceName = (value: Json | undefined): value is string =>
  typeof value === 'string' && NAME.test(value);

/**
 * Reads a price table, strictly.
 *
 * @param input the table, or its JSON text
 * @throws GUARD_PRICES_INVALID with the field; the CRYPTO_JSON_* codes for a text that is no JSON
 */
export function parsePriceTable(input: Json): PriceTable {
  const table = typeof input === 'string' ? parseJson(input, { profile: 'foreign' }) : input;
  const { v, source, date, currency, prices, ...rest } = object(table, '');
  none(rest, '');
  if (v !== 1) throw invalid('v');
  if (typeof source !== 'string' || source === '' || source.length > SOURCE_MAX_UNITS)
    throw invalid('source');
  if (typeof date !== 'string' || !isDay(date)) throw invalid('date');
  if (!isCurrency(currency)) throw invalid('currency');
  if (!Array.isArray(prices) || prices.length > PRICE_ROWS_MAX) throw invalid('prices');
  const rows = prices.map((row: Json, i) => rowOf(row, `prices[${i}]`));
  for (const [i, { provider, model }] of rows.entries())
    if (rows.slice(0, i).some((row) => row.provider === provider && row.model === model))
      throw invalid(`prices[${i}].model`);
  return { v, source, date, currency, prices: rows };
}

function rowOf(row: Json, field: string): PriceRow {
  const { provider, model, rates, ...rest } = object(row, field);
  none(rest, `${field}.`);
  if (!isPriceName(provider)) throw invalid(`${field}.provider`);
  if (!isPriceName(model)) throw invalid(`${field}.model`);
  if (!Array.isArray(rates) || rates.length > PRICE_UNITS_MAX) throw invalid(`${field}.rates`);
  const read = rates.map((rate: Json, i) => rateOf(rate, `${field}.rates[${i}]`));
  for (const [i, { unit }] of read.entries())
    if (read.slice(0, i).some((rate) => rate.unit === unit)) throw invalid(`${field}.rates[${i}].unit`);
  return { provider, model, rates: read };
}

function rateOf(rate: Json, field: string): PriceRate {
  const { unit, micros, per, ...rest } = object(rate, field);
  none(rest, `${field}.`);
  if (typeof unit !== 'string' || !UNIT.test(unit)) throw invalid(`${field}.unit`);
  if (!isMicros(micros)) throw invalid(`${field}.micros`);
  if (!isMicros(per) || per === 0) throw invalid(`${field}.per`);
  return { unit, micros, per };
}

/**
 * What a usage costs, exactly, and then rounded up to a whole micro-unit once: a call is never counted cheaper than it
 * is.
 *
 * @returns undefined where the table does not have the model, or no rate for a unit of the usage: what has no price is
 *   not free
 * @throws GUARD_USAGE_INVALID for a number of units that is negative, no integer or too large, and a cost above
 *   BUDGET_MICROS_MAX
 */
export function priceOf(
  { currency, prices }: PriceTable,
  { provider, model }: { readonly provider: string; readonly model: string },
  usage: Usage,
): Money | undefined {
  const row = prices.find((one) => one.provider === provider && one.model === model);
  if (row === undefined) return undefined;
  // One fraction over a common denominator: rates of different `per` add up without rounding.
  let over = 0n;
  let under = 1n;
  for (const [unit, count] of Object.entries(usage)) {
    if (!isMicros(count)) throw new TtpError('GUARD_USAGE_INVALID', 'no number of units', { field: unit });
    const rate = row.rates.find((one) => one.unit === unit);
    if (rate === undefined) return undefined;
    const per = BigInt(rate.per);
    over = over * per + BigInt(count) * BigInt(rate.micros) * under;
    under *= per;
  }
  const micros = (over + under - 1n) / under;
  if (micros > BigInt(BUDGET_MICROS_MAX))
    throw new TtpError('GUARD_USAGE_INVALID', 'a usage that costs more than is counted');
  return { currency, micros: Number(micros) };
}

function isDay(text: string): boolean {
  if (!DATE.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).toISOString().slice(0, 10) === text;
}

function object(value: Json, field: string): { readonly [member: string]: Json } {
  if (isJsonObject(value)) return value;
  throw invalid(field);
}

function none(rest: { readonly [member: string]: Json }, path: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(`${path}${unknown}`);
}

const invalid = (field: string): TtpError =>
  new TtpError('GUARD_PRICES_INVALID', `the price table has a wrong ${field === '' ? 'shape' : field}`, {
    field,
  });
