import type { Storage } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../src/postgres.js';
import { findPostgres, NO_POSTGRES, type Server, startServer } from '../postgres/server.js';
import { canTrace, NO_STRACE, stracing } from './processes.js';

/** Far above what it takes: a server recovers from each fault. */
const TIMEOUT_MS = 120_000;

/** Faults of each kind. */
const FAULTS = 17;

const found = findPostgres();
const isTraced = found !== undefined && canTrace();

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 30);
  });

const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Opens the storage, as soon as the server has recovered. */
async function reopen(server: Server): Promise<Storage> {
  for (let attempt = 0; ; attempt++)
    try {
      return await postgres(server.pool(4));
    } catch (fault) {
      if (attempt === 300) throw fault;
      await pause();
    }
}

/**
 * Writes until a fault poisons the storage, opens it again and looks, so many times.
 *
 * @param strike brings the fault about, once some writes were acknowledged; left out where it comes by itself
 */
async function outlive(server: Server, strike?: () => Promise<void>): Promise<number> {
  const entries = new Map<bigint, string>();
  let counted = 0;
  for (let round = 0; round < FAULTS; round++) {
    const storage = await reopen(server);
    const log = storage.log('l');
    const all: string[] = [];
    for await (const entry of log.read(0n, await log.size())) all.push(decode(entry));
    for (const [index, text] of entries) expect([index, all[Number(index)]]).toEqual([index, text]);
    expect(Number(decode((await storage.store.get('n'))?.value))).toBeGreaterThanOrEqual(counted);

    let acks = 0;
    const append = async (worker: number): Promise<void> => {
      for (let i = 0; ; i++) {
        const text = `${round}.${worker}.${i}`;
        entries.set(await log.append([bytes(text)]), text);
        if (++acks === 4) await strike?.();
      }
    };
    const count = async (): Promise<void> => {
      for (;;) {
        const seen = await storage.store.get('n');
        const next = Number(decode(seen?.value)) + 1;
        if (await storage.store.put('n', bytes(String(next)), seen?.version ?? 0)) counted = next;
      }
    };
    const codes = await Promise.all([append(0), append(1), count()].map((work) => codeRejectedBy(work)));
    expect(codes.slice(0, 2)).toEqual(['STORE_POISONED', 'STORE_POISONED']);
    expect(codes[2]).toMatch(/^STORE_(?:POISONED|UNREADABLE)$/); // its read may have been the first to fail
    expect(await codeRejectedBy(log.append([bytes('late')]))).toBe('STORE_POISONED');
    await storage.close();
  }
  return entries.size;
}

describe('PostgreSQL', () => {
  it(
    `outlives ${FAULTS} times a sync that fails: poisoned at once, nothing lost`,
    async ({ skip }) => {
      proves('flaw.W5', 'adapters.storage.durability');
      skip(found === undefined, NO_POSTGRES);
      skip(!isTraced, NO_STRACE);
      // The ninth sync of each process of the server, so that every new one fails in its turn.
      const server = await startServer({}, stracing('fdatasync:error=EIO:when=9'));
      try {
        expect(await outlive(server)).toBeGreaterThan(FAULTS);
      } finally {
        await server.stop();
      }
    },
    TIMEOUT_MS,
  );

  it(
    `outlives ${FAULTS} times the end of a process of the server`,
    async ({ skip }) => {
      proves('adapters.storage.durability');
      skip(found === undefined, NO_POSTGRES);
      const server = await startServer();
      try {
        const strike = (): Promise<void> => server.killBackend();
        expect(await outlive(server, strike)).toBeGreaterThan(FAULTS);
      } finally {
        await server.stop();
      }
    },
    TIMEOUT_MS,
  );
});
