import { memory } from '@ttp/adapters/memory';
import { fromUtf8 } from '@ttp/crypto';
import { fakeClock, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createActivity } from '../src/activity.js';
import { guardClock } from '../src/guarded-clock.js';
import { ACTIVITY_MAX } from '../src/limits.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const signal = new AbortController().signal;
const rate = async (activity: ReturnType<typeof createActivity>) =>
  (await activity.source.gather(undefined as never, signal)).value;

describe('the request rate', () => {
  it('of a burst does not hide what came after it', async () => {
    const clock = fakeClock();
    const activity = createActivity(clock);
    for (let n = 0; n < ACTIVITY_MAX; n++) activity.begin();
    await clock.advance(30_000);
    for (let n = 0; n < 500; n++) activity.begin();
    expect(await rate(activity)).toMatchObject({ requestRate: ACTIVITY_MAX });
    await clock.advance(30_000);
    expect(await rate(activity)).toMatchObject({ requestRate: 500 });
    await clock.advance(30_000);
    expect(await rate(activity)).toEqual({ requestRate: 0, errorRate: 0 });
  });

  it.each([
    ['says no number', () => NaN],
    [
      'throws',
      () => {
        throw new Error('planted');
      },
    ],
  ])('is no low rate on a monotonic clock that %s: the call is blocked', async (_, monotonic) => {
    let isBroken = false;
    const clock = fakeClock();
    const broken = { now: () => clock.now(), monotonic: () => (isBroken ? monotonic() : clock.monotonic()) };
    const r = await rig({ ports: { clock: broken } });
    isBroken = true;
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked' });
    expect(r.effects()).toBe(0);
    isBroken = false;
    expect((await r.read('data/a')).status).toBe('done');
  });

  it('counts errors among what was permitted, and calls that came to nothing among the attempts', async () => {
    const clock = fakeClock();
    const activity = createActivity(clock);
    for (const status of ['failed', 'done', 'blocked', 'withheld'] as const) {
      activity.begin();
      activity.end({ status } as never);
    }
    expect(await rate(activity)).toEqual({ requestRate: 4, errorRate: 1 / 3 });
    expect(activity.behavior()).toMatchObject({
      policyCompliance: { good: 3, total: 4 },
      errorRate: { good: 2, total: 3 },
    });
  });
});

describe('the mark of the wall clock', () => {
  it('of a store with two writers is the higher one', async () => {
    proves('flaw.H10');
    const { store } = memory();
    const ahead = fakeClock(1_700_000_100_000);
    const behind = fakeClock(1_700_000_000_000);
    const [first, second] = [await guardClock(ahead, store), await guardClock(behind, store)];
    second.now();
    await second.flush();
    first.now();
    await first.flush();
    await behind.advance(20_000);
    second.now();
    await second.flush();
    const stored = await store.get('sdk/clock');
    expect(fromUtf8(stored?.value ?? new Uint8Array())).toBe('1700000100000');
  });
});
