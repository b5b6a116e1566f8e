import { codeThrownBy, proves } from '@ttp/testkit';
import * as jose from 'jose';
import { expect, it } from 'vitest';
import { canonicalBytes, canonicalize, utf8 } from '../../src/index.js';
import { keyOfJwk, signAgentCard, signJws, verifyAgentCard, verifyJws } from '../../src/interop/index.js';
import { attester, jwkOf } from './fixtures.js';

const CARD = {
  name: 'Clerk',
  description: 'Reads invoices — and nothing else.',
  version: '1.0.0',
  capabilities: { streaming: false, extensions: [] },
  skills: [],
};
/** The card as it is signed. */
const SIGNED = { ...CARD, capabilities: { streaming: false } };

it('signs what an independent library verifies', async () => {
  proves('crypto.interop.credentials');
  const { signer, key } = attester(1);
  const theirs = await jose.importJWK(jwkOf(key), 'EdDSA');
  const jws = await signJws({ payload: utf8('payload'), signer, typ: 'JOSE' });
  const { payload, protectedHeader } = await jose.compactVerify(jws, theirs);
  expect([new TextDecoder().decode(payload), protectedHeader]).toEqual([
    'payload',
    { alg: 'EdDSA', kid: signer.kid, typ: 'JOSE' },
  ]);
  const card = await signAgentCard({ card: CARD, signer });
  const [signature] = JSON.parse(canonicalize(card)).signatures;
  const flattened = { ...signature, payload: Buffer.from(canonicalBytes(SIGNED)).toString('base64url') };
  await expect(jose.flattenedVerify(flattened, theirs)).resolves.toBeDefined();
});

it.each(['EdDSA', 'ES256'])('verifies what an independent library signed with %s', async (alg) => {
  proves('crypto.interop.credentials');
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const key = keyOfJwk(JSON.parse(JSON.stringify(await jose.exportJWK(publicKey))));
  const keyOf = (kid: string | undefined): typeof key | undefined => (kid === 'k' ? key : undefined);
  const jws = await new jose.CompactSign(utf8('payload'))
    .setProtectedHeader({ alg, kid: 'k', typ: 'JOSE' })
    .sign(privateKey);
  expect(verifyJws(jws, { keyOf, typ: 'JOSE' }).payload).toEqual(utf8('payload'));
  const { protected: header, signature } = await new jose.FlattenedSign(canonicalBytes(SIGNED))
    .setProtectedHeader({ alg, kid: 'k', typ: 'JOSE', jku: 'https://example.com/jwks.json' })
    .sign(privateKey);
  const card = { ...CARD, signatures: [{ protected: header, signature }] };
  expect(verifyAgentCard(JSON.stringify(card), { keyOf }).kids).toEqual(['k']);
  const changed = JSON.stringify({ ...card, name: 'Thief' });
  expect(codeThrownBy(() => verifyAgentCard(changed, { keyOf }))).toBe('CRYPTO_FOREIGN_BAD_SIGNATURE');
});
