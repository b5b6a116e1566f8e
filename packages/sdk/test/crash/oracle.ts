import type { Did, Storage } from '@ttp/core';
import { isTtpError } from '@ttp/core';
import type { SeededRandom } from '@ttp/testkit';
import { AGENTS, type Life, LOG, live } from './life.js';

/** What was said to the world outside, and what was asked for: it survives every crash. */
export class Oracle {
  /** Entries by their index, as they were acknowledged. */
  readonly acked = new Map<number, string>();
  /** Every text that was ever handed to the log. */
  readonly offered = new Set<string>();
  /** Keys of the store with every value that they may hold now, and the last one that was acknowledged. */
  readonly values = new Map<string, { sure: string | undefined; maybe: Set<string | undefined> }>();
  readonly killed = new Set<Did>();
  /** Nonces that were let in, by whom, and when they were stamped. */
  readonly nonces: { readonly key: string; readonly nonce: string; readonly iat: number }[] = [];
  readonly storedNonces = new Set<string>();
  /** Effects that an approval allowed, by the call. */
  readonly effects = new Map<string, number>();
  /** Uses that humans granted, by the call. */
  readonly granted = new Map<string, number>();
  /** Writes that were acknowledged after one had failed: there must be none. */
  lateAcks = 0;

  offer(key: string, value: string | undefined): void {
    const now = this.values.get(key) ?? { sure: undefined, maybe: new Set([undefined]) };
    now.maybe.add(value);
    this.values.set(key, now);
  }

  confirm(key: string, value: string | undefined): void {
    this.values.set(key, { sure: value, maybe: new Set([value]) });
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * What is wrong with a storage that was opened after a crash, in the light of what was said before it; empty where all
 * is well. It also goes on: approvals are used up, nonces tried, an entry is written.
 */
async function findings(
  oracle: Oracle,
  storage: Storage,
  life: Life,
  now: number,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const entries: string[] = [];
  for await (const entry of storage.log(LOG).read(0n, await storage.log(LOG).size()))
    entries.push(decode(entry));
  for (const [index, text] of oracle.acked)
    if (entries[index] !== text) wrong.push(`entry ${index} was acknowledged, and is lost or another`);
  for (const text of entries) if (!oracle.offered.has(text)) wrong.push('an entry that nobody wrote');

  for (const [key, { maybe }] of oracle.values) {
    const found = await storage.store.get(key);
    if (!maybe.has(found && decode(found.value))) wrong.push(`${key} holds what it never may`);
  }

  const { kills, replay, ask } = life;
  for (const agent of oracle.killed) if (!kills.isKilled(agent)) wrong.push(`a kill was forgotten`);
  for (const { key, nonce, iat } of oracle.nonces)
    if (admits(() => replay.admit({ key, nonce, iat, now }))) wrong.push('a nonce was let in again');
  for (const nonce of oracle.storedNonces)
    if (await storage.store.put(`nonce/${nonce}`, new Uint8Array(), 0))
      wrong.push('a stored nonce was let in again');

  for (const [call, granted] of oracle.granted) {
    for (let i = 0; i <= granted; i++) if (await ask(call)) count(oracle.effects, call);
    if ((oracle.effects.get(call) ?? 0) > granted) wrong.push('an approval was used more often than granted');
  }
  await remember(oracle, entries, storage, life);
  const text = `after ${entries.length}`;
  oracle.offered.add(text);
  oracle.acked.set(Number(await storage.log(LOG).append([new TextEncoder().encode(text)])), text);
  return wrong;
}

/** What somebody has seen counts as acknowledged: it may not go with the next loss of power. */
async function remember(
  oracle: Oracle,
  entries: readonly string[],
  { store }: Storage,
  { kills }: Life,
): Promise<void> {
  for (const [index, text] of entries.entries()) oracle.acked.set(index, text);
  for (const key of oracle.values.keys()) {
    const found = await store.get(key);
    oracle.confirm(key, found && decode(found.value));
  }
  for (const agent of AGENTS) if (kills.isKilled(agent)) oracle.killed.add(agent);
}

export const count = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);

/** Whether `admit` lets something in; a fault that is no refusal goes on. */
function admits(admit: () => void): boolean {
  try {
    admit();
    return true;
  } catch (fault) {
    if (isTtpError(fault)) return false;
    throw fault;
  }
}

/**
 * Opens the storage after a crash, looks, and closes nothing: the next crash may come. A fault that was planned for the
 * workload may strike here; what it stops is tried again.
 */
export async function inspect(
  oracle: Oracle,
  open: () => Promise<Storage>,
  random: SeededRandom,
  now: number,
): Promise<readonly string[]> {
  const look = async (): Promise<readonly string[]> => {
    const storage = await open();
    const life = await live(storage, random, now, true);
    try {
      return await findings(oracle, storage, life, now);
    } finally {
      life.end();
    }
  };
  try {
    return await look();
  } catch {
    return look();
  }
}
