// Needs Node: a hundred thousand verifications take too long without its backend.
import { isTtpError, type JsonObject } from '@ttp/core';
import { codeThrownBy, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { CRYPTO_ERRORS, canonicalize, concatBytes, hex, utf8 } from '../../src/index.js';
import {
  issueCredential,
  signAgentCard,
  signCose,
  signDsse,
  signJws,
  verifyAgentCard,
  verifyCose,
  verifyCredential,
  verifyDsse,
  verifyJws,
} from '../../src/interop/index.js';
import { attester } from './fixtures.js';

// Most of the time would go into the stacks of refusals.
Error.stackTraceLimit = 0;

const { signer, key } = attester(1, 'did:example:1#key-1');
const keyOf = (): typeof key => key;
const NOW = Date.UTC(2026, 0, 1);
const CREDENTIAL: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiableCredential'],
  issuer: 'did:example:1',
  credentialSubject: { id: 'did:example:agent', score: 0.5 },
};
const CARD: JsonObject = { name: 'Clerk', description: '', skills: [], capabilities: { extensions: [] } };
const PAYLOAD = utf8('{"_type":"https://in-toto.io/Statement/v1"}');

/** A message, and what it says to its reader: the same after every change that he accepts. */
interface Format {
  readonly name: string;
  readonly message: () => Promise<Uint8Array>;
  readonly read: (message: Uint8Array) => string;
}

const FORMATS: readonly Format[] = [
  {
    name: 'a credential',
    message: async () =>
      utf8(JSON.stringify(await issueCredential({ credential: CREDENTIAL, signer, created: NOW }))),
    read: (message) => canonicalize(verifyCredential(message, { keyOf, now: NOW }).credential),
  },
  {
    name: 'an agent card',
    message: async () => utf8(JSON.stringify(await signAgentCard({ card: CARD, signer }))),
    read: (message) => {
      const { capabilities, ...card } = verifyAgentCard(message, { keyOf }).card;
      return canonicalize(card) + (capabilities === undefined); // which extensions are none is not signed
    },
  },
  {
    name: 'a DSSE envelope',
    message: async () =>
      utf8(JSON.stringify(await signDsse({ payload: PAYLOAD, payloadType: 'a/b', signers: [signer] }))),
    read: (message) => {
      const keys = [{ kid: 'known', ...key }];
      const { payload } = verifyDsse(message, { keys, threshold: 1, payloadTypes: ['a/b', 'a/c'] });
      return hex(payload);
    },
  },
  {
    name: 'a JWS',
    message: async () => utf8(await signJws({ payload: PAYLOAD, signer, typ: 'JOSE' })),
    read: (message) => {
      const { payload, header } = verifyJws(String.fromCharCode(...message), { keyOf, typ: 'JOSE' });
      return canonicalize(header) + hex(payload);
    },
  },
  {
    name: 'a COSE_Sign1',
    message: async () => signCose({ payload: PAYLOAD, signer, contentType: 'a/b' }),
    read: (message) => {
      const { payload, contentType } = verifyCose(message, { keyOf });
      return `${contentType} ${hex(payload)}`;
    },
  },
];

/** The bytes after one to three changes: flipped, set, cut out, doubled or put in. */
function changed(random: SeededRandom, message: Uint8Array): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(message);
  for (let i = random.int(3); i >= 0; i--) {
    const [at, length] = [random.int(bytes.length), random.int(6)];
    const kind = random.int(5);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
    else if (kind === 1) bytes[at] = random.pick([0, 0x22, 0x2c, 0x2e, 0x7b, 0x5d, 0x41, 0xa0, 0xff]);
    else if (kind === 2 && length < bytes.length)
      bytes = concatBytes(bytes.subarray(0, at), bytes.subarray(at + length));
    else if (kind === 3) bytes = concatBytes(bytes.subarray(0, at + length), bytes.subarray(at));
    else bytes = concatBytes(bytes.subarray(0, at), random.bytes(length), bytes.subarray(at));
  }
  return bytes;
}

describe('a hundred thousand changed messages', () => {
  it.each(FORMATS)('are refused with a code, or say the same: $name', async ({ message, read }) => {
    const original = await message();
    const said = read(original);
    const codes = new Set<string>();
    let accepted = 0;
    await withSeed('changed messages', 200, (random) => {
      for (let i = 0; i < 100; i++) {
        try {
          if (read(changed(random, original)) !== said) throw new Error('something else verified');
          accepted++;
        } catch (error) {
          if (!isTtpError(error)) throw error;
          codes.add(error.code);
        }
      }
    });
    expect([...codes].filter((code) => !Object.hasOwn(CRYPTO_ERRORS, code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(3);
    expect(accepted).toBeLessThan(6000);
  });

  it('among them none is long for nothing: large input of every kind ends', () => {
    const hostile = [
      '['.repeat(1_000_000),
      '{"signatures":'.repeat(70_000),
      `{"payload":"${'A'.repeat(1_000_000)}","payloadType":"a/b","signatures":[{"sig":""}]}`,
      `{"proof":{"proofValue":"z${'2'.repeat(1_000_000)}"}}`,
      '.'.repeat(1_000_000),
      `{"signatures":[${'{"protected":"","signature":""},'.repeat(30_000)}{}]}`,
      '\u0084'.repeat(1_000_000),
      `\u009a${'\u0000'.repeat(1_000_000)}`,
    ];
    for (const text of hostile) {
      const bytes = Buffer.from(text, 'latin1');
      for (const { name, read } of FORMATS.filter((one) => one.name !== 'a JWS'))
        expect(
          codeThrownBy(() => read(bytes)),
          name,
        ).toMatch(/^CRYPTO_/);
      expect(
        codeThrownBy(() => verifyJws(text, { keyOf, typ: null })),
        'a JWS',
      ).toMatch(/^CRYPTO_/);
    }
  });
});
