import { codeRejectedBy, codeThrownBy } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { fromHex, hex, hkdfSha256, hmacSha256, pbkdf2Sha256, utf8 } from '../src/index.js';
import { wycheproof } from './wycheproof.js';

it('gives the HMACs of Wycheproof', (context) => {
  const cases = wycheproof<{ tagSize: number }, { key: string; msg: string; tag: string }>(
    context,
    'hmac_sha256',
  );
  expect(cases.length).toBeGreaterThan(100);
  for (const { key, msg, tag, tagSize, result, tcId } of cases) {
    const computed = hex(hmacSha256(fromHex(key), fromHex(msg))).slice(0, tagSize / 4);
    expect(computed === tag, `test case ${tcId}`).toBe(result === 'valid');
  }
});

it('gives the keys of Wycheproof by HKDF, and refuses a length beyond what HKDF gives', (context) => {
  const cases = wycheproof<object, { ikm: string; salt: string; info: string; size: number; okm: string }>(
    context,
    'hkdf_sha256',
  );
  expect(cases.length).toBeGreaterThan(50);
  for (const { ikm, salt, info, size: length, okm, result, tcId } of cases) {
    const derive = (): Uint8Array =>
      hkdfSha256({ ikm: fromHex(ikm), salt: fromHex(salt), info: fromHex(info), length });
    if (result === 'valid') expect(hex(derive()), `test case ${tcId}`).toBe(okm);
    else expect(codeThrownBy(derive), `test case ${tcId}`).toBe('CRYPTO_BAD_PARAMETER');
  }
});

it('gives the keys of Wycheproof by PBKDF2', async (context) => {
  const cases = wycheproof<
    object,
    { password: string; salt: string; iterationCount: number; dkLen: number; dk: string }
  >(context, 'pbkdf2_hmacsha256').filter(
    ({ iterationCount, dkLen }) => iterationCount <= 100_000 && dkLen <= 1024,
  );
  expect(cases.length).toBeGreaterThan(30);
  for (const { password, salt, iterationCount: iterations, dkLen: length, dk, tcId } of cases) {
    const key = await pbkdf2Sha256({ password: fromHex(password), salt: fromHex(salt), iterations, length });
    expect(hex(key), `test case ${tcId}`).toBe(dk);
  }
});

it('refuses numbers that no derivation has', async () => {
  const [password, salt] = [utf8('x'), utf8('y')];
  for (const wrong of [
    { iterations: 0 },
    { iterations: 1.5 },
    { iterations: 1e9 },
    { length: 0 },
    { length: 1e6 },
  ])
    expect(await codeRejectedBy(pbkdf2Sha256({ password, salt, iterations: 1, length: 32, ...wrong }))).toBe(
      'CRYPTO_BAD_PARAMETER',
    );
  for (const length of [0, -1, 1.5, 8161, Number.NaN])
    expect(codeThrownBy(() => hkdfSha256({ ikm: password, salt, info: salt, length }))).toBe(
      'CRYPTO_BAD_PARAMETER',
    );
});
