import { memory } from '@ttp/adapters/memory';
import type { AppendLog, Notification, Storage } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { alertFaults, fsck } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { bench, event, NOW, TRACE } from './fixture.js';
import { turns } from './pieces.js';

/** What people are told of a storage. */
async function told(storage: Storage, now = NOW) {
  const { kid, publicKey } = logKey();
  const report = await fsck({ storage, origin: POINT, key: { kid, publicKey }, timer: turns(), now });
  const sent: Notification[] = [];
  const notifier = {
    notify: (message: Notification) => {
      sent.push(message);
      return Promise.resolve();
    },
  };
  const patterns = await alertFaults(report, notifier, 'https://example.org/report');
  return { report, patterns, sent };
}

/** Six entries, four of them under a tree head. */
async function recorded() {
  const at = await bench();
  for (let i = 0; i < 4; i++) await at.recorder.record([event('decision-made', { trace: TRACE })]);
  await at.recorder.checkpoint();
  for (let i = 0; i < 2; i++) await at.recorder.record([event('decision-made', { trace: TRACE })]);
  return at;
}

/** The same storage with another log in the place of its own. */
async function withLog(
  storage: Storage,
  change: (entries: readonly Uint8Array[]) => readonly Uint8Array[],
): Promise<Storage> {
  const own = storage.log(`${POINT}/log/0`);
  const entries: Uint8Array[] = [];
  for await (const entry of own.read(0n, await own.size())) entries.push(entry);
  const other: AppendLog = memory().log('other');
  await other.append(change(entries));
  return { ...storage, log: (name) => (name === `${POINT}/log/0` ? other : storage.log(name)) };
}

it('tells nobody of a sound log', async () => {
  const { storage } = await recorded();
  expect(await told(storage)).toMatchObject({ report: { sound: true }, patterns: [], sent: [] });
});

it('tells of gaps, forks and missing heads, each once, with their places', async () => {
  proves('etr-merkle.storage.alert-anomalous');
  const { storage } = await recorded();
  const gap = await told(await withLog(storage, (all) => all.slice(0, 3)));
  expect(gap.patterns).toEqual(['gap']);
  expect(gap.sent).toEqual([
    {
      subject: 'audit log: gap',
      text: expect.stringMatching(/^ETR_FSCK_TRUNCATED did:ttp:\S+\/log\/0 entry 3: /),
      link: 'https://example.org/report',
    },
  ]);

  const fork = await told(
    await withLog(storage, (all) => all.map((entry, i) => (i === 1 ? (all[2] ?? entry) : entry))),
  );
  expect(fork.patterns).toContain('fork');
  expect(fork.sent.map(({ subject }) => subject)).toContain('audit log: fork');

  const late = await told(storage, NOW + 3_600_000);
  expect(late.patterns).toEqual(['missing-head']);
  expect(late.sent[0]?.text).toContain('ETR_FSCK_UNSIGNED');
});

const fault = (i: number) => ({ code: 'ETR_FSCK_MISSING', index: BigInt(i), message: 'gone' }) as const;

it('names five faults and counts the rest', async () => {
  const sent: string[] = [];
  const report = {
    sound: false,
    logs: [],
    payloads: 0,
    faults: Array.from({ length: 8 }, (_, i) => fault(i)),
    omitted: 2,
  };
  await alertFaults(report, { notify: async ({ text }) => void sent.push(text) });
  expect(sent[0]?.split('\n').slice(-2)).toEqual(['and 3 more', '2 further faults are not listed']);
  const broken = { notify: () => Promise.reject(new Error('no network')) };
  await expect(alertFaults(report, broken)).rejects.toThrow('no network');
});
