import { type AppendLog, asDid, type Hash, type Storage, type Store } from '@ttp/core';
import { aeadSealer, canonicalBytes, concatBytes, encodeEnvelope, fromUtf8, utf8 } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type SignedTreeHead, signHead } from '../../src/index.js';
import { FSCK_FINDINGS_MAX } from '../../src/limits.js';
import { type FsckReport, fsck, openRecorder, type TraceRecorder } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { type Bench, bench, event, NOW, traceOf } from './fixture.js';
import { turns } from './pieces.js';

const GUEST = asDid('did:ttp:agent:QmGuest');
const MINUTE = 60_000;

/** A log with everything in it that a check looks at. */
interface Rig extends Bench {
  readonly log: AppendLog;
  readonly store: Store;
  /** Commitments in the order of entries 1, 3 and 5. */
  readonly hashes: readonly Hash[];
  /** The key that the Store has something about this log under. */
  key(prefix: string): Promise<string>;
}

/** Entries: 0 mode, 1 to 4 of the trace, 5 of another, 6 its seal, 7 a hold; then, without a head, 8. */
async function rig(): Promise<Rig> {
  const at = await bench();
  const { recorder, storage } = at;
  const [one, two] = [traceOf(1), traceOf(2)];
  await recorder.life.setMode(one, 'immutable', { agent: POINT, trace: one });
  const hashes: Hash[] = [];
  const add = async (trace: typeof one, agent = POINT, value?: string): Promise<void> => {
    const payload = value === undefined ? undefined : recorder.payload(agent, value);
    if (payload !== undefined) hashes.push(payload.hash);
    const data = payload === undefined ? {} : { interaction: payload.hash };
    await recorder.record(
      [event('decision-made', { trace, agent, data })],
      payload === undefined ? [] : [payload],
    );
  };
  await add(one, POINT, 'first');
  await add(one, GUEST);
  await recorder.checkpoint();
  await add(one, GUEST, 'second');
  await add(one);
  await add(two, POINT, 'third');
  await recorder.seal(one);
  await recorder.life.hold({ trace: two }, 'case 7', { agent: POINT, trace: two });
  await recorder.checkpoint();
  await add(two);
  const { store } = storage;
  const key = async (prefix: string): Promise<string> => {
    const keys: string[] = [];
    for await (const found of store.list(prefix)) keys.push(found);
    return keys[0] ?? '';
  };
  return { ...at, log: storage.log(recorder.origin), store, hashes, key };
}

const readAll = async (log: AppendLog): Promise<Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const entry of log.read(0n, 1000n)) all.push(entry);
  return all;
};

/** The storage with other entries in its first log. */
async function withEntries(
  { storage, log }: Rig,
  change: (entries: Uint8Array[]) => Uint8Array[],
): Promise<Storage> {
  const entries = change(await readAll(log));
  const changed: AppendLog = {
    append: () => Promise.reject(new Error('a check writes nothing')),
    size: () => Promise.resolve(BigInt(entries.length)),
    async *read(from, to) {
      await Promise.resolve();
      yield* entries.slice(Number(from), Number(to));
    },
  };
  return { ...storage, log: (name) => (name.endsWith('/log/0') ? changed : storage.log(name)) };
}

/** The bytes of a leaf with some of its members changed. */
const leafWith = (bytes: Uint8Array | undefined, members: object): Uint8Array => {
  const leaf = JSON.parse(fromUtf8(bytes ?? new Uint8Array(0)));
  return canonicalBytes({ ...leaf, ...members });
};
const flipped = (bytes: Uint8Array | undefined, at: number): Uint8Array => {
  const copy = Uint8Array.from(bytes ?? []);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const check = (storage: Storage, members: object = {}): Promise<FsckReport> => {
  const { kid, publicKey } = logKey();
  return fsck({ storage, origin: POINT, key: { kid, publicKey }, timer: turns(), now: NOW, ...members });
};
/** Code and entry of every fault. */
const told = ({ faults }: FsckReport): string[] => faults.map(({ code, index }) => `${code} ${index ?? '-'}`);

type Plant = (at: Rig) => Promise<Storage | undefined>;
const inLog =
  (change: (entries: Uint8Array[]) => Uint8Array[]): Plant =>
  (at) =>
    withEntries(at, change);
/** Something in the Store, changed or, where the change gives nothing, deleted. */
const stored =
  (
    prefix: string,
    change: (value: Uint8Array, at: Rig) => Uint8Array | undefined | Promise<Uint8Array>,
  ): Plant =>
  async (at) => {
    const key = await at.key(prefix);
    const value = await change((await at.store.get(key))?.value ?? new Uint8Array(0), at);
    if (value === undefined) await at.store.delete(key);
    else await at.store.put(key, value);
    return undefined;
  };
const payload =
  (n: number, change: (value: Uint8Array, at: Rig) => Uint8Array | undefined | Promise<Uint8Array>): Plant =>
  async (at) =>
    stored(`etr/payload/${at.hashes[n]?.slice(7)}`, change)(at);

/** A payload of this value and salt, encrypted as the Store has it, under the key of whoever `value` was of. */
async function resealed(value: Uint8Array, at: Rig, plaintext: Uint8Array): Promise<Uint8Array> {
  const head = value.slice(0, 62);
  const subject = Array.from(value.slice(1, 33), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const dataKey = (await at.store.get(`etr/key/${subject}`))?.value.slice(17) ?? new Uint8Array(32);
  const box = await aeadSealer(dataKey)({ iv: head.slice(50, 62), aad: head, plaintext });
  return concatBytes(head, box);
}

const head = (change: (json: { checkpoint: string; treeHead: string }) => object): Plant =>
  stored('etr/head/', (value) =>
    canonicalBytes(JSON.parse(JSON.stringify(change(JSON.parse(fromUtf8(value)))))),
  );

/** A head as the Store keeps it. */
const encodeHead = ({ checkpoint, treeHead }: SignedTreeHead): Uint8Array =>
  canonicalBytes({ checkpoint, treeHead: encodeEnvelope(treeHead) });

/** What may happen to a storage, and what is said of it. */
const PLANTED: readonly [string, Plant, readonly string[]][] = [
  ['nothing', () => Promise.resolve(undefined), []],
  [
    'a flipped byte in an entry, which is none any more',
    inLog((all) => all.with(2, flipped(all[2], 0))),
    ['ETR_FSCK_ENTRY 2', 'ETR_FSCK_CHAIN 3', 'ETR_FSCK_TRACE 3', 'ETR_FSCK_ALTERED 2', 'ETR_FSCK_ROOT -'],
  ],
  [
    'an altered entry in canonical form',
    inLog((all) => all.with(4, leafWith(all[4], { subject: 'another' }))),
    ['ETR_FSCK_CHAIN 5', 'ETR_FSCK_SEAL 6', 'ETR_FSCK_ALTERED 4', 'ETR_FSCK_ROOT -'],
  ],
  [
    'the last entry under the head altered',
    inLog((all) => all.with(7, leafWith(all[7], { at: NOW + 1 }))),
    ['ETR_FSCK_CHAIN 8', 'ETR_FSCK_ALTERED 7', 'ETR_FSCK_ROOT -'],
  ],
  [
    'a missing entry',
    inLog((all) => all.toSpliced(3, 1)),
    ['ETR_FSCK_MISSING 3', 'ETR_FSCK_TRACE 3', 'ETR_FSCK_ROOT -'],
  ],
  [
    'two swapped entries',
    inLog((all) => all.with(3, all[4] ?? new Uint8Array(0)).with(4, all[3] ?? new Uint8Array(0))),
    ['ETR_FSCK_MISSING 3', 'ETR_FSCK_TRACE 3', 'ETR_FSCK_SURPLUS 4', 'ETR_FSCK_ROOT -'],
  ],
  [
    'an entry that was never recorded',
    inLog((all) => all.toSpliced(3, 0, leafWith(all[3], { subject: 'forged' }))),
    ['ETR_FSCK_SURPLUS 3', 'ETR_FSCK_CHAIN 4', 'ETR_FSCK_TRACE 4', 'ETR_FSCK_ROOT -'],
  ],
  ['a truncated tail', inLog((all) => all.slice(0, 6)), ['ETR_FSCK_TRUNCATED 6']],
  ['a log that is empty', inLog(() => []), ['ETR_FSCK_TRUNCATED 0']],
  [
    'a torn record',
    inLog((all) => all.with(8, all[8]?.slice(0, 40) ?? new Uint8Array(0))),
    ['ETR_FSCK_ENTRY 8'],
  ],
  [
    "a break in an agent's chain",
    inLog((all) => all.with(8, leafWith(all[8], { agentPrev: `sha256:${'0'.repeat(64)}` }))),
    ['ETR_FSCK_CHAIN 8'],
  ],
  [
    'a sequence number twice',
    inLog((all) => all.with(8, leafWith(all[8], { agentSeq: 5 }))),
    ['ETR_FSCK_CHAIN 8'],
  ],
  [
    "a break in a trace's chain",
    inLog((all) => all.with(8, leafWith(all[8], { traceSeq: 9 }))),
    ['ETR_FSCK_TRACE 8'],
  ],
  [
    'an entry after the seal of its trace',
    inLog((all) => all.with(8, leafWith(all[8], { trace: traceOf(1) }))),
    ['ETR_FSCK_SEAL 8'],
  ],
  [
    'a mode that is relaxed',
    inLog((all) =>
      all.with(8, leafWith(all[8], { type: 'mode-set', subject: traceOf(1), data: { mode: 'append-only' } })),
    ),
    ['ETR_FSCK_MODE 8'],
  ],
  [
    'time that goes back',
    inLog((all) => all.with(8, leafWith(all[8], { at: NOW - MINUTE - 1 }))),
    ['ETR_FSCK_TIME 8'],
  ],
  [
    'an entry stamped after the head that covers it',
    inLog((all) => all.with(7, leafWith(all[7], { at: NOW + MINUTE + 1 }))),
    ['ETR_FSCK_TIME 7', 'ETR_FSCK_CHAIN 8', 'ETR_FSCK_TIME 8', 'ETR_FSCK_ALTERED 7', 'ETR_FSCK_ROOT -'],
  ],
  [
    'a wrong hash among the stored ones',
    stored('etr/index/', (value) => flipped(value, 4 + 49 + 3)),
    ['ETR_FSCK_INDEX 1'],
  ],
  ['a torn index', stored('etr/index/', (value) => value.slice(0, 60)), ['ETR_FSCK_INDEX 0']],
  ['an index that is gone', stored('etr/index/', () => undefined), ['ETR_FSCK_INDEX 0']],
  [
    'a forged checkpoint',
    head((json) => ({ ...json, checkpoint: json.checkpoint.replace('\n8\n', '\n9\n') })),
    ['ETR_FSCK_HEAD -'],
  ],
  [
    'a checkpoint of another key',
    async (at) => {
      const { treeHead } = JSON.parse(
        fromUtf8((await at.store.get(await at.key('etr/head/')))?.value ?? new Uint8Array(0)),
      );
      const { root } = JSON.parse(treeHead).body;
      const bytes = Uint8Array.from(root.slice(7).match(/../g) ?? [], (pair) =>
        Number.parseInt(String(pair), 16),
      );
      const of = { origin: at.recorder.origin, size: 8n, root: bytes };
      const { signed } = await signHead(of, NOW, undefined, logKey(2));
      await at.store.put(await at.key('etr/head/'), encodeHead(signed));
      return undefined;
    },
    ['ETR_FSCK_HEAD -'],
  ],
  ['a torn head', stored('etr/head/', (value) => value.slice(0, 50)), ['ETR_FSCK_HEAD -']],
  [
    'the head of another tree',
    async (at) => {
      const of = { origin: at.recorder.origin, size: 8n, root: new Uint8Array(32).fill(7) };
      const { signed } = await signHead(of, NOW, undefined, logKey());
      await at.store.put(await at.key('etr/head/'), encodeHead(signed));
      return undefined;
    },
    ['ETR_FSCK_ROOT -'],
  ],
  ['a missing payload', payload(1, () => undefined), ['ETR_FSCK_PAYLOAD_MISSING 3']],
  ['a damaged payload', payload(2, (value) => flipped(value, value.length - 1)), ['ETR_FSCK_PAYLOAD 5']],
  ['a torn payload', payload(0, (value) => value.slice(0, 30)), ['ETR_FSCK_PAYLOAD 1']],
  [
    'the payload of another commitment',
    payload(0, async (value, at) => {
      const other = await at.store.get(`etr/payload/${at.hashes[2]?.slice(7)}`);
      return other?.value ?? value;
    }),
    ['ETR_FSCK_PAYLOAD 1'],
  ],
  [
    'a payload under a wrong salt',
    payload(0, (value, at) => resealed(value, at, concatBytes(new Uint8Array(32), utf8('"first"')))),
    ['ETR_FSCK_PAYLOAD 1'],
  ],
  ['a mode that was relaxed in the store', stored('etr/mode/', () => utf8('standard')), ['ETR_FSCK_MODE -']],
  ['a mode that is gone', stored('etr/mode/', () => undefined), ['ETR_FSCK_MODE -']],
  ['a mode that is damaged', stored('etr/mode/', () => utf8('?')), ['ETR_FSCK_MODE -']],
  ['a hold that was taken away', stored('etr/hold/', () => undefined), ['ETR_FSCK_HOLD -']],
  ['a hold that is damaged', stored('etr/hold/', () => utf8('{')), ['ETR_FSCK_HOLD -']],
  [
    'a key that was destroyed and is back',
    async (at) => {
      const key = await at.key('etr/key/');
      const { recorder, store } = at;
      await recorder.life.release((await recorder.life.holds())[0]?.id ?? '', {
        agent: POINT,
        trace: traceOf(2),
      });
      const kept = await store.get(key);
      for (const subject of [POINT, GUEST])
        await recorder.erase(subject, { agent: POINT, trace: traceOf(3) });
      await store.put(key, kept?.value ?? new Uint8Array(0));
      return undefined;
    },
    ['ETR_FSCK_KEY -'],
  ],
  [
    'a log that is gone between others',
    async ({ storage, log }) => {
      const first = (await readAll(log))[0] ?? new Uint8Array(0);
      await storage.log(`${POINT}/log/2`).append([leafWith(first, { type: 'trace-opened', data: {} })]);
      return undefined;
    },
    ['ETR_FSCK_LOG -'],
  ],
];

describe('a check of a storage', () => {
  it.each(PLANTED)('finds and names %s', async (_, plant, expected) => {
    proves('flaw.E3', 'law.E-2');
    const at = await rig();
    const report = await check((await plant(at)) ?? at.storage);
    expect(told(report)).toEqual(expected);
    expect(report.sound).toBe(expected.length === 0);
  });

  it('says what was looked at, and how far it is', async () => {
    const { recorder, storage } = await rig();
    const progress: string[] = [];
    const report = await check(storage, {
      onProgress: ({ log, entries, of }: { log: string; entries: bigint; of: bigint }) =>
        void progress.push(`${log.slice(-5)} ${entries}/${of}`),
    });
    expect(report).toEqual({
      sound: true,
      logs: [{ origin: recorder.origin, entries: 9n, signed: 8n }],
      payloads: 3,
      faults: [],
      omitted: 0,
    });
    expect(progress).toEqual(['log/0 9/9']);
  });

  it('misses tree heads that are overdue, and only those', async () => {
    proves('flaw.E3');
    const { storage } = await rig();
    expect(told(await check(storage, { now: NOW + 2 * MINUTE }))).toEqual([]);
    expect(told(await check(storage, { now: NOW + 2 * MINUTE + 1 }))).toEqual(['ETR_FSCK_UNSIGNED 8']);
    expect(told(await check(storage, { now: undefined }))).toEqual([]);
  });

  it('finds nothing after everything that a recorder does by itself', async () => {
    const { recorder, storage, reopen } = await rig();
    const context = { agent: POINT, trace: traceOf(2) };
    const { life } = recorder;
    await life.release((await life.holds())[0]?.id ?? '', context);
    const archives: string[] = [];
    await life.archive(traceOf(1), (text) => Promise.resolve(void archives.push(text)), context);
    await recorder.close();
    const again: TraceRecorder = await reopen();
    await again.life.restore(archives[0] ?? '', context);
    await again.erase(GUEST, context);
    await again.record([event('intent-recorded', { trace: traceOf(2) })]);
    await again.close();
    await reopen();
    expect(told(await check(storage))).toEqual([]);
  });

  it('looks at the logs of its key alone, where others were there before or after', async () => {
    const { storage } = await rig();
    const next = await openRecorder({
      ...(await bench({ storage })).options,
      signer: logKey(2),
      firstLog: 1,
    });
    await next.record([event('trace-opened', { trace: traceOf(5) })]);
    await next.close();
    expect(told(await check(storage))).toEqual(['ETR_FSCK_HEAD -']);
    expect(told(await check(storage, { logs: { from: 0, to: 1 } }))).toEqual([]);
    const { kid, publicKey } = logKey(2);
    const later = await check(storage, { key: { kid, publicKey }, logs: { from: 1 } });
    expect([told(later), later.logs.map(({ entries }) => entries)]).toEqual([[], [1n]]);
  });

  it('lists as many faults as anybody reads, and counts the rest', async () => {
    const at = await rig();
    const many = await withEntries(at, (all) => [
      ...all,
      ...Array.from({ length: 1500 }, () => utf8('torn')),
    ]);
    const { faults, omitted, sound } = await check(many);
    expect([faults.length, omitted, sound]).toEqual([FSCK_FINDINGS_MAX, 500, false]);
  });
});
