import type { Json } from '@ttp/core';
import { codeRejectedBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64url, openField, SEALED_FIELD_MAX_BYTES, sealField, sha256, utf8 } from '../../src/index.js';
import { bindTo, sealOnce } from '../../src/sealing/once.js';
import { random } from '../fixtures.js';

const key = { id: 'fields-1', bytes: sha256(utf8('fields')) };
const keyOf = (id: string): Uint8Array | undefined => (id === key.id ? key.bytes : undefined);
const context = { table: 'users', row: 12, field: 'email' };
const seal = (value: Json = 'a@b.example', seed = 'field'): Promise<string> =>
  sealField({ value, key, context, random: random(seed) });

const place = (field: string) => ({ table: 'users', row: 12, field });

describe('a sealed field', () => {
  it('opens in its place, whatever JSON it is', async () => {
    proves('crypto.field-encryption', 'decision.D8');
    for (const value of ['a@b.example', '', null, 0, -1.5, true, ['x', 1], { name: 'Ann', tokens: ['t'] }]) {
      const sealed = await seal(value);
      expect(sealed).toMatch(/^ttp-field-1\.fields-1\.[\w-]+$/);
      expect(await openField(sealed, { keyOf, context })).toEqual(value);
    }
  });

  it('opens in no other row, field or table', async () => {
    proves('crypto.field-encryption');
    const sealed = await seal();
    for (const elsewhere of [
      { ...context, row: 13 },
      { ...context, field: 'name' },
      { ...context, table: 'people' },
      { ...context, more: 1 },
      { ...context, row: '12' },
      {},
    ])
      expect(await codeRejectedBy(openField(sealed, { keyOf, context: elsewhere }))).toBe(
        'CRYPTO_AEAD_REFUSED',
      );
  });

  it('lets every field of a record stand for itself', async () => {
    proves('crypto.field-encryption');
    const record = { email: 'a@b.example', name: 'Ann', token: 't-1' };
    const source = random('record');
    const sealed = new Map<string, string>();
    for (const [field, value] of Object.entries(record))
      sealed.set(field, await sealField({ value, key, context: place(field), random: source }));
    for (const [field, value] of Object.entries(record))
      for (const [stands, text] of sealed) {
        const opening = openField(text, { keyOf, context: place(field) });
        if (stands === field) expect(await opening).toBe(value);
        else expect(await codeRejectedBy(opening)).toBe('CRYPTO_AEAD_REFUSED');
      }
  });

  it('gives equal values different texts', async () => {
    const source = random('equal');
    const texts = await Promise.all(
      Array.from({ length: 50 }, () => sealField({ value: 'same', key, context, random: source })),
    );
    expect(new Set(texts).size).toBe(50);
  });

  it('opens with no other key, and for no other use of its key', async () => {
    proves('crypto.field-encryption');
    const sealed = await seal();
    expect(await codeRejectedBy(openField(sealed, { keyOf: () => sha256(utf8('other')), context }))).toBe(
      'CRYPTO_AEAD_REFUSED',
    );
    expect(await codeRejectedBy(openField(sealed, { keyOf: () => undefined, context }))).toBe(
      'CRYPTO_SEALED_KEY_UNKNOWN',
    );
    const binding = bindTo('data-key', { keyId: key.id, of: context });
    const foreign = await sealOnce({
      key: key.bytes,
      binding,
      plaintext: utf8('"x"'),
      random: random('use'),
    });
    const forged = `ttp-field-1.${key.id}.${base64url(foreign)}`;
    expect(await codeRejectedBy(openField(forged, { keyOf, context }))).toBe('CRYPTO_AEAD_REFUSED');
  });

  it('does not open when it is changed', async () => {
    proves('crypto.field-encryption');
    const sealed = await seal();
    const start = 'ttp-field-1.fields-1.'.length;
    await withSeed('changed field', 200, async (source) => {
      const at = start + source.int(sealed.length - start - 1);
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(await codeRejectedBy(openField(changed, { keyOf, context }))).toBe('CRYPTO_AEAD_REFUSED');
    });
  });

  it('is refused where it is no such text', async () => {
    const sealed = await seal();
    for (const text of [
      '',
      'a@b.example',
      '..',
      `${sealed}.`,
      `${sealed}=`,
      sealed.replace('-1.', '-2.'),
      'ttp-field-1.a b.AAAA',
      'ttp-field-1.fields-1',
    ])
      expect(await codeRejectedBy(openField(text, { keyOf, context })), text).toBe('CRYPTO_SEALED_SHAPE');
    expect(await codeRejectedBy(openField('ttp-field-1.fields-1.AAAA', { keyOf, context }))).toBe(
      'CRYPTO_AEAD_REFUSED',
    );
  });

  it('has a limit both ways, and holds nothing that could not be read again', async () => {
    expect(await codeRejectedBy(seal('x'.repeat(SEALED_FIELD_MAX_BYTES - 1)))).toBe(
      'CRYPTO_SEALED_TOO_LARGE',
    );
    const longest = 'x'.repeat(SEALED_FIELD_MAX_BYTES - 2);
    expect(await openField(await seal(longest), { keyOf, context })).toBe(longest);
    expect(await codeRejectedBy(openField('x'.repeat(100_000), { keyOf, context }))).toBe(
      'CRYPTO_SEALED_TOO_LARGE',
    );
    expect(await codeRejectedBy(seal(1e20))).toBe('CRYPTO_JSON_UNSAFE_INTEGER');
    // @ts-expect-error a host without types
    expect(await codeRejectedBy(seal(new Map()))).toBe('CRYPTO_JSON_NOT_PLAIN');
  });
});
