import { codeRejectedBy, proves } from '@ttp/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import {
  decryptKey,
  encryptKey,
  fromBase64url,
  hex,
  KEY_FILE_MAX_COST_LOG2,
  KEY_FILE_MIN_COST_LOG2,
  type KeyFile,
  keyPairOf,
  multikey,
  parseJson,
  utf8,
} from '../src/index.js';
import * as native from '../src/node/backend.js';
import { didOf, person, random } from './fixtures.js';

const alice = person(1);
const mallory = person(66);
const passphrase = 'caf\u00e9 battery staple';
let file: KeyFile;

beforeAll(async () => {
  file = await encryptKey({ seed: alice.seed, did: alice.did, passphrase, random: random('key file') });
});

describe('a key file', () => {
  it('says how it is encrypted, in JSON', () => {
    proves('crypto.keys.blob', 'crypto.keys.kdf', 'decision.D8');
    expect(parseJson(JSON.stringify(file))).toEqual(file);
    expect(file).toMatchObject({
      v: 1,
      did: alice.did,
      algorithm: 'Ed25519',
      publicKey: multikey(alice.publicKey),
      kdf: { name: 'scrypt', costLog2: KEY_FILE_MIN_COST_LOG2 },
      encryption: 'AES-256-GCM',
    });
    expect(fromBase64url(file.salt)).toHaveLength(32);
    expect(fromBase64url(file.iv)).toHaveLength(12);
    expect(fromBase64url(file.encryptedKey)).toHaveLength(48);
  });

  it('gives its seed to the passphrase, whatever its accents are made of', async () => {
    proves('decision.D8');
    const typedElsewhere = 'cafe\u0301 battery staple';
    const options = { passphrase: typedElsewhere, publicKey: alice.publicKey, did: alice.did };
    expect(await decryptKey(parseJson(JSON.stringify(file)), options)).toEqual(alice.seed);
  });

  it('gives nothing to another passphrase', async () => {
    proves('flaw.D8');
    const wrong = { passphrase: `${passphrase} `, publicKey: alice.publicKey };
    expect(await codeRejectedBy(decryptKey(file, wrong))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
    expect(await codeRejectedBy(decryptKey(file, { passphrase: '' }))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
  });

  it('is found out when its keeper hands out another key under the same passphrase', async () => {
    proves('flaw.D8', 'decision.D8');
    const swapped = await encryptKey({
      seed: mallory.seed,
      did: alice.did,
      passphrase,
      random: random('swap'),
    });
    const registered = { passphrase, publicKey: alice.publicKey, did: alice.did };
    expect(await codeRejectedBy(decryptKey(swapped, registered))).toBe('CRYPTO_KEY_FILE_MISMATCH');
    const other = { ...registered, did: didOf('somebody else') };
    expect(await codeRejectedBy(decryptKey(file, other))).toBe('CRYPTO_KEY_FILE_MISMATCH');
  });

  it('cannot be changed: its DID, key and parameters are authenticated', async () => {
    proves('flaw.D8', 'crypto.keys.blob', 'decision.D8');
    const changes: readonly Partial<KeyFile>[] = [
      { did: mallory.did },
      { encryptedKey: file.encryptedKey.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) },
    ];
    const codes = changes.map((change) => codeRejectedBy(decryptKey({ ...file, ...change }, { passphrase })));
    expect(await Promise.all(codes)).toEqual(changes.map(() => 'CRYPTO_KEY_FILE_PASSPHRASE'));
  });

  it.each([1, KEY_FILE_MIN_COST_LOG2 - 1, KEY_FILE_MAX_COST_LOG2 + 1, 30, 17.5])(
    'is refused with a cost of 2^%d before any work, and never made',
    async (costLog2) => {
      proves('flaw.D8', 'crypto.keys.kdf', 'decision.D8');
      const cheap = { ...file, kdf: { name: 'scrypt', costLog2 } };
      // The passphrase is wrong too, which only work for the file would show.
      expect(await codeRejectedBy(decryptKey(cheap, { passphrase: 'x' }))).toBe('CRYPTO_KEY_FILE_COST');
      const made = encryptKey({
        seed: alice.seed,
        did: alice.did,
        passphrase,
        random: random('x'),
        cost: costLog2,
      });
      expect(await codeRejectedBy(made)).toBe('CRYPTO_KEY_FILE_COST');
    },
  );

  it('is refused with PBKDF2 at 100 000 iterations, as the plan had it', async () => {
    proves('flaw.D8', 'crypto.keys.kdf');
    const planned = { ...file, kdf: { name: 'pbkdf2', costLog2: 17, iterations: 100_000 } };
    expect(await codeRejectedBy(decryptKey(planned, { passphrase }))).toBe('CRYPTO_KEY_FILE_SHAPE');
  });

  it('is refused with any member missing, unknown or malformed', async () => {
    const { iv: _, ...lacking } = file;
    const wrong: readonly unknown[] = [
      null,
      [],
      'text',
      lacking,
      { ...file, note: 'x' },
      { ...file, v: 2 },
      { ...file, algorithm: 'RSA' },
      { ...file, encryption: 'AES-128-GCM' },
      { ...file, did: 'alice' },
      { ...file, publicKey: 'z6Mk' },
      { ...file, publicKey: 7 },
      { ...file, kdf: null },
      { ...file, kdf: { name: 'scrypt' } },
      { ...file, kdf: { ...file.kdf, r: 1 } },
      { ...file, salt: file.salt.slice(4) },
      { ...file, salt: 7 },
      { ...file, iv: `${file.iv}=` },
      { ...file, encryptedKey: '' },
    ];
    for (const value of wrong)
      expect(await codeRejectedBy(decryptKey(value, { passphrase })), JSON.stringify(value)).toBe(
        'CRYPTO_KEY_FILE_SHAPE',
      );
    expect(await codeRejectedBy(decryptKey(new Map(), { passphrase }))).toBe('CRYPTO_JSON_NOT_PLAIN');
  });

  it('records when its key was made and how many there were before, and nobody changes that', async () => {
    proves('crypto.keys.rotation-count');
    const history = { createdAt: 1_700_000_000_000, rotations: 3 };
    const input = { seed: alice.seed, did: alice.did, passphrase, random: random('history') };
    const recorded = await encryptKey({ ...input, history });
    expect(recorded).toMatchObject({
      ...history,
      algorithm: 'Ed25519',
      publicKey: multikey(alice.publicKey),
      encryptedKey: expect.stringMatching(/^[\w-]{64}$/),
    });
    const stored = parseJson(JSON.stringify(recorded));
    expect(await decryptKey(stored, { passphrase, publicKey: alice.publicKey })).toEqual(alice.seed);
    const { createdAt: _, rotations: __, ...without } = recorded;
    for (const changed of [{ ...recorded, rotations: 2 }, { ...recorded, createdAt: 1 }, without])
      expect(await codeRejectedBy(decryptKey(changed, { passphrase }))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
    for (const wrong of [
      { rotations: -1 },
      { rotations: 1.5 },
      { createdAt: '2026' },
      { rotations: undefined },
    ]) {
      const codes = [
        decryptKey(JSON.parse(JSON.stringify({ ...recorded, ...wrong })), { passphrase }),
        // @ts-expect-error a host without types
        encryptKey({ ...input, history: { ...history, ...wrong } }),
      ].map(codeRejectedBy);
      expect(await Promise.all(codes)).toEqual(['CRYPTO_KEY_FILE_SHAPE', 'CRYPTO_KEY_FILE_SHAPE']);
    }
  });

  it('lets others have their turn while its key is derived', async () => {
    proves('decision.D8');
    const input = { passphrase: utf8('p'), salt: utf8('NaCl'), costLog2: 15 };
    for (const backend of [native, reference]) {
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      await backend.scrypt(input);
      clearInterval(timer);
      expect(turns).toBeGreaterThan(0);
    }
  });

  it('is made by either backend alike', async () => {
    const input = { passphrase: utf8('p'), salt: utf8('NaCl'), costLog2: 10 };
    expect(hex(await native.scrypt(input))).toBe(hex(await reference.scrypt(input)));
    expect(keyPairOf(alice.seed).publicKey).toEqual(reference.signingKey(alice.seed).publicKey);
  });
});
