import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserKeys, openBrowserKeys } from '../../src/browser/index.js';
import {
  decryptKey,
  encryptKey,
  generateKeyPair,
  IDENTITY_PURPOSES,
  keyPairOf,
  PURPOSES,
  signEnvelope,
  utf8,
  verifyEd25519,
  verifyEnvelope,
  verifySignature,
} from '../../src/index.js';
import { person, random } from '../fixtures.js';

const alice = person(1);
const payload = utf8('{}');
const purpose = 'ttp/policy@1';
const as = { kid: alice.kid, purposes: [purpose] };

/** WebCrypto of a browser that has no Ed25519. */
const older: SubtleCrypto = new Proxy(crypto.subtle, {
  get(subtle, name) {
    const member: unknown = Reflect.get(subtle, name);
    if (typeof member !== 'function') return member;
    return (...args: unknown[]) => {
      if (args.some((arg) => arg === 'Ed25519')) throw new DOMException('Ed25519', 'NotSupportedError');
      return Reflect.apply(member, subtle, args);
    };
  },
});

let databases = 0;
let name = '';
const opened: BrowserKeys[] = [];

async function open(subtle: SubtleCrypto = crypto.subtle): Promise<BrowserKeys> {
  const keys = await openBrowserKeys({ indexedDB, subtle, random: random(`browser ${databases}`), name });
  opened.push(keys);
  return keys;
}

beforeEach(() => {
  name = `ttp-keys-test-${databases++}`;
});
afterEach(() => {
  for (const keys of opened.splice(0)) keys.close();
  indexedDB.deleteDatabase(name);
});

/** What is stored under an id, past all functions of the package. */
const stored = <T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.addEventListener('error', () => reject(new Error('open')));
    opening.addEventListener('success', () => {
      const request = work(opening.result.transaction('keys', 'readwrite').objectStore('keys'));
      request.addEventListener('error', () => reject(new Error('request')));
      request.addEventListener('success', () => {
        opening.result.close();
        resolve(request.result);
      });
    });
  });

describe.each([
  ['webcrypto', crypto.subtle],
  ['bundled', older],
] as const)('keys of a browser by %s', (kind, subtle) => {
  it('are made in the browser, chosen by what it has, and sign by purpose', async () => {
    proves('crypto.keys.client-side', 'crypto.p256-read', 'decision.D8', 'decision.D6');
    const key = await (await open(subtle)).create('main');
    expect(key.kind).toBe(kind);
    const signature = await key.signer(as).sign(purpose, payload);
    expect(verifySignature({ purpose, payload, signature, publicKey: key.publicKey })).toBe(true);
    expect(verifyEd25519(key.publicKey, payload, signature)).toBe(false);
    expect(await codeRejectedBy(key.signer(as).sign('ttp/kill-order@1', payload))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
  });

  it('are kept so that nothing of them can be read', async () => {
    proves('crypto.keys.client-side', 'decision.D8');
    const keys = await open(subtle);
    await keys.create('made');
    const seed = random('kept').bytes(32);
    await keys.import('imported', seed);
    for (const id of ['made', 'imported']) {
      const record = await stored((store) => store.get(id));
      const { privateKey } = record;
      expect(privateKey.key).toBeInstanceOf(CryptoKey);
      expect(privateKey.key.extractable).toBe(false);
      for (const format of ['raw', 'pkcs8', 'jwk'] as const)
        await expect(crypto.subtle.exportKey(format, privateKey.key)).rejects.toThrow(DOMException);
      const bytes = [record.publicKey, privateKey.iv, privateKey.seed].filter(
        (part) => part instanceof Uint8Array,
      );
      for (const part of bytes) expect([...part].join()).not.toContain([...seed].join());
    }
  });

  it('are there for the next page, and sign envelopes that everybody verifies', async () => {
    proves('crypto.keys.client-side');
    const made = await (await open(subtle)).create('main');
    const key = await (await open(subtle)).get('main', made.publicKey);
    expect(key?.publicKey).toEqual(made.publicKey);
    const signer = key?.signer({ kid: alice.kid, purposes: IDENTITY_PURPOSES });
    if (signer === undefined) throw new Error('no key');
    const head = { iss: alice.did, iat: 1_700_000_000_000 };
    const envelope = await signEnvelope({ type: purpose, head, body: { serial: 1 }, signers: [signer] });
    const verified = verifyEnvelope(envelope, {
      type: purpose,
      parse: (body) => body,
      keyOf: () => made.publicKey,
      now: head.iat,
    });
    expect(verified.signers).toEqual([alice.did]);
  });

  it('are never overwritten, and gone when they are deleted', async () => {
    const keys = await open(subtle);
    const { publicKey } = await keys.create('main');
    expect(await codeRejectedBy(keys.create('main'))).toBe('CRYPTO_BROWSER_KEY_EXISTS');
    expect(await codeRejectedBy(keys.import('main', alice.seed))).toBe('CRYPTO_BROWSER_KEY_EXISTS');
    expect((await keys.get('main'))?.publicKey).toEqual(publicKey);
    await keys.delete('main');
    expect(await keys.get('main')).toBeUndefined();
  });

  it('are refused where the one registered is another, or does not belong to its public key', async () => {
    proves('flaw.D8', 'decision.D8');
    const keys = await open(subtle);
    await keys.create('main');
    expect(await codeRejectedBy(keys.get('main', alice.publicKey))).toBe('CRYPTO_BROWSER_KEY_MISMATCH');
    const record = await stored((store) => store.get('main'));
    await stored((store) => store.put({ ...record, publicKey: alice.publicKey }));
    expect(await codeRejectedBy(keys.get('main'))).toBe('CRYPTO_BROWSER_KEY_MISMATCH');
  });
});

describe('what other code has put among the keys of a browser', () => {
  it('is refused: keys that can be read, and what is none', async () => {
    proves('decision.D8');
    const keys = await open();
    const { publicKey } = await keys.create('main');
    const readable = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    const key = 'privateKey' in readable ? readable.privateKey : readable;
    for (const record of [
      { publicKey, privateKey: { kind: 'webcrypto', key } },
      { publicKey, privateKey: { kind: 'webcrypto', key: 'text' } },
      { publicKey, privateKey: { kind: 'bundled', key } },
      { publicKey, privateKey: null },
      { publicKey: publicKey.subarray(1) },
      {},
    ]) {
      await stored((store) => store.put({ id: 'main', ...record }));
      expect(await codeRejectedBy(keys.get('main'))).toBe('CRYPTO_BROWSER_KEY_MISMATCH');
    }
  });
});

describe('the keys of a browser', () => {
  it('are those of a seed that is imported, and are kept under a passphrase where somebody asks', async () => {
    proves('decision.D8');
    const { seed, publicKey } = generateKeyPair(random('backup'));
    const file = await encryptKey({ seed, did: alice.did, passphrase: 'words', random: random('file') });
    const imported = await (await open()).import('main', seed);
    seed.fill(0);
    expect(imported.publicKey).toEqual(publicKey);
    const signature = await imported.signer(as).sign(purpose, payload);
    expect(verifySignature({ purpose, payload, signature, publicKey })).toBe(true);
    const restored = await decryptKey(file, { passphrase: 'words', publicKey, did: alice.did });
    expect(keyPairOf(restored).publicKey).toEqual(publicKey);
  });

  it('refuse ids and seeds that are none, and everything once they are closed', async () => {
    const keys = await open();
    for (const id of ['', 'x'.repeat(129)])
      expect(await codeRejectedBy(keys.create(id))).toBe('CRYPTO_BAD_PARAMETER');
    expect(await codeRejectedBy(keys.import('main', new Uint8Array(31)))).toBe('CRYPTO_BAD_LENGTH');
    keys.close();
    expect(await codeRejectedBy(keys.create('main'))).toBe('CRYPTO_BROWSER_STORAGE');
    expect(await codeRejectedBy(keys.get('main'))).toBe('CRYPTO_BROWSER_STORAGE');
  });

  it('sign nothing that their purposes do not name, whatever the table has', async () => {
    proves('decision.D6');
    const key = await (await open()).create('main');
    const none = key.signer({ kid: alice.kid, purposes: [] });
    for (const each of Object.keys(PURPOSES))
      expect(await codeRejectedBy(none.sign(each, payload))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
  });
});
