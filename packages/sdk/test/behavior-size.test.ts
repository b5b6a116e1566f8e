import { seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../src/behavior/size.js';

describe('sizeOf', () => {
  it('counts a text as its UTF-8, at random', () => {
    const random = seededRandom('size');
    const parts = ['a', '\u00e9', '\u07ff', '\u0800', '\uffff', '\u{1f600}', '\ud800', '\udc00', '\0'];
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random.int(12) }, () => parts[random.int(parts.length)]).join('');
      expect(sizeOf(text)).toBe(new TextEncoder().encode(text).length);
    }
  });

  it.each<[unknown, number]>([
    [null, 1],
    [undefined, 1],
    [true, 1],
    [3.5, 8],
    ['', 0],
    [[1, 'ab'], 10],
    [{ key: 'value', n: 1 }, 17],
    [new Uint8Array(1000), 1000],
    [new DataView(new ArrayBuffer(7)), 7],
    [new ArrayBuffer(9), 9],
    [{ deep: { bytes: new Uint16Array(3) } }, 15],
    [[], 0],
  ])('counts %o', (value, bytes) => {
    expect(sizeOf(value)).toBe(bytes);
  });

  it('takes what cannot be counted for more than anything', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const trap = new Proxy(
      {},
      {
        ownKeys: () => ['x'],
        getOwnPropertyDescriptor: () => {
          throw new Error('no');
        },
      },
    );
    const many = Array.from({ length: 1_000_001 }, () => 0);
    for (const value of [cycle, trap, many]) expect(sizeOf(value)).toBe(Number.POSITIVE_INFINITY);
    expect(sizeOf(many.slice(2))).toBe(999_999 * 8);
  });
});
