import { codeRejectedBy, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { decryptKeyByPasskey, encryptKeyByPasskey } from '../../src/browser/index.js';
import { multikey, sha256, utf8 } from '../../src/index.js';
import { didOf, person, random } from '../fixtures.js';

const { did, seed, publicKey } = person(1);
const mallory = person(66);
const prf = sha256(utf8('what the passkey answers'));
const options = { prf, did, publicKey };
const file = await encryptKeyByPasskey({ seed, did, prf, random: random('passkey') });

it('gives its seed to the answer of the passkey alone', async () => {
  proves('decision.D8');
  expect(await decryptKeyByPasskey(structuredClone(file), options)).toEqual(seed);
  const other = { ...options, prf: sha256(utf8('another')) };
  expect(await codeRejectedBy(decryptKeyByPasskey(file, other))).toBe('CRYPTO_KEY_FILE_PASSKEY');
  expect(await codeRejectedBy(decryptKeyByPasskey(file, { ...options, prf: prf.subarray(1) }))).toBe(
    'CRYPTO_BAD_LENGTH',
  );
});

it('is found out when it holds another key, or is for somebody else', async () => {
  proves('flaw.D8', 'decision.D8');
  const swapped = await encryptKeyByPasskey({ seed: mallory.seed, did, prf, random: random('swap') });
  const dressed = { ...swapped, publicKey: file.publicKey };
  const elsewhere = { ...file, did: didOf('somebody else') };
  expect(await codeRejectedBy(decryptKeyByPasskey(swapped, options))).toBe('CRYPTO_KEY_FILE_MISMATCH');
  expect(await codeRejectedBy(decryptKeyByPasskey(dressed, options))).toBe('CRYPTO_KEY_FILE_PASSKEY');
  expect(await codeRejectedBy(decryptKeyByPasskey(elsewhere, options))).toBe('CRYPTO_KEY_FILE_MISMATCH');
  const renamed = { ...options, did: elsewhere.did };
  expect(await codeRejectedBy(decryptKeyByPasskey(elsewhere, renamed))).toBe('CRYPTO_KEY_FILE_PASSKEY');
});

it('is refused with any member missing, unknown or malformed', async () => {
  const { encryptedKey: _, ...lacking } = file;
  for (const value of [
    null,
    [],
    lacking,
    { ...file, note: 'x' },
    { ...file, v: 2 },
    { ...file, algorithm: 'RSA' },
    { ...file, encryption: 'none' },
    { ...file, did: 'alice' },
    { ...file, publicKey: 'z6Mk' },
    { ...file, publicKey: 7 },
    { ...file, encryptedKey: `${file.encryptedKey}=` },
  ])
    expect(await codeRejectedBy(decryptKeyByPasskey(value, options)), JSON.stringify(value)).toBe(
      'CRYPTO_KEY_FILE_SHAPE',
    );
  const short = { ...file, encryptedKey: 'AAAA' };
  expect(await codeRejectedBy(decryptKeyByPasskey(short, options))).toBe('CRYPTO_KEY_FILE_PASSKEY');
  expect(file.publicKey).toBe(multikey(publicKey));
});
