import { memory } from '@ttp/adapters/memory';
import type { Storage } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { signCheckpoint } from '../../src/index.js';
import { fsck, openRecorder, verifyTrace } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { type Bench, bench, event, TRUST } from './fixture.js';
import { turns } from './pieces.js';

/** A copy of everything, the Store first: a log that grows meanwhile extends the tree head in the copy. */
async function backup(from: Storage): Promise<Storage> {
  const to = memory();
  for await (const key of from.store.list('')) {
    const found = await from.store.get(key);
    if (found !== undefined) await to.store.put(key, found.value);
  }
  const name = `${POINT}/log/0`;
  const entries: Uint8Array[] = [];
  for await (const entry of from.log(name).read(0n, await from.log(name).size())) entries.push(entry);
  if (entries.length > 0) await to.log(name).append(entries);
  return to;
}

async function recorded({ recorder }: Bench, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await recorder.record([event('decision-made')]);
}

describe('a log that was restored from a backup', () => {
  it('taken while it ran is sound, and goes on where its witnessed head is in it', async () => {
    proves('etr-merkle.storage.backup-restore');
    const at = await bench();
    await recorded(at, 5);
    const witnessed = await at.recorder.checkpoint();
    const running = recorded(at, 20);
    const storage = await backup(at.storage);
    await running;
    const restored = await openRecorder({ ...at.options, storage, atLeast: [witnessed] });
    expect(restored.size).toBeGreaterThanOrEqual(5n);
    await restored.record([event('decision-made')]);
    const { kid, publicKey } = logKey();
    const report = await fsck({ storage, origin: POINT, key: { kid, publicKey }, timer: turns() });
    expect(report.faults).toEqual([]);
    expect(verifyTrace(await restored.exportBundle(), TRUST).findings).toEqual([]);
  });

  it('is not opened where a head was witnessed since, and takes no entry', async () => {
    proves('etr-merkle.storage.backup-restore', 'flaw.E3');
    const at = await bench();
    await recorded(at, 5);
    const early = await at.recorder.checkpoint();
    const storage = await backup(at.storage);
    await recorded(at, 1);
    const witnessed = await at.recorder.checkpoint();
    const opening = (atLeast: readonly string[]) => openRecorder({ ...at.options, storage, atLeast });
    expect(await codeRejectedBy(opening([early, witnessed]))).toBe('ETR_LOG_INCONSISTENT');
    expect(await codeRejectedBy(opening([witnessed]))).toBe('ETR_LOG_INCONSISTENT');
    expect(await storage.log(at.recorder.origin).size()).toBe(5n);
    expect((await opening([early])).size).toBe(5n);
  });

  it('is not opened on the word of another log, or another key', async () => {
    const at = await bench();
    await recorded(at, 2);
    const head = { origin: at.recorder.origin, size: 1n, root: new Uint8Array(32) };
    const forked = await signCheckpoint(head, logKey());
    const foreign = await signCheckpoint(head, logKey(2));
    const elsewhere = await signCheckpoint({ ...head, origin: 'did:ttp:agent:QmOther/log/0' }, logKey());
    const lost = await signCheckpoint({ ...head, origin: `${POINT}/log/1` }, logKey());
    const opening = (text: string) => codeRejectedBy(openRecorder({ ...at.options, atLeast: [text] }));
    expect(await opening(forked)).toBe('ETR_LOG_INCONSISTENT');
    expect(await opening(foreign)).toMatch(/^ETR_NOTE_/);
    expect(await opening(elsewhere)).toBe('ETR_BAD_ORIGIN');
    expect(await opening(lost)).toBe('ETR_LOG_INCONSISTENT');
  });
});
