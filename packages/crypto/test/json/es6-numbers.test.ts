import { proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { canonicalize, hashBytes, parseJson, sha256, utf8 } from '../../src/index.js';

// The numbers of es6testfile100m.txt of cyberphone/json-canonicalization, generated as its testdata/README.md says; the
// hashes of the file's first lines stand there too.
const LINES = 100_000;

/** The first values of the sequence, as the README lists them, and then 2000 that follow one another. */
function* firstValues(readme: string): Generator<bigint> {
  const [, list = ''] = /staticU64s = new BigUint64Array\(\[([^\]]*)\]/.exec(readme) ?? [];
  for (const [, digits] of list.matchAll(/0x([\da-f]{16})n/g)) yield BigInt(`0x${digits}`);
  for (let i = 0n; i < 2000n; i++) yield 0x0010_0000_0000_0000n + i;
}

/** All others: a chain of SHA-256 that begins with zeros, four values a hash, those left out that are not finite or 0. */
function* hashedValues(): Generator<bigint> {
  for (let block = sha256(new Uint8Array(32)); ; block = sha256(block)) {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    for (let at = 0; at < block.length; at += 8) {
      const value = view.getFloat64(at, true);
      if (Number.isFinite(value) && value !== 0) yield view.getBigUint64(at, true);
    }
  }
}

function* values(readme: string): Generator<bigint> {
  yield* firstValues(readme);
  yield* hashedValues();
}

function numberOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

it('writes the first 100 000 numbers of the ES6 corpus as published, and reads back what is in range', (context) => {
  proves('crypto.jcs', 'decision.D7');
  const readme = thirdParty('jcs/README.md') ?? context.skip(THIRD_PARTY_ABSENT);
  const lines: string[] = [];
  let readBack = 0;
  for (const bits of values(readme)) {
    if (lines.length === LINES) break;
    const number = numberOf(bits);
    const text = canonicalize(number);
    lines.push(`${bits.toString(16)},${text}\n`);
    // What is written without a fraction and an exponent is read as an integer, which has a limit.
    if (/[.e]/.test(text) || Number.isSafeInteger(number)) {
      if (!Object.is(parseJson(text), number === 0 ? 0 : number))
        throw new Error(`${text} is read as another`);
      readBack++;
    }
  }
  for (const [count, hash] of [
    [1000, 'be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687'],
    [10_000, 'b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892'],
    [LINES, '22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7'],
  ] as const)
    expect(hashBytes(utf8(lines.slice(0, count).join('')))).toBe(`sha256:${hash}`);
  expect(readBack).toBeGreaterThan(99_000);
});
