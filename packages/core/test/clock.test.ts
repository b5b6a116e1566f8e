import { advanceClock, WALL_CLOCK_TOLERANCE_MS } from '@ttp/core';
import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const YEAR = 365 * 24 * 3600 * 1000;
const now = 1_700_000_000_000;

describe('advanceClock', () => {
  it('moves forward with the clock', () => {
    expect(advanceClock(0, now)).toBe(now);
    expect(advanceClock(now, now + 1)).toBe(now + 1);
  });

  it('never lets time pass backwards inside the tolerance', () => {
    expect(advanceClock(now, now - 1)).toBe(now);
    expect(advanceClock(now, now - WALL_CLOCK_TOLERANCE_MS)).toBe(now);
  });

  it('is a fault beyond the tolerance: an expired approval must not become valid again', () => {
    expect(codeThrownBy(() => advanceClock(now, now - WALL_CLOCK_TOLERANCE_MS - 1))).toBe(
      'CORE_CLOCK_REGRESSED',
    );
    expect(codeThrownBy(() => advanceClock(now, now - YEAR))).toBe('CORE_CLOCK_REGRESSED');
  });

  it('refuses what is not a time', () => {
    for (const bad of [NaN, -1, 0.5, Infinity]) {
      expect(codeThrownBy(() => advanceClock(now, bad))).toBe('CORE_BAD_TIME');
      expect(codeThrownBy(() => advanceClock(bad, now))).toBe('CORE_BAD_TIME');
    }
  });
});
