import type { Json } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { fromHex, hex, IDENTITY_PURPOSES, utf8 } from '../../src/index.js';
import { keyOfJwk, signCose, type VerifiedCose, verifyCose } from '../../src/interop/index.js';
import { attester } from './fixtures.js';

/** All bytes are hexadecimal. */
interface CoseCase {
  readonly message: string;
  readonly jwk: Json;
  /** The only key id that the reader knows; any, where it is left out. */
  readonly kid?: string;
  readonly externalAad?: string;
  readonly payload?: string;
  readonly expect?: { readonly payload: string; readonly contentType?: string | number };
  readonly code?: string;
}

function verify(test: CoseCase): VerifiedCose {
  const { externalAad, payload } = test;
  return verifyCose(fromHex(test.message), {
    keyOf: (kid) =>
      test.kid === undefined || (kid !== undefined && hex(kid) === test.kid) ? keyOfJwk(test.jwk) : undefined,
    ...(externalAad === undefined ? {} : { externalAad: fromHex(externalAad) }),
    ...(payload === undefined ? {} : { payload: fromHex(payload) }),
  });
}

describe('the vectors of COSE_Sign1', () => {
  it.each(vectors<CoseCase>('interop/cose'))('$name', (test) => {
    proves('flaw.H2');
    expect(codeThrownBy(() => verify(test))).toBe(test.code);
    if (test.expect === undefined) return;
    const { payload, contentType } = verify(test);
    expect(hex(payload)).toBe(test.expect.payload);
    expect(contentType).toBe(test.expect.contentType);
  });
});

describe('a COSE_Sign1 of ours', () => {
  const { signer, key } = attester(1);

  it('is read again, with what is signed beside it, attached and detached', async () => {
    await withSeed('cose', 30, async (random) => {
      const [payload, externalAad] = [random.bytes(random.int(200)), random.bytes(random.int(20))];
      const contentType = random.pick<string | number>(['application/json', 0, 50]);
      const input = { payload, signer, contentType, externalAad };
      const options = { externalAad, keyOf: () => key };
      const expected = { payload, kid: utf8(signer.kid), contentType };
      expect(verifyCose(await signCose(input), options)).toEqual(expected);
      const detached = await signCose({ ...input, detached: true });
      expect(verifyCose(detached, { ...options, payload })).toEqual(expected);
      const other = Uint8Array.of(...externalAad, 0);
      expect(codeThrownBy(() => verifyCose(detached, { ...options, payload, externalAad: other }))).toBe(
        'CRYPTO_FOREIGN_BAD_SIGNATURE',
      );
    });
  });

  it('is signed by a key that carries it, over what its readers accept', async () => {
    proves('flaw.H2', 'decision.D6');
    const identity = attester(2, 'did:example:2#key-1', IDENTITY_PURPOSES).signer;
    const input = { payload: utf8('x'), signer, contentType: 0 };
    const refused = async (change: object): Promise<string | undefined> =>
      codeRejectedBy(signCose({ ...input, ...change }));
    expect(await refused({ signer: identity })).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
    expect(await refused({ contentType: -1 })).toBe('CRYPTO_FOREIGN_SHAPE');
    expect(await refused({ contentType: 0.5 })).toBe('CRYPTO_CBOR');
    expect(await refused({ payload: new Uint8Array(1_048_577) })).toBe('CRYPTO_PURPOSE_FORMAT');
  });
});
