import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as reference from '../src/backend.js';
import {
  createKeyFileSigner,
  encryptKey,
  KEY_HOLD_MAX_MS,
  type KeyFile,
  type KeyFileSignerInput,
  utf8,
  verifySignature,
} from '../src/index.js';
import * as native from '../src/node/backend.js';
import { person, random } from './fixtures.js';

/** Every seed that came out of a key file: the arrays themselves. */
const seeds: Uint8Array[] = [];
/** Every key that was made of one, and whether it was cleared. */
const keys: { isCleared: boolean }[] = [];
/** Whether keys fail to sign. */
let isBroken = false;

vi.mock(import('../src/keyfile.js'), async (original) => {
  const module = await original();
  return {
    ...module,
    async decryptKey(...input: Parameters<typeof module.decryptKey>) {
      const seed = await module.decryptKey(...input);
      seeds.push(seed);
      return seed;
    },
  };
});
vi.mock(import('#backend'), async (original) => {
  const module = await original();
  return {
    ...module,
    scrypt: (input) => module.scrypt({ ...input, costLog2: 4 }), // what is slow is tested with key files
    signingKey(seed: Uint8Array) {
      const key = module.signingKey(seed);
      const seen = { isCleared: false };
      keys.push(seen);
      return {
        ...key,
        sign(message) {
          if (isBroken) throw new Error('no signature');
          return key.sign(message);
        },
        clear() {
          seen.isCleared = true;
          key.clear();
        },
      };
    },
  };
});

const alice = person(1);
const passphrase = 'correct horse';
const payload = utf8('{}');
let file: KeyFile;
let asked = 0;

beforeAll(async () => {
  file = await encryptKey({ seed: alice.seed, did: alice.did, passphrase, random: random('signer') });
});
beforeEach(() => {
  seeds.length = 0;
  keys.length = 0;
  isBroken = false;
  asked = 0;
});

const signerOf = (change: Partial<KeyFileSignerInput> = {}): ReturnType<typeof createKeyFileSigner> =>
  createKeyFileSigner({
    kid: alice.kid,
    did: alice.did,
    publicKey: alice.publicKey,
    purposes: ['ttp/policy@1'],
    load: async () => file,
    passphrase: async () => {
      asked++;
      return passphrase;
    },
    ...change,
  });

const isSigned = (signature: Uint8Array): boolean =>
  verifySignature({ purpose: 'ttp/policy@1', payload, signature, publicKey: alice.publicKey });
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
/** How many keys were made and not cleared. */
const live = (): number => keys.filter(({ isCleared }) => !isCleared).length;

describe('a signer on a key file', () => {
  it('loads, decrypts, compares, signs by purpose and clears the private key', async () => {
    proves('crypto.keys.sign-flow', 'decision.D8');
    const load = vi.fn(async () => file);
    const signer = signerOf({ load });
    for (const n of [1, 2]) {
      expect(isSigned(await signer.sign('ttp/policy@1', payload))).toBe(true);
      expect(asked).toBe(n);
      expect(load).toHaveBeenCalledTimes(n);
      expect(seeds).toHaveLength(n);
      expect(seeds.every(isZero)).toBe(true);
      expect(live()).toBe(0);
    }
  });

  it('clears the private key where signing fails too', async () => {
    proves('crypto.keys.sign-flow');
    const signer = signerOf();
    isBroken = true;
    await expect(signer.sign('ttp/policy@1', payload)).rejects.toThrow('no signature');
    expect(seeds.every(isZero)).toBe(true);
    expect(live()).toBe(0);
  });

  it('asks nobody for a passphrase to sign what its key does not carry', async () => {
    proves('crypto.keys.sign-flow');
    const signer = signerOf({ purposes: ['ttp/policy@1', 'jws'] });
    expect(await codeRejectedBy(signer.sign('ttp/kill-order@1', payload))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
    expect(await codeRejectedBy(signer.sign('jws', payload))).toBe('CRYPTO_PURPOSE_FORMAT');
    expect(asked).toBe(0);
  });

  it('signs with no other key than the one registered, and no wrong passphrase', async () => {
    proves('crypto.keys.sign-flow', 'flaw.D8');
    const other = signerOf({ publicKey: person(2).publicKey });
    expect(await codeRejectedBy(other.sign('ttp/policy@1', payload))).toBe('CRYPTO_KEY_FILE_MISMATCH');
    const wrong = signerOf({ passphrase: async () => 'guess' });
    expect(await codeRejectedBy(wrong.sign('ttp/policy@1', payload))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
  });

  it('signs the payload as it was given', async () => {
    const changing = Uint8Array.from(payload);
    const signer = signerOf({
      async passphrase() {
        changing.fill(0);
        return passphrase;
      },
    });
    expect(isSigned(await signer.sign('ttp/policy@1', changing))).toBe(true);
  });
});

describe('an unlocked key', () => {
  it('is held for its time on the monotonic clock, whatever the wall clock does, and then cleared', async () => {
    proves('crypto.keys.passphrase-cache', 'decision.D8');
    const clock = fakeClock();
    const signer = signerOf({ hold: { ms: 60_000, clock, timer: clock } });
    await signer.sign('ttp/policy@1', payload);
    clock.setWall(1);
    await clock.advance(59_999);
    expect(isSigned(await signer.sign('ttp/policy@1', payload))).toBe(true);
    expect(asked).toBe(1);
    expect(live()).toBe(1);
    await clock.advance(1); // nobody signs: a timer clears it
    expect(live()).toBe(0);
    await signer.sign('ttp/policy@1', payload);
    expect(asked).toBe(2);
    signer.lock();
    expect(clock.pending).toBe(0);
  });

  it('is not used after its time where the timer is late', async () => {
    proves('crypto.keys.passphrase-cache');
    const clock = fakeClock();
    const signer = signerOf({ hold: { ms: 1000, clock, timer: { after: () => () => undefined } } });
    await signer.sign('ttp/policy@1', payload);
    const unlocked = keys.at(-1);
    await clock.advance(1000);
    await signer.sign('ttp/policy@1', payload);
    expect(unlocked).toEqual({ isCleared: true });
    expect(asked).toBe(2);
  });

  it('is cleared at once when it is locked', async () => {
    proves('crypto.keys.passphrase-cache', 'decision.D8');
    const clock = fakeClock();
    const signer = signerOf({ hold: { ms: 60_000, clock, timer: clock } });
    await signer.sign('ttp/policy@1', payload);
    signer.lock();
    expect(live()).toBe(0);
    expect(clock.pending).toBe(0);
    signer.lock();
    expect(isSigned(await signer.sign('ttp/policy@1', payload))).toBe(true);
    expect(asked).toBe(2);
    signer.lock();
    expect(live()).toBe(0);
  });

  it('is unlocked once for all who wait, and for none of them when it is locked meanwhile', async () => {
    proves('crypto.keys.passphrase-cache');
    const clock = fakeClock();
    const signer = signerOf({ hold: { ms: 60_000, clock, timer: clock } });
    const all = await Promise.all([1, 2, 3].map(() => signer.sign('ttp/policy@1', payload)));
    expect(all.every(isSigned)).toBe(true);
    expect(asked).toBe(1);
    signer.lock();
    const waiting = codeRejectedBy(signer.sign('ttp/policy@1', payload));
    signer.lock();
    const after = signer.sign('ttp/policy@1', payload);
    expect(await waiting).toBe('CRYPTO_KEY_LOCKED');
    expect(isSigned(await after)).toBe(true);
    expect(seeds.every(isZero)).toBe(true);
    signer.lock();
    expect(live()).toBe(0);
  });

  it('is asked for again after a wrong passphrase', async () => {
    const clock = fakeClock();
    const answers = ['wrong', passphrase];
    const signer = signerOf({
      hold: { ms: 60_000, clock, timer: clock },
      passphrase: async () => answers.shift() ?? '',
    });
    expect(await codeRejectedBy(signer.sign('ttp/policy@1', payload))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
    expect(isSigned(await signer.sign('ttp/policy@1', payload))).toBe(true);
    signer.lock();
  });

  it.each([0, -1, Number.NaN, KEY_HOLD_MAX_MS + 1, Number.POSITIVE_INFINITY])(
    'is not held for %d ms',
    (ms) => {
      proves('crypto.keys.passphrase-cache');
      const clock = fakeClock();
      expect(codeThrownBy(() => signerOf({ hold: { ms, clock, timer: clock } }))).toBe(
        'CRYPTO_BAD_PARAMETER',
      );
    },
  );

  it.each([
    ['native', native],
    ['portable', reference],
  ])('of the %s backend signs nothing once it is cleared', (_, backend) => {
    proves('crypto.keys.passphrase-cache');
    const key = backend.signingKey(alice.seed);
    expect(key.sign(payload)).toHaveLength(64);
    key.clear();
    expect(codeThrownBy(() => key.sign(payload))).toBe('CRYPTO_KEY_LOCKED');
  });
});
