// Needs Node: 100 000 inputs are many for a browser.
import { isTtpError } from '@ttp/core';
import { proves, type SeededRandom, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  decryptKey,
  fromBase58btc,
  fromMultibase,
  fromMultikey,
  openData,
  openField,
  parseJson,
  verifyEd25519,
  verifyPassword,
  verifySignature,
} from '../src/index.js';
import { KEY, READERS, requestWith } from './readers.js';

// Most of the time would go into the stacks of refusals.
Error.stackTraceLimit = 0;

const PIECES = [
  '',
  '0',
  '-1',
  '"',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  ';',
  '=',
  '\\',
  '\u0000',
  '\u00ff',
  'é',
  '(',
  ')',
  '?',
];

function altered(random: SeededRandom, text: string): string {
  let changed = text;
  for (let i = random.int(3); i >= 0; i--) {
    const at = random.int(changed.length + 1);
    const piece = random.int(3) === 0 ? String.fromCharCode(random.int(256)) : random.pick(PIECES);
    changed = changed.slice(0, at) + piece + changed.slice(at + random.int(4));
  }
  return changed;
}

const TIMES = Number(process.env['TTP_SOAK'] ?? '1');

describe('100 000 altered inputs', () => {
  it('are read or refused with a code by every parser, and crash none', () => {
    proves('law.C-3');
    const random = seededRandom('hostile parsers');
    // Those with an asynchronous end are in a test of their own.
    const readers = [
      ...READERS.filter(({ name }) => !name.startsWith('the Signature-Input')),
      { name: 'base58', seeds: ['11StV1DL6CwTryKyV'], read: fromBase58btc },
      { name: 'multibase', seeds: [KEY], read: fromMultibase },
      { name: 'a Multikey', seeds: [KEY], read: fromMultikey },
    ];
    const each = Math.ceil((100_000 * TIMES) / readers.length);
    let good = 0;
    for (const { name, seeds, read } of readers)
      for (let i = 0; i < each; i++) {
        const text = altered(random, random.pick(seeds));
        try {
          read(text);
          good++;
        } catch (error) {
          if (!isTtpError(error)) throw new Error(`${name}: ${JSON.stringify(text)}`, { cause: error });
        }
      }
    // Some are still good, most are not.
    expect(good).toBeGreaterThan(1000);
    expect(good).toBeLessThan((each * readers.length) / 2);
  }, 3_600_000);

  it('of what is not a signature verify as false, and throw nothing', () => {
    proves('law.C-3');
    const random = seededRandom('hostile signatures');
    for (let i = 0; i < 5000 * TIMES; i++) {
      const length = (n: number): Uint8Array => random.bytes(random.int(4) === 0 ? random.int(n * 2) : n);
      const [key, signature] = [length(32), length(64)];
      const purpose = random.pick([
        'ttp/policy@1',
        'signed-note',
        'http-signature',
        'dsse',
        'x',
        '__proto__',
      ]);
      expect(verifyEd25519(key, random.bytes(3), signature)).toBe(false);
      expect(verifySignature({ purpose, payload: random.bytes(9), signature, publicKey: key })).toBe(false);
    }
  });

  it('that take a promise to read are refused with a code as well', async () => {
    proves('law.C-3');
    const random = seededRandom('hostile promises');
    const keyFile = JSON.stringify({
      v: 1,
      did: 'did:ttp:agent:x',
      algorithm: 'Ed25519',
      publicKey: KEY,
      // Refused before any work is done for it: what is altered here never costs a derivation.
      kdf: { name: 'scrypt', costLog2: 5 },
      salt: 'A'.repeat(43),
      encryption: 'AES-256-GCM',
      iv: 'A'.repeat(16),
      encryptedKey: 'A'.repeat(64),
    });
    const sealed = {
      v: 1,
      keyId: 'k',
      encryption: 'AES-256-GCM',
      dataKey: 'A'.repeat(108),
      ciphertext: 'A'.repeat(80),
    };
    const key = { id: 'k', bytes: new Uint8Array(32) };
    const keyOf = (id: string): Uint8Array | undefined => (id === 'k' ? key.bytes : undefined);
    const readers: readonly (readonly [string, (text: string) => Promise<unknown>])[] = [
      [keyFile, async (text) => decryptKey(parseJson(text, { profile: 'foreign' }), { passphrase: 'x' })],
      [
        JSON.stringify(sealed),
        async (text) => openData(parseJson(text, { profile: 'foreign' }), { keyOf, context: {} }),
      ],
      [`ttp-field-1.k.${'A'.repeat(86)}`, async (text) => openField(text, { keyOf, context: {} })],
      [
        `$scrypt$ln=3,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
        (hash) => verifyPassword({ password: 'x', hash }),
      ],
      [
        'sig=("@method" "@authority");created=1;keyid="k"',
        async (text) => requestWith('signature-input', text),
      ],
      ['sig=:AAAA:', async (text) => requestWith('signature', text)],
    ];
    for (const [seed, read] of readers)
      for (let i = 0; i < 2000 * TIMES; i++)
        await read(altered(random, seed)).catch((error: unknown) => {
          if (!isTtpError(error)) throw error;
        });
    expect(readers.length).toBeGreaterThan(0);
  }, 3_600_000);
});
