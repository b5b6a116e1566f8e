import { proves, seededRandom, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import { concatBytes, fromHex, hex, utf8 } from '../src/index.js';
import { isStrictPoint, isStrictSignature } from '../src/point-encoding.js';
import { judgedAttempts } from './attempts.js';
import { type Attempt, bytesOf, forge, L, NON_CANONICAL, numberOf, TORSION } from './forge.js';

const keys = new Map<string, Promise<CryptoKey | undefined>>();

/** The key for WebCrypto; undefined for what the browser refuses. */
function imported(publicKey: Uint8Array): Promise<CryptoKey | undefined> {
  const id = hex(publicKey);
  const known = keys.get(id);
  if (known !== undefined) return known;
  const key = crypto.subtle
    .importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
    .catch(() => undefined);
  if (keys.size < 1000) keys.set(id, key);
  return key;
}

/** The verdict of the browser's own Ed25519, behind the checks that stand before every backend. */
async function byWebCrypto({ publicKey, message, signature }: Attempt): Promise<boolean> {
  if (!isStrictSignature(signature) || !isStrictPoint(publicKey)) return false;
  const key = await imported(publicKey);
  if (key === undefined) return false;
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
}

/** The verdict of both, which must be one. */
async function verdict(attempt: Attempt): Promise<boolean> {
  const { publicKey, message, signature } = attempt;
  const accepted = reference.verify(publicKey, message, signature);
  expect(await byWebCrypto(attempt), 'WebCrypto').toBe(accepted);
  return accepted;
}

describe('@noble and the WebCrypto of this browser', () => {
  it('accept the signatures of RFC 8032', async (context) => {
    proves('crypto.ed25519.backends', 'decision.D5');
    const text = thirdParty('crypto/rfc8032-ed25519.json') ?? context.skip(THIRD_PARTY_ABSENT);
    const cases: readonly { pub: string; msg: string; sig: string }[] = JSON.parse(text);
    expect(cases.length).toBeGreaterThan(3);
    for (const { pub, msg, sig } of cases)
      expect(await verdict({ publicKey: fromHex(pub), message: fromHex(msg), signature: fromHex(sig) })).toBe(
        true,
      );
  });

  it('give one verdict on each case of Wycheproof', async (context) => {
    proves('crypto.ed25519.backends', 'decision.D5');
    const text = thirdParty('crypto/wycheproof/ed25519_test.json') ?? context.skip(THIRD_PARTY_ABSENT);
    const { testGroups }: { testGroups: readonly WycheproofGroup[] } = JSON.parse(text);
    let accepted = 0;
    for (const { publicKey, tests } of testGroups)
      for (const { msg, sig } of tests)
        if (
          await verdict({
            publicKey: fromHex(publicKey.pk),
            message: fromHex(msg),
            signature: fromHex(sig),
          })
        )
          accepted++;
    expect(accepted).toBeGreaterThan(50);
  });

  it('refuse A and R of small order or written in another way, and S of L or more', async () => {
    proves('crypto.ed25519.backends', 'decision.D5', 'flaw.H11');
    const random = seededRandom('browser');
    const points = [...TORSION.map((point) => point.toBytes()), ...NON_CANONICAL];
    const honest = forge(random, {});
    const [R, S] = [honest.signature.subarray(0, 32), honest.signature.subarray(32)];
    expect(await verdict(honest)).toBe(true);
    for (const point of points) {
      expect(await verdict({ ...forge(random, { secret: 0n }), publicKey: point })).toBe(false);
      expect(await verdict({ ...honest, signature: concatBytes(point, S) })).toBe(false);
    }
    for (let s = numberOf(S) + L; s < 2n ** 256n; s += L)
      expect(await verdict({ ...honest, signature: concatBytes(R, bytesOf(s)) })).toBe(false);
    expect(await verdict({ ...honest, message: utf8('another') })).toBe(false);
  });

  it('accept a key of mixed order where the equation holds without the cofactor, and only there', async () => {
    proves('crypto.ed25519.backends', 'decision.D5', 'flaw.H11');
    const random = seededRandom('browser, mixed order');
    for (const torsionOfA of [1, 2, 4, 7])
      for (const exact of [true, false])
        expect(await verdict(forge(random, { torsionOfA, torsionOfR: torsionOfA, exact }))).toBe(exact);
  });

  it('are one on 100 000 mutations: WebCrypto on all of them, @noble on each 97th', async () => {
    proves('crypto.ed25519.backends', 'decision.D5', 'flaw.H11');
    const wrong: number[] = [];
    let [n, shared] = [0, 0];
    let batch: Promise<void>[] = [];
    for (const attempt of judgedAttempts(100_000, 'verdicts')) {
      const at = n++;
      batch.push(
        (async () => {
          if ((await byWebCrypto(attempt)) !== attempt.expected) wrong.push(at);
        })(),
      );
      if (at % 97 === 0) {
        shared++;
        if (reference.verify(attempt.publicKey, attempt.message, attempt.signature) !== attempt.expected)
          wrong.push(at);
      }
      if (batch.length < 500) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
    expect(wrong).toEqual([]);
    expect({ n, shared }).toEqual({ n: 100_000, shared: 1031 });
  }, 240_000);
});

interface WycheproofGroup {
  readonly publicKey: { readonly pk: string };
  readonly tests: readonly { readonly msg: string; readonly sig: string }[];
}
