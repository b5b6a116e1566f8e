import { asDid } from '@ttp/core';
import { bytesOfHash } from '@ttp/crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, parseInclusionProof, verifyInclusion } from '../../src/index.js';
import { verifyTrace } from '../../src/trace/index.js';
import { logKey } from '../fixture.js';
import { bench, event, TRUST, traceOf } from './fixture.js';
import { changed, linesOf, resigned } from './forge.js';
import { DESK, keep, type LifeBench, lifeBench, OTHER, PERSON } from './life-bench.js';

const nowhere = () => Promise.resolve();

/** The archive of the trace. */
async function archived({ recorder, trace }: Pick<LifeBench, 'recorder' | 'trace'>): Promise<string> {
  const kept: string[] = [];
  await recorder.life.archive(trace, (text) => Promise.resolve(void kept.push(text)), DESK);
  return kept[0] ?? '';
}

describe('an archive', () => {
  it('takes payloads out, and every hash, proof and head verifies as before', async () => {
    proves('etr-merkle.modes.archive', 'decision.D30');
    const at = await lifeBench('append-only');
    const { recorder, trace, mine } = at;
    const before = { checkpoint: await recorder.checkpoint(), size: recorder.size };
    const archive = await archived(at);
    expect(await recorder.read(mine)).toBeUndefined();
    expect(verifyTrace(archive, TRUST).findings).toEqual([]);
    const bundle = await recorder.exportBundle({ trace });
    expect(verifyTrace(bundle, TRUST).findings).toEqual([]);
    expect(bundle.match(/"reason":"archived"/g)).toHaveLength(2);
    const { root } = openCheckpoint(before.checkpoint, {
      name: recorder.origin,
      publicKey: logKey().publicKey,
    });
    for (let index = 0n; index < before.size; index++) {
      const leafHash = bytesOfHash(recorder.receipt(index).leafHash);
      const proof = parseInclusionProof(JSON.parse(JSON.stringify(recorder.proof(index, before.size))));
      expect(verifyInclusion({ ...proof, leafHash, root })).toBe(true);
    }
  });

  it('opens nothing by itself, and comes back whole', async () => {
    proves('etr-merkle.modes.archive');
    const at = await lifeBench('immutable');
    const { recorder, mine, others, reopen } = at;
    const archive = await archived(at);
    expect(archive).not.toMatch(/"mine"|"others"/);
    const again = await reopen();
    expect(await again.read(mine)).toBeUndefined();
    await again.life.restore(archive, DESK);
    expect([await again.read(mine), await again.read(others)]).toEqual(['mine', 'others']);
    expect(verifyTrace(await again.exportBundle(), TRUST).findings).toEqual([]);
    expect(await codeRejectedBy(recorder.life.restore(archive, DESK))).toBeUndefined();
  });

  it('of somebody who was erased meanwhile gives nothing back', async () => {
    proves('etr-merkle.privacy.erasure', 'decision.D30');
    const at = await lifeBench('append-only');
    const { recorder, mine, others } = at;
    const archive = await archived(at);
    await recorder.erase(PERSON, DESK);
    await recorder.life.restore(archive, DESK);
    expect([await recorder.read(mine), await recorder.read(others)]).toEqual([undefined, 'others']);
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
  });

  it('is durable elsewhere before anything is taken out here', async () => {
    const { recorder, trace, mine } = await lifeBench('append-only');
    const size = recorder.size;
    const failing = recorder.life.archive(trace, () => Promise.reject(new Error('the disk is full')), DESK);
    await expect(failing).rejects.toThrow('the disk is full');
    expect([await recorder.read(mine), recorder.size]).toEqual(['mine', size]);
  });

  it('is of a sealed trace alone', async () => {
    proves('etr-merkle.modes.archive');
    const { recorder, trace } = await lifeBench('append-only', false);
    expect(await codeRejectedBy(recorder.life.archive(trace, nowhere, DESK))).toBe('ETR_TRACE_OPEN');
    expect(await codeRejectedBy(recorder.life.archive(traceOf(5), nowhere, DESK))).toBe('ETR_TRACE_UNKNOWN');
  });

  it('leaves what another trace commits to as well', async () => {
    const at = await lifeBench('append-only', false);
    const { recorder, trace } = at;
    const shared = recorder.payload(PERSON, 'shared');
    const data = { interaction: shared.hash };
    await recorder.record([event('decision-made', { trace, data })], [shared]);
    await recorder.record([event('decision-made', { trace: traceOf(2), data })]);
    await recorder.seal(trace);
    const archive = await archived(at);
    expect(await recorder.read(shared.hash)).toBe('shared');
    expect(verifyTrace(archive, TRUST).findings).toEqual([]);
  });

  it('of a trace without payloads is recorded all the same', async () => {
    const { recorder } = await bench();
    await recorder.record([event('trace-opened', { trace: traceOf(4) })]);
    await recorder.seal(traceOf(4));
    expect(verifyTrace(await archived({ recorder, trace: traceOf(4) }), TRUST).valid).toBe(true);
    expect(recorder.size).toBe(3n);
  });

  it('that was altered, or that this log has not signed, is refused', async () => {
    const at = await lifeBench('append-only');
    const { recorder, mine } = at;
    const archive = await archived(at);
    const stranger = logKey(2, asDid('did:ttp:agent:QmStranger'));
    const lines = linesOf(archive);
    const sealed = lines.findIndex((line) => line['kind'] === 'sealed');
    const other = lines.findLast((line) => line['kind'] === 'sealed')?.['stored'] ?? null;
    const wrong: [string, string][] = [
      ['', 'ETR_BAD_ARCHIVE'],
      [archive.replace('"sealed"', '"sealee"'), 'ETR_BAD_ARCHIVE'],
      [await resigned(archive, lines, {}, stranger), 'ETR_BAD_ARCHIVE'],
      [await recorder.exportBundle(), 'ETR_BAD_ARCHIVE'],
      // Signed by the log's own key, and yet the payload of another commitment.
      [await resigned(archive, changed(lines, sealed + 2, { stored: other })), 'ETR_PAYLOAD_UNREADABLE'],
    ];
    for (const [text, code] of wrong)
      expect(await codeRejectedBy(recorder.life.restore(text, DESK))).toBe(code);
    expect(await recorder.read(mine)).toBeUndefined();
  });
});

describe('what a crash interrupts', () => {
  it('is completed when the log is opened again', async () => {
    proves('etr-merkle.modes.archive', 'decision.D30');
    const { recorder, trace, mine, others, storage, reopen } = await lifeBench('standard', false);
    // As it is left when the process ends between the record and what follows from it.
    const stored = await storage.store.get(`etr/payload/${mine.slice(7)}`);
    await recorder.life.delete(trace, DESK);
    await recorder.life.hold({ trace: traceOf(2) }, 'case 7', DESK);
    await recorder.life.setMode(trace, 'witnessed', DESK);
    for await (const key of storage.store.list('etr/hold/')) await storage.store.delete(key);
    for await (const key of storage.store.list('etr/done/')) await storage.store.delete(key);
    await storage.store.delete(`etr/mode/${trace}`);
    await storage.store.put(`etr/payload/${mine.slice(7)}`, stored?.value ?? new Uint8Array(0));
    const again = await reopen();
    expect([await again.read(mine), await again.read(others)]).toEqual([undefined, undefined]);
    expect(await again.life.mode(trace)).toBe('witnessed');
    expect(await again.life.holds()).toEqual([expect.objectContaining({ trace: traceOf(2) })]);
  });

  it('is done once: a hold that was lifted stays lifted', async () => {
    const at = await lifeBench('append-only', false);
    const { recorder, trace, reopen } = at;
    const hold = await recorder.life.hold({ trace }, 'case 7', DESK);
    await recorder.life.release(hold?.id ?? '', DESK);
    const again = await reopen();
    expect(await again.life.holds()).toEqual([]);
    expect(await again.erase(OTHER, DESK)).toBeDefined();
    expect(await keep({ recorder: again }, trace, 'later', OTHER)).toMatch(/^sha256:/);
  });
});
