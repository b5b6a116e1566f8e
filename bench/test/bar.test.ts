import { expect, it } from 'vitest';
import { figure, judge } from '../src/bar.ts';

const limit = { bar: 'fast', unit: ' us', why: 'it is not' };

it.each([
  ['at the limit', { atMost: 1 }, 1, true],
  ['above it', { atMost: 1 }, 1.0001, false],
  ['enough', { atLeast: 4 }, 4, true],
  ['too little', { atLeast: 4 }, 3.9999, false],
  ['not measured', { atMost: 1 }, Number.NaN, false],
])('judges what is %s', (_, bounds, found, met) => {
  const result = judge({ ...limit, ...bounds }, found);
  expect(result.met).toBe(met);
  expect(result.why).toBe(met ? undefined : 'it is not');
});

it('writes figures with three digits and no exponent', () => {
  expect([0.0001234, 1.999, 12.34, 123.4, 1_234_567, Number.NaN].map((value) => figure(value))).toEqual([
    '0.000123',
    '2',
    '12.3',
    '123',
    '1 234 567',
    '-',
  ]);
});
