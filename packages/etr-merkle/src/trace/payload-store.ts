import {
  CLASSIFICATIONS,
  type Classification,
  type Did,
  type Hash,
  type Random,
  type Store,
  TtpError,
} from '@ttp/core';
import { aeadSealer, concatBytes, equalBytes, hex, openAead, sha256, utf8 } from '@ttp/crypto';
import { HASH_BYTES, SALT_BYTES } from '../limits.js';
import { commitment, type Payload } from './payload.js';

/** A payload as it lies in the Store, and where. */
export interface SealedPayload {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What the store knows of a commitment. */
export type Kept =
  | { readonly state: 'kept'; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  /** The payload was here; the key of its subject has been destroyed. */
  | { readonly state: 'erased' }
  /** The payload was here, and was taken out as its trace's mode allows. */
  | { readonly state: Gone }
  | { readonly state: 'unknown' };

/** Why a payload alone is no longer here; in the order of their numbers in the Store. */
export const GONE = ['superseded', 'deleted', 'archived'] as const;
export type Gone = (typeof GONE)[number];

/** What a payload in the Store says of itself without its key. */
export interface PayloadLabel {
  /** SHA-256 of the subject's DID. */
  readonly subject: Uint8Array;
  /** Id of the data key that it is encrypted under. */
  readonly keyId: Uint8Array;
  readonly dataClass: Classification | undefined;
}

/** The key of a subject's payloads. The id is random: a tombstone can name it without naming the subject. */
interface DataKey {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly version: number;
}

/** Encrypts payloads of one batch. Throws ETR_PAYLOAD_UNREADABLE where the key of a subject is damaged. */
export type Sealing = (payload: Payload) => Promise<SealedPayload>;

/** The payload store of decision D30: values by commitment, encrypted under a key per subject. */
export interface PayloadStore {
  /**
   * Encrypts what goes into the store together: reads the key of each subject once, or makes it where there is none.
   * Nothing but such keys is written.
   */
  sealing(): Sealing;
  /** Throws ETR_PAYLOAD_UNREADABLE for what is stored and damaged. */
  read(hash: Hash): Promise<Kept>;
  /** The label of a payload that is here, whether its key is or not. Throws ETR_PAYLOAD_UNREADABLE. */
  label(hash: Hash): Promise<PayloadLabel | undefined>;
  /** The id of the key that a payload is encrypted under, here or in an archive. Throws ETR_PAYLOAD_UNREADABLE. */
  keyIdOf(hash: Hash): Promise<Uint8Array | undefined>;
  /** A payload as it is stored, still encrypted: what an archive keeps. Undefined where it is not here. */
  readonly take: (hash: Hash) => Promise<Uint8Array | undefined>;
  /**
   * Puts back what {@link take} gave. Throws ETR_PAYLOAD_UNREADABLE for what is not the payload of this commitment; where
   * its key was destroyed meanwhile nobody can tell, and it stays erased.
   */
  giveBack(hash: Hash, stored: Uint8Array): Promise<void>;
  /** Takes a payload out of the Store and leaves a mark of why. Nothing where none is here. */
  remove(hash: Hash, why: Gone): Promise<void>;
  /** The key of a subject; undefined where nothing is kept, or all was erased. */
  keyOf(subject: Did): Promise<DataKey | undefined>;
  /** Destroys the key of a subject, unless it is another one by now. */
  erase(subject: Did, key: DataKey): Promise<void>;
  /** Those of `ids` (hexadecimal) whose key is here. */
  present(ids: ReadonlySet<string>): Promise<readonly string[]>;
  /** Destroys every key whose id is among `ids` (hexadecimal): completes erasures that are in the log. */
  destroy(ids: ReadonlySet<string>): Promise<void>;
}

const KEYS = 'etr/key/';
const PAYLOADS = 'etr/payload/';
const VERSION = 1;
/** First byte of the mark that a removed payload leaves; its second is a number of {@link GONE}, then comes a key id. */
const MARK = 0;
const ID_BYTES = 16;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** Where the members of a stored payload begin: version, subject, key id, data class, iv, ciphertext. */
const [AT_SUBJECT, AT_ID] = [1, 1 + HASH_BYTES];
const AT_CLASS: number = AT_ID + ID_BYTES;
const AT_IV: number = AT_CLASS + 1;
const AT_BOX: number = AT_IV + IV_BYTES;

/**
 * The payload store on a Store. No key outlives the batch it was read for: another process may destroy it at any
 * time, and a reading more costs less than an erasure that did not erase.
 */
export function createPayloadStore(store: Store, random: Random): PayloadStore {
  let last: { readonly did: Did; readonly ref: Uint8Array } | undefined;

  /** A subject's DID never lies next to its payloads in the clear. One is remembered: most payloads are of one agent. */
  function refOf(did: Did): Uint8Array {
    if (last?.did !== did) last = { did, ref: sha256(utf8(did)) };
    return last.ref;
  }

  async function readKey(subject: Uint8Array): Promise<DataKey | undefined> {
    const found = await store.get(KEYS + hex(subject));
    if (found === undefined) return undefined;
    const { value, version } = found;
    if (value.length !== 1 + ID_BYTES + KEY_BYTES || value[0] !== VERSION)
      throw new TtpError('ETR_PAYLOAD_UNREADABLE', 'a data key is damaged');
    return { id: value.slice(1, 1 + ID_BYTES), key: value.slice(1 + ID_BYTES), version };
  }

  /** What seals under the subject's key, which is made here unless somebody else was faster. */
  async function sealerFor(subject: Uint8Array): Promise<{
    readonly subject: Uint8Array;
    readonly id: Uint8Array;
    readonly seal: ReturnType<typeof aeadSealer>;
  }> {
    for (;;) {
      const found = await readKey(subject);
      if (found !== undefined) return { subject, id: found.id, seal: aeadSealer(found.key) };
      const value = concatBytes(Uint8Array.of(VERSION), random.bytes(ID_BYTES), random.bytes(KEY_BYTES));
      await store.put(KEYS + hex(subject), value, 0);
    }
  }

  async function openStored(hash: Hash, stored: Uint8Array): Promise<Kept> {
    const { subject, keyId } = labelOf(hash, stored);
    const dataKey = await readKey(subject);
    if (dataKey === undefined || !equalBytes(dataKey.id, keyId)) return { state: 'erased' };
    const [aad, iv] = [stored.slice(0, AT_BOX), stored.slice(AT_IV, AT_BOX)];
    const plain = await openBox({ key: dataKey.key, iv, aad, ciphertext: stored.slice(AT_BOX) }, hash);
    const [salt, bytes] = [plain.slice(0, SALT_BYTES), plain.slice(SALT_BYTES)];
    // What was encrypted for another place, or under another salt, is not what this commitment is to.
    if (commitment(salt, bytes) !== hash) throw unreadable(hash);
    return { state: 'kept', salt, bytes };
  }

  const storedAt = async (hash: Hash): Promise<Uint8Array | undefined> =>
    (await store.get(payloadKey(hash)))?.value;

  async function* keysAmong(
    ids: ReadonlySet<string>,
  ): AsyncGenerator<{ readonly id: string; readonly path: string; readonly version: number }> {
    for await (const path of store.list(KEYS)) {
      const found = await store.get(path);
      if (found === undefined) continue;
      const id = hex(found.value.slice(1, 1 + ID_BYTES));
      if (ids.has(id)) yield { id, path, version: found.version };
    }
  }

  async function take(hash: Hash): Promise<Uint8Array | undefined> {
    const stored = await storedAt(hash);
    return stored === undefined || markOf(stored) !== undefined ? undefined : stored;
  }

  return {
    sealing() {
      const keys = new Map<Did, ReturnType<typeof sealerFor>>();
      return async ({ hash, subject: did, dataClass, salted }) => {
        let known = keys.get(did);
        if (known === undefined) keys.set(did, (known = sealerFor(refOf(did))));
        const { subject, id, seal } = await known;
        const iv = random.bytes(IV_BYTES);
        const head = concatBytes(
          Uint8Array.of(VERSION),
          subject,
          id,
          Uint8Array.of(classNumber(dataClass)),
          iv,
        );
        const box = await seal({ iv, aad: head, plaintext: salted });
        return { key: payloadKey(hash), value: concatBytes(head, box) };
      };
    },
    async read(hash) {
      const stored = await storedAt(hash);
      if (stored === undefined) return { state: 'unknown' };
      const gone = markOf(stored);
      return gone === undefined ? openStored(hash, stored) : { state: gone };
    },
    async label(hash) {
      const stored = await take(hash);
      return stored === undefined ? undefined : labelOf(hash, stored);
    },
    async keyIdOf(hash) {
      const stored = await storedAt(hash);
      if (stored === undefined) return undefined;
      const gone = markOf(stored);
      if (gone === undefined) return labelOf(hash, stored).keyId;
      return gone === 'archived' ? stored.slice(2) : undefined;
    },
    take,
    async giveBack(hash, stored) {
      await openStored(hash, stored);
      await store.put(payloadKey(hash), stored);
    },
    async remove(hash, why) {
      const stored = await take(hash);
      if (stored === undefined) return;
      // What is archived can still be erased by its key, so the key is not forgotten.
      const keyId = why === 'archived' ? labelOf(hash, stored).keyId : new Uint8Array(0);
      await store.put(payloadKey(hash), concatBytes(Uint8Array.of(MARK, 1 + GONE.indexOf(why)), keyId));
    },
    keyOf: (subject) => readKey(refOf(subject)),
    async erase(subject, { version }) {
      await store.delete(KEYS + hex(refOf(subject)), version);
    },
    async present(ids) {
      const present: string[] = [];
      for await (const { id } of keysAmong(ids)) present.push(id);
      return present;
    },
    async destroy(ids) {
      for await (const { path, version } of keysAmong(ids)) await store.delete(path, version);
    },
  };
}

/** The members in front of the ciphertext. Throws ETR_PAYLOAD_UNREADABLE. */
function labelOf(hash: Hash, stored: Uint8Array): PayloadLabel {
  if (stored.length < AT_BOX || stored[0] !== VERSION) throw unreadable(hash);
  const [subject, keyId] = [stored.slice(AT_SUBJECT, AT_ID), stored.slice(AT_ID, AT_CLASS)];
  return { subject, keyId, dataClass: CLASSIFICATIONS[(stored[AT_CLASS] ?? 0) - 1] };
}

/** 0: none. */
const classNumber = (dataClass: Classification | undefined): number =>
  dataClass === undefined ? 0 : 1 + CLASSIFICATIONS.indexOf(dataClass);

/** Why the payload is gone; undefined for a payload. */
const markOf = (stored: Uint8Array): Gone | undefined =>
  stored[0] === MARK ? GONE[(stored[1] ?? 0) - 1] : undefined;

const payloadKey = (hash: Hash): string => PAYLOADS + hash.slice('sha256:'.length);

async function openBox(box: Parameters<typeof openAead>[0], hash: Hash): Promise<Uint8Array> {
  try {
    return await openAead(box);
  } catch (cause) {
    throw new TtpError('ETR_PAYLOAD_UNREADABLE', `the payload of ${hash} is damaged`, { cause });
  }
}

const unreadable = (hash: Hash): TtpError<'ETR_PAYLOAD_UNREADABLE'> =>
  new TtpError('ETR_PAYLOAD_UNREADABLE', `the payload of ${hash} is damaged`);
