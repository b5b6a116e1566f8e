import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { fromHex, verifyP256 } from '../src/index.js';
import { wycheproof } from './wycheproof.js';

it('gives the verdicts of Wycheproof, for either half of s', (context) => {
  proves('crypto.p256-read');
  const cases = wycheproof<{ publicKey: { uncompressed: string } }, { msg: string; sig: string }>(
    context,
    'ecdsa_secp256r1_sha256_p1363',
  );
  expect(cases.length).toBeGreaterThan(200);
  for (const { publicKey, msg, sig, result, tcId } of cases)
    expect(verifyP256(fromHex(publicKey.uncompressed), fromHex(msg), fromHex(sig)), `test case ${tcId}`).toBe(
      result === 'valid',
    );
});

it('answers false to keys and signatures of no form', () => {
  for (const length of [0, 32, 33, 64, 65])
    expect(verifyP256(new Uint8Array(length), new Uint8Array(0), new Uint8Array(64))).toBe(false);
});
