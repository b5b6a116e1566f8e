import { isTtpError, TtpError } from '@ttp/core';
import { PG_ATTEMPTS } from '../limits.js';
import type { PostgresClient, PostgresResult } from './client.js';

/** The one way to the database: writes that poison when they fail, and reads. */
export interface Gate {
  /** Runs one statement that writes; it is its own transaction. */
  write(text: string, values: unknown[]): Promise<PostgresResult>;
  read(text: string, values: unknown[]): Promise<PostgresResult>;
  /** Throws STORE_CLOSED after {@link Gate.close}. */
  checkOpen(): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** SQLSTATEs of a transaction that lost to another one and can simply be tried anew (PostgreSQL, appendix A). */
const LOST_TO_ANOTHER = new Set(['40001', '40P01']);

/** SQLSTATEs of a statement that waited too long and was rolled back. */
const WAITED_TOO_LONG = new Set(['55P03', '57014']);

/** The SQLSTATE of a fault; undefined where the server did not answer, and nobody knows what it did. */
function sqlState(fault: unknown): string | undefined {
  const code: unknown = typeof fault === 'object' && fault !== null ? Reflect.get(fault, 'code') : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** A gate in front of `client`. */
export function createGate(client: PostgresClient): Gate {
  const underWay = new Set<Promise<unknown>>();
  let closed = false;
  let poison: TtpError<'STORE_POISONED'> | undefined;
  /** Whether it is known what was committed. */
  let readable = true;

  const checkOpen = (): void => {
    if (closed) throw new TtpError('STORE_CLOSED', 'the storage was closed');
  };

  async function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  async function attempt(text: string, values: unknown[]): Promise<PostgresResult> {
    for (let round = 1; ; round++) {
      try {
        return await client.query(text, values);
      } catch (cause) {
        const state = sqlState(cause) ?? '';
        if (LOST_TO_ANOTHER.has(state) && round < PG_ATTEMPTS) continue;
        if (LOST_TO_ANOTHER.has(state) || WAITED_TOO_LONG.has(state))
          throw new TtpError('STORE_BUSY', 'others held what was to be written', { cause });
        throw cause;
      }
    }
  }

  async function write(text: string, values: unknown[]): Promise<PostgresResult> {
    try {
      const result = await attempt(text, values);
      if (poison !== undefined) throw poison; // it failed beside another one: nothing is acknowledged any more
      return result;
    } catch (cause) {
      if (isTtpError(cause)) throw cause;
      readable &&= sqlState(cause) !== undefined;
      poison ??= new TtpError('STORE_POISONED', 'a write failed; open the storage again', { cause });
      throw poison;
    }
  }

  async function read(text: string, values: unknown[]): Promise<PostgresResult> {
    try {
      return await client.query(text, values);
    } catch (cause) {
      throw new TtpError('STORE_UNREADABLE', 'the database cannot be read', { cause });
    }
  }

  return {
    checkOpen,
    async write(text, values) {
      checkOpen();
      if (poison !== undefined) throw poison;
      return track(write(text, values));
    },
    async read(text, values) {
      checkOpen();
      if (poison !== undefined && !readable) throw poison;
      return track(read(text, values));
    },
    async close() {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
