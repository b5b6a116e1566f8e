import { codeThrownBy, proves, seededRandom, THIRD_PARTY_ABSENT, thirdParty, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import { fromHex, generateExchangeKey, hex, sharedSecret } from '../src/index.js';
import * as native from '../src/node/backend.js';
import { wycheproof } from './wycheproof.js';

/** The secret by both backends, which must be one. */
function exchange(secretKey: Uint8Array, publicKey: Uint8Array): string | undefined {
  const secret = reference.exchange(secretKey, publicKey);
  expect(native.exchange(secretKey, publicKey), 'the native backend').toEqual(secret);
  return secret && hex(secret);
}

it('gives the secrets of RFC 7748', (context) => {
  proves('crypto.x25519');
  const text = thirdParty('crypto/rfc7748.txt') ?? context.skip(THIRD_PARTY_ABSENT);
  const cases = [...text.matchAll(/INPUT_SCALAR = (\w+)\nINPUT_U = (\w+)\nOUTPUT_U = (\w+)/g)];
  expect(cases.length).toBeGreaterThanOrEqual(2);
  for (const [, scalar = '', u = '', output] of cases)
    expect(exchange(fromHex(scalar), fromHex(u))).toBe(output);
});

it('gives the verdicts of Wycheproof, and refuses each secret that is zero', (context) => {
  proves('crypto.x25519', 'flaw.H12');
  const cases = wycheproof<object, { private: string; public: string; shared: string }>(context, 'x25519');
  expect(cases.length).toBeGreaterThan(300);
  const zero = '00'.repeat(32);
  for (const { private: secretKey, public: publicKey, shared, tcId } of cases)
    expect(exchange(fromHex(secretKey), fromHex(publicKey)), `test case ${tcId}`).toBe(
      shared === zero ? undefined : shared,
    );
  expect(cases.some(({ shared }) => shared === zero)).toBe(true);
});

it('refuses the low-order points, however they are written', () => {
  proves('flaw.H12', 'crypto.x25519');
  const { secretKey } = generateExchangeKey(seededRandom('low order'));
  for (const point of [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000080',
  ]) {
    expect(exchange(secretKey, fromHex(point))).toBeUndefined();
    expect(codeThrownBy(() => sharedSecret(secretKey, fromHex(point)))).toBe('CRYPTO_LOW_ORDER_POINT');
  }
});

it('gives both sides one secret, on both backends', async () => {
  await withSeed('one secret', 20, (random) => {
    const [a, b] = [generateExchangeKey(random), generateExchangeKey(random)];
    expect(sharedSecret(a.secretKey, b.publicKey)).toEqual(sharedSecret(b.secretKey, a.publicKey));
    expect(reference.exchangeKey(a.secretKey)).toEqual(native.exchangeKey(a.secretKey));
    expect(exchange(a.secretKey, random.bytes(32))).toHaveLength(64);
  });
});

it('exchanges with the bytes of the secret key, not with those that stood there before', async () => {
  await withSeed('a secret key that changes', 10, (random) => {
    const [mine, other] = [generateExchangeKey(random), generateExchangeKey(random)];
    const before = sharedSecret(mine.secretKey, other.publicKey);
    expect(sharedSecret(mine.secretKey, other.publicKey)).toEqual(before);
    const next = random.bytes(32);
    mine.secretKey.set(next);
    expect(native.exchangeKey(mine.secretKey)).toEqual(reference.exchangeKey(next));
    const after = exchange(mine.secretKey, other.publicKey);
    expect(after).toBe(exchange(next, other.publicKey));
    expect(after).not.toBe(hex(before));
  });
});

it('refuses keys of another length', () => {
  const { secretKey, publicKey } = generateExchangeKey(seededRandom('lengths'));
  expect(codeThrownBy(() => sharedSecret(secretKey.subarray(1), publicKey))).toBe('CRYPTO_BAD_LENGTH');
  expect(codeThrownBy(() => sharedSecret(secretKey, publicKey.subarray(1)))).toBe('CRYPTO_BAD_LENGTH');
  const short = { bytes: () => new Uint8Array(31) };
  expect(codeThrownBy(() => generateExchangeKey(short))).toBe('CRYPTO_BAD_LENGTH');
});
