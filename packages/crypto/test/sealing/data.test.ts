import { codeRejectedBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  fromBase64url,
  hex,
  hkdfSha256,
  openAead,
  openData,
  parseJson,
  rewrapData,
  SEALED_DATA_MAX_BYTES,
  sealData,
  sha256,
  utf8,
} from '../../src/index.js';
import { random } from '../fixtures.js';

const first = { id: 'master-1', bytes: sha256(utf8('master 1')) };
const second = { id: 'master-2', bytes: sha256(utf8('master 2')) };
const keyOf = (id: string): Uint8Array | undefined => [first, second].find((key) => key.id === id)?.bytes;
const context = { tenant: 'acme', record: 7 };
const plaintext = utf8('the payload');
const seal = (seed = 'seal') => sealData({ plaintext, key: first, context, random: random(seed) });

/** Opens one of the two parts by the standard functions alone. */
function open(key: Uint8Array, text: string, use: string, aad: string): Promise<Uint8Array> {
  const bytes = fromBase64url(text);
  const derived = hkdfSha256({
    ikm: key,
    salt: bytes.subarray(0, 32),
    info: utf8(`TTP-v1 ${use}`),
    length: 44,
  });
  return openAead({
    key: derived.subarray(0, 32),
    iv: derived.subarray(32),
    aad: utf8(aad),
    ciphertext: bytes.subarray(32),
  });
}

describe('sealed data', () => {
  it('opens with its key in its context, after a journey as JSON', async () => {
    proves('crypto.aes-gcm', 'decision.D8');
    const sealed = await seal();
    expect(sealed).toMatchObject({ v: 1, keyId: 'master-1', encryption: 'AES-256-GCM' });
    const received = parseJson(JSON.stringify(sealed));
    expect(await openData(received, { keyOf, context: { record: 7, tenant: 'acme' } })).toEqual(plaintext);
  });

  it('is AES-256-GCM under a data key, and the data key under the key that is named', async () => {
    proves('crypto.aes-gcm');
    const sealed = await seal();
    const of = '{"record":7,"tenant":"acme"}';
    const wrapping = `{"context":{"keyId":"master-1","of":${of}},"use":"data-key"}`;
    const dataKey = await open(first.bytes, sealed.dataKey, 'data-key', wrapping);
    expect(dataKey).toHaveLength(32);
    expect(await open(dataKey, sealed.ciphertext, 'data', `{"context":${of},"use":"data"}`)).toEqual(
      plaintext,
    );
  });

  it('never uses a data key or a nonce twice', async () => {
    proves('crypto.aes-gcm');
    const source = random('nonces');
    const seen = new Set<string>();
    for (let n = 0; n < 300; n++) {
      const sealed = await sealData({ plaintext, key: first, context, random: source });
      for (const text of [sealed.dataKey, sealed.ciphertext])
        seen.add(hex(fromBase64url(text).subarray(0, 32)));
      seen.add(sealed.ciphertext);
    }
    expect(seen.size).toBe(3 * 300);
  });

  it('opens in no other context, with no other key, and under no other name', async () => {
    proves('crypto.aes-gcm');
    const sealed = await seal();
    const others = [
      openData(sealed, { keyOf, context: { ...context, record: 8 } }),
      openData(sealed, { keyOf, context: {} }),
      openData(sealed, { keyOf: () => second.bytes, context }),
      openData({ ...sealed, keyId: 'master-2' }, { keyOf, context }),
      openData({ ...sealed, keyId: 'master-2' }, { keyOf: () => first.bytes, context }),
    ];
    for (const other of others) expect(await codeRejectedBy(other)).toBe('CRYPTO_AEAD_REFUSED');
    expect(await codeRejectedBy(openData(sealed, { keyOf: () => undefined, context }))).toBe(
      'CRYPTO_SEALED_KEY_UNKNOWN',
    );
  });

  it('does not open when any bit of it is changed, or parts of two are joined', async () => {
    proves('crypto.aes-gcm');
    const [sealed, other] = [await seal(), await seal('other')];
    expect(await codeRejectedBy(openData({ ...sealed, dataKey: other.dataKey }, { keyOf, context }))).toBe(
      'CRYPTO_AEAD_REFUSED',
    );
    expect(await codeRejectedBy(openData({ ...other, dataKey: sealed.dataKey }, { keyOf, context }))).toBe(
      'CRYPTO_AEAD_REFUSED',
    );
    await withSeed('changed', 200, async (source) => {
      const member = source.pick(['dataKey', 'ciphertext'] as const);
      const text = sealed[member];
      const at = source.int(text.length - 1); // the last character holds bits that must be zero
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(await codeRejectedBy(openData({ ...sealed, [member]: changed }, { keyOf, context }))).toBe(
        'CRYPTO_AEAD_REFUSED',
      );
    });
  });

  it('changes its key without being encrypted anew', async () => {
    proves('crypto.aes-gcm');
    const sealed = await seal();
    const moved = await rewrapData(sealed, { keyOf, context, key: second, random: random('move') });
    expect(moved.keyId).toBe('master-2');
    expect(moved.ciphertext).toBe(sealed.ciphertext);
    const onlySecond = (id: string): Uint8Array | undefined => (id === 'master-2' ? second.bytes : undefined);
    expect(await openData(moved, { keyOf: onlySecond, context })).toEqual(plaintext);
    const elsewhere = { keyOf, context: {}, key: second, random: random('x') };
    expect(await codeRejectedBy(rewrapData(sealed, elsewhere))).toBe('CRYPTO_AEAD_REFUSED');
  });

  it('seals what it was given, whatever becomes of it meanwhile', async () => {
    const changing = { plaintext: Uint8Array.from(plaintext), context: { ...context } };
    const sealing = sealData({ ...changing, key: first, random: random('changing') });
    changing.plaintext.fill(0);
    changing.context.record = 8;
    expect(await openData(await sealing, { keyOf, context })).toEqual(plaintext);
  });

  it('is refused with any member missing, unknown or malformed', async () => {
    const sealed = await seal();
    const { ciphertext: _, ...lacking } = sealed;
    for (const value of [
      null,
      [],
      'text',
      lacking,
      { ...sealed, note: 'x' },
      { ...sealed, v: 2 },
      { ...sealed, encryption: 'AES-128-GCM' },
      { ...sealed, keyId: 7 },
      { ...sealed, keyId: 'a b' },
      { ...sealed, keyId: '' },
      { ...sealed, dataKey: sealed.dataKey.slice(1) },
      { ...sealed, dataKey: `${sealed.dataKey.slice(1)}=` },
      { ...sealed, ciphertext: 7 },
      { ...sealed, ciphertext: `${sealed.ciphertext}=` },
    ])
      expect(await codeRejectedBy(openData(value, { keyOf, context })), JSON.stringify(value)).toBe(
        'CRYPTO_SEALED_SHAPE',
      );
    const short = { ...sealed, ciphertext: 'AAAA' };
    expect(await codeRejectedBy(openData(short, { keyOf, context }))).toBe('CRYPTO_AEAD_REFUSED');
  });

  it('has a limit, and keys of 32 bytes alone', async () => {
    const large = new Uint8Array(SEALED_DATA_MAX_BYTES + 1);
    const input = { plaintext: large, key: first, context, random: random('large') };
    expect(await codeRejectedBy(sealData(input))).toBe('CRYPTO_SEALED_TOO_LARGE');
    const long = { ...(await seal()), ciphertext: 'A'.repeat(23_000_000) };
    expect(await codeRejectedBy(openData(long, { keyOf, context }))).toBe('CRYPTO_SEALED_TOO_LARGE');
    const short = { id: 'short', bytes: new Uint8Array(16) };
    expect(await codeRejectedBy(sealData({ ...input, plaintext, key: short }))).toBe('CRYPTO_BAD_LENGTH');
    const unnamed = { id: 'a.b', bytes: first.bytes };
    expect(await codeRejectedBy(sealData({ ...input, plaintext, key: unnamed }))).toBe('CRYPTO_SEALED_SHAPE');
  });
});
