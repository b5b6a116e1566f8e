import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { PENDING_MAX_PER_AGENT } from '../src/index.js';
import { alice, bob, decide, OTHER, type Rig, rig } from './rig.js';

const PENDING = 'OVERSIGHT_APPROVAL_PENDING';
const TOO_MANY = 'OVERSIGHT_TOO_MANY_PENDING';

async function fill(r: Rig): Promise<void> {
  for (let n = 0; n < PENDING_MAX_PER_AGENT; n++)
    expect(await codeRejectedBy(r.ask({ input: n }))).toBe(PENDING);
}

const count = async (r: Rig, prefix: string): Promise<number> => {
  let keys = 0;
  for await (const key of r.storage.store.list(prefix)) keys += key === '' ? 0 : 1;
  return keys;
};

describe('the queue', () => {
  it('takes so many reviews of one agent, and refuses more without writing anything', async () => {
    proves('oversight.queue.caps');
    const r = rig({ waitMs: 0 });
    await fill(r);
    const before = await count(r, 'oversight/');
    expect(await codeRejectedBy(r.ask({ input: 'more' }))).toBe(TOO_MANY);
    expect(await count(r, 'oversight/')).toBe(before);
    expect(await r.oversight.pending()).toHaveLength(PENDING_MAX_PER_AGENT);
    expect(r.events).toHaveLength(PENDING_MAX_PER_AGENT);
    // What is pending already is still found, and another agent has a share of its own.
    expect(await codeRejectedBy(r.ask({ input: 0 }))).toBe(PENDING);
    expect(await codeRejectedBy(r.ask({ input: 'more', agent: OTHER }))).toBe(PENDING);
  });

  it.each(['approve', 'deny'] as const)('has room again after a decision to %s', async (verdict) => {
    const r = rig({ waitMs: 0 });
    await fill(r);
    await decide(r, alice, { verdict });
    expect(await codeRejectedBy(r.ask({ input: 'more' }))).toBe(PENDING);
    expect(await codeRejectedBy(r.ask({ input: 'and more' }))).toBe(TOO_MANY);
  });

  it('has room again after the deadline, also where nobody looked', async () => {
    const r = rig({ waitMs: 0 });
    await fill(r);
    await r.clock.advance(900_000);
    expect(await r.oversight.pending()).toEqual([]);
    expect(await codeRejectedBy(r.ask({ input: 'more' }))).toBe(PENDING);
  });

  it('is not outrun by many calls at once, from two processes', async () => {
    proves('oversight.queue.caps');
    const here = rig({ waitMs: 0 });
    const there = rig({ storage: here.storage, clock: here.clock, waitMs: 0 });
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => codeRejectedBy((n % 2 === 0 ? here : there).ask({ input: n }))),
    );
    expect(codes.filter((code) => code === PENDING)).toHaveLength(PENDING_MAX_PER_AGENT);
    expect(codes.filter((code) => code === TOO_MANY)).toHaveLength(50 - PENDING_MAX_PER_AGENT);
    expect(await here.oversight.pending()).toHaveLength(PENDING_MAX_PER_AGENT);
    expect(await count(here, 'oversight/review/')).toBe(PENDING_MAX_PER_AGENT);
  });

  it('gives one place to the same call many times at once', async () => {
    const here = rig({ waitMs: 0 });
    const there = rig({ storage: here.storage, clock: here.clock, waitMs: 0 });
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => codeRejectedBy((n % 2 === 0 ? here : there).ask())),
    );
    expect(new Set(codes)).toEqual(new Set([PENDING]));
    expect(await there.oversight.pending()).toHaveLength(1);
    expect(await count(here, 'oversight/review/')).toBe(1);
    expect([...here.events, ...there.events]).toHaveLength(1);
  });

  it('lists the oldest first, whoever opened it', async () => {
    const here = rig({ waitMs: 0 });
    const there = rig({ storage: here.storage, clock: here.clock, waitMs: 0 });
    for (const [n, r] of [here, there, here].entries()) {
      await codeRejectedBy(r.ask({ input: n, agent: OTHER }));
      await here.clock.advance(1000);
    }
    expect((await there.oversight.pending()).map(({ request }) => request.input)).toEqual([0, 1, 2]);
  });

  it('does not take what it could not show', async () => {
    const r = rig({ waitMs: 0 });
    expect(await codeRejectedBy(r.ask({ input: 'x'.repeat(140_000) }))).toBe('OVERSIGHT_TOO_LARGE');
    let deep: unknown = 1;
    for (let n = 0; n < 64; n++) deep = [deep];
    expect(await codeRejectedBy(r.ask({ input: deep as never }))).toBe('CRYPTO_JSON_DEPTH');
    expect(await r.oversight.pending()).toEqual([]);
    // The longest that is taken can be decided on and used.
    const input = '"'.repeat(65_500);
    expect(await codeRejectedBy(r.ask({ input }))).toBe('OVERSIGHT_TOO_LARGE');
    const most = '"'.repeat(65_000);
    expect(await codeRejectedBy(r.ask({ input: most }))).toBe(PENDING);
    const allowedResources = ['accounts/7', ...Array.from({ length: 63 }, () => '"'.repeat(380))];
    const reason = '"'.repeat(2000);
    await decide(r, alice, { reason, conditions: { allowedResources, requiresSecondApproval: true } });
    await decide(r, bob, { reason, conditions: { allowedResources } });
    expect(await codeRejectedBy(r.ask({ input: most }))).toBeUndefined();
  });
});
