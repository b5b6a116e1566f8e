import type { Json } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64url, createSigner, fromUtf8, IDENTITY_PURPOSES, utf8 } from '../../src/index.js';
import { keyOfJwk, signJws, type VerifiedJws, verifyJws } from '../../src/interop/index.js';
import { attester } from './fixtures.js';

interface JwsCase {
  readonly jws: string;
  readonly jwk: Json;
  readonly typ: string | null;
  /** The only key id that the reader knows; any, where it is left out. */
  readonly kid?: string;
  /** UTF-8 of a detached payload. */
  readonly payload?: string;
  readonly expect?: { readonly payload: string };
  readonly code?: string;
}

function verify({ jws, jwk, typ, kid: known, payload }: JwsCase): VerifiedJws {
  return verifyJws(jws, {
    typ,
    keyOf: (kid) => (known === undefined || kid === known ? keyOfJwk(jwk) : undefined),
    ...(payload === undefined ? {} : { payload: utf8(payload) }),
  });
}

describe('the vectors of JWS', () => {
  it.each(vectors<JwsCase>('interop/jws'))('$name', (test) => {
    proves('flaw.H2');
    expect(codeThrownBy(() => verify(test))).toBe(test.code);
    if (test.expect !== undefined) expect(fromUtf8(verify(test).payload)).toBe(test.expect.payload);
  });
});

describe('a JWS of ours', () => {
  const { signer, key } = attester(1);
  const keyOf = (): typeof key => key;

  it('is read again, attached and detached', async () => {
    await withSeed('jws', 30, async (random) => {
      const payload = random.bytes(1 + random.int(200));
      const jws = await signJws({ payload, signer, typ: 'JOSE' });
      expect(verifyJws(jws, { keyOf, typ: 'JOSE' })).toEqual({
        payload,
        kid: signer.kid,
        header: { alg: 'EdDSA', kid: signer.kid, typ: 'JOSE' },
      });
      const detached = await signJws({ payload, signer, typ: 'JOSE', detached: true });
      expect(detached).toBe(jws.replace(base64url(payload), ''));
      expect(verifyJws(detached, { keyOf, typ: 'JOSE', payload }).payload).toEqual(payload);
    });
  });

  it('is signed by a key that carries jws, and by no key of an identity', async () => {
    proves('flaw.H2', 'decision.D6');
    const input = { payload: utf8('{}'), typ: 'JOSE' };
    const identity = attester(2, 'did:example:2#key-1', IDENTITY_PURPOSES).signer;
    expect(await codeRejectedBy(signJws({ ...input, signer: identity }))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
  });

  it('is checked before it leaves: a signer that signs something else is found out', async () => {
    const other = createSigner({ seed: new Uint8Array(32).fill(9), kid: signer.kid, purposes: ['jws'] });
    const broken = { ...signer, sign: other.sign };
    expect(await codeRejectedBy(signJws({ payload: utf8('x'), signer: broken, typ: 'JOSE' }))).toBe(
      'CRYPTO_SIGNATURE_FAILED',
    );
  });

  it('is refused beyond the limits', () => {
    const long = 'a'.repeat(2 * 1_048_576 + 1);
    expect(codeThrownBy(() => verifyJws(long, { keyOf, typ: null }))).toBe('CRYPTO_FOREIGN_TOO_LARGE');
    const header = base64url(utf8(JSON.stringify({ alg: 'EdDSA', x: 'x'.repeat(16_384) })));
    expect(codeThrownBy(() => verifyJws(`${header}.e30.AA`, { keyOf, typ: null }))).toBe(
      'CRYPTO_FOREIGN_SHAPE',
    );
  });

  it('asks for the key that it names, and for no other', async () => {
    const jws = await signJws({ payload: utf8('x'), signer, typ: 'JOSE' });
    const asked: (string | undefined)[] = [];
    verifyJws(jws, {
      typ: 'JOSE',
      keyOf: (kid) => {
        asked.push(kid);
        return key;
      },
    });
    expect(asked).toEqual([signer.kid]);
  });
});
