import { codeThrownBy, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { WINDOW_BUCKETS } from '../../src/limits.js';
import {
  added,
  advanced,
  decodeTally,
  encodeTally,
  sliceOf,
  type Tally,
  totalOf,
} from '../../src/window/tally.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const DAY = 86_400_000;

it('counts what was used for the whole window, and for a slice more at most', () => {
  const random = seededRandom('windows');
  for (const windowMs of [1000, 60_000, 3_600_000, DAY, 31_622_400_000, 7, 119, 121]) {
    const slack = Math.ceil(windowMs / WINDOW_BUCKETS);
    const uses: { readonly at: number; readonly units: number }[] = [];
    let tally: Tally = decodeTally(undefined);
    let now = 1_700_000_000_000;
    for (let i = 0; i < 400; i++) {
      now += random.int(Math.max(2, Math.ceil(windowMs / 20)));
      const units = 1 + random.int(1000);
      const before = advanced(tally, windowMs, now);
      const least = uses.filter(({ at }) => at > now - windowMs).reduce((sum, use) => sum + use.units, 0);
      const most = uses
        .filter(({ at }) => at > now - windowMs - slack)
        .reduce((sum, use) => sum + use.units, 0);
      expect(totalOf(before), `${windowMs} ms, use ${i}`).toBeGreaterThanOrEqual(least);
      expect(totalOf(before), `${windowMs} ms, use ${i}`).toBeLessThanOrEqual(most);
      tally = decodeTally(encodeTally(added(before, sliceOf(before, windowMs), units)));
      uses.push({ at: now, units });
      expect(tally.slices.length).toBeLessThanOrEqual(WINDOW_BUCKETS + 2);
    }
  }
});

it('takes a use out at the moment its slice has left, and not before', () => {
  const width = DAY / WINDOW_BUCKETS;
  const start = width * 1000;
  const empty = advanced(decodeTally(undefined), DAY, start + 5);
  const used = added(empty, sliceOf(empty, DAY), 7);
  expect(totalOf(advanced(used, DAY, start + 5 + DAY))).toBe(7);
  expect(totalOf(advanced(used, DAY, start + width + DAY - 1))).toBe(7);
  expect(totalOf(advanced(used, DAY, start + width + DAY))).toBe(0);
});

it('does not go back with the clock', () => {
  const before = added(advanced(decodeTally(undefined), 1000, 50_000), 5550, 3);
  expect(advanced(before, 1000, 10)).toEqual({ latest: 50_000, slices: [[5550, 3]] });
});

it('takes back no more than there is', () => {
  const tally: Tally = {
    latest: 10,
    slices: [
      [1, 5],
      [3, 2],
    ],
  };
  expect(added(tally, 1, -5).slices).toEqual([[3, 2]]);
  expect(added(tally, 3, -9).slices).toEqual([[1, 5]]);
  expect(added(tally, 2, -1).slices).toEqual([
    [1, 5],
    [3, 2],
  ]);
  expect(added(tally, 2, 1).slices).toEqual([
    [1, 5],
    [2, 1],
    [3, 2],
  ]);
});

it('reads what it wrote, and refuses everything else', () => {
  const tally: Tally = {
    latest: 10,
    slices: [
      [1, 5],
      [3, 2],
    ],
  };
  const bytes = encodeTally(tally);
  expect(new TextDecoder().decode(bytes)).toBe('{"latest":10,"slices":[[1,5],[3,2]],"v":1}');
  expect(decodeTally(bytes)).toEqual(tally);
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"latest":10,"slices":[],"v":2}',
    '{"latest":-1,"slices":[],"v":1}',
    '{"latest":1.5,"slices":[],"v":1}',
    '{"latest":"1","slices":[],"v":1}',
    '{"latest":1,"slices":{},"v":1}',
    '{"latest":1,"slices":[[1]],"v":1}',
    '{"latest":1,"slices":[[1,-2]],"v":1}',
    '{"latest":1,"slices":[[-1,2]],"v":1}',
    '{"latest":1,"slices":[[1,0.5]],"v":1}',
    '{"latest":1,"slices":[[2,1],[1,1]],"v":1}',
    '{"latest":1,"slices":[[2,1],[2,1]],"v":1}',
    '{"latest":1,"slices":[null],"v":1}',
  ])
    expect(
      codeThrownBy(() => decodeTally(utf8(text))),
      text,
    ).toBe('GUARD_WINDOW_UNREADABLE');
});
