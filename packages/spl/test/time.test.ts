import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { evaluate, loadPolicy } from '../src/index.js';
import { localClock, minutesOf, withinTimes } from '../src/time.js';

/** Whether a window in a zone is open at an instant, given as ISO 8601. */
function open(window: readonly [string, string], timezone: string, instant: string): boolean {
  const conditions = { timeOfDay: { between: window } };
  const policy = loadPolicy({
    version: '1.0.0',
    timezone,
    rules: [{ id: 'a', effect: 'allow', resources: ['r'], actions: ['read'], conditions }],
  });
  const nothing = { engine: {}, resolver: {}, registry: {}, caller: {} };
  return (
    evaluate(policy, { resource: 'r', action: 'read', now: Date.parse(instant), ...nothing }).effect ===
    'allow'
  );
}

describe('a time of day', () => {
  it('is strictly HH:MM', () => {
    proves('flaw.P9');
    expect(['00:00', '09:05', '23:59'].map(minutesOf)).toEqual([0, 545, 1439]);
    for (const text of [
      '9:00',
      '24:00',
      '12:60',
      '12:5',
      '12:00:00',
      '12.00',
      ' 12:00',
      '１２:00',
      '-1:00',
      '',
    ])
      expect(minutesOf(text), text).toBeUndefined();
  });

  it('lies in a window that includes its start, excludes its end, and wraps past midnight', () => {
    proves('spl.operators.between', 'flaw.P9');
    for (let start = 0; start < 1440; start += 97)
      for (let end = 0; end < 1440; end += 89) {
        if (start === end) continue;
        for (let minute = 0; minute < 1440; minute += 41) {
          // Walk from the start to the end: whatever the walk meets is inside.
          const inside = (minute - start + 1440) % 1440 < (end - start + 1440) % 1440;
          if (withinTimes(minute, start, end) !== inside) expect.fail(`${minute} in [${start}, ${end})`);
        }
      }
    expect(open(['22:00', '06:00'], 'UTC', '2026-06-01T22:00:00Z')).toBe(true);
    expect(open(['22:00', '06:00'], 'UTC', '2026-06-01T05:59:59Z')).toBe(true);
    expect(open(['22:00', '06:00'], 'UTC', '2026-06-01T06:00:00Z')).toBe(false);
    expect(open(['22:00', '06:00'], 'UTC', '2026-06-01T21:59:59Z')).toBe(false);
    const same = { timeOfDay: { between: ['09:00', '09:00'] } };
    expect(() =>
      loadPolicy({ version: '1.0.0', rules: [{ id: 'a', effect: 'deny', conditions: same }] }),
    ).toThrow('same time');
  });

  it('is local to the policy, and UTC where the policy names no zone', () => {
    proves('spl.time.zone');
    expect(open(['09:00', '10:00'], 'Europe/Berlin', '2026-01-15T08:30:00Z')).toBe(true);
    expect(open(['09:00', '10:00'], 'Europe/Berlin', '2026-07-15T07:30:00Z')).toBe(true);
    expect(open(['09:00', '10:00'], 'UTC', '2026-01-15T08:30:00Z')).toBe(false);
    expect(open(['09:00', '10:00'], 'Asia/Kolkata', '2026-01-15T03:30:00Z')).toBe(true);
    expect(loadPolicy('{"version":"1.0.0","rules":[{"id":"a","effect":"deny"}]}').document.timezone).toBe(
      'UTC',
    );
  });

  it('follows the clock on the wall through both daylight-saving transitions', () => {
    proves('spl.time.zone', 'flaw.P9');
    const berlin = 'Europe/Berlin';
    // 29 March 2026, 02:00 becomes 03:00: the window [02:00, 03:00) does not open that night.
    for (const instant of ['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z'])
      expect(open(['02:00', '03:00'], berlin, instant), instant).toBe(false);
    expect(open(['01:00', '02:00'], berlin, '2026-03-29T00:59:59Z')).toBe(true);
    expect(open(['03:00', '04:00'], berlin, '2026-03-29T01:00:00Z')).toBe(true);
    // 25 October 2026, 03:00 becomes 02:00: the window is open for two hours.
    for (const instant of [
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:59:59Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T01:59:59Z',
    ])
      expect(open(['02:00', '03:00'], berlin, instant), instant).toBe(true);
    expect(open(['02:00', '03:00'], berlin, '2026-10-25T02:00:00Z')).toBe(false);
  });
});

describe('a day of the week', () => {
  it('is the one at the place', () => {
    proves('spl.conditions.day-of-week');
    const instant = Date.parse('2026-11-21T23:30:00Z');
    expect(localClock('UTC')?.(instant)).toEqual({ timeOfDay: '23:30', dayOfWeek: 'Sat' });
    expect(localClock('Europe/Berlin')?.(instant)).toEqual({ timeOfDay: '00:30', dayOfWeek: 'Sun' });
    expect(localClock('America/Los_Angeles')?.(instant)).toEqual({ timeOfDay: '15:30', dayOfWeek: 'Sat' });
    const days = Array.from(
      { length: 7 },
      (_, i) => localClock('UTC')?.(Date.parse('2026-11-16T00:00:00Z') + i * 86_400_000)?.dayOfWeek,
    );
    expect(days).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
    const written = { id: 'a', effect: 'deny', conditions: { dayOfWeek: { in: ['Monday'] } } };
    expect(() => loadPolicy({ version: '1.0.0', rules: [written] })).toThrow('"Monday" is none of Mon');
  });

  it('agrees with the runtime in UTC over many years', () => {
    for (let day = 0; day < 40_000; day += 13) {
      const instant = day * 86_400_000 + (day % 1440) * 60_000;
      const runtime = new Date(instant).toUTCString();
      const clock = localClock('UTC')?.(instant);
      expect(`${clock?.dayOfWeek} ${clock?.timeOfDay}`).toBe(
        `${runtime.slice(0, 3)} ${runtime.slice(17, 22)}`,
      );
    }
  });
});

it('has no time where the instant is none, or the zone is unknown', () => {
  for (const now of [-1, Number.NaN, 1.5, Infinity, 9e15]) {
    expect(localClock('UTC')?.(now)).toBeUndefined();
    expect(localClock('Europe/Berlin')?.(now)).toBeUndefined();
  }
  for (const zone of ['', 'Nowhere/City', '+01:00', '../etc', 'UTC;'])
    expect(localClock(zone)).toBeUndefined();
});
