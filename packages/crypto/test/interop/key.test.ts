import type { Json } from '@ttp/core';
import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64url, verifyP256 } from '../../src/index.js';
import { keyOfJwk, keysOfJwks } from '../../src/interop/index.js';
import { attester, foreigner, jwkOf } from './fixtures.js';

const ed = attester(1).key;
const es = foreigner(2).key;

describe('a JWK', () => {
  it('is read as a key of its kind', () => {
    expect(keyOfJwk(jwkOf(ed))).toEqual(ed);
    expect(keyOfJwk({ ...jwkOf(ed), alg: 'EdDSA', use: 'sig', key_ops: ['verify'], kid: 'k' })).toEqual(ed);
    const { kind, publicKey } = keyOfJwk({ ...jwkOf(es), alg: 'ES256' });
    expect([kind, publicKey.length, publicKey[0]]).toEqual(['P-256', 65, 4]);
    const message = Uint8Array.of(1);
    expect(verifyP256(publicKey, message, foreigner(2).sign(message))).toBe(true);
  });

  it.each<[string, Json]>([
    ['no object', 'text'],
    ['nothing', {}],
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a secret for HMAC', { kty: 'oct', k: 'AAAA' }],
    ['another curve', { ...jwkOf(es), crv: 'P-384' }],
    ['X25519', { ...jwkOf(ed), crv: 'X25519' }],
    ['a secret key', { ...jwkOf(ed), d: jwkOf(ed)['x'] ?? '' }],
    ['a key to encrypt with', { ...jwkOf(ed), use: 'enc' }],
    ['a key that does not verify', { ...jwkOf(ed), key_ops: ['sign'] }],
    ['the algorithm of another kind', { ...jwkOf(ed), alg: 'ES256' }],
    ['an algorithm that is a number', { ...jwkOf(ed), alg: -8 }],
    ['a coordinate too short', { ...jwkOf(es), y: base64url(new Uint8Array(31)) }],
    ['a coordinate that is no text', { ...jwkOf(es), y: 1 }],
    ['a coordinate with padding', { ...jwkOf(ed), x: `${jwkOf(ed)['x']}=` }],
    ['a coordinate without end', { ...jwkOf(ed), x: 'A'.repeat(100_000) }],
  ])('is refused: %s', (_, jwk) => {
    expect(codeThrownBy(() => keyOfJwk(jwk))).toBe('CRYPTO_FOREIGN_KEY');
  });

  it('is refused where its point is of small order', () => {
    const weak = { ...jwkOf(ed), x: base64url(Uint8Array.of(1, ...new Uint8Array(31))) };
    expect(codeThrownBy(() => keyOfJwk(weak))).toBe('CRYPTO_WEAK_KEY');
  });
});

describe('a JWK set', () => {
  it('gives its keys by their key id, and leaves the others out', () => {
    const keys = keysOfJwks({
      keys: [
        { ...jwkOf(ed), kid: 'a' },
        { ...jwkOf(es), kid: 'b' },
        { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'c' },
        jwkOf(ed),
        null,
        { ...jwkOf(ed), kid: 'd'.repeat(3000) },
      ],
    });
    expect([...keys.keys()]).toEqual(['a', 'b']);
    expect(keys.get('a')).toEqual(ed);
  });

  it.each<[string, Json]>([
    ['no object', []],
    ['no list', { keys: {} }],
    [
      'one key id twice',
      {
        keys: [
          { ...jwkOf(ed), kid: 'a' },
          { ...jwkOf(es), kid: 'a' },
        ],
      },
    ],
    ['too many keys', { keys: Array.from({ length: 33 }, (_, i) => ({ ...jwkOf(ed), kid: `${i}` })) }],
  ])('is refused: %s', (_, jwks) => {
    expect(codeThrownBy(() => keysOfJwks(jwks))).toBe('CRYPTO_FOREIGN_SHAPE');
  });
});
