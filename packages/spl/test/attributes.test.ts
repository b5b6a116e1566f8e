import { withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { fits } from '../src/attributes.js';
import { ATTRIBUTES } from '../src/index.js';

const { 'request.amount': AMOUNT } = ATTRIBUTES;

it('takes for money what has at most two decimals when it is written out', async () => {
  let taken = 0;
  let refused = 0;
  await withSeed('money', 20_000, (random) => {
    const hundredths = random.int(10 ** (1 + random.int(9))) * random.pick([1, 1, 1000, 1_000_000]);
    const value = (hundredths / 100) * random.pick([1, 1, 1, 1 + Number.EPSILON, 1 / 3]);
    const isMoney = Number(value.toFixed(2)) === value;
    if (AMOUNT === undefined || fits(AMOUNT, value) !== isMoney) expect.fail(`${value}`);
    if (isMoney) taken++;
    else refused++;
  });
  expect(taken).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(1000);
});

it.each([
  [0.1 + 0.2, false],
  [0.3, true],
  [0.001, false],
  [999_999_999_999.99, true],
  [Number.MAX_SAFE_INTEGER, true],
  [1e21, true],
  [-0.01, false],
  [Number.POSITIVE_INFINITY, false],
  [Number.NaN, false],
])('%d as an amount: %s', (value, expected) => {
  expect(AMOUNT !== undefined && fits(AMOUNT, value)).toBe(expected);
});
