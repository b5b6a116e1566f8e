/** How a policy writes a duration: `30d`, `7years`, `12 months`. */
export const DURATION: RegExp =
  /^[1-9][0-9]{0,5} ?(?:s|m|h|d|w|y|seconds?|minutes?|hours?|days?|weeks?|months?|years?)$/;

const DAY_MS = 86_400_000;

/** By the first letter, but for `month`. A month has 30 days, a year 365. */
const UNIT_MS: { readonly [letter: string]: number } = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

/** Length of a duration, ms; undefined for a text that is none. */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const unit = text.replace(/^[0-9]+ ?/, '');
  return Number.parseInt(text, 10) * (unit.startsWith('mo') ? 30 * DAY_MS : (UNIT_MS[unit.charAt(0)] ?? 0));
}
