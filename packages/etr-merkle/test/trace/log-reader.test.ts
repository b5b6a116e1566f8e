import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { leafHash, openCheckpoint, parseInclusionProof, verifyInclusion } from '../../src/index.js';
import { bundleEntries, type LogReader, openLogReader, verifyTrace } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { type Bench, bench, event, NOW, TRACE, TRUST, traceOf } from './fixture.js';

const read = async ({ storage, random }: Bench, n?: number): Promise<LogReader> => {
  const reader = await openLogReader({ storage, random, origin: POINT, key: logKey() }, n);
  if (reader === undefined) throw new Error('no log');
  return reader;
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('openLogReader', () => {
  it('reads a log whose recorder goes on, and writes nothing', async () => {
    const made = await bench();
    const { recorder, storage } = made;
    await recorder.record([event('intent-recorded'), event('evidence-gathered', { trace: traceOf(1) })]);
    await recorder.checkpoint();
    await recorder.record([event('decision-made')]);

    const reader = await read(made);
    expect(reader).toMatchObject({ origin: `${POINT}/log/0`, size: 3n, signedSize: 2n });
    const types: string[] = [];
    for await (const { type } of reader.events({ trace: TRACE })) types.push(type);
    expect(types).toEqual(['intent-recorded', 'decision-made']);

    // Not taken for interrupted: the outcome follows in the same log.
    expect(await storage.log(reader.origin).size()).toBe(3n);
    await recorder.record([event('effect-finished')]);
    expect(recorder).toMatchObject({ origin: reader.origin, size: 4n });
    await recorder.close();
  });

  it('exports what the checkpoint covers, as a bundle that verifies', async () => {
    const made = await bench();
    const payload = made.recorder.payload(POINT, { path: 'a' });
    await made.recorder.record([event('intent-recorded', { data: { input: payload.hash } })], [payload]);
    await made.recorder.checkpoint();
    await made.recorder.record([event('effect-finished')]);
    const reader = await read(made);
    const bundle = await reader.exportBundle(logKey(), NOW);
    expect(verifyTrace(bundle, TRUST)).toMatchObject({ valid: true, entries: 1 });
    expect(bundleEntries(bundle).map(({ type }) => type)).toEqual(['intent-recorded']);
    expect(await reader.read(payload.hash)).toEqual({ path: 'a' });
  });

  it('proves each entry of the checkpoint, and none beyond it', async () => {
    const made = await bench();
    await made.recorder.record([1, 2, 3, 4, 5].map((n) => event('evidence-gathered', { subject: `s${n}` })));
    await made.recorder.checkpoint();
    await made.recorder.record([event('decision-made')]);
    const reader = await read(made);
    const head = openCheckpoint(reader.checkpoint ?? '', {
      name: reader.origin,
      publicKey: logKey().publicKey,
    });
    for (let index = 0n; index < 5n; index++) {
      const { leaf, proof } = await reader.prove(index);
      expect(leaf).toContain(`"subject":"s${index + 1n}"`);
      const claim = { ...parseInclusionProof(proof), leafHash: leafHash(utf8(leaf)), root: head.root };
      expect(verifyInclusion(claim)).toBe(true);
    }
    expect(await codeRejectedBy(reader.prove(5n))).toBe('ETR_NO_ENTRY');
    expect(await codeRejectedBy(reader.prove(-1n))).toBe('ETR_NO_ENTRY');
  });

  it('says so where there is no log, or no tree head yet', async () => {
    const made = await bench();
    const { storage, random } = made;
    expect(await openLogReader({ storage, random, origin: POINT, key: logKey() })).toBeUndefined();
    await made.recorder.record([event('decision-made')]);
    const reader = await read(made);
    expect(reader.checkpoint).toBeUndefined();
    expect(await codeRejectedBy(reader.exportBundle(logKey(), NOW))).toBe('ETR_NO_ENTRY');
  });

  it('reads the log that a second recorder went on in', async () => {
    const made = await bench();
    await made.recorder.record([event('decision-made')]);
    const second = await made.reopen();
    await made.recorder.record([event('decision-made')]);
    await second.record([event('evidence-gathered')]);
    expect(await read(made, 1)).toMatchObject({ origin: `${POINT}/log/1`, size: 1n });
    expect(await read(made)).toMatchObject({ size: 2n });
  });

  it('refuses a log whose tree head another key signed', async () => {
    const made = await bench();
    await made.recorder.record([event('decision-made')]);
    await made.recorder.checkpoint();
    const { storage, random } = made;
    const key = { ...logKey(), publicKey: logKey(9).publicKey };
    const foreign = openLogReader({ storage, random, origin: POINT, key });
    expect(await codeRejectedBy(foreign)).toBe('ETR_LOG_INCONSISTENT');
  });
});
