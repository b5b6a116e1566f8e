import { type EventType, type Hash, isHash, isTraceId, type Json, type JsonObject } from '@ttp/core';
import { parseLeaf } from './leaf.js';
import type { Ledger } from './ledger.js';
import type { LifeStore } from './life-store.js';
import { isStorageMode, isStricter } from './mode.js';
import type { Gone, PayloadStore } from './payload-store.js';

/** Where consequences are carried out. */
export interface LifeEffects {
  readonly life: LifeStore;
  readonly payloads: PayloadStore;
}

/** An entry about the life of a trace, as far as its consequences go. */
export interface LifeEntry {
  readonly type: EventType;
  readonly subject: string;
  readonly data: JsonObject;
}

type Effect = (entry: LifeEntry, effects: LifeEffects) => Promise<void>;

/** Takes the payloads out that an entry names. */
const removal =
  (why: Gone): Effect =>
  async ({ data }, { payloads }) => {
    for (const hash of hashesIn(data['hashes'])) await payloads.remove(hash, why);
  };

const EFFECTS: Readonly<Partial<Record<EventType, Effect>>> = {
  async 'mode-set'({ subject, data: { mode } }, { life }) {
    if (!isTraceId(subject) || !isStorageMode(mode)) return;
    // `standard` is set before anything else, so what stands there already can only be stricter.
    if (mode === 'standard' || isStricter(mode, await life.modeOf(subject)))
      await life.setMode(subject, mode);
  },
  'payload-superseded': removal('superseded'),
  'payload-deleted': removal('deleted'),
  'trace-archived': removal('archived'),
  async 'hold-placed'({ subject, data: { hold } }, { life }) {
    if (typeof hold !== 'string') return;
    await life.place(isTraceId(subject) ? { id: hold, trace: subject } : { id: hold, key: keyIn(subject) });
  },
  async 'hold-released'({ data: { hold } }, { life }) {
    if (typeof hold === 'string') await life.release(hold);
  },
};

/** Does what an entry says has been done. Once more changes nothing, so that what a crash interrupted can be repeated. */
export async function carryOut(entry: LifeEntry, effects: LifeEffects): Promise<void> {
  await EFFECTS[entry.type]?.(entry, effects);
}

/**
 * Carries out what the entries of a log say and a crash has kept from being done.
 *
 * @throws what the Store throws
 */
export async function completeLife(ledger: Ledger, effects: LifeEffects): Promise<void> {
  const { origin, log, lifeEntries } = ledger;
  if (lifeEntries.length === 0) return;
  const done = await effects.life.done(origin);
  const open = lifeEntries.filter((index) => index >= done);
  for (const index of open)
    for await (const bytes of log.read(index, index + 1n)) await carryOut(parseLeaf(bytes), effects);
  const last = open.at(-1);
  if (last !== undefined) await effects.life.setDone(origin, last + 1n);
}

/** How an entry names a data key. */
export const keySubject = (id: string): string => `key:${id}`;
const keyIn = (subject: string): string => subject.slice('key:'.length);

const hashesIn = (json: Json | undefined): readonly Hash[] =>
  Array.isArray(json) ? json.filter((one: Json): one is Hash => typeof one === 'string' && isHash(one)) : [];
