import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { isTamperEvident, STORAGE_MODES, type StorageMode, verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { entriesOf, event, TRUST, traceOf } from './fixture.js';
import { linesOf, resigned } from './forge.js';
import { DESK, keep, lifeBench, PERSON } from './life-bench.js';

/** What each mode lets happen to the payloads of a sealed trace, and to those of an open one. */
const TABLE: readonly [StorageMode, Record<'supersede' | 'delete' | 'archive', string | undefined>][] = [
  ['standard', { supersede: undefined, delete: undefined, archive: undefined }],
  ['append-only', { supersede: 'ETR_MODE_FORBIDS', delete: 'ETR_MODE_FORBIDS', archive: undefined }],
  ['immutable', { supersede: 'ETR_MODE_FORBIDS', delete: 'ETR_MODE_FORBIDS', archive: undefined }],
  ['witnessed', { supersede: 'ETR_MODE_FORBIDS', delete: 'ETR_MODE_FORBIDS', archive: 'ETR_MODE_FORBIDS' }],
];
const nowhere = () => Promise.resolve();

describe.each(TABLE)('%s', (mode, may) => {
  it('supersedes as the table says, and only in an open trace', async () => {
    proves('etr-merkle.modes.table', 'etr-merkle.modes.no-delete', 'decision.D30');
    const { recorder, trace, mine } = await lifeBench(mode, false);
    const next = recorder.payload(PERSON, 'better');
    const code = await codeRejectedBy(recorder.life.supersede(trace, mine, next, DESK));
    expect(code).toBe(may.supersede);
    expect([await recorder.read(mine), await recorder.read(next.hash)]).toEqual(
      code === undefined ? [undefined, 'better'] : ['mine', undefined],
    );
    await recorder.seal(trace);
    const late = recorder.life.supersede(trace, next.hash, recorder.payload(PERSON, 'late'), DESK);
    expect(await codeRejectedBy(late)).toBe('ETR_TRACE_SEALED');
  });

  it('deletes as the table says', async () => {
    proves('etr-merkle.modes.table', 'etr-merkle.modes.no-delete', 'decision.D30');
    const { recorder, trace, mine, others } = await lifeBench(mode);
    const before = recorder.size;
    const code = await codeRejectedBy(recorder.life.delete(trace, DESK));
    expect(code).toBe(may.delete);
    const kept = [await recorder.read(mine), await recorder.read(others)];
    expect(kept).toEqual(code === undefined ? [undefined, undefined] : ['mine', 'others']);
    expect(recorder.size).toBe(code === undefined ? before + 1n : before);
    const bundle = await recorder.exportBundle();
    expect(verifyTrace(bundle, TRUST).findings).toEqual([]);
    expect(bundle.includes('"reason":"deleted"')).toBe(code === undefined);
  });

  it('archives as the table says', async () => {
    proves('etr-merkle.modes.table', 'etr-merkle.modes.no-delete', 'decision.D30');
    const { recorder, trace, mine } = await lifeBench(mode);
    const code = await codeRejectedBy(recorder.life.archive(trace, nowhere, DESK));
    expect(code).toBe(may.archive);
    expect(await recorder.read(mine)).toBe(code === undefined ? undefined : 'mine');
  });

  it('never loses or changes an entry, whatever is done', async () => {
    proves('etr-merkle.modes.table', 'law.E-1');
    const { recorder, trace } = await lifeBench(mode);
    const before = await entriesOf(recorder);
    for (const step of [recorder.life.delete(trace, DESK), recorder.life.archive(trace, nowhere, DESK)])
      await codeRejectedBy(step);
    await recorder.erase(PERSON, DESK);
    expect((await entriesOf(recorder)).slice(0, before.length)).toEqual(before);
    expect(await codeRejectedBy(recorder.record([event('decision-made', { trace })]))).toBe(
      'ETR_TRACE_SEALED',
    );
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
  });

  it('may be called tamper-evident, or its exports say that it may not', async () => {
    proves('etr-merkle.modes.naming', 'flaw.E7', 'decision.D30');
    const { recorder, trace } = await lifeBench(mode);
    expect(isTamperEvident(mode)).toBe(mode !== 'standard');
    for (const options of [{}, { trace }, { types: ['decision-made'] as const, trace }]) {
      const bundle = await recorder.exportBundle(options);
      const report = verifyTrace(bundle, TRUST);
      expect([report.valid, report.tamperEvident]).toEqual([true, mode !== 'standard']);
      expect(bundle.split('\n')[0]?.includes('"tamperEvident":false')).toBe(mode === 'standard');
    }
  });

  it('can be made stricter, never more lenient', async () => {
    proves('etr-merkle.modes.one-way', 'decision.D30');
    const { recorder, trace } = await lifeBench(mode);
    const own = STORAGE_MODES.indexOf(mode);
    for (const next of STORAGE_MODES.slice(0, own + 1))
      expect(await codeRejectedBy(recorder.life.setMode(trace, next, DESK))).toBe('ETR_MODE_RELAXED');
    for (const next of STORAGE_MODES.slice(own + 1)) {
      await recorder.life.setMode(trace, next, DESK);
      expect(await recorder.life.mode(trace)).toBe(next);
    }
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
  });
});

describe('a mode', () => {
  it('is append-only where nothing says so, and then never standard', async () => {
    proves('etr-merkle.modes.one-way');
    const { recorder, trace } = await lifeBench('append-only', false);
    expect(await recorder.life.mode(trace)).toBe('append-only');
    const late = recorder.life.setMode(trace, 'standard', { agent: POINT, trace });
    expect(await codeRejectedBy(late)).toBe('ETR_MODE_RELAXED');
    const elsewhere = recorder.life.setMode(traceOf(7), 'standard', DESK);
    expect(await codeRejectedBy(elsewhere)).toBe('ETR_MODE_RELAXED');
  });

  it('once standard is named in every export, however strict it became', async () => {
    proves('etr-merkle.modes.naming', 'flaw.E7');
    const { recorder, trace, reopen } = await lifeBench('standard');
    await recorder.life.setMode(trace, 'witnessed', DESK);
    const again = await reopen();
    expect(await again.life.mode(trace)).toBe('witnessed');
    expect(verifyTrace(await again.exportBundle({ trace }), TRUST)).toMatchObject({
      valid: true,
      tamperEvident: false,
    });
  });

  it('of a standard trace that a bundle keeps quiet about is found', async () => {
    proves('etr-merkle.modes.naming', 'flaw.E7');
    const { recorder } = await lifeBench('standard');
    const bundle = await recorder.exportBundle();
    const first = bundle.split('\n')[0] ?? '';
    const { tamperEvident: _said, ...manifest } = JSON.parse(first).body;
    const quiet = await resigned(bundle, linesOf(bundle), manifest, undefined, true);
    expect(verifyTrace(quiet, TRUST).findings).toEqual([
      expect.objectContaining({ line: 1, check: 'mode', code: 'ETR_BUNDLE_MODE' }),
    ]);
  });

  it('that a log relaxes is found', async () => {
    proves('etr-merkle.modes.one-way');
    const { recorder, trace } = await lifeBench('append-only', false);
    await recorder.life.setMode(trace, 'witnessed', DESK);
    const entries = linesOf(await recorder.exportBundle());
    const relaxed = entries.map((line) => ({
      ...line,
      ...(typeof line['leaf'] === 'string'
        ? { leaf: line['leaf'].replace('"witnessed"', '"append-only"') }
        : {}),
    }));
    const { findings } = verifyTrace(await resigned(await recorder.exportBundle(), relaxed), TRUST);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'mode', code: 'ETR_BUNDLE_MODE' }));
  });

  it('that is damaged in the store is no reason to allow more', async () => {
    const { recorder, trace, storage } = await lifeBench('witnessed');
    await storage.store.put(`etr/mode/${trace}`, new TextEncoder().encode('anything'));
    expect(await codeRejectedBy(recorder.life.delete(trace, DESK))).toBe('ETR_LIFE_UNREADABLE');
  });

  it('deletes nothing that a stricter trace commits to as well', async () => {
    const { recorder, trace } = await lifeBench('standard', false);
    const shared = recorder.payload(PERSON, 'shared');
    const data = { interaction: shared.hash };
    await recorder.record([event('decision-made', { trace, data })], [shared]);
    await recorder.record([event('decision-made', { trace: traceOf(2), data })]);
    await recorder.life.delete(trace, DESK);
    expect(await recorder.read(shared.hash)).toBe('shared');
    const replaced = recorder.life.supersede(trace, shared.hash, recorder.payload(PERSON, 'other'), DESK);
    expect(await codeRejectedBy(replaced)).toBe('ETR_NO_PAYLOAD');
  });

  it('deletes more payloads than one entry can name', async () => {
    const at = await lifeBench('standard', false);
    const { recorder, trace } = at;
    const payloads = Array.from({ length: 1100 }, (_, n) => recorder.payload(PERSON, n));
    await recorder.record(
      payloads.map(({ hash }) => event('decision-made', { trace, data: { hash } })),
      payloads,
    );
    expect(await recorder.life.delete(trace, DESK)).toHaveLength(3);
    for (const { hash } of payloads) expect(await recorder.read(hash)).toBeUndefined();
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
    expect(await recorder.life.delete(trace, DESK)).toEqual([]);
  });

  it('is the word of the log alone', async () => {
    const at = await lifeBench('append-only', false);
    for (const type of ['mode-set', 'payload-deleted', 'trace-archived', 'hold-released'] as const)
      expect(await codeRejectedBy(at.recorder.record([event(type)]))).toBe('ETR_BAD_EVENT');
    await at.recorder.close();
    expect(await codeRejectedBy(at.recorder.life.setMode(at.trace, 'witnessed', DESK))).toBe('ETR_CLOSED');
    expect(await keep(at, traceOf(3), 'x').catch(() => 'refused')).toBe('refused');
  });
});
