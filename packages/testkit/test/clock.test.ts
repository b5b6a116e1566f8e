import { describe, expect, it } from 'vitest';
import { codeRejectedBy, codeThrownBy, fakeClock } from '../src/index.js';

describe('fakeClock', () => {
  it('stands still until it is advanced, and moves both clocks', async () => {
    const clock = fakeClock(1000);
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
  });

  it('fires due timers in order of time, then of setting, at their own moment', async () => {
    const clock = fakeClock(0);
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, clock.monotonic()]);
    clock.after(20, note('b'));
    clock.after(10, note('a'));
    clock.after(20, note('c'));
    clock.after(21, note('late'));
    await clock.advance(20);
    expect(fired).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 20],
    ]);
    expect(clock.pending).toBe(1);
  });

  it('fires timers that timers and settled promises set on the way', async () => {
    const clock = fakeClock(0);
    const fired: number[] = [];
    clock.after(10, () => {
      void (async () => {
        for (let i = 0; i < 200; i++) await Promise.resolve();
        clock.after(10, () => void fired.push(clock.monotonic()));
      })();
    });
    await clock.advance(30);
    expect(fired).toEqual([20]);
  });

  it('forgets a timer that was disposed of, also the second time', async () => {
    const clock = fakeClock();
    let fired = 0;
    const dispose = clock.after(5, () => void fired++);
    dispose();
    dispose();
    await clock.advance(10);
    expect([fired, clock.pending]).toEqual([0, 0]);
  });

  it('sets the wall clock back without touching durations', async () => {
    const clock = fakeClock(5000);
    await clock.advance(100);
    clock.setWall(1000);
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 100]);
    await clock.advance(1);
    expect([clock.now(), clock.monotonic()]).toEqual([1001, 101]);
  });

  it('refuses what is no duration or time', async () => {
    const clock = fakeClock();
    expect(await codeRejectedBy(clock.advance(-1))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(await codeRejectedBy(clock.advance(Infinity))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(codeThrownBy(() => clock.after(-1, () => {}))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(codeThrownBy(() => clock.after(Number.NaN, () => {}))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(codeThrownBy(() => clock.setWall(1.5))).toBe('CORE_BAD_TIME');
    expect(codeThrownBy(() => fakeClock(-1))).toBe('CORE_BAD_TIME');
  });
});
