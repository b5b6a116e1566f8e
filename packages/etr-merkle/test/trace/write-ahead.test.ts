import { memory } from '@ttp/adapters/memory';
import { isTtpError } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { openRecorder, verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { bench, controlled, entriesOf, event, type Fault, TRACE, TRUST } from './fixture.js';

describe('group commit', () => {
  it('makes one append of what one call brings', async () => {
    proves('decision.D29');
    const { storage, appends } = controlled();
    const { recorder } = await bench({ storage });
    await recorder.record([event('evidence-gathered'), event('decision-made'), event('intent-recorded')]);
    await recorder.record([event('effect-finished')]);
    expect(appends).toEqual([3, 1]);
  });

  it('makes one append of the calls of one turn, and one of those that wait meanwhile', async () => {
    proves('decision.D29');
    const { storage, appends, hold } = controlled();
    const { recorder, clock } = await bench({ storage });
    const release = hold();
    const first = Array.from({ length: 5 }, () => recorder.record([event('decision-made')]));
    await clock.advance(0);
    const second = Array.from({ length: 7 }, () => recorder.record([event('decision-made')]));
    await clock.advance(0);
    expect(appends).toEqual([5]);
    release();
    const indices = (await Promise.all([...first, ...second])).flat();
    expect(appends).toEqual([5, 7]);
    expect(indices).toEqual(Array.from({ length: 12 }, (_, i) => BigInt(i)));
  });

  it('shares an append among 256 entries at most, and never splits a call', async () => {
    proves('decision.D29');
    const { storage, appends } = controlled();
    const { recorder } = await bench({ storage });
    const calls = Array.from({ length: 3 }, () =>
      recorder.record(Array.from({ length: 100 }, () => event('decision-made'))),
    );
    const large = recorder.record(Array.from({ length: 300 }, () => event('decision-made')));
    await Promise.all([...calls, large]);
    expect(appends).toEqual([200, 100, 300]);
  });

  it('issues payloads and entries together', async () => {
    proves('decision.D29');
    const { storage, hold, writes, puts } = controlled();
    const { recorder, clock } = await bench({ storage });
    const known = recorder.payload(POINT, 1);
    await recorder.record([event('decision-made', { data: { p: known.hash } })], [known]);
    const [before, payload] = [writes(), recorder.payload(POINT, { input: 'x' })];
    const release = hold();
    const recorded = recorder.record(
      [event('decision-made', { data: { p: payload.hash } })],
      [payload, known],
    );
    while (writes() === before) await clock.advance(0);
    // Neither has resolved, and both are on their way; what is stored already is not stored again.
    expect(writes() - before).toBe(2);
    expect(puts.filter((key) => key.startsWith('etr/payload/'))).toHaveLength(2);
    release();
    expect(await recorded).toEqual([1n]);
  });
});

describe('acknowledgement', () => {
  it('comes after the append, so that an effect has its intent on disk', async () => {
    proves('etr-merkle.trace.write-ahead', 'decision.D29', 'flaw.E9', 'law.E-4', 'law.E-5');
    const { storage, hold } = controlled();
    const { recorder, clock } = await bench({ storage });
    const release = hold();
    let effects = 0;
    const call = recorder.record([event('intent-recorded')]).then(() => effects++);
    await clock.advance(10_000);
    expect(effects).toBe(0);
    release();
    await call;
    expect([effects, await storage.log(recorder.origin).size()]).toEqual([1, 1n]);
  });

  it('does not come when the intent cannot be recorded: no effect', async () => {
    proves('etr-merkle.trace.write-ahead', 'flaw.E9', 'law.E-5');
    const { storage, failAt } = controlled();
    const { recorder } = await bench({ storage });
    failAt(0, 'before');
    let effects = 0;
    const call = recorder.record([event('intent-recorded')]).then(() => effects++);
    expect(await codeRejectedBy(call)).toBe('ETR_POISONED');
    expect(effects).toBe(0);
  });
});

describe('a fault', () => {
  it('poisons the recorder until it is opened again, though reading goes on', async () => {
    proves('etr-merkle.trace.poison', 'decision.D29');
    const { storage, failAt } = controlled();
    const { recorder } = await bench({ storage });
    await recorder.record([event('decision-made')]);
    failAt(0, 'before');
    const waiting = [recorder.record([event('decision-made')]), recorder.record([event('decision-made')])];
    for (const call of waiting) expect(await codeRejectedBy(call)).toBe('ETR_POISONED');
    const refused = [
      recorder.record([event('decision-made')]),
      recorder.queue(event('decision-made')),
      recorder.checkpoint(),
      recorder.seal(TRACE),
      recorder.flush(),
      recorder.exportBundle(),
      recorder.close(),
    ];
    for (const call of refused) expect(await codeRejectedBy(call)).toBe('ETR_POISONED');
    expect(await entriesOf(recorder)).toHaveLength(1);
    expect(recorder.proof(0n).treeSize).toBe(1);
  });

  it('names what went wrong as its cause', async () => {
    const { storage, failAt } = controlled();
    const { recorder } = await bench({ storage });
    failAt(0, 'before');
    const error: unknown = await recorder.record([event('decision-made')]).catch((e: unknown) => e);
    expect(isTtpError(error, 'ETR_POISONED') && isTtpError(error.cause, 'STORE_POISONED')).toBe(true);
  });

  it('of a payload poisons too: an entry must not stand without what it commits to', async () => {
    const { storage, failAt } = controlled();
    const { recorder } = await bench({ storage });
    const first = recorder.payload(POINT, 0);
    await recorder.record([event('decision-made')], [first]);
    const payload = recorder.payload(POINT, 1);
    failAt(1, 'before'); // the append is handed over first
    expect(await codeRejectedBy(recorder.record([event('decision-made')], [payload]))).toBe('ETR_POISONED');
  });

  it('at any write loses nothing that was acknowledged, and recovery knows every intent', async () => {
    proves('law.E-4', 'etr-merkle.trace.recovery', 'flaw.E9');
    const crashes: { at: number; when: Fault }[] = [];
    for (let at = 0; at < 16; at++) crashes.push({ at, when: 'before' }, { at, when: 'after' });
    for (const { at, when } of crashes) {
      const disk = memory();
      const { storage, failAt } = controlled(disk);
      const { recorder, options } = await bench({ storage });
      failAt(at, when);
      const acknowledged: string[] = [];
      try {
        for (let n = 0; n < 4; n++) {
          const [subject, payload] = [`call-${n}`, recorder.payload(POINT, { n })];
          const data = { p: payload.hash };
          await recorder.record(
            [event('decision-made', { subject, data }), event('intent-recorded', { subject })],
            [payload],
          );
          acknowledged.push(`intent-recorded ${subject}`);
          if (n === 2) await recorder.checkpoint();
          await recorder.record([event('effect-finished', { subject })]);
          acknowledged.push(`effect-finished ${subject}`);
        }
      } catch (error) {
        expect(isTtpError(error, 'ETR_POISONED', 'STORE_POISONED')).toBe(true);
      }
      const again = await openRecorder({ ...options, storage: disk });
      const entries = await entriesOf(again);
      const lines = entries.map(({ type, subject }) => `${type} ${subject}`);
      expect(lines).toEqual(expect.arrayContaining(acknowledged));
      const count = (type: string) => entries.filter((entry) => entry.type === type).length;
      expect(count('intent-recorded')).toBe(count('effect-finished') + count('outcome-unknown'));
      expect(verifyTrace(await again.exportBundle(), TRUST).findings).toEqual([]);
    }
  });
});
