import { codeRejectedBy, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import { concatBytes, fromHex, hex, openAead, sealAead, sha256, utf8 } from '../src/index.js';
import * as native from '../src/node/backend.js';
import { wycheproof } from './wycheproof.js';

it('gives the verdicts of Wycheproof for keys of 256 and nonces of 96 bits', async (context) => {
  const cases = wycheproof<
    { keySize: number; ivSize: number; tagSize: number },
    { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
  >(context, 'aes_gcm').filter(
    ({ keySize, ivSize, tagSize }) => keySize === 256 && ivSize === 96 && tagSize === 128,
  );
  expect(cases.length).toBeGreaterThan(50);
  for (const { tcId, result, ...test } of cases) {
    const [key, iv, aad] = [fromHex(test.key), fromHex(test.iv), fromHex(test.aad)];
    const ciphertext = concatBytes(fromHex(test.ct), fromHex(test.tag));
    if (result === 'valid') {
      expect(hex(await openAead({ key, iv, aad, ciphertext })), `test case ${tcId}`).toBe(test.msg);
      expect(await sealAead({ key, iv, aad, plaintext: fromHex(test.msg) })).toEqual(ciphertext);
      expect(await reference.open({ key, iv, aad, text: ciphertext })).toEqual(fromHex(test.msg));
    } else {
      expect(await reference.open({ key, iv, aad, text: ciphertext })).toBeUndefined();
      expect(await codeRejectedBy(openAead({ key, iv, aad, ciphertext })), `test case ${tcId}`).toBe(
        'CRYPTO_AEAD_REFUSED',
      );
    }
  }
});

it('gives one ciphertext and one verdict on both backends', async () => {
  await withSeed('one ciphertext', 200, async (random) => {
    const [key, iv, aad] = [random.bytes(32), random.bytes(12), random.bytes(random.int(40))];
    const plaintext = random.bytes(random.pick([0, 1, 15, 16, 17, random.int(300)]));
    const sealed = await native.sealer(key)({ iv, aad, text: plaintext });
    expect(await reference.sealer(key)({ iv, aad, text: plaintext })).toEqual(sealed);
    const at = random.int(sealed.length);
    const attempts = [
      { key, iv, aad, text: sealed },
      { key, iv, aad, text: sealed.map((byte, i) => (i === at ? byte ^ (1 + random.int(255)) : byte)) },
      { key, iv, aad, text: sealed.subarray(0, random.int(sealed.length)) },
      { key, iv, aad, text: concatBytes(sealed, random.bytes(1)) },
      { key, iv: random.bytes(12), aad, text: sealed },
      { key: random.bytes(32), iv, aad, text: sealed },
      { key, iv, aad: concatBytes(aad, random.bytes(1)), text: sealed },
    ];
    const opened = await Promise.all(attempts.map((attempt) => native.open(attempt)));
    expect(await Promise.all(attempts.map((attempt) => reference.open(attempt)))).toEqual(opened);
    expect(opened).toEqual([plaintext, ...attempts.slice(1).map(() => undefined)]);
  });
});

it('opens what lies in shared memory, or in the middle of other memory', async () => {
  const parts = { key: sha256(utf8('key')), iv: new Uint8Array(12), aad: utf8('context') };
  const ciphertext = await sealAead({ ...parts, plaintext: utf8('secret') });
  const shared = new Uint8Array(new SharedArrayBuffer(ciphertext.length));
  shared.set(ciphertext);
  const around = concatBytes(new Uint8Array(3), ciphertext, new Uint8Array(5));
  for (const place of [shared, around.subarray(3, 3 + ciphertext.length)]) {
    const opened = await openAead({ ...parts, ciphertext: place });
    expect(opened).toEqual(utf8('secret'));
    expect(opened.buffer.byteLength).toBe(6); // nobody else's memory behind it
  }
});

it('refuses another key, nonce, additional data, and every flipped byte', async () => {
  const parts = { key: sha256(utf8('key')), iv: new Uint8Array(12), aad: utf8('context') };
  const ciphertext = await sealAead({ ...parts, plaintext: utf8('secret') });
  expect(ciphertext).toHaveLength(6 + 16);
  const attempts = [
    { ...parts, ciphertext, key: sha256(utf8('other')) },
    { ...parts, ciphertext, iv: new Uint8Array(12).fill(1) },
    { ...parts, ciphertext, aad: utf8('other context') },
    { ...parts, ciphertext: ciphertext.subarray(1) },
    { ...parts, ciphertext: new Uint8Array(0) },
    ...Array.from(ciphertext, (_, at) => ({
      ...parts,
      ciphertext: ciphertext.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    })),
  ];
  for (const attempt of attempts) expect(await codeRejectedBy(openAead(attempt))).toBe('CRYPTO_AEAD_REFUSED');
});

it('takes keys of 32 and nonces of 12 bytes alone', async () => {
  const parts = { key: new Uint8Array(32), iv: new Uint8Array(12), aad: new Uint8Array(0) };
  for (const wrong of [{ key: new Uint8Array(16) }, { iv: new Uint8Array(16) }, { iv: new Uint8Array(0) }]) {
    expect(await codeRejectedBy(sealAead({ ...parts, ...wrong, plaintext: new Uint8Array(1) }))).toBe(
      'CRYPTO_BAD_LENGTH',
    );
    expect(await codeRejectedBy(openAead({ ...parts, ...wrong, ciphertext: new Uint8Array(17) }))).toBe(
      'CRYPTO_BAD_LENGTH',
    );
  }
});

it('seals and opens what it was given, whatever becomes of it meanwhile', async () => {
  const rest = { key: sha256(utf8('key')), iv: new Uint8Array(12), aad: utf8('context') };
  const plaintext = utf8('before');
  const changing = { ...structuredClone(rest), plaintext: Uint8Array.from(plaintext) };
  const sealing = sealAead(changing);
  for (const bytes of Object.values(changing)) bytes.fill(7);
  const ciphertext = await sealing;
  const copy = Uint8Array.from(ciphertext);
  const opening = openAead({ ...rest, ciphertext: copy });
  copy.fill(7);
  expect(await opening).toEqual(plaintext);
});
