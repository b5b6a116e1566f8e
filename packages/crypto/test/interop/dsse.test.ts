import type { JsonObject } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64, concatBytes, hex, utf8 } from '../../src/index.js';
import { keyOfJwk, signDsse, type VerifiedDsse, verifyDsse } from '../../src/interop/index.js';
import { isPae, pae } from '../../src/interop/pae.js';
import { attester, foreigner, jwkOf } from './fixtures.js';

interface DsseCase {
  readonly envelope: string;
  /** JWKs, with the key id that the reader knows each by. */
  readonly keys: readonly (JsonObject & { readonly kid: string })[];
  readonly threshold: number;
  readonly payloadTypes: readonly string[];
  /** The payload in hexadecimal digits. */
  readonly expect?: { readonly payload: string; readonly kids: readonly string[] };
  readonly code?: string;
}

function verify({ envelope, keys, threshold, payloadTypes }: DsseCase): VerifiedDsse {
  const read = keys.map(({ kid, ...jwk }) => ({ kid, ...keyOfJwk(jwk) }));
  return verifyDsse(envelope, { keys: read, threshold, payloadTypes });
}

describe('the vectors of DSSE', () => {
  it.each(vectors<DsseCase>('interop/dsse'))('$name', (test) => {
    proves('flaw.H2');
    expect(codeThrownBy(() => verify(test))).toBe(test.code);
    if (test.expect === undefined) return;
    const { payload, kids } = verify(test);
    expect({ payload: hex(payload), kids }).toEqual(test.expect);
  });
});

describe('a DSSE envelope', () => {
  const people = [attester(1), attester(2), attester(3)];
  const keys = people.map(({ signer, key }) => ({ kid: signer.kid, ...key }));
  const TYPE = 'application/vnd.in-toto+json';

  it('verifies exactly up to the number of keys that signed it', async () => {
    await withSeed('dsse', 20, async (random) => {
      const payload = random.bytes(random.int(100));
      const some = random.shuffle(people).slice(0, 1 + random.int(3));
      const signers = some.map(({ signer }) => signer);
      const text = JSON.stringify(await signDsse({ payload, payloadType: TYPE, signers }));
      for (const threshold of [1, 2, 3]) {
        const check = (): VerifiedDsse => verifyDsse(text, { keys, threshold, payloadTypes: [TYPE] });
        const enough = threshold <= signers.length;
        expect(codeThrownBy(check)).toBe(enough ? undefined : 'CRYPTO_FOREIGN_THRESHOLD');
        if (enough)
          expect(check()).toEqual({ payload, payloadType: TYPE, kids: signers.map(({ kid }) => kid) });
      }
    });
  });

  it('counts a point of P-256 once, however it is written', () => {
    const { key, sign } = foreigner(4);
    const whole = keyOfJwk(jwkOf(key));
    const other = Uint8Array.from(key.publicKey);
    other[0] = 5 - (other[0] ?? 0);
    const sig = base64(sign(pae(TYPE, utf8('x'))));
    const text = JSON.stringify({ payload: base64(utf8('x')), payloadType: TYPE, signatures: [{ sig }] });
    const forms = [key, whole, { ...key, publicKey: other }].map((one, i) => ({ kid: `${i}`, ...one }));
    const ask = (threshold: number): VerifiedDsse =>
      verifyDsse(text, { keys: forms, threshold, payloadTypes: [TYPE] });
    expect(ask(1).kids).toEqual(['0']);
    expect(codeThrownBy(() => ask(2))).toBe('CRYPTO_BAD_PARAMETER');
  });

  it('is not signed by nobody, by too many, or without a type', async () => {
    const [first] = people.map(({ signer }) => signer);
    const many = Array.from({ length: 33 }, () => attester(1).signer);
    const input = { payload: utf8('x'), payloadType: TYPE };
    expect(await codeRejectedBy(signDsse({ ...input, signers: [] }))).toBe('CRYPTO_FOREIGN_SHAPE');
    expect(await codeRejectedBy(signDsse({ ...input, signers: many }))).toBe('CRYPTO_FOREIGN_SHAPE');
    const signers = first === undefined ? [] : [first];
    expect(await codeRejectedBy(signDsse({ ...input, payloadType: '', signers }))).toBe(
      'CRYPTO_FOREIGN_SHAPE',
    );
  });
});

describe('the pre-authentication encoding', () => {
  it('is told from what only looks like it', async () => {
    const plain = pae('a', utf8('b'));
    expect(new TextDecoder().decode(plain)).toBe('DSSEv1 1 a 1 b');
    expect(isPae(plain)).toBe(true);
    await withSeed('pae', 300, (random) => {
      const type = random.pick(['a', 'application/x', 'äöü', ' 1 ', '\u{1f512}']);
      const bytes = pae(type, random.bytes(random.int(20)));
      expect(isPae(bytes)).toBe(true);
      expect(isPae(concatBytes(bytes, Uint8Array.of(0)))).toBe(false);
      expect(isPae(bytes.subarray(0, -1))).toBe(false);
      const changed = Uint8Array.from(bytes);
      changed[random.int(7)] = 0;
      expect(isPae(changed)).toBe(false);
    });
  });

  it.each(['', 'DSSEv1', 'DSSEv1 ', 'DSSEv1 1', 'DSSEv1 1 ', 'DSSEv1 1 a', 'DSSEv1  a 1 b', 'DSSEv1 1 a  b'])(
    'is not %j',
    (text) => {
      expect(isPae(utf8(text))).toBe(false);
    },
  );

  it('holds a type that is UTF-8', () => {
    expect(isPae(concatBytes(utf8('DSSEv1 1 '), Uint8Array.of(0xff), utf8(' 1 b')))).toBe(false);
  });
});
