import { isJsonObject } from '@ttp/core';
import { codeThrownBy, proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { expect, it, type TestContext } from 'vitest';
import { canonicalize, createSigner, fromMultibase, fromMultikey, hex, parseJson } from '../../src/index.js';
import { signIntegrity, verifyIntegrity } from '../../src/interop/index.js';
import { integrityInput } from '../../src/interop/integrity-input.js';

/** One file of the vectors of VC-DI-EdDSA 1.0; skips the test around it where they are absent. */
const vector = (context: TestContext, name: string): string =>
  thirdParty(`did/eddsa-jcs-2022/${name}`) ?? context.skip(THIRD_PARTY_ABSENT);

const NOW = Date.UTC(2026, 0, 1);

it('hashes, signs and verifies as the vectors of the specification have it', async (context) => {
  proves('crypto.interop.credentials');
  const [unsigned, options] = ['unsigned.json', 'proofConfigJCS.json'].map((name) =>
    parseJson(vector(context, name), { profile: 'foreign' }),
  );
  if (!isJsonObject(unsigned) || !isJsonObject(options)) throw new Error('the vectors are objects');
  expect(canonicalize(unsigned)).toBe(vector(context, 'canonDocJCS.txt'));
  expect(canonicalize(options)).toBe(vector(context, 'proofCanonJCS.txt'));
  expect(hex(integrityInput(unsigned, options))).toBe(vector(context, 'combinedHashJCS.txt').trim());

  const keys: { publicKeyMultibase: string; privateKeyMultibase: string } = JSON.parse(
    vector(context, 'keyPair.json'),
  );
  const kid = `did:key:${keys.publicKeyMultibase}#${keys.publicKeyMultibase}`;
  const seed = fromMultibase(keys.privateKeyMultibase).slice(2); // behind the multicodec of a secret key
  const signer = createSigner({ seed, kid, purposes: ['vc-eddsa-jcs'] });
  const signed = await signIntegrity({
    document: unsigned,
    signer,
    created: Date.UTC(2023, 1, 24, 23, 36, 38),
  });
  const published = vector(context, 'signedJCS.json');
  expect(canonicalize(signed)).toBe(canonicalize(parseJson(published, { profile: 'foreign' })));

  const publicKey = fromMultikey(keys.publicKeyMultibase);
  const asked = { now: NOW, keyOf: () => ({ kind: 'Ed25519', publicKey }) as const };
  expect(verifyIntegrity(published, asked).verificationMethod).toBe(kid);
  const changed = published.replace('The School of Examples', 'The School of Hard Knocks');
  expect(codeThrownBy(() => verifyIntegrity(changed, asked))).toBe('CRYPTO_FOREIGN_BAD_SIGNATURE');
});
