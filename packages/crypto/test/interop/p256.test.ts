import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { frame, isEnvelopeType, PURPOSES, registerKey, utf8, verifySignature } from '../../src/index.js';
import { keyOfJwk } from '../../src/interop/index.js';
import { isSignedBy } from '../../src/interop/key.js';
import { foreigner, jwkOf } from './fixtures.js';

describe('a key of P-256', () => {
  const { key, sign } = foreigner(5);
  const forms = [key.publicKey, keyOfJwk(jwkOf(key)).publicKey];

  it('signs nothing of ours: there is no second algorithm', () => {
    const types = Object.keys(PURPOSES).filter(isEnvelopeType);
    expect(types.length).toBeGreaterThan(10);
    for (const purpose of types) {
      const payload = utf8('{"body":{},"head":{}}');
      const signature = sign(frame(purpose, payload));
      for (const publicKey of forms) {
        expect(isSignedBy({ kind: 'P-256', publicKey }, frame(purpose, payload), signature)).toBe(true);
        expect(verifySignature({ purpose, payload, signature, publicKey }), purpose).toBe(false);
        expect(codeThrownBy(() => registerKey(publicKey))).toBe('CRYPTO_WEAK_KEY');
      }
    }
  });
});
