import { createHash } from 'node:crypto';
import { asHash } from '@ttp/core';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import {
  bytesOfHash,
  hashBytes,
  hashData,
  hashJson,
  hex,
  sha256,
  sha256Into,
  sha384,
  sha512,
  utf8,
} from '../src/index.js';
import * as native from '../src/node/backend.js';

it('gives the digests of FIPS 180-4', () => {
  proves('crypto.sha256');
  const abc = utf8('abc');
  expect(hex(sha256(abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hex(sha384(abc))).toBe(
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  );
  expect(hex(sha512(abc))).toBe(
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  );
  expect(hex(sha256(utf8('')))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

it('gives one digest on both backends, and that of the platform', async () => {
  proves('crypto.sha256');
  await withSeed('one digest', 200, (random) => {
    const bytes = random.bytes(random.int(300));
    for (const name of ['sha256', 'sha384', 'sha512'] as const) {
      const expected = createHash(name).update(bytes).digest('hex');
      expect(hex(reference.hash(name, bytes))).toBe(expected);
      const digest = native.hash(name, bytes);
      expect(hex(digest)).toBe(expected);
      expect([digest.constructor, digest.buffer.byteLength]).toEqual([Uint8Array, digest.length]);
    }
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect([reference.sha256Hex(bytes), native.sha256Hex(bytes)]).toEqual([expected, expected]);
    const text = Array.from(bytes, (byte) =>
      random.pick(['a', 'é', '\u0800', '\u{1f600}', String(byte)]),
    ).join('');
    const ofText = createHash('sha256').update(utf8(text)).digest('hex');
    expect([reference.sha256Hex(text), native.sha256Hex(text)]).toEqual([ofText, ofText]);
  });
});

it('writes a digest into bytes that are there, and nowhere else', () => {
  const bytes = utf8('abc');
  for (const { sha256Into: into } of [reference, native, { sha256Into }]) {
    const target = new Uint8Array(40).fill(7);
    into(bytes, target, 5);
    expect(target.subarray(5, 37)).toEqual(sha256(bytes));
    expect([...target.subarray(0, 5), ...target.subarray(37)]).toEqual(Array(8).fill(7));
    const own = Uint8Array.from(sha256(bytes));
    into(own, own, 0);
    expect(own).toEqual(sha256(sha256(bytes)));
  }
  for (const at of [-1, 9, 40, Number.NaN])
    expect(codeThrownBy(() => sha256Into(bytes, new Uint8Array(40), at))).toBe('CRYPTO_BAD_LENGTH');
});

it('writes a hash as sha256: and lowercase digits, and reads it back', () => {
  const hash = hashBytes(utf8('abc'));
  expect(hash).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(asHash(hash)).toBe(hash);
  expect(bytesOfHash(hash)).toEqual(sha256(utf8('abc')));
});

it('hashes JSON by its canonical form', () => {
  expect(hashJson({ b: [1, 'é'], a: null })).toBe(hashBytes(utf8('{"a":null,"b":[1,"é"]}')));
  expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: '1' }));
});

it('hashes data of any type as JSON, or not at all', () => {
  const data: unknown = { b: [1, 'é'], a: null };
  expect(hashData(data)).toBe(hashJson({ a: null, b: [1, 'é'] }));
  for (const value of [
    undefined,
    1n,
    new Date(0),
    { a: undefined },
    { toJSON: () => 1 },
    Object.assign([1], { b: 2 }),
  ])
    expect(() => hashData(value)).toThrow(expect.objectContaining({ code: 'CRYPTO_JSON_NOT_PLAIN' }));
});
