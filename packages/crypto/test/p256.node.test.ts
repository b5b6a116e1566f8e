import { p256 } from '@noble/curves/nist.js';
import { withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import { concatBytes, fromHex } from '../src/index.js';
import * as native from '../src/node/backend.js';
import { wycheproof } from './wycheproof.js';

/** The verdict of both backends, which must be one. */
function verdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const accepted = reference.verifyP256(publicKey, message, signature);
  expect(native.verifyP256(publicKey, message, signature), 'the native backend').toBe(accepted);
  return accepted;
}

it('gives one verdict by both backends on Wycheproof', (context) => {
  const cases = wycheproof<{ publicKey: { uncompressed: string } }, { msg: string; sig: string }>(
    context,
    'ecdsa_secp256r1_sha256_p1363',
  );
  const accepted = cases.filter(({ publicKey, msg, sig }) =>
    verdict(fromHex(publicKey.uncompressed), fromHex(msg), fromHex(sig)),
  );
  expect(accepted.map(({ tcId }) => tcId)).toEqual(
    cases.filter(({ result }) => result === 'valid').map(({ tcId }) => tcId),
  );
});

it('reads the same forms of a point, and no hybrid', () => {
  const secret = new Uint8Array(32).fill(7);
  const message = Uint8Array.of(1, 2, 3);
  const signature = p256.sign(message, secret, { prehash: true, format: 'compact' });
  const compressed = p256.getPublicKey(secret, true);
  const whole = p256.getPublicKey(secret, false);
  expect(verdict(compressed, message, signature)).toBe(true);
  expect(verdict(whole, message, signature)).toBe(true);
  for (const first of [0, 1, 2, 3, 5, 6, 7, 255])
    expect(verdict(concatBytes(Uint8Array.of(first), whole.subarray(1)), message, signature)).toBe(false);
  for (const first of [0, 4, 5, 6, 7])
    expect(verdict(concatBytes(Uint8Array.of(first), compressed.subarray(1)), message, signature)).toBe(
      false,
    );
  const other = Uint8Array.of(5 - (compressed[0] ?? 0));
  expect(verdict(concatBytes(other, compressed.subarray(1)), message, signature)).toBe(false);
  const field = fromHex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
  expect(verdict(concatBytes(Uint8Array.of(2), field), message, signature)).toBe(false);
  for (const bytes of [Uint8Array.of(0), new Uint8Array(0), whole.subarray(1)])
    expect(verdict(bytes, message, signature)).toBe(false);
});

it('gives one verdict on every change of a bit, and either half of s', async () => {
  await withSeed('p256', 40, (random) => {
    const secret = p256.utils.randomSecretKey(random.bytes(48));
    const message = random.bytes(random.int(100));
    const publicKey = p256.getPublicKey(secret, random.chance(0.5));
    const signature = p256.sign(message, secret, { prehash: true, format: 'compact', lowS: false });
    expect(verdict(publicKey, message, signature)).toBe(true);
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const order = p256.Point.Fn.ORDER;
    const half = fromHex((order - s).toString(16).padStart(64, '0'));
    expect(verdict(publicKey, message, concatBytes(signature.subarray(0, 32), half))).toBe(true);
    for (const bytes of [publicKey, signature]) {
      const changed = Uint8Array.from(bytes);
      const at = random.int(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
      expect(
        bytes === publicKey ? verdict(changed, message, signature) : verdict(publicKey, message, changed),
      ).toBe(false);
    }
  });
});
