import { asDid } from '@ttp/core';
import { bytesOfHash, hex } from '@ttp/crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createTree, openCheckpoint } from '../../src/index.js';
import { hashText } from '../../src/proof.js';
import { type Entry, verifyTrace } from '../../src/trace/index.js';
import { logKey } from '../fixture.js';
import { bench, event, NOW, TRACE, TRUST, traceOf } from './fixture.js';

describe('sealing a trace', () => {
  it('appends the root over its own leaf hashes, their count and statistics, covered by a checkpoint', async () => {
    proves('etr-merkle.trace.seal', 'etr-merkle.trace.entries-signed');
    const { recorder, clock } = await bench();
    await recorder.record([event('trace-opened'), event('trace-opened', { trace: traceOf(2) })]);
    await recorder.record([
      event('decision-made', { at: NOW + 7 }),
      event('decision-made', { trace: traceOf(2) }),
    ]);
    await clock.advance(50);
    const sealed = await recorder.seal(TRACE);
    const entries: Entry[] = [];
    for await (const entry of recorder.events({ trace: TRACE })) entries.push(entry);
    const seal = entries.pop();
    const root = hashText(createTree(entries.map(({ leafHash }) => bytesOfHash(leafHash))).root());
    expect(sealed).toMatchObject({ root, count: 2, receipt: { index: 4n, trace: TRACE } });
    expect(seal).toMatchObject({
      type: 'trace-sealed',
      at: NOW + 50,
      traceSeq: 2,
      data: {
        root,
        count: 2,
        firstAt: NOW,
        lastAt: NOW + 7,
        types: { 'trace-opened': 1, 'decision-made': 1 },
      },
    });
    const key = { name: recorder.origin, publicKey: logKey().publicKey };
    const { size, root: logRoot } = openCheckpoint(sealed.checkpoint, key);
    expect(size).toBeGreaterThan(sealed.receipt.index);
    const log = createTree();
    for await (const { leafHash } of recorder.events()) log.append(bytesOfHash(leafHash));
    expect(hex(log.root(size))).toBe(hex(logRoot));
  });

  it('ends it: nothing more is accepted, here and after a restart', async () => {
    proves('etr-merkle.trace.seal');
    const { recorder, reopen } = await bench();
    await recorder.record([event('trace-opened')]);
    const sealing = recorder.seal(TRACE);
    // The seal is on its way; what comes after the call comes too late.
    expect(await codeRejectedBy(recorder.record([event('decision-made')]))).toBe('ETR_TRACE_SEALED');
    await sealing;
    const again = await reopen();
    for (const r of [recorder, again]) {
      expect(await codeRejectedBy(r.record([event('decision-made')]))).toBe('ETR_TRACE_SEALED');
      expect(await codeRejectedBy(r.queue(event('decision-made')))).toBe('ETR_TRACE_SEALED');
      expect(await codeRejectedBy(r.seal(TRACE))).toBe('ETR_TRACE_SEALED');
      // One event of many for a sealed trace: none of them is recorded.
      const mixed = [event('trace-opened', { trace: traceOf(2) }), event('decision-made')];
      expect(await codeRejectedBy(r.record(mixed))).toBe('ETR_TRACE_SEALED');
      expect(r.size).toBe(2n);
    }
  });

  it('covers what was recorded or queued before the call, in its order', async () => {
    const { recorder } = await bench();
    await recorder.queue(event('decision-made', { subject: 'denied' }));
    const recorded = recorder.record([event('effect-finished')]);
    const sealed = recorder.seal(TRACE);
    expect(await recorded).toEqual([1n]);
    expect(await sealed).toMatchObject({ count: 2, receipt: { index: 2n } });
    expect(verifyTrace(await recorder.exportBundle({ trace: TRACE }), TRUST).valid).toBe(true);
  });

  it('waits for outcomes: with an open intent it is refused, and the trace stays open', async () => {
    const { recorder } = await bench();
    await recorder.record([event('intent-recorded')]);
    expect(await codeRejectedBy(recorder.seal(TRACE))).toBe('ETR_TRACE_OPEN_INTENT');
    await recorder.record([event('effect-finished')]);
    expect(await recorder.seal(TRACE)).toMatchObject({ count: 2 });
  });

  it('is refused for a trace without entries', async () => {
    const { recorder } = await bench();
    expect(await codeRejectedBy(recorder.seal(traceOf(7)))).toBe('ETR_TRACE_UNKNOWN');
  });

  it('belongs to the chain of the agent that opened the trace', async () => {
    const { recorder } = await bench();
    const guest = asDid('did:ttp:agent:QmGuest');
    await recorder.record([event('trace-opened', { agent: guest }), event('decision-made')]);
    const { receipt } = await recorder.seal(TRACE);
    const agents: string[] = [];
    for await (const { agent, index } of recorder.events()) if (index === receipt.index) agents.push(agent);
    expect(agents).toEqual([guest]);
  });
});
