import { Point } from '@noble/ed25519';

/** Windows of four bits in a scalar below L, which is below 2^253. */
const WINDOWS = 64;
/** Points of a place: 1 to 8 times its first. A digit above stands for itself less 16, and one more in the next place. */
const WINDOW_POINTS = 8;

/** Odd multiples of a point up to fifteen times it. */
const ODD_MULTIPLES = 8;

/**
 * `scalar` times `point`, for public values: the time tells both. By digits that are odd or zero, from -15 to 15
 * (wNAF of width 5), which takes a third of the additions that one for each bit takes.
 *
 * @param scalar from 0 to L - 1
 */
export function multiply(point: Point, scalar: bigint): Point {
  const twice = point.double();
  const odd = [point];
  for (let last = point; odd.length < ODD_MULTIPLES; odd.push(last)) last = last.add(twice);
  let sum = Point.ZERO;
  for (const digit of nonAdjacentForm(scalar).toReversed()) {
    sum = sum.double();
    const multiple = odd[Math.abs(digit) >> 1];
    if (digit !== 0 && multiple !== undefined) sum = sum.add(digit < 0 ? multiple.negate() : multiple);
  }
  return sum;
}

/** Digits of a scalar to the base 2, the lowest first: each is odd or zero, and four zeros at least follow an odd one. */
function nonAdjacentForm(scalar: bigint): number[] {
  const digits: number[] = [];
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    let digit = 0;
    if ((rest & 1n) === 1n) {
      digit = Number(rest & 31n);
      if (digit > 15) digit -= 32;
      rest -= BigInt(digit);
    }
    digits.push(digit);
  }
  return digits;
}

/** A point with a table of its multiples, for a point that is multiplied again and again: {@link multiplyByTable}. */
export type Table = readonly Point[];

/** The table of a point: 512 points, about 130 KB and the time of one and a half multiplications. */
export function tableOf(point: Point): Table {
  const table: Point[] = [];
  let first = point;
  for (let place = 0; place < WINDOWS; place++) {
    let last = first;
    table.push(last);
    for (let n = 1; n < WINDOW_POINTS; n++) table.push((last = last.add(first)));
    first = last.double();
  }
  return table;
}

/** As {@link multiply}, with one addition for each digit and nothing else: a fifth of its time. */
export function multiplyByTable(table: Table, scalar: bigint): Point {
  let sum = Point.ZERO;
  let rest = scalar;
  for (let place = 0; rest > 0n; place++) {
    let digit = Number(rest & 15n);
    rest >>= 4n;
    if (digit > WINDOW_POINTS) {
      digit -= 16;
      rest += 1n;
    }
    const multiple = table[place * WINDOW_POINTS + Math.abs(digit) - 1];
    if (digit !== 0 && multiple !== undefined) sum = sum.add(digit < 0 ? multiple.negate() : multiple);
  }
  return sum;
}
