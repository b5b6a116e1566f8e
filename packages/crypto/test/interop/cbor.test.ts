import { codeThrownBy, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, hex } from '../../src/index.js';
import { type Cbor, encodeCbor, encodeTagged, readCbor } from '../../src/interop/cbor.js';

interface CborCase {
  readonly bytes: string;
  readonly expect?: Cbor;
  readonly code?: string;
}

describe('the vectors of CBOR', () => {
  it.each(vectors<CborCase>('interop/cbor'))('$name', ({ bytes, code, expect: value }) => {
    expect(codeThrownBy(() => readCbor(fromHex(bytes)))).toBe(code);
    if (value === undefined) return;
    expect(readCbor(fromHex(bytes))).toEqual({ value, tag: undefined });
    expect(hex(encodeCbor(value))).toBe(bytes);
  });
});

/** A value of any kind, at most so deep. */
function anyValue(random: Parameters<Parameters<typeof withSeed>[2]>[0], depth: number): Cbor {
  const kind = random.int(depth === 0 ? 4 : 6);
  const some = Array.from({ length: random.int(4) }, () => random.int(2));
  if (kind === 0) return random.pick([0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32, -1, -25, 1 - 2 ** 53]);
  if (kind === 1) return random.pick(['', 'a', 'äöü', 'a'.repeat(300)]);
  if (kind === 2) return random.bytes(random.int(30));
  if (kind === 3) return random.pick([true, false, null]);
  if (kind === 4) return some.map(() => anyValue(random, depth - 1));
  const keys = random.shuffle([1, 24, -1, 1000, 'a', 'b', 'aa', '']).slice(0, some.length);
  return new Map(keys.map((key) => [key, anyValue(random, depth - 1)]));
}

describe('deterministic CBOR', () => {
  it('reads what it wrote, and writes what it read', async () => {
    await withSeed('cbor', 500, (random) => {
      const bytes = encodeCbor(anyValue(random, 4));
      const { value } = readCbor(bytes);
      expect(hex(encodeCbor(value))).toBe(hex(bytes));
    });
  });

  it('gives each value one encoding: whatever is read after a change is written as it came', async () => {
    let read = 0;
    await withSeed('changed cbor', 3000, (random) => {
      const bytes = encodeCbor(anyValue(random, 3));
      bytes[random.int(bytes.length)] = random.int(256);
      const refused = codeThrownBy(() => readCbor(bytes));
      expect([undefined, 'CRYPTO_CBOR']).toContain(refused);
      if (refused !== undefined) return;
      read++;
      const { value, tag } = readCbor(bytes);
      expect(hex(tag === undefined ? encodeCbor(value) : encodeTagged(tag, value))).toBe(hex(bytes));
    });
    expect(read).toBeGreaterThan(100);
  });

  it('sorts keys by the bytes of their encoding', () => {
    const keys = ['b', 1000, -1, 'aa', 'a', 24, 1];
    const map = new Map(keys.map((key) => [key, 0]));
    const { value } = readCbor(encodeCbor(map));
    expect(value instanceof Map ? [...value.keys()] : []).toEqual([1, 24, 1000, -1, 'a', 'b', 'aa']);
  });

  it('does not write what it would not read', () => {
    for (const number of [0.5, 2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY])
      expect(
        codeThrownBy(() => encodeCbor(number)),
        `${number}`,
      ).toBe('CRYPTO_CBOR');
  });

  it('reads no more than the limit, and makes no room for what is not there', () => {
    const long = concatBytes(fromHex('5a00100000'), new Uint8Array(1_048_576));
    expect(codeThrownBy(() => readCbor(long))).toBe('CRYPTO_FOREIGN_TOO_LARGE');
    expect(codeThrownBy(() => readCbor(fromHex('9a7fffffff')))).toBe('CRYPTO_CBOR');
  });
});
