import {
  type Clock,
  type Dating,
  type Did,
  type DidDocument,
  type Envelope,
  type Hash,
  isTtpError,
  type Resolver,
  TtpError,
} from '@ttp/core';
import { envelopeId, equalBytes, utf8 } from '@ttp/crypto';
import { didKeyDocument, documentOfState } from './document.js';
import { keyId } from './entry.js';
import type { DidErrorCode } from './errors.js';
import { createFoldMemo, type FoldedLog } from './fold-memo.js';
import { didOf, foldKeyLog, readKeyLog } from './key-log.js';
import type { KeyState } from './key-state.js';
import { PARENTS_MAX_DEPTH, RELATED_MAX_COUNT, STORE_MAX_TRIES } from './limits.js';
import { needsDate, type ReadLog, readLog } from './read-log.js';
import { compareLogs } from './recovery/fork.js';
import { dueAt, settledRecoveries } from './recovery/settle.js';
import { type Shelf, volatileShelf } from './shelf.js';
import { decodeStoredLog, encodeStoredLog, type StoredLog } from './stored-log.js';
import { parseDid } from './syntax.js';

/** One key of an identity and how long it was in force. */
export interface KeyPeriod {
  readonly kid: string;
  readonly publicKeyMultibase: string;
  /** When it was retired, ms, as the entry says that replaced it; absent for the key in force. */
  readonly until?: number;
}

/** Resolves `did:key` by itself, and each `did:ttp` whose key log it was given. */
export interface KeyLogResolver extends Resolver {
  /**
   * Verifies a key log and keeps it. A log that continues the one known replaces it; one that the known log continues
   * changes nothing; one that departs from it freezes the identity for good (decision D2, flaw.D2), unless it does so
   * by a recovery (see `compareLogs`).
   *
   * @param keyLog whole, from its inception; the logs of the parent and of guardians that signed must have been added
   *   before
   * @returns whose log it is
   * @throws DID_FROZEN, DID_LOG_SUPERSEDED, DID_KEY_IN_USE, DID_STORE_CONFLICT, and the codes of `documentOf`
   */
  add(keyLog: readonly Envelope[]): Promise<Did>;

  /**
   * The identities that answer for one by their signatures on inceptions, nearest first; an outsider has none.
   *
   * @throws what `resolve` throws, for the identity and for each above it
   */
  ancestors(did: Did): Promise<readonly Did[]>;

  /** Every key that was ever in force, oldest first. Throws what `resolve` throws, but for DID_DEACTIVATED. */
  history(did: Did): Promise<readonly KeyPeriod[]>;

  /**
   * The recovery that somebody has begun and that the owner can still veto: the id of its entry, and when it will be
   * in force, ms, where the resolver can tell.
   */
  pendingRecovery(did: Did): Promise<{ readonly id: Hash; readonly dueAt?: number } | undefined>;
}

/** What lets a resolver judge what happened when. */
export interface KeyLogResolverOptions {
  /** Stamps what is seen. Without it nothing is recovered, and a child does not outlive its parent's key. */
  readonly clock?: Clock;
  /** Proofs of when an entry existed, for those that were seen late. */
  readonly dating?: Dating;
}

/** A resolver that forgets with the process. */
export function memoryResolver(options: KeyLogResolverOptions = {}): KeyLogResolver {
  return storeResolver(volatileShelf(), options);
}

/** What one resolution has looked at already. */
type Walk = Map<Did, KeyState | undefined>;

/**
 * A resolver on a Store, under `did/`. It keeps logs, not documents: each document is derived again from the verified
 * log, so that a changed store can withhold an identity or its last entries, but cannot forge one (flaw.D5). It is
 * believed only in when it first saw an entry.
 */
export function storeResolver(shelf: Shelf, { clock, dating }: KeyLogResolverOptions = {}): KeyLogResolver {
  const memo = createFoldMemo();

  /** Verifies a log, with what is known of those who signed it too; one that is kept, only where something changed. */
  async function stateOf(read: ReadLog, walk: Walk, depth: number, folded?: FoldedLog): Promise<KeyState> {
    const { log, ids, parent } = read;
    const dates = await Promise.all(
      log.entries.map(async (entry, i) => {
        const id = ids[i];
        return id !== undefined && needsDate(entry)
          ? earlier(log.seen?.[i], await dating?.before(id))
          : undefined;
      }),
    );
    const dateOf = (id: Hash): number | undefined => dates[ids.indexOf(id)];
    const signers = await signersBeside(read, walk, depth);
    const settled = settledRecoveries(read, dateOf, clock?.now());
    const fold = (): KeyState =>
      foldKeyLog(log.entries, {
        documentOf: (did, id) => documentBeside(did, signers, { parent, before: dateOf(id) }),
        settled: (id) => settled.has(id),
      });
    return folded === undefined ? fold() : folded.stateFor({ dates, settled, signers }, fold);
  }

  /** What is known of the parent and of guardians. */
  async function signersBeside(
    { parent, guardians }: ReadLog,
    walk: Walk,
    depth: number,
  ): Promise<ReadonlyMap<Did, KeyState | undefined>> {
    const signers = new Map<Did, KeyState | undefined>();
    if (parent !== undefined) {
      if (depth === PARENTS_MAX_DEPTH)
        throw refuse('DID_PARENT_UNRESOLVED', `more than ${PARENTS_MAX_DEPTH} parents above one another`);
      const state = await known(parent, walk, depth + 1);
      if (state !== undefined) signers.set(parent, state);
    }
    for (const did of guardians) {
      if (signers.has(did)) continue;
      // A guardian that is frozen or unknown signs nothing; it must not take the identity along.
      try {
        signers.set(
          did,
          isKey(did) || depth >= PARENTS_MAX_DEPTH ? undefined : await known(did, walk, depth + 1),
        );
      } catch (error) {
        if (!isTtpError(error)) throw error;
      }
    }
    return signers;
  }

  /** What is known of an identity. Throws DID_FROZEN, DID_LOG_MISMATCH and whatever its log is refused with. */
  async function known(did: Did, walk: Walk, depth: number): Promise<KeyState | undefined> {
    if (walk.has(did) || walk.size >= RELATED_MAX_COUNT) return walk.get(did);
    walk.set(did, undefined); // whoever needs itself to be verified is not
    const stored = await shelf.get(logKey(did));
    if (stored === undefined) return undefined;
    const folded = memo.open(did, stored.value);
    alive(did, folded.read.log);
    const state = await stateOf(folded.read, walk, depth, folded);
    if (state.did !== did) throw refuse('DID_LOG_MISMATCH', `the log stored for ${did} is another's`);
    walk.set(did, state);
    return state;
  }

  /** One public key, one identity (flaw.D11). Made before the log is kept, by compare-and-set. */
  async function claim(key: string, did: Did): Promise<void> {
    if (await shelf.put(claimKey(key), utf8(did), 0)) return;
    const claimed = await shelf.get(claimKey(key));
    if (claimed === undefined || !equalBytes(claimed.value, utf8(did)))
      throw refuse('DID_KEY_IN_USE', `${key} belongs to another identity`);
  }

  /** One attempt to verify and keep a log. False when another writer was faster. */
  async function keep(did: Did, entries: readonly Envelope[]): Promise<boolean> {
    const stored = await shelf.get(logKey(did));
    const before = stored && alive(did, decodeStoredLog(did, stored.value));
    const seen = seenOf(entries, before, clock);
    const log: StoredLog = { entries, ...(seen === undefined ? {} : { seen }) };
    const offered = await stateOf(readLog(log), new Map(), 0);
    for (const key of offered.keys) await claim(key, did);
    if (offered.pending !== undefined) await claim(offered.pending.key, did);
    if (stored === undefined || before === undefined) return shelf.put(logKey(did), encodeStoredLog(log), 0);
    const verdict = compareLogs(await stateOf(readLog(before), new Map(), 0), offered);
    if (verdict === 'known') return true;
    if (verdict === 'outranked')
      throw refuse('DID_LOG_SUPERSEDED', `the log of ${did} departs from the one known`);
    const next = verdict === 'fork' ? { ...before, fork: entries } : log;
    if (!(await shelf.put(logKey(did), encodeStoredLog(next), stored.version))) return false;
    if (verdict === 'fork') throw frozen(did);
    return true;
  }

  async function resolved(did: Did): Promise<KeyState> {
    const { method } = parseDid(did);
    if (method !== 'ttp')
      throw refuse('DID_METHOD_UNSUPPORTED', `${method} is not resolved without a registry or the web`);
    const state = await known(did, new Map(), 0);
    if (state === undefined) throw refuse('DID_UNRESOLVED', `nothing is known of ${did}`);
    return state;
  }

  return {
    async resolve(did: Did): Promise<DidDocument> {
      return parseDid(did).method === 'key' ? didKeyDocument(did) : documentOfState(await resolved(did));
    },

    async add(log) {
      const keyLog = readKeyLog(log);
      const [first] = keyLog;
      if (first === undefined) throw refuse('DID_BAD_LOG', 'no entry');
      const did = didOf(first.body);
      for (let tries = 0; tries < STORE_MAX_TRIES; tries++) if (await keep(did, keyLog)) return did;
      throw refuse('DID_STORE_CONFLICT', `the log of ${did} kept changing`);
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

    async history(did) {
      if (parseDid(did).method === 'key')
        return didKeyDocument(did).verificationMethod.map(({ id: kid, publicKeyMultibase }) => ({
          kid,
          publicKeyMultibase,
        }));
      const { keys, retiredAt } = await resolved(did);
      return keys.map((publicKeyMultibase, i) => {
        const until = retiredAt[i];
        return { kid: keyId(did, i + 1), publicKeyMultibase, ...(until === undefined ? {} : { until }) };
      });
    },

    async pendingRecovery(did) {
      const { pending } = await resolved(did);
      if (pending === undefined) return undefined;
      const { id } = pending;
      const stored = await shelf.get(logKey(did));
      const { entries, seen } = stored === undefined ? { entries: [] } : decodeStoredLog(did, stored.value);
      const i = entries.findIndex((entry) => envelopeId(entry) === id);
      const [entry] = entries.slice(i, i + 1);
      const due = entry && dueAt(entry, earlier(seen?.[i], await dating?.before(id)));
      return due === undefined ? { id } : { id, dueAt: due };
    },
  };
}

const logKey = (did: Did): string => `did/log/${did}`;
const claimKey = (key: string): string => `did/key/${key}`;

const isKey = (did: Did): boolean => parseDid(did).method === 'key';

/** The document of a parent or guardian, with the keys that it had at the time. */
function documentBeside(
  did: Did,
  signers: ReadonlyMap<Did, KeyState | undefined>,
  { parent, before }: { readonly parent: Did | undefined; readonly before: number | undefined },
): DidDocument | undefined {
  const state = signers.get(did);
  if (state !== undefined && did === parent) return documentOfState(state, before);
  try {
    if (state !== undefined) return documentOfState(state, before);
    return signers.has(did) && isKey(did) ? didKeyDocument(did) : undefined;
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}

/** When each entry was first seen: as is known of those known, now of the others. */
function seenOf(
  entries: readonly Envelope[],
  before: StoredLog | undefined,
  clock: Clock | undefined,
): readonly number[] | undefined {
  if (clock === undefined) return undefined;
  const now = clock.now();
  const known = new Map(before?.entries.map((entry, i) => [envelopeId(entry), before.seen?.[i]]));
  return entries.map((entry) => known.get(envelopeId(entry)) ?? now);
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function alive(did: Did, stored: StoredLog): StoredLog {
  if (stored.fork !== undefined) throw frozen(did);
  return stored;
}

const frozen = (did: Did): TtpError =>
  refuse('DID_FROZEN', `${did} showed two different entries at one position of its key log`);

function refuse(code: DidErrorCode, message: string): TtpError {
  return new TtpError(code, message, { field: 'did' });
}
