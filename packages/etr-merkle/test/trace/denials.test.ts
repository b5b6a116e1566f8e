import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { DENIAL_QUEUE_MAX } from '../../src/limits.js';
import { bench, controlled, entriesOf, event } from './fixture.js';

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
    expect((await entriesOf(recorder)).map(({ subject }) => subject)).toEqual([
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
