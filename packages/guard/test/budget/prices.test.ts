import type { JsonObject } from '@ttp/core';
import { codeThrownBy, seededRandom, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { parsePriceTable, priceOf, type Usage } from '../../src/index.js';

type Case = {
  readonly table: JsonObject;
  readonly model: string;
  readonly usage: Usage;
  readonly expect?: number | null;
  readonly code?: string;
  readonly field?: string;
};

it.for(vectors<Case>('budget'))('$name', ({ table, model, usage, expect: micros, code, field }) => {
  const price = () => priceOf(parsePriceTable(table), { provider: 'example', model }, usage);
  if (code === undefined) {
    expect(price()).toEqual(micros === null ? undefined : { currency: 'USD', micros });
    return;
  }
  expect(codeThrownBy(price)).toBe(code);
  if (field !== undefined) expect(price).toThrow(expect.objectContaining({ field }));
});

it('a table is read from its text as well, and a text with a price twice is none', () => {
  const [{ table } = { table: {} }] = vectors<Case>('budget');
  expect(parsePriceTable(JSON.stringify(table))).toEqual(table);
  expect(codeThrownBy(() => parsePriceTable('{"v":1,"v":1}'))).toMatch(/^CRYPTO_JSON_/);
  expect(codeThrownBy(() => parsePriceTable(null))).toBe('GUARD_PRICES_INVALID');
});

it('a cost is the exact fraction, rounded up, on 20 000 random tables', () => {
  const random = seededRandom('prices');
  for (let i = 0; i < 20_000; i++) {
    const units = ['a', 'b', 'c'].slice(0, 1 + random.int(3));
    const rates = units.map((unit) => ({ unit, micros: random.int(10_000_000), per: 1 + random.int(1000) }));
    const usage = Object.fromEntries(units.map((unit) => [unit, random.int(1_000_000)]));
    const table = {
      v: 1,
      source: 'random',
      date: '2026-01-01',
      currency: 'EUR',
      prices: [{ provider: 'p', model: 'm', rates }],
    } as const;
    const micros = priceOf(table, { provider: 'p', model: 'm' }, usage)?.micros ?? -1;
    // Written as the definition: the smallest whole number that is not below the sum of the fractions.
    const product = rates.reduce((all, { per }) => all * BigInt(per), 1n);
    const sum = rates.reduce(
      (all, { unit, micros: price, per }) =>
        all + (BigInt(usage[unit] ?? 0) * BigInt(price) * product) / BigInt(per),
      0n,
    );
    expect(BigInt(micros) * product >= sum && (BigInt(micros) - 1n) * product < sum).toBe(true);
  }
});
