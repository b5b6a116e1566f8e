/** Number ranges of the card networks: first and last prefix of one length, and how long their numbers are. */
const NETWORKS: readonly {
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}[] = [
  { from: 4, to: 4, lengths: [13, 16, 19] }, // Visa
  { from: 51, to: 55, lengths: [16] }, // Mastercard
  { from: 2221, to: 2720, lengths: [16] }, // Mastercard
  { from: 34, to: 34, lengths: [15] }, // American Express
  { from: 37, to: 37, lengths: [15] }, // American Express
  { from: 300, to: 305, lengths: [14, 16] }, // Diners Club
  { from: 3095, to: 3095, lengths: [14, 16] }, // Diners Club
  { from: 36, to: 36, lengths: [14, 16] }, // Diners Club
  { from: 38, to: 39, lengths: [14, 16] }, // Diners Club
  { from: 6011, to: 6011, lengths: [16, 19] }, // Discover
  { from: 644, to: 649, lengths: [16, 19] }, // Discover
  { from: 65, to: 65, lengths: [16, 19] }, // Discover, RuPay, Verve
  { from: 3528, to: 3589, lengths: [16, 19] }, // JCB
  { from: 62, to: 62, lengths: [16, 17, 18, 19] }, // UnionPay
  { from: 81, to: 82, lengths: [16, 19] }, // UnionPay, RuPay
  { from: 500, to: 509, lengths: [16, 18, 19] }, // Maestro, RuPay, Verve
  { from: 56, to: 58, lengths: [16, 18, 19] }, // Maestro
  { from: 6304, to: 6304, lengths: [16, 18, 19] }, // Maestro
  { from: 67, to: 67, lengths: [16, 18, 19] }, // Maestro
  { from: 2200, to: 2204, lengths: [16, 19] }, // Mir
  { from: 9792, to: 9792, lengths: [16] }, // Troy
  { from: 1, to: 1, lengths: [15] }, // UATP
];

/** The longest card number (ISO/IEC 7812). */
const MAX_DIGITS = 19;
const MIN_DIGITS = 13;

/** What may stand between the groups of one number, the same between all of them. */
const SEPARATORS: ReadonlySet<string> = new Set([' ', '-', '.', '+', '\t', ' - ']);
const MAX_SEPARATOR_UNITS = 3;

/** A run of digits and where it stands. */
interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Where card numbers stand in `text`: digits of a network's range and length that pass the Luhn check, in one run
 * or in groups with one separator (`4111 1111 1111 1111`, `3782-822463-10005`, `4.1.1.1...`). Linear: a number
 * has at most 19 groups.
 *
 * @returns `[start, end)` of each, in order, not overlapping
 */
export function* findCards(text: string): Generator<readonly [number, number]> {
  if (!hasDigits(text, MIN_DIGITS)) return;
  const groups: Group[] = [];
  for (const match of text.matchAll(/[0-9]+/g))
    groups.push({ digits: match[0], start: match.index, end: match.index + match[0].length });
  for (let first = 0; first < groups.length; ) {
    const last = lastGroup(text, groups, first);
    if (last === undefined) first++;
    else {
      yield [groups[first]?.start ?? 0, groups[last]?.end ?? 0];
      first = last + 1;
    }
  }
}

/** Whether there are at least `least` digits in the text, wherever they stand. */
function hasDigits(text: string, least: number): boolean {
  let count = 0;
  for (let i = 0; i < text.length && count < least; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) count++;
  }
  return count === least;
}

/** Index of the last group of the longest card number that begins with group `first`. */
function lastGroup(text: string, groups: readonly Group[], first: number): number | undefined {
  const head = groups[first];
  if (head === undefined || isAlphanumeric(text, head.start - 1)) return undefined;
  let digits = '';
  let separator: string | undefined;
  let found: number | undefined;
  for (let last = first; last < groups.length; last++) {
    const group = groups[last];
    if (group === undefined) break;
    if (last > first) {
      const gap = gapBefore(text, groups, last);
      if (gap === undefined || (separator ?? gap) !== gap) break;
      separator = gap;
      // A row of small numbers is looked at from its first one only.
      if (head.digits.length < 4 && gapBefore(text, groups, first) === separator) break;
    }
    digits += group.digits.slice(0, MAX_DIGITS + 1);
    if (digits.length > MAX_DIGITS) break;
    if (digits.length < MIN_DIGITS || isAlphanumeric(text, group.end)) continue;
    if (isCardNumber(digits) && isCardLayout(text, groups, first, last, separator)) found = last;
  }
  return found;
}

/** What stands between group `i` and the one before it, where that may separate the groups of one number. */
function gapBefore(text: string, groups: readonly Group[], i: number): string | undefined {
  const before = groups[i - 1];
  const group = groups[i];
  if (before === undefined || group === undefined || group.start - before.end > MAX_SEPARATOR_UNITS)
    return undefined;
  const gap = text.slice(before.end, group.start);
  return SEPARATORS.has(gap) ? gap : undefined;
}

/**
 * Whether the groups can be one number. Numbers are printed with four digits first (4-4-4-4, 4-6-5, 4-4-4-4-3).
 * Equal short groups (`4 1 1 1...`) are one only where no further group goes before or after: else every list of
 * small numbers would hold some. A fraction (`0.4111111111111111`) is none.
 */
function isCardLayout(
  text: string,
  groups: readonly Group[],
  first: number,
  last: number,
  separator: string | undefined,
): boolean {
  const sizes = groups.slice(first, last + 1).map((group) => group.digits.length);
  const [size = 0] = sizes;
  const tail = sizes.at(-1) ?? 0;
  const inner = sizes.slice(1, -1);
  if (separator === undefined) return gapBefore(text, groups, first) !== '.';
  if (size === 4) return inner.every((n) => n >= 4 && n <= 6) && tail <= 7;
  const isEqual = size < 4 && inner.every((n) => n === size) && tail <= size;
  return isEqual && gapBefore(text, groups, last + 1) !== separator;
}

const isCardNumber = (digits: string): boolean =>
  NETWORKS.some(({ from, to, lengths }) => {
    const prefix = Number(digits.slice(0, String(from).length));
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  }) && passesLuhn(digits);

/** ISO/IEC 7812-1 annex B: every second digit from the right doubled, digit sums added up, divisible by ten. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isAlphanumeric(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
