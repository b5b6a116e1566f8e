import { isJsonObject, isTraceId, isTtpError, type Store, type TraceId, TtpError } from '@ttp/core';
import { canonicalBytes, fromUtf8, hex, parseJson, sha256, utf8 } from '@ttp/crypto';
import { DEFAULT_MODE, isStorageMode, type StorageMode } from './mode.js';

/** What a legal hold keeps from being deleted: the payloads of a trace, or all under one data key. */
export type Held = { readonly trace: TraceId } | { readonly key: string };

/** A legal hold that is in force. */
export type Hold = Held & { readonly id: string };

/**
 * What the entries about the life of traces come to, in the Store, so that every process sees it: modes, holds, and up
 * to where a log's own such entries have been carried out.
 */
export interface LifeStore {
  /** The mode of a trace. Throws ETR_LIFE_UNREADABLE: a damaged record must not make it more lenient. */
  modeOf(trace: TraceId): Promise<StorageMode>;
  setMode(trace: TraceId, mode: StorageMode): Promise<void>;
  /** The holds in force. Throws ETR_LIFE_UNREADABLE. */
  holds(): Promise<readonly Hold[]>;
  place(hold: Hold): Promise<void>;
  /** Lifts a hold, and remembers that it was lifted. */
  release(id: string): Promise<void>;
  /** Entries of this log whose consequences are all carried out. */
  done(origin: string): Promise<bigint>;
  setDone(origin: string, size: bigint): Promise<void>;
}

const MODES = 'etr/mode/';
const HOLDS = 'etr/hold/';
const DONE = 'etr/done/';

/** The records of {@link LifeStore} in a Store. */
export function createLifeStore(store: Store): LifeStore {
  const text = async (key: string): Promise<string | undefined> => {
    const found = await store.get(key);
    return found === undefined ? undefined : fromUtf8(found.value);
  };
  return {
    async modeOf(trace) {
      const mode = await text(MODES + trace);
      if (mode === undefined) return DEFAULT_MODE;
      if (isStorageMode(mode)) return mode;
      throw unreadable(`the mode of trace ${trace}`);
    },
    async setMode(trace, mode) {
      await store.put(MODES + trace, utf8(mode));
    },
    async holds() {
      const holds: Hold[] = [];
      for await (const key of store.list(HOLDS)) {
        const found = await store.get(key);
        if (found !== undefined) holds.push(parseHold(key.slice(HOLDS.length), found.value));
      }
      return holds;
    },
    async place({ id, ...held }) {
      await store.put(HOLDS + id, canonicalBytes(held));
    },
    async release(id) {
      await store.delete(HOLDS + id);
    },
    async done(origin) {
      const size = await text(doneKey(origin));
      if (size === undefined) return 0n;
      if (/^\d{1,20}$/.test(size)) return BigInt(size);
      throw unreadable(`how far ${origin} has been carried out`);
    },
    async setDone(origin, size) {
      await store.put(doneKey(origin), utf8(`${size}`));
    },
  };
}

/** Keys of a Store are shorter than an origin may be. */
const doneKey = (origin: string): string => DONE + hex(sha256(utf8(origin)));

function parseHold(id: string, value: Uint8Array): Hold {
  try {
    const json = parseJson(value);
    const { trace, key } = isJsonObject(json) ? json : {};
    if (typeof trace === 'string' && isTraceId(trace)) return { id, trace };
    if (typeof key === 'string') return { id, key };
  } catch (error) {
    if (!isTtpError(error)) throw error;
  }
  throw unreadable(`the hold ${id}`);
}

const unreadable = (what: string): TtpError<'ETR_LIFE_UNREADABLE'> =>
  new TtpError('ETR_LIFE_UNREADABLE', `${what} is damaged`);
