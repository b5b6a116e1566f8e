import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { decryptKeyByPasskey, encryptKeyByPasskey } from '../../src/browser/index.js';
import { sha256, utf8 } from '../../src/index.js';
import { person, random } from '../fixtures.js';

const alice = person(1);

beforeAll(async () => {
  await cdp().send('WebAuthn.enable');
  await cdp().send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
});
afterAll(() => cdp().send('WebAuthn.disable'));

/** A new passkey's id. */
async function createPasskey(user: string): Promise<ArrayBuffer> {
  const created = await navigator.credentials.create({
    publicKey: {
      rp: { name: 'test' },
      user: { id: new Uint8Array(sha256(utf8(user))), name: user, displayName: user },
      challenge: new Uint8Array(32),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      extensions: { prf: {} },
    },
  });
  if (!(created instanceof PublicKeyCredential)) throw new Error('no passkey');
  return created.rawId;
}

/** What a passkey answers to an input. */
async function prfOf(id: ArrayBuffer, input: string): Promise<Uint8Array> {
  const asserted = await navigator.credentials.get({
    publicKey: {
      challenge: new Uint8Array(32),
      allowCredentials: [{ type: 'public-key', id }],
      userVerification: 'required',
      extensions: { prf: { eval: { first: new Uint8Array(utf8(input)) } } },
    },
  });
  if (!(asserted instanceof PublicKeyCredential)) throw new Error('no assertion');
  const first = asserted.getClientExtensionResults().prf?.results?.first;
  if (!(first instanceof ArrayBuffer)) throw new Error('no PRF');
  return new Uint8Array(first);
}

it('unlocks a key by the passkey that locked it, and by no other', async () => {
  proves('decision.D8');
  const [mine, other] = [await createPasskey('alice'), await createPasskey('mallory')];
  const { did, seed, publicKey } = alice;
  const file = await encryptKeyByPasskey({ seed, did, prf: await prfOf(mine, 'key'), random: random('prf') });
  const again = { prf: await prfOf(mine, 'key'), did, publicKey };
  expect(await decryptKeyByPasskey(JSON.parse(JSON.stringify(file)), again)).toEqual(seed);
  for (const prf of [await prfOf(other, 'key'), await prfOf(mine, 'another input')])
    expect(await codeRejectedBy(decryptKeyByPasskey(file, { ...again, prf }))).toBe(
      'CRYPTO_KEY_FILE_PASSKEY',
    );
});
