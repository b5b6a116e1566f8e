import type { AppendLog } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openRecorder, verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { bench, entriesOf, event, TRUST, traceOf } from './fixture.js';

describe('two processes', () => {
  it('never write one log: the second goes on with the next', async () => {
    const { recorder: a, options } = await bench();
    const b = await openRecorder(options);
    await a.record([event('trace-opened')]);
    expect(await b.record([event('decision-made'), event('decision-made')])).toEqual([0n, 1n]);
    expect([a.origin, b.origin]).toEqual([`${POINT}/log/0`, `${POINT}/log/1`]);
    expect(await a.record([event('decision-made')])).toEqual([1n]);
    for (const recorder of [a, b])
      expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
  });

  it('keep receipts and proofs of the log they left', async () => {
    const { recorder: a, options } = await bench();
    await a.record([event('trace-opened')]);
    const receipt = a.receipt(0n);
    const b = await openRecorder(options);
    await b.record([event('decision-made')]);
    await a.record([event('decision-made')]);
    expect(a.origin).toBe(`${POINT}/log/1`);
    expect(a.receipt(0n, receipt.log)).toEqual(receipt);
    expect(a.proof(0n, 1n, receipt.log)).toMatchObject({ leafIndex: 0, treeSize: 1 });
    expect(a.receipt(0n).log).toBe(a.origin);
  });

  it('take over a log whose writer is idle, which then signs no head that contradicts theirs', async () => {
    const { recorder: a, clock, options } = await bench();
    await a.record([event('trace-opened')]);
    const b = await openRecorder(options);
    await b.record([event('decision-made')]);
    await b.checkpoint();
    expect(await codeRejectedBy(a.checkpoint())).toBe('LOG_CONFLICT');
    // What is exported then is what the other one has signed for.
    expect(verifyTrace(await a.exportBundle(), TRUST)).toMatchObject({ valid: true, entries: 2 });
    await a.close();
    await b.close();
    expect(clock.pending).toBe(0);
  });

  it('that sign at the same time agree on one head', async () => {
    const { recorder: a, options } = await bench();
    await a.record([event('trace-opened')]);
    const kept: boolean[] = [];
    const { store } = options.storage;
    const put = async (...args: Parameters<typeof store.put>): Promise<boolean> => {
      const done = await store.put(...args);
      if (args[0].startsWith('etr/head/')) kept.push(done);
      return done;
    };
    const storage = { ...options.storage, store: { ...store, put } };
    const [b, c] = [await openRecorder({ ...options, storage }), await openRecorder({ ...options, storage })];
    await Promise.all([b.checkpoint(), c.checkpoint()]);
    expect(kept).toEqual([true, false]);
  });

  it('pass a log by when somebody appends to it during recovery', async () => {
    const { recorder: a, options } = await bench();
    await a.record([event('intent-recorded')]);
    const { log } = options.storage;
    let raced = false;
    const busy = (name: string): AppendLog => ({
      ...log(name),
      append: async (entries, expectedSize) => {
        if (!raced) {
          raced = true;
          await a.record([event('decision-made')]);
        }
        return log(name).append(entries, expectedSize);
      },
    });
    const b = await openRecorder({ ...options, storage: { ...options.storage, log: busy } });
    expect([b.origin, b.size]).toEqual([`${POINT}/log/1`, 0n]);
  });

  it('do not bring back in the next log what was refused in the one they left', async () => {
    const { recorder: a, options } = await bench();
    const [b, c] = [await openRecorder(options), await openRecorder(options)];
    await a.record([event('decision-made')]);
    await b.record([event('trace-opened', { trace: traceOf(2) })]);
    // In the first log there is no such trace to seal; in the second, where the record ends up, there is.
    const [sealing, recorded] = [c.seal(traceOf(2)), c.record([event('decision-made')])];
    expect(await codeRejectedBy(sealing)).toBe('ETR_TRACE_UNKNOWN');
    await recorded;
    expect(c.origin).toBe(b.origin);
    expect((await entriesOf(c)).map(({ type }) => type)).toEqual(['trace-opened', 'decision-made']);
  });

  it('interleaved at random lose nothing', async () => {
    proves('law.E-1');
    await withSeed('two recorders', 20, async (random) => {
      const { recorder: a, options } = await bench();
      const recorders = [a, await openRecorder(options), await openRecorder(options)];
      const acknowledged: string[] = [];
      const calls: Promise<void>[] = [];
      for (let n = 0; n < 20; n++) {
        const recorder = random.pick(recorders);
        const subject = `call-${n}`;
        calls.push(
          recorder.record([event('decision-made', { subject })]).then(() => void acknowledged.push(subject)),
        );
        if (random.chance(0.4)) await Promise.all(calls);
        if (random.chance(0.1)) calls.push(recorder.checkpoint().then(() => undefined, isConflict));
      }
      await Promise.all(calls);
      const found: string[] = [];
      for (let n = 0; n < 4; n++) {
        const log = options.storage.log(`${POINT}/log/${n}`);
        for await (const entry of log.read(0n, await log.size()))
          found.push(/call-\d+/.exec(new TextDecoder().decode(entry))?.[0] ?? '');
      }
      expect(found.sort()).toEqual(acknowledged.sort());
    });
  });
});

function isConflict(error: unknown): void {
  expect(
    codeThrownBy(() => {
      throw error;
    }),
  ).toBe('LOG_CONFLICT');
}
