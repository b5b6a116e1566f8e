import { type Did, type DidDocument, type Envelope, type Resolver, type Store, TtpError } from '@ttp/core';
import { equalBytes, utf8 } from '@ttp/crypto';
import { didKeyDocument, documentOfState } from './document.js';
import type { DidErrorCode } from './errors.js';
import { foldKeyLog, type KeyState, readKeyLog } from './key-log.js';
import { PARENTS_MAX_DEPTH, STORE_MAX_TRIES } from './limits.js';
import { parseInception } from './operation.js';
import { decodeStoredLog, encodeStoredLog, type StoredLog } from './stored-log.js';
import { parseDid } from './syntax.js';

/** Resolves `did:key` by itself, and each `did:ttp` whose key log it was given. */
export interface KeyLogResolver extends Resolver {
  /**
   * Verifies a key log and keeps it. A log that continues the one known replaces it; one that the known log continues
   * changes nothing; one that departs from it freezes the identity for good (decision D2, flaw.D2).
   *
   * @param keyLog whole, from its inception; the log of a parent must have been added before
   * @returns whose log it is
   * @throws DID_FROZEN, DID_KEY_IN_USE, DID_STORE_CONFLICT, and the codes of `documentOf`
   */
  add(keyLog: readonly Envelope[]): Promise<Did>;

  /**
   * The identities that answer for one by their signatures on inceptions, nearest first; an outsider has none.
   *
   * @throws what `resolve` throws, for the identity and for each above it
   */
  ancestors(did: Did): Promise<readonly Did[]>;
}

/** What of a Store a resolver needs. */
type Shelf = Pick<Store, 'get' | 'put'>;

/** A resolver that forgets with the process. */
export function memoryResolver(): KeyLogResolver {
  return storeResolver(volatileShelf());
}

/**
 * A resolver on a Store, under `did/`. It keeps logs, not documents: each document is derived again from the verified
 * log, so that a changed store can withhold an identity or its last entries, but cannot forge one (flaw.D5).
 */
export function storeResolver(shelf: Shelf): KeyLogResolver {
  async function stateOf(keyLog: readonly Envelope[], depth: number): Promise<KeyState> {
    const parent = keyLog[0] && parseInception(keyLog[0].body).parent;
    if (parent === undefined) return foldKeyLog(keyLog, []);
    if (depth === PARENTS_MAX_DEPTH)
      throw refuse('DID_PARENT_UNRESOLVED', `more than ${PARENTS_MAX_DEPTH} parents above one another`);
    const state = await known(parent, depth + 1);
    return foldKeyLog(keyLog, state === undefined ? [] : [documentOfState(state)]);
  }

  /** What is known of an identity. Throws DID_FROZEN, DID_LOG_MISMATCH and whatever its log is refused with. */
  async function known(did: Did, depth: number): Promise<KeyState | undefined> {
    const stored = await shelf.get(logKey(did));
    if (stored === undefined) return undefined;
    const { entries } = alive(did, decodeStoredLog(did, stored.value));
    const state = await stateOf(entries, depth);
    if (state.did !== did) throw refuse('DID_LOG_MISMATCH', `the log stored for ${did} is another's`);
    return state;
  }

  /** One public key, one identity (flaw.D11). Made before the log is kept, by compare-and-set. */
  async function claim(key: string, did: Did): Promise<void> {
    if (await shelf.put(claimKey(key), utf8(did), 0)) return;
    const claimed = await shelf.get(claimKey(key));
    if (claimed === undefined || !equalBytes(claimed.value, utf8(did)))
      throw refuse('DID_KEY_IN_USE', `${key} belongs to another identity`);
  }

  /** One attempt to keep a verified log. False when another writer was faster. */
  async function keep(offered: KeyState, keyLog: readonly Envelope[]): Promise<boolean> {
    const { did, ids } = offered;
    const key = logKey(did);
    const stored = await shelf.get(key);
    if (stored === undefined) return shelf.put(key, encodeStoredLog({ entries: keyLog }), 0);
    const { entries } = alive(did, decodeStoredLog(did, stored.value));
    const before = await stateOf(entries, 0);
    const common = before.ids.findIndex((id, i) => id !== (ids[i] ?? id));
    if (common < 0)
      return (
        ids.length <= before.ids.length ||
        shelf.put(key, encodeStoredLog({ entries: keyLog }), stored.version)
      );
    if (!(await shelf.put(key, encodeStoredLog({ entries, fork: keyLog }), stored.version))) return false;
    throw frozen(did);
  }

  async function resolved(did: Did): Promise<KeyState> {
    const { method } = parseDid(did);
    if (method !== 'ttp')
      throw refuse('DID_METHOD_UNSUPPORTED', `${method} is not resolved without a registry or the web`);
    const state = await known(did, 0);
    if (state === undefined) throw refuse('DID_UNRESOLVED', `nothing is known of ${did}`);
    return state;
  }

  return {
    async resolve(did: Did): Promise<DidDocument> {
      return parseDid(did).method === 'key' ? didKeyDocument(did) : documentOfState(await resolved(did));
    },

    async ancestors(did) {
      const above: Did[] = [];
      if (parseDid(did).method === 'key') return above;
      for (let at: Did | undefined = did; at !== undefined; ) {
        const { inception }: KeyState = await resolved(at);
        at = inception.parent;
        if (at !== undefined) above.push(at);
      }
      return above;
    },

    async add(log) {
      const keyLog = readKeyLog(log);
      const offered = await stateOf(keyLog, 0);
      for (const key of offered.keys) await claim(key, offered.did);
      for (let tries = 0; tries < STORE_MAX_TRIES; tries++)
        if (await keep(offered, keyLog)) return offered.did;
      throw refuse('DID_STORE_CONFLICT', `the log of ${offered.did} kept changing`);
    },
  };
}

const logKey = (did: Did): string => `did/log/${did}`;
const claimKey = (key: string): string => `did/key/${key}`;

function alive(did: Did, stored: StoredLog): StoredLog {
  if (stored.fork !== undefined) throw frozen(did);
  return stored;
}

const frozen = (did: Did): TtpError =>
  refuse('DID_FROZEN', `${did} showed two different entries at one position of its key log`);

function refuse(code: DidErrorCode, message: string): TtpError {
  return new TtpError(code, message, { field: 'did' });
}

function volatileShelf(): Shelf {
  const entries = new Map<string, { readonly value: Uint8Array; readonly version: number }>();
  return {
    get: (key) => Promise.resolve(entries.get(key)),
    put(key, value, expected) {
      const version = entries.get(key)?.version ?? 0;
      if (expected !== undefined && expected !== version) return Promise.resolve(false);
      entries.set(key, { value, version: version + 1 });
      return Promise.resolve(true);
    },
  };
}
