import { codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock, systemRandom, systemTimer } from '../src/system.js';

describe('systemClock', () => {
  it('gives the wall clock in whole milliseconds', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(Number.isSafeInteger(now)).toBe(true);
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('never goes back on the monotonic side', () => {
    let last = systemClock.monotonic();
    for (let i = 0; i < 10_000; i += 1) {
      const next = systemClock.monotonic();
      expect(next >= last).toBe(true);
      last = next;
    }
  });
});

describe('systemRandom', () => {
  it('gives as many bytes as asked for, other ones each time', () => {
    for (const n of [0, 1, 16, 32, 65_536, 65_537, 200_000, 1_048_576])
      expect(systemRandom.bytes(n).length).toBe(n);
    const seen = new Set(Array.from({ length: 1000 }, () => systemRandom.bytes(16).join()));
    expect(seen.size).toBe(1000);
  });

  it('fills the part beyond the limit of one call too', () => {
    const bytes = systemRandom.bytes(131_072 + 64);
    for (const from of [0, 65_536, 131_072])
      expect(bytes.subarray(from, from + 64).some((byte) => byte !== 0)).toBe(true);
  });

  it('refuses what is no count of bytes', () => {
    for (const n of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1_048_577])
      expect(codeThrownBy(() => systemRandom.bytes(n))).toBe('SYSTEM_BAD_LENGTH');
  });
});

describe('systemTimer', () => {
  // The timers and clocks of the runtime, faked together: what counts is which of them the timer looks at.
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('calls once, not before its time', () => {
    const fn = vi.fn();
    systemTimer.after(50, fn);
    vi.advanceTimersByTime(49);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('does not call after it was disposed of, twice or late', () => {
    const fn = vi.fn();
    const dispose = systemTimer.after(50, fn);
    dispose();
    dispose();
    vi.advanceTimersByTime(1000);
    systemTimer.after(1, fn)();
    vi.advanceTimersByTime(1000);
    expect(fn).not.toHaveBeenCalled();
  });

  it('keeps to monotonic time when the wall clock is set back or forward', () => {
    proves('flaw.H10');
    const fn = vi.fn();
    systemTimer.after(60_000, fn);
    vi.setSystemTime(Date.now() + 86_400_000);
    vi.advanceTimersByTime(59_999);
    expect(fn).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() - 7 * 86_400_000);
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('keeps a delay of 40 days, which setTimeout takes for 1 ms', () => {
    const fn = vi.fn();
    const days = 86_400_000;
    systemTimer.after(40 * days, fn);
    vi.advanceTimersByTime(40 * days - 1);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('waits on when setTimeout fires early', () => {
    const fn = vi.fn();
    const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
    systemTimer.after(50, fn);
    now.mockReturnValue(1049.6);
    vi.advanceTimersByTime(50);
    expect(fn).not.toHaveBeenCalled();
    now.mockReturnValue(1050);
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledTimes(1);
    now.mockRestore();
  });

  it('refuses what is no delay', () => {
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(codeThrownBy(() => systemTimer.after(ms, () => undefined))).toBe('SYSTEM_BAD_DELAY');
  });
});
