import { type Random, type Signer, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { equalBytes, requireLength, utf8 } from '../bytes.js';
import { signedBytes } from '../keys.js';
import { BROWSER_KEY_ID_MAX_CHARS, PUBLIC_KEY_BYTES, SEED_BYTES } from '../limits.js';
import { openDatabase } from './database.js';
import {
  bundledOf,
  generateNative,
  hasEd25519,
  type KeyParts,
  nativeOf,
  type PrivateKey,
  signWith,
} from './private-key.js';

/** What {@link openBrowserKeys} opens. */
export interface BrowserKeysInput {
  /** `indexedDB` of the page. */
  readonly indexedDB: IDBFactory;
  /** `crypto.subtle` of the page. */
  readonly subtle: SubtleCrypto;
  /** For browsers without Ed25519. */
  readonly random: Random;
  /** The database, one for each purpose of keys; `ttp-keys` unless given. */
  readonly name?: string;
}

/** A key that the browser keeps. Nobody can read it; whoever runs code in the page can sign with it. */
export interface BrowserKey {
  readonly id: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Whose Ed25519 signs: the browser's, or the bundled one where it has none. */
  readonly kind: 'webcrypto' | 'bundled';
  /**
   * A Signer on the key, as `createSigner` makes it.
   *
   * @param purposes what the key may sign, such as `IDENTITY_PURPOSES`
   */
  signer(as: { readonly kid: string; readonly purposes: readonly string[] }): Signer;
}

/** The keys in one database of the browser. Every function throws CRYPTO_BROWSER_STORAGE where the browser fails. */
export interface BrowserKeys {
  /** Makes a key that never leaves the browser. Throws CRYPTO_BROWSER_KEY_EXISTS. */
  create(id: string): Promise<BrowserKey>;
  /**
   * Keeps the key of a seed so that it cannot be read any more. Whoever wants a copy under a passphrase calls
   * `encryptKey` with the seed before, and clears the seed afterwards.
   *
   * @param seed 32 bytes; copied
   * @throws CRYPTO_BROWSER_KEY_EXISTS, CRYPTO_BAD_LENGTH
   */
  import(id: string, seed: Uint8Array): Promise<BrowserKey>;
  /**
   * The key of an id; undefined where there is none.
   *
   * @param publicKey the key registered for the identity, 32 bytes: other code of the same origin could have put
   *   another one there
   * @throws CRYPTO_BROWSER_KEY_MISMATCH where the key is another one, or signs for another public key than it says
   */
  get(id: string, publicKey?: Uint8Array): Promise<BrowserKey | undefined>;
  delete(id: string): Promise<void>;
  close(): void;
}

/** Signed to see that a stored key belongs to its public key: no frame, and no format of another system. */
const CHECK = /* @__PURE__ */ utf8('\0TTP browser key check');

/**
 * Keys of a browser in IndexedDB, made and used by WebCrypto and not extractable; by the bundled Ed25519, under a key
 * that is not extractable, where the browser has none (decision D8).
 *
 * @throws CRYPTO_BROWSER_STORAGE; CRYPTO_BAD_PARAMETER for an id that is not 1 to 128 characters
 */
export async function openBrowserKeys(input: BrowserKeysInput): Promise<BrowserKeys> {
  const { subtle, random } = input;
  const database = await openDatabase(input.indexedDB, input.name ?? 'ttp-keys');
  const isNative = await hasEd25519(subtle);

  async function keep(id: string, parts: KeyParts): Promise<BrowserKey> {
    await database.add({ id, ...parts });
    return keyOf(id, parts);
  }

  function keyOf(id: string, { publicKey, privateKey }: KeyParts): BrowserKey {
    return {
      id,
      publicKey,
      kind: privateKey.kind,
      signer({ kid, purposes }) {
        const allowed: readonly string[] = Object.freeze([...purposes]);
        return {
          kid,
          publicKey,
          purposes: allowed,
          sign: async (purpose, payload) =>
            signWith(
              subtle,
              privateKey,
              new Uint8Array(signedBytes({ kid, purposes: allowed }, purpose, payload)),
            ),
        };
      },
    };
  }

  async function isItsOwn({ publicKey, privateKey }: KeyParts): Promise<boolean> {
    try {
      return backend.verify(publicKey, CHECK, await signWith(subtle, privateKey, new Uint8Array(CHECK)));
    } catch {
      return false; // a key that does not sign
    }
  }

  return {
    async create(id) {
      requireId(id);
      if (isNative) return keep(id, await generateNative(subtle));
      const seed = requireLength(random.bytes(SEED_BYTES), SEED_BYTES, 'random');
      try {
        return await keep(id, await bundledOf(subtle, seed, random));
      } finally {
        seed.fill(0);
      }
    },
    async import(id, seed) {
      requireId(id);
      requireLength(seed, SEED_BYTES, 'seed');
      return keep(id, await (isNative ? nativeOf(subtle, seed) : bundledOf(subtle, seed, random)));
    },
    async get(id, registered) {
      const record = await database.get(requireId(id));
      if (record === undefined) return undefined;
      const parts = partsOf(record);
      const isRegistered = parts !== undefined && equalBytes(parts.publicKey, registered ?? parts.publicKey);
      if (isRegistered && (await isItsOwn(parts))) return keyOf(id, parts);
      throw new TtpError('CRYPTO_BROWSER_KEY_MISMATCH', 'not the key that is registered', {
        field: 'publicKey',
      });
    },
    delete: (id) => database.delete(requireId(id)),
    close: () => database.close(),
  };
}

function requireId(id: string): string {
  if (id.length >= 1 && id.length <= BROWSER_KEY_ID_MAX_CHARS) return id;
  throw new TtpError('CRYPTO_BAD_PARAMETER', 'an id of a key is 1 to 128 characters', { field: 'id' });
}

/** What was stored, if it is a key that cannot be read. */
function partsOf(record: unknown): KeyParts | undefined {
  if (!hasMember(record, 'publicKey') || !hasMember(record, 'privateKey')) return undefined;
  const { publicKey, privateKey } = record;
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== PUBLIC_KEY_BYTES) return undefined;
  return isPrivateKey(privateKey) ? { publicKey, privateKey } : undefined;
}

function isPrivateKey(value: unknown): value is PrivateKey {
  if (!hasMember(value, 'kind') || !hasMember(value, 'key')) return false;
  const { kind, key } = value;
  if (!(key instanceof CryptoKey) || key.extractable) return false;
  if (kind === 'webcrypto') return true;
  if (kind !== 'bundled' || !hasMember(value, 'iv') || !hasMember(value, 'seed')) return false;
  return value.iv instanceof Uint8Array && value.seed instanceof Uint8Array;
}

const hasMember = <K extends string>(value: unknown, name: K): value is Readonly<Record<K, unknown>> =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name);
