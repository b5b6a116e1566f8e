/** Days as policies spell them; the week begins on Monday (decision D14). */
export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const ZERO = 0x30;
const ZONE = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday. */
const EPOCH_DAY = 3;
/** The largest time that ECMAScript can name, ms. */
const TIME_CEILING_MS = 8.64e15;

/** Time of day and day of week at one place. */
export interface LocalTime {
  /** `HH:MM`. */
  readonly timeOfDay: string;
  readonly dayOfWeek: string;
}

/** Tells the local time of an instant (ms since 1970); undefined where the instant is no time. */
export type LocalClock = (now: number) => LocalTime | undefined;

/** Minutes since midnight of a strict `HH:MM`; `9:00`, `24:00` and `09:00:00` are not one (flaw.P9). */
export function minutesOf(text: string): number | undefined {
  if (text.length !== 5 || text[2] !== ':') return undefined;
  const hour = twoDigits(text, 0);
  const minute = twoDigits(text, 3);
  return hour < 24 && minute < 60 ? hour * 60 + minute : undefined;
}

/** The number that two ASCII digits spell; NaN for anything else. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** `minutes` since midnight as `HH:MM`. */
export function timeOfMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/**
 * Minutes since midnight at one place; undefined where the instant is no time.
 *
 * @param zone IANA name
 * @returns undefined where the runtime knows no such zone
 */
export function localMinutes(zone: string): ((now: number) => number | undefined) | undefined {
  const clock = localClock(zone);
  return clock && ((now) => minutesOf(clock(now)?.timeOfDay ?? ''));
}

/**
 * Whether `minutes` lies in `[start, end)`, all in minutes since midnight. A start after the end wraps past
 * midnight, so `22:00` to `06:00` is the night (decision D14).
 */
export function withinTimes(minutes: number, start: number, end: number): boolean {
  return start < end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
}

/**
 * The clock of an IANA zone. Local wall time: in a night of a daylight-saving transition an hour is skipped or
 * comes twice, and a time window means what the clock on the wall shows.
 *
 * @returns undefined where the runtime knows no such zone
 */
export function localClock(zone: string): LocalClock | undefined {
  if (!ZONE.test(zone)) return undefined;
  if (zone === 'UTC') return utcClock;
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  // Zones change at whole seconds, and a zone's time is asked for by every decision of a second.
  let known: { readonly second: number; readonly time: LocalTime } | undefined;
  return (now) => {
    if (!isTime(now)) return undefined;
    const second = Math.floor(now / SECOND_MS);
    if (known?.second !== second) known = { second, time: timeIn(format, now) };
    return known.time;
  };
}

function timeIn(format: Intl.DateTimeFormat, now: number): LocalTime {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return {
    timeOfDay: `${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}`,
    dayOfWeek: parts.get('weekday') ?? '',
  };
}

const utcClock: LocalClock = (now) => {
  if (!isTime(now)) return undefined;
  const day = (Math.floor(now / DAY_MS) + EPOCH_DAY) % DAYS.length;
  return { timeOfDay: timeOfMinutes(Math.floor((now % DAY_MS) / MINUTE_MS)), dayOfWeek: DAYS[day] ?? '' };
};

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
    });
  } catch (error) {
    // RangeError is how Intl says that a zone does not exist; anything else is a fault.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isTime = (now: number): boolean => Number.isSafeInteger(now) && now >= 0 && now <= TIME_CEILING_MS;
