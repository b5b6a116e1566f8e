import { type Did, type Hash, type Random, type Store, TtpError } from '@ttp/core';
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
  | { readonly state: 'unknown' };

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
  /** The key of a subject; undefined where nothing is kept, or all was erased. */
  keyOf(subject: Did): Promise<DataKey | undefined>;
  /** Destroys the key of a subject, unless it is another one by now. */
  erase(subject: Did, key: DataKey): Promise<void>;
  /** Destroys every key whose id is among `ids` (hexadecimal): completes erasures that are in the log. */
  destroy(ids: ReadonlySet<string>): Promise<void>;
}

const KEYS = 'etr/key/';
const PAYLOADS = 'etr/payload/';
const VERSION = 1;
const ID_BYTES = 16;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** Where the members of a stored payload begin: version, subject, key id, iv, ciphertext. */
const [AT_SUBJECT, AT_ID] = [1, 1 + HASH_BYTES];
const AT_IV: number = AT_ID + ID_BYTES;
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

  return {
    sealing() {
      const keys = new Map<Did, ReturnType<typeof sealerFor>>();
      return async ({ hash, subject: did, salted }) => {
        let known = keys.get(did);
        if (known === undefined) keys.set(did, (known = sealerFor(refOf(did))));
        const { subject, id, seal } = await known;
        const iv = random.bytes(IV_BYTES);
        const head = concatBytes(Uint8Array.of(VERSION), subject, id, iv);
        const box = await seal({ iv, aad: head, plaintext: salted });
        return { key: payloadKey(hash), value: concatBytes(head, box) };
      };
    },
    async read(hash) {
      const stored = (await store.get(payloadKey(hash)))?.value;
      if (stored === undefined) return { state: 'unknown' };
      if (stored.length < AT_BOX || stored[0] !== VERSION) throw unreadable(hash);
      const dataKey = await readKey(stored.slice(AT_SUBJECT, AT_ID));
      if (dataKey === undefined || !equalBytes(dataKey.id, stored.slice(AT_ID, AT_IV)))
        return { state: 'erased' };
      const [aad, iv] = [stored.slice(0, AT_BOX), stored.slice(AT_IV, AT_BOX)];
      const plain = await openBox({ key: dataKey.key, iv, aad, ciphertext: stored.slice(AT_BOX) }, hash);
      const [salt, bytes] = [plain.slice(0, SALT_BYTES), plain.slice(SALT_BYTES)];
      // What was encrypted for another place, or under another salt, is not what this commitment is to.
      if (commitment(salt, bytes) !== hash) throw unreadable(hash);
      return { state: 'kept', salt, bytes };
    },
    keyOf: (subject) => readKey(refOf(subject)),
    async erase(subject, { version }) {
      await store.delete(KEYS + hex(refOf(subject)), version);
    },
    async destroy(ids) {
      for await (const path of store.list(KEYS)) {
        const found = await store.get(path);
        if (found !== undefined && ids.has(hex(found.value.slice(1, 1 + ID_BYTES))))
          await store.delete(path, found.version);
      }
    },
  };
}

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
