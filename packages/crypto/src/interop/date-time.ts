/** A time as text: `2026-01-31T12:00:00Z`, with milliseconds where there are any. */
export const dateTime = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * The time of an XML dateTimeStamp, in milliseconds, rounded down: a date that exists, with its zone. Undefined for
 * every other text.
 */
export function timeOf(text: string): number | undefined {
  const found = DATE_TIME.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined || hour === undefined) return undefined;
  if (minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || day < 1 || day > daysOf(year, month))
    return undefined;
  const [zoneHours, zoneMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (zoneHours > 14 || zoneMinutes > 59) return undefined;
  const ahead = (zoneHours * 60 + zoneMinutes) * (found[8] === '-' ? -1 : 1);
  const ms = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  return (
    new Date(0).setUTCFullYear(year, month - 1, day) +
    ((hour * 60 + minute - ahead) * 60 + second) * 1000 +
    ms
  );
}

/** Days of a month of the Gregorian calendar; 0 for a month that is none. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month > 12 ? 0 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
