/** An exact fraction with a positive denominator: no rounding until the end, so that every runtime agrees (law S-7). */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** `numerator / denominator`, not reduced; `denominator` is positive. */
export const fraction = (numerator: bigint, denominator: bigint): Fraction => ({ numerator, denominator });

/** The exact sum. */
export const add = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

/** Whether `a` is less than `b`. */
export const isLess = (a: Fraction, b: Fraction): boolean =>
  a.numerator * b.denominator < b.numerator * a.denominator;

/** floor(a / b) of safe integers, b > 0, without the rounding of a floating-point quotient. */
export function floorDiv(a: number, b: number): number {
  const rest = a % b;
  return (a - rest) / b - (rest < 0 ? 1 : 0);
}
