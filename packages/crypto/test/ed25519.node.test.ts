import { verify as cofactoredVerify, Point } from '@noble/ed25519';
import { codeThrownBy, proves, seededRandom, THIRD_PARTY_ABSENT, thirdParty, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import { concatBytes, fromHex, hex, keyPairOf, registerKey, utf8, verifyEd25519 } from '../src/index.js';
import { KEY_TABLE_AFTER_USES, KEY_TABLES } from '../src/limits.js';
import * as native from '../src/node/backend.js';
import { type Attempt, bytesOf, forge, L, NON_CANONICAL, numberOf, P, TORSION } from './forge.js';

/** The verdict of both backends, which must be one. */
function verdict({ publicKey, message, signature }: Attempt): boolean {
  const accepted = reference.verify(publicKey, message, signature);
  expect(native.verify(publicKey, message, signature), 'the native backend').toBe(accepted);
  return accepted;
}

function honest(seed: number): Attempt {
  const random = seededRandom(seed);
  const key = reference.signingKey(random.bytes(32));
  const message = random.bytes(random.int(100));
  return { publicKey: key.publicKey, message, signature: key.sign(message) };
}

describe('the strict profile on both backends', () => {
  it('accepts and makes the signatures of RFC 8032', (context) => {
    proves('crypto.ed25519.profile', 'crypto.ed25519.backends');
    const text = thirdParty('crypto/rfc8032-ed25519.json') ?? context.skip(THIRD_PARTY_ABSENT);
    const cases: readonly { priv: string; pub: string; msg: string; sig: string }[] = JSON.parse(text);
    expect(cases.length).toBeGreaterThan(3);
    for (const { priv, pub, msg, sig } of cases) {
      const [publicKey, message, signature] = [fromHex(pub), fromHex(msg), fromHex(sig)];
      expect(verdict({ publicKey, message, signature })).toBe(true);
      for (const backend of [reference, native]) {
        const key = backend.signingKey(fromHex(priv));
        expect(hex(key.publicKey)).toBe(pub);
        expect(hex(key.sign(message))).toBe(sig);
      }
    }
  });

  it('gives the verdicts of Wycheproof, and is stricter only about small order and canonical points', (context) => {
    proves('crypto.ed25519.profile', 'crypto.ed25519.backends', 'decision.D5', 'crypto.verify.function');
    const text = thirdParty('crypto/wycheproof/ed25519_test.json') ?? context.skip(THIRD_PARTY_ABSENT);
    const { testGroups }: { testGroups: readonly WycheproofGroup[] } = JSON.parse(text);
    let cases = 0;
    for (const { publicKey, tests } of testGroups)
      for (const { msg, sig, result, tcId } of tests) {
        const attempt = { publicKey: fromHex(publicKey.pk), message: fromHex(msg), signature: fromHex(sig) };
        const expected = result === 'valid' && isOrdinary(attempt);
        expect(verdict(attempt), `test case ${tcId}`).toBe(expected);
        cases++;
      }
    expect(cases).toBeGreaterThan(100);
  });

  it('rejects all eight keys of small order, and each way of writing them', () => {
    proves('flaw.H11', 'decision.D5', 'crypto.ed25519.profile');
    const random = seededRandom('small-order keys');
    for (const [torsionOfA] of TORSION.entries())
      for (const exact of [true, false]) {
        if (torsionOfA === 0 && !exact) continue; // the identity satisfies the equation always
        expect(verdict(forge(random, { secret: 0n, torsionOfA, exact }))).toBe(false);
      }
    for (const publicKey of NON_CANONICAL) {
      const { message, signature } = forge(random, { secret: 0n });
      expect(verdict({ publicKey, message, signature })).toBe(false);
    }
  });

  it('rejects the key that signs everything, which the library by itself accepts', () => {
    proves('flaw.H11');
    // A = the identity, S = r, R = r B: the equation holds for every message.
    const { publicKey, signature } = forge(seededRandom('any message'), { secret: 0n });
    for (const message of [utf8('pay 1'), utf8('pay 1000000')]) {
      expect(cofactoredVerify(signature, message, publicKey, { zip215: true })).toBe(true);
      expect(verdict({ publicKey, message, signature })).toBe(false);
    }
  });

  it('rejects R of small order, and R written in another way', () => {
    proves('flaw.H11', 'decision.D5', 'crypto.ed25519.profile');
    const random = seededRandom('small-order R');
    for (const [torsionOfR] of TORSION.entries())
      expect(verdict(forge(random, { nonce: 0n, torsionOfR }))).toBe(false);
    const { publicKey, message, signature } = forge(random, { nonce: 0n });
    for (const R of NON_CANONICAL)
      expect(verdict({ publicKey, message, signature: concatBytes(R, signature.subarray(32)) })).toBe(false);
  });

  it('rejects x = 0 with the sign set', () => {
    const attempt = forge(seededRandom('sign of zero'), {});
    for (const y of [1n, P - 1n]) {
      const point = bytesOf(y | (1n << 255n));
      expect(verdict({ ...attempt, publicKey: point })).toBe(false);
      expect(verdict({ ...attempt, signature: concatBytes(point, attempt.signature.subarray(32)) })).toBe(
        false,
      );
    }
  });

  it('accepts a key of mixed order where the equation holds without the cofactor, and only there', () => {
    proves('decision.D5', 'flaw.H11', 'crypto.ed25519.backends');
    const random = seededRandom('mixed order');
    for (const torsionOfA of [1, 2, 4, 7])
      for (const torsionOfR of [0, 1, 4, 5]) {
        const isPossible = torsionOfR % (torsionOfA === 4 ? 4 : torsionOfA === 2 ? 2 : 1) === 0;
        if (isPossible) expect(verdict(forge(random, { torsionOfA, torsionOfR, exact: true }))).toBe(true);
        expect(verdict(forge(random, { torsionOfA, torsionOfR, exact: false }))).toBe(false);
      }
    expect(verdict(forge(random, { torsionOfR: 3 }))).toBe(false);
  });

  it('rejects S plus a multiple of L', () => {
    proves('flaw.H11', 'decision.D5', 'crypto.ed25519.profile');
    const { publicKey, message, signature } = honest(1);
    expect(verdict({ publicKey, message, signature })).toBe(true);
    const S = numberOf(signature.subarray(32));
    for (let malleated = S + L; malleated < 2n ** 256n; malleated += L)
      expect(
        verdict({
          publicKey,
          message,
          signature: concatBytes(signature.subarray(0, 32), bytesOf(malleated)),
        }),
      ).toBe(false);
    expect(
      verdict({ publicKey, message, signature: concatBytes(signature.subarray(0, 32), bytesOf(L)) }),
    ).toBe(false);
  });

  it('answers false to every other length', () => {
    proves('crypto.verify.function');
    const { publicKey, message, signature } = honest(2);
    for (const length of [0, 1, 31, 33, 63, 65, 128]) {
      expect(verdict({ publicKey: new Uint8Array(length), message, signature })).toBe(false);
      expect(verdict({ publicKey, message, signature: new Uint8Array(length) })).toBe(false);
    }
    expect(verdict({ publicKey, message, signature: signature.subarray(0, 63) })).toBe(false);
    expect(verifyEd25519(publicKey, message, new Uint8Array(0))).toBe(false);
  });

  it('rejects every single flipped bit of key and signature', () => {
    const { publicKey, message, signature } = honest(3);
    const whole = concatBytes(publicKey, signature);
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Uint8Array.from(whole, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const attempt = { publicKey: flipped.subarray(0, 32), message, signature: flipped.subarray(32) };
      expect(verdict(attempt), `bit ${bit}`).toBe(false);
    }
  });

  it('gives one verdict on thousands of mutations', async () => {
    proves('crypto.ed25519.backends', 'flaw.H11', 'decision.D5');
    const originals = Array.from({ length: 20 }, (_, i) => honest(100 + i));
    let accepted = 0;
    await withSeed('one verdict', 2000, (random) => {
      const attempt = mutate(random, random.pick(originals));
      if (verdict(attempt)) accepted++;
    });
    expect(accepted).toBeGreaterThan(20);
  });

  it('keeps its verdicts when more keys come than its cache holds', () => {
    const first = honest(5);
    expect(native.verify(first.publicKey, first.message, first.signature)).toBe(true);
    for (let i = 0; i < 1100; i++)
      native.verify(native.signingKey(bytesOf(BigInt(i))).publicKey, first.message, first.signature);
    expect(native.verify(first.publicKey, first.message, first.signature)).toBe(true);
  });
});

describe('the portable backend', () => {
  it('gives a key that comes again the verdicts of its first time', () => {
    proves('decision.D5', 'crypto.ed25519.backends');
    const random = seededRandom('keys that come again');
    for (const torsionOfA of [0, 1, 2, 4])
      for (const exact of [true, false]) {
        if (torsionOfA === 0 && !exact) continue; // without torsion the equation holds always
        const attempt = forge(random, { torsionOfA, torsionOfR: torsionOfA, exact });
        const verdicts = Array.from({ length: KEY_TABLE_AFTER_USES + 2 }, () => verdict(attempt));
        expect(new Set(verdicts)).toEqual(new Set([exact]));
      }
    for (const publicKey of [...TORSION.map((point) => point.toBytes()), bytesOf(2n)]) {
      const { message, signature } = honest(6);
      for (let n = 0; n < KEY_TABLE_AFTER_USES + 2; n++)
        expect(verdict({ publicKey, message, signature })).toBe(false);
    }
  });

  it('keeps its verdicts when more keys come again than it has tables for', () => {
    const attempts = Array.from({ length: KEY_TABLES + 8 }, (_, i) => honest(1000 + i));
    const [first] = attempts;
    if (first === undefined) throw new Error('attempts');
    for (const attempt of attempts) {
      const { publicKey, message, signature } = attempt;
      for (let n = 0; n < KEY_TABLE_AFTER_USES; n++)
        expect(reference.verify(publicKey, message, signature)).toBe(true);
      expect(reference.verify(publicKey, message, first.signature)).toBe(attempt === first);
    }
    for (let n = 0; n < KEY_TABLE_AFTER_USES; n++)
      expect(reference.verify(first.publicKey, first.message, first.signature)).toBe(true);
  });
});

describe('registerKey', () => {
  it('accepts honest keys, and refuses all that are weak or mixed', () => {
    proves('flaw.H11', 'decision.D5');
    expect(codeThrownBy(() => registerKey(keyPairOf(bytesOf(7n)).publicKey))).toBeUndefined();
    const random = seededRandom('weak keys');
    const mixed = [1, 2, 4, 7].map((torsionOfA) => forge(random, { torsionOfA }).publicKey);
    const offCurve = bytesOf(2n);
    for (const key of [
      ...TORSION.map((point) => point.toBytes()),
      ...NON_CANONICAL,
      ...mixed,
      offCurve,
      new Uint8Array(31),
    ])
      expect(codeThrownBy(() => registerKey(key))).toBe('CRYPTO_WEAK_KEY');
  });
});

interface WycheproofGroup {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
}

/** Whether A and R are canonical points of large order: what the strict profile demands beyond RFC 8032. */
function isOrdinary({ publicKey, signature }: Attempt): boolean {
  return [publicKey, signature.subarray(0, 32)].every(
    (point) => !Point.fromBytes(point, false).isSmallOrder(),
  );
}

function mutate(
  random: ReturnType<typeof seededRandom>,
  { publicKey, message, signature }: Attempt,
): Attempt {
  const R = signature.subarray(0, 32);
  const S = signature.subarray(32);
  const weird = (): Uint8Array =>
    random.pick([
      ...NON_CANONICAL,
      ...TORSION.map((point) => point.toBytes()),
      random.bytes(32),
      publicKey,
      R,
      S,
    ]);
  switch (random.int(8)) {
    case 0:
      return { publicKey, message, signature };
    case 1:
      return { publicKey: weird(), message, signature };
    case 2:
      return { publicKey, message, signature: concatBytes(weird(), S) };
    case 3:
      return { publicKey, message, signature: concatBytes(R, weird()) };
    case 4:
      return { publicKey: weird(), message, signature: concatBytes(weird(), weird()) };
    case 5:
      return {
        publicKey,
        message,
        signature: concatBytes(R, bytesOf((numberOf(S) + L * BigInt(random.int(8))) % 2n ** 256n)),
      };
    case 6:
      return forge(random, { torsionOfA: random.int(8), torsionOfR: random.int(8) });
    default: {
      const whole = concatBytes(publicKey, signature);
      const at = random.int(whole.length);
      const changed = Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ (1 + random.int(255)) : byte));
      return { publicKey: changed.subarray(0, 32), message, signature: changed.subarray(32) };
    }
  }
}
