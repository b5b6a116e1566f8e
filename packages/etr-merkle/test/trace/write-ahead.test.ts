import { memory } from '@ttp/adapters/memory';
import { DENIAL_QUEUE_MAX, isTtpError } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Entry, openRecorder, type TraceRecorder, verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { bench, controlled, event, type Fault, TRACE, TRUST, traceOf } from './fixture.js';

async function all(recorder: TraceRecorder): Promise<Entry[]> {
  const list: Entry[] = [];
  for await (const entry of recorder.events()) list.push(entry);
  return list;
}

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
    proves('decision.D29', 'decision.D30');
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
    expect(await all(recorder)).toHaveLength(1);
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
      const entries = await all(again);
      const lines = entries.map(({ type, subject }) => `${type} ${subject}`);
      expect(lines).toEqual(expect.arrayContaining(acknowledged));
      const count = (type: string) => entries.filter((entry) => entry.type === type).length;
      expect(count('intent-recorded')).toBe(count('effect-finished') + count('outcome-unknown'));
      expect(verifyTrace(await again.exportBundle(), TRUST).findings).toEqual([]);
    }
  });
});

describe('denials', () => {
  it('are accepted at once and recorded with the next batch, in order', async () => {
    proves('decision.D29');
    const { storage, appends } = controlled();
    const { recorder } = await bench({ storage });
    await recorder.queue(event('decision-made', { subject: 'denied-1' }));
    await recorder.queue(event('decision-made', { subject: 'denied-2' }));
    expect([appends, recorder.size]).toEqual([[], 0n]);
    expect(await recorder.record([event('intent-recorded')])).toEqual([2n]);
    expect(appends).toEqual([3]);
    expect((await all(recorder)).map(({ subject }) => subject)).toEqual([
      'denied-1',
      'denied-2',
      'interaction-1',
    ]);
  });

  it('are recorded after a second when no batch comes, or on demand', async () => {
    const { recorder, clock } = await bench();
    await recorder.queue(event('decision-made'));
    await clock.advance(999);
    expect(recorder.size).toBe(0n);
    await clock.advance(1);
    expect(recorder.size).toBe(1n);
    await recorder.queue(event('decision-made'));
    await recorder.flush();
    expect(recorder.size).toBe(2n);
  });

  it('wait when 10 000 are waiting, and go on when there is room', async () => {
    proves('decision.D29');
    const { storage, hold } = controlled();
    const { recorder, clock } = await bench({ storage });
    const release = hold();
    let accepted = 0;
    const denial = event('decision-made');
    // The first 256 are taken into an append, which is held up; 10 000 more fit behind it.
    const calls = Array.from({ length: DENIAL_QUEUE_MAX + 300 }, () =>
      recorder.queue(denial).then(() => accepted++),
    );
    await clock.advance(0);
    expect(accepted).toBeLessThan(DENIAL_QUEUE_MAX + 300);
    expect(accepted).toBeGreaterThanOrEqual(DENIAL_QUEUE_MAX);
    release();
    await Promise.all(calls);
    await recorder.flush();
    expect([accepted, recorder.size]).toEqual([DENIAL_QUEUE_MAX + 300, BigInt(DENIAL_QUEUE_MAX + 300)]);
  });

  it('that cannot be recorded are counted, and the next call says so', async () => {
    const { storage, failAt } = controlled();
    const { recorder, clock } = await bench({ storage });
    await recorder.queue(event('decision-made'));
    failAt(0, 'before');
    await clock.advance(1000);
    expect(recorder.faults.denials).toBe(1);
    expect(await codeRejectedBy(recorder.queue(event('decision-made')))).toBe('ETR_POISONED');
  });
});

describe('recovery', () => {
  it('gives every intent without an outcome an outcome-unknown entry, once', async () => {
    proves('etr-merkle.trace.recovery', 'decision.D29', 'flaw.E9');
    const { recorder, clock, reopen } = await bench();
    await recorder.record([event('intent-recorded', { subject: 'a' })]);
    await recorder.record([
      event('intent-recorded', { subject: 'b' }),
      event('intent-recorded', { subject: 'b' }),
    ]);
    await recorder.record([event('intent-recorded', { subject: 'c', trace: traceOf(3) })]);
    await recorder.record([
      event('effect-finished', { subject: 'a' }),
      event('effect-finished', { subject: 'b' }),
    ]);
    clock.setWall(clock.now() + 5000);
    const again = await reopen();
    const unknown = (await all(again)).filter(({ type }) => type === 'outcome-unknown');
    expect(unknown.map(({ subject, trace, at, data }) => ({ subject, trace, at, data }))).toEqual([
      { subject: 'b', trace: TRACE, at: clock.now(), data: { intent: recorder.receipt(2n).leafHash } },
      { subject: 'c', trace: traceOf(3), at: clock.now(), data: { intent: recorder.receipt(3n).leafHash } },
    ]);
    const size = again.size;
    expect((await reopen()).size).toBe(size);
  });
});

describe('two processes', () => {
  it('never write one log: the second goes on with the next', async () => {
    proves('decision.D28');
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
    const { recorder: a, options } = await bench();
    await a.record([event('trace-opened')]);
    const b = await openRecorder(options);
    await b.record([event('decision-made')]);
    await b.checkpoint();
    expect(await codeRejectedBy(a.checkpoint())).toBe('LOG_CONFLICT');
    // What is exported then is what the other one has signed for.
    expect(verifyTrace(await a.exportBundle(), TRUST)).toMatchObject({ valid: true, entries: 2 });
    await a.close();
    await b.close();
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
