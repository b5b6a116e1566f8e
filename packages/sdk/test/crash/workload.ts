import type { Storage } from '@ttp/core';
import type { SeededRandom } from '@ttp/testkit';
import { START } from './calls.js';
import { AGENTS, type Life, LOG, live } from './life.js';
import { count, type Oracle } from './oracle.js';

/** Operations of one workload (threats.md R11). */
const OPERATIONS = 50;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One step of a workload: it writes, and tells the oracle before and after. */
type Step = (context: {
  storage: Storage;
  life: Life;
  oracle: Oracle;
  random: SeededRandom;
  i: number;
}) => Promise<void>;

/** Appends a batch, of which entries may be larger than a sector. */
const append: Step = async ({ storage, oracle, random, i }) => {
  const texts = Array.from({ length: 1 + random.int(3) }, (_, j) =>
    `${i}.${j} `.padEnd(10 + random.int(900), 'x'),
  );
  for (const text of texts) oracle.offered.add(text);
  const first = Number(await storage.log(LOG).append(texts.map(encode)));
  for (const [j, text] of texts.entries()) oracle.acked.set(first + j, text);
};

/** Puts, overwrites or deletes a key. */
const put: Step = async ({ storage, oracle, random, i }) => {
  const key = `key/${random.int(5)}`;
  const value = random.chance(0.2) ? undefined : `${i} `.padEnd(random.int(1200), 'v');
  oracle.offer(key, value);
  if (value === undefined) await storage.store.delete(key);
  else await storage.store.put(key, encode(value));
  oracle.confirm(key, value);
};

/** Two writes at once, which share a sync. */
const both: Step = async (context) => {
  const ends = await Promise.allSettled([append(context), put({ ...context, i: context.i + 0.5 })]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
};

const nonce: Step = async ({ storage, life, oracle, i }) => {
  const one = { key: 'peer', nonce: `nonce ${i}`, iat: START + i };
  life.replay.admit({ ...one, now: START + i });
  oracle.nonces.push(one);
  if (await storage.store.put(`nonce/${i}`, new Uint8Array(), 0)) oracle.storedNonces.add(`${i}`);
};

const approve: Step = async ({ life, oracle, i }) => {
  const call = `payee ${i}`;
  oracle.granted.set(call, 2);
  await life.approve(call, 2);
};

/** Takes a use of some approval: what the call does happens when this is acknowledged. */
const use: Step = async ({ life, oracle, random }) => {
  const calls = [...oracle.granted.keys()];
  if (calls.length === 0) return;
  const call = random.pick(calls);
  if (await life.ask(call)) count(oracle.effects, call);
};

const PLAIN: readonly Step[] = [append, append, append, put, put, put, both, nonce];

/**
 * The steps of a seed: approvals and kills have their places, the others are drawn.
 *
 * @param withHumans whether some of them are approved by humans: signatures take most of the time then
 */
function stepsOf(random: SeededRandom, withHumans: boolean): Step[] {
  const kinds = withHumans ? [...PLAIN, use, use] : PLAIN;
  const steps = Array.from({ length: OPERATIONS }, () => random.pick(kinds));
  if (withHumans) for (const at of [5, 25]) steps[at] = approve;
  for (const [n, agent] of AGENTS.entries())
    steps[20 + 20 * n] = async ({ life, oracle }) => {
      await life.kills.kill(agent, { reason: 'security_violation', by: 'crash' }).durable;
      oracle.killed.add(agent);
    };
  return steps;
}

/**
 * Runs the workload of a seed on a new process. A step that fails ends nothing: a process that goes on after a fault is
 * where acknowledgements get lost. What is acknowledged after the first failed write is counted.
 *
 * @param isDown whether the machine lost power: nothing more happens then
 */
export async function work(
  storage: Storage,
  random: SeededRandom,
  oracle: Oracle,
  { withHumans, isDown }: { readonly withHumans: boolean; readonly isDown: () => boolean },
): Promise<void> {
  let life: Life | undefined;
  try {
    life = await live(storage, random, START, false);
    for (const [i, step] of stepsOf(random, withHumans).entries()) {
      if (isDown()) return;
      await step({ storage, life, oracle, random, i }).catch(() => undefined);
      if (!isDown()) await probe(storage, oracle, i);
    }
  } catch {
    // It did not even start: nothing was said to anybody.
  } finally {
    life?.end();
  }
}

const failed = new WeakSet<Storage>();

/** Whether a poisoned storage takes anything. */
async function probe(storage: Storage, oracle: Oracle, i: number): Promise<void> {
  if (!failed.has(storage)) return;
  const text = `late ${i}`;
  oracle.offered.add(text);
  const took = await storage
    .log(LOG)
    .append([encode(text)])
    .then(
      () => true,
      () => false,
    );
  if (took) oracle.lateAcks += 1;
}

/** The storage, which remembers that a write of it failed. */
export function noting(storage: Storage): Storage {
  const note = async <T>(write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } catch (fault) {
      failed.add(noted);
      throw fault;
    }
  };
  const noted: Storage = {
    ...storage,
    store: {
      ...storage.store,
      put: (key, value, expected) => note(storage.store.put(key, value, expected)),
      delete: (key, expected) => note(storage.store.delete(key, expected)),
    },
    log: (name) => {
      const log = storage.log(name);
      return { ...log, append: (entries, size) => note(log.append(entries, size)) };
    },
  };
  return noted;
}
