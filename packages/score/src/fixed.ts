import { floorDiv } from './integer.js';

/** One in the fixed-point numbers of this file: 32 bits after the point. */
export const FIXED_ONE: bigint = 2n ** 32n;
const FRACTION_BITS = 32n;

/** A day, ms. */
export const DAY_MS = 86_400_000;

/**
 * e^(-0.002 x 2^k) for k = 0, 1, ... in fixed point, rounded: the decay of isnad entries after 1, 2, 4 ... days
 * (isnad-architecture.txt L181-187). A table, because two runtimes may round Math.exp differently (decision D23).
 */
const ISNAD_DECAY: readonly bigint[] = [
  4286385946n,
  4277821741n,
  4260744631n,
  4226794655n,
  4159704096n,
  4028700796n,
  3778941489n,
  3324914438n,
  2573955809n,
  1542560875n,
  554019132n,
  71464385n,
  1189103n,
  329n,
];

/** 2^(-2^k / 30) for k = 0, 1, ...: what is left of the distance of a bond from its middle (decisions.md, table of numbers). */
const BOND_DECAY: readonly bigint[] = [
  4196870107n,
  4101013462n,
  3915818271n,
  3570139579n,
  2967635313n,
  2050506731n,
  978954568n,
  223133724n,
  11592325n,
  31288n,
];

/** Whether it is a time, ms, up to the year 9999: the days between two of them fit the tables. */
export const isTime = (ms: number): boolean =>
  Number.isSafeInteger(ms) && ms >= 0 && ms <= 2_932_896 * DAY_MS;

/** Whole days between two times, ms; 0 where the second is the earlier one, so that nothing weighs more for being dated ahead (flaw.S11). */
export const daysBetween = (from: number, to: number): number => Math.max(0, floorDiv(to - from, DAY_MS));

/** e^(-0.002 days) in fixed point, rounded down at each step; `days` is a whole number from 0. */
export const isnadDecay = (days: number): bigint => power(ISNAD_DECAY, days);

/** 2^(-days / 30) in fixed point, rounded down at each step. */
export const bondDecay = (days: number): bigint => power(BOND_DECAY, days);

/** The product of the table's entries at the bits of `exponent`; beyond the table nothing is left. */
function power(table: readonly bigint[], exponent: number): bigint {
  if (exponent >= 2 ** table.length) return 0n;
  let result = FIXED_ONE;
  for (const [k, factor] of table.entries())
    if (((exponent >> k) & 1) === 1) result = (result * factor) >> FRACTION_BITS;
  return result;
}

/**
 * floor(1000 x log2(x)) of a fixed-point x of at least 1, exact to the last digit: by squaring, one bit at a time.
 */
export function log2Milli(x: bigint): number {
  const whole = BigInt(x.toString(2).length - 1) - FRACTION_BITS;
  // x / 2^whole, in [1, 2), with 64 bits after the point.
  let rest = (x << 64n) >> (whole + FRACTION_BITS);
  let bits = 0n;
  for (let i = 0; i < LOG_BITS; i++) {
    rest = (rest * rest) >> 64n;
    bits <<= 1n;
    if (rest >= 2n ** 65n) {
      rest >>= 1n;
      bits |= 1n;
    }
  }
  return Number((1000n * ((whole << BigInt(LOG_BITS)) + bits)) >> BigInt(LOG_BITS));
}

const LOG_BITS = 40;
