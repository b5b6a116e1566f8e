import { asDid } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type IsnadEntry, type IsnadSeries, isnadScore, isnadScoreAt, isnadSeries } from '../src/index.js';
import { ISNAD_SERIES_MAX } from '../src/limits.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 400 * DAY;

const entry = (n: number, standing: IsnadEntry['standing'] = 'confirmed'): IsnadEntry => ({
  partner: asDid(`did:ttp:agent:p${n}`),
  at: NOW - n * HOUR,
  standing,
});
const facts = (...entries: IsnadEntry[]) => ({ entries, since: 0 });

describe('the isnad scores of an account over time', () => {
  it('are computed anew with every entry and every six hours, whichever is first, and stand in between', () => {
    proves('score.isnad.recompute');
    const one = facts(entry(1));
    const first = isnadSeries([], one, NOW);
    expect(first).toEqual([
      { at: NOW, score: isnadScore(one, NOW), entries: { confirmed: 1, disputed: 0, upheld: 0 } },
    ]);
    expect(isnadSeries(first, one, NOW + 6 * HOUR - 1), 'cached').toBe(first);
    const later = isnadSeries(first, one, NOW + 6 * HOUR);
    expect(later.map(({ at }) => at)).toEqual([NOW, NOW + 6 * HOUR]);
    const two = facts(entry(1), entry(2));
    const grown = isnadSeries(first, two, NOW + 1);
    expect(grown.map(({ at, score }) => [at, score.total])).toEqual([
      [NOW, isnadScore(one, NOW).total],
      [NOW + 1, isnadScore(two, NOW + 1).total],
    ]);
    for (const standing of ['disputed', 'upheld'] as const) {
      const worse = isnadSeries(grown, facts(entry(1), entry(2, standing)), NOW + 2);
      expect(worse).toHaveLength(3);
      expect(worse.at(-1)?.score.total).toBeLessThan(grown.at(-1)?.score.total ?? 0);
    }
  });

  it('can be read at any time, and change by appending alone', () => {
    proves('score.isnad.history');
    let series: IsnadSeries = [];
    const list: IsnadEntry[] = [];
    for (let n = 1; n <= 20; n++) {
      list.push(entry(n));
      const before = series;
      series = isnadSeries(series, facts(...list), NOW + n * HOUR);
      expect(series.slice(0, -1)).toEqual(before);
    }
    expect(isnadScoreAt(series, NOW)).toBeUndefined();
    expect(isnadScoreAt(series, NOW + HOUR)).toEqual(isnadScore(facts(entry(1)), NOW + HOUR));
    expect(isnadScoreAt(series, NOW + 20 * HOUR - 1)).toBe(series.at(-2)?.score);
    expect(isnadScoreAt(series, NOW + DAY * 99)).toBe(series.at(-1)?.score);
  });

  it('never go back in time, whatever the clock does, and are no more than a year of them', () => {
    const first = isnadSeries([], facts(entry(1)), NOW);
    expect(isnadSeries(first, facts(entry(1)), 0), 'a clock that was set back').toBe(first);
    expect(isnadSeries(first, facts(entry(1), entry(2)), 0).map(({ at }) => at)).toEqual([NOW, NOW]);
    let series = first;
    for (let n = 1; n <= ISNAD_SERIES_MAX; n++)
      series = isnadSeries(series, facts(entry(1)), NOW + n * 6 * HOUR);
    expect(series).toHaveLength(ISNAD_SERIES_MAX);
    expect(series[0]?.at).toBe(NOW + 6 * HOUR);
  });

  it('refuse what no score can be computed from, with its code', () => {
    for (const [given, code] of [
      [null, 'SCORE_BAD_ENTRY'],
      [{ entries: 7, since: 0 }, 'SCORE_BAD_ENTRY'],
      [{ entries: [null], since: 0 }, 'SCORE_BAD_ENTRY'],
    ] as const)
      expect(codeThrownBy(() => isnadSeries([], given as never, NOW))).toBe(code);
    expect(codeThrownBy(() => isnadSeries([], facts(), Number.NaN))).toBe('SCORE_BAD_ENTRY');
  });
});
