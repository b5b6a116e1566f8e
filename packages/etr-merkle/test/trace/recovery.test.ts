import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { bench, entriesOf, event, TRACE, traceOf } from './fixture.js';

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
  const unknown = (await entriesOf(again)).filter(({ type }) => type === 'outcome-unknown');
  expect(unknown.map(({ subject, trace, at, data }) => ({ subject, trace, at, data }))).toEqual([
    { subject: 'b', trace: TRACE, at: clock.now(), data: { intent: recorder.receipt(2n).leafHash } },
    { subject: 'c', trace: traceOf(3), at: clock.now(), data: { intent: recorder.receipt(3n).leafHash } },
  ]);
  const size = again.size;
  expect((await reopen()).size).toBe(size);
});
