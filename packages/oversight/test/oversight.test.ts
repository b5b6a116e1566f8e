import type { JsonObject } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { APPROVAL_VALID_MS, digestOf, REVIEW_DEFAULT_MS, REVIEW_MAX_MS, type Review } from '../src/index.js';
import { type Ask, alice, decide, decisionOf, interactionOf, rig } from './rig.js';

const PENDING = 'OVERSIGHT_APPROVAL_PENDING';
const EXHAUSTED = 'OVERSIGHT_APPROVAL_EXHAUSTED';

const check = (params: JsonObject) =>
  rig().oversight.handler().check({ kind: 'approval', from: 'rule:a', params }, interactionOf());

describe('a call that waits', () => {
  it('goes on when an operator approves, and is recorded with who it was', async () => {
    proves('oversight.decisions.approve');
    const r = rig();
    const call = r.ask();
    await r.clock.advance(1000);
    const { id } = await decide(r, alice);
    const hold = await call;
    await hold.settle({ status: 'blocked', code: 'TEST_NOTHING' });
    expect(r.events.map(({ type, subject }) => [type, subject])).toEqual([
      ['approval-requested', id],
      ['approval-used', id],
    ]);
    expect(r.events[1]?.data).toMatchObject({ verdict: 'approved', operators: ['operator-1'], usesLeft: 0 });
    expect(r.clock.pending).toBe(0);
  });

  it('is refused when an operator denies, and again until the end of the review', async () => {
    proves('oversight.decisions.deny');
    const r = rig();
    const call = codeRejectedBy(r.ask());
    await r.clock.advance(1000);
    await decide(r, alice, { verdict: 'deny' });
    expect(await call).toBe('OVERSIGHT_APPROVAL_DENIED');
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_APPROVAL_DENIED');
    expect(r.events.map(({ type }) => type)).toEqual([
      'approval-requested',
      'approval-decided',
      'approval-decided',
    ]);
    r.clock.setWall(r.clock.now() + REVIEW_DEFAULT_MS + APPROVAL_VALID_MS);
    const later = rig({ ...r, waitMs: 0 });
    expect(await codeRejectedBy(later.ask())).toBe(PENDING);
  });

  it('is refused when nobody decides: silence is a denial, after the shorter of both times', async () => {
    proves('flaw.O2', 'law.O-4', 'oversight.timeout.deny');
    for (const [timeoutMs, ends] of [
      [60_000, 60_000],
      [REVIEW_MAX_MS * 10, REVIEW_MAX_MS],
    ] as const) {
      const r = rig();
      let code: string | undefined;
      const call = codeRejectedBy(r.ask({ params: { timeoutMs } })).then((c) => (code = c));
      await r.clock.advance(1);
      r.clock.setWall(r.clock.now() + ends - 1000);
      await r.clock.advance(900);
      expect(code).toBeUndefined();
      await r.clock.advance(500);
      expect(await call).toBe('OVERSIGHT_TIMEOUT');
      expect(r.events.map(({ type }) => type)).toEqual(['approval-requested', 'approval-expired']);
      expect(await r.oversight.pending()).toEqual([]);
    }
  });

  it('has one deadline, which no later call of the same kind pushes on', async () => {
    proves('flaw.O2', 'spl.human-approval.timeout');
    const r = rig({ waitMs: 0 });
    for (let minute = 0; minute < 15; minute++) {
      expect(await codeRejectedBy(r.ask())).toBe(PENDING);
      await r.clock.advance(60_000);
    }
    const [review] = await r.oversight.pending();
    expect(review).toBeUndefined();
  });

  it('ends when its signal aborts, and leaves nothing behind that waits', async () => {
    const r = rig();
    const stop = new AbortController();
    const call = codeRejectedBy(r.ask({ signal: stop.signal }));
    await r.clock.advance(300);
    stop.abort(new Error('killed'));
    expect(await call).toBe('OVERSIGHT_ABORTED');
    expect(await codeRejectedBy(r.ask({ signal: stop.signal }))).toBe('OVERSIGHT_ABORTED');
    expect(r.clock.pending).toBe(0);
  });

  it('ends when the oversight is closed', async () => {
    const r = rig();
    const call = codeRejectedBy(r.ask());
    await r.clock.advance(300);
    r.oversight.close();
    expect(await call).toBe('OVERSIGHT_CLOSED');
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_CLOSED');
    expect(r.clock.pending).toBe(0);
  });

  it('is as patient as it was told, and finds the decision when it comes back', async () => {
    const r = rig({ waitMs: 1000 });
    const call = codeRejectedBy(r.ask());
    await r.clock.advance(1100);
    expect(await call).toBe(PENDING);
    await decide(r, alice);
    await r.ask();
    expect(await codeRejectedBy(r.ask())).toBe(EXHAUSTED);
    expect(r.events.filter(({ type }) => type === 'approval-requested')).toHaveLength(1);
  });

  it('learns of a decision that another process entered', async () => {
    const here = rig();
    const there = rig({ storage: here.storage, clock: here.clock });
    const call = here.ask();
    await here.clock.advance(300);
    await decide(there, alice);
    await here.clock.advance(300);
    await (await call).settle({ status: 'blocked', code: 'TEST_NOTHING' });
    expect(await codeRejectedBy(there.ask())).toBe(EXHAUSTED);
  });
});

describe('an approval', () => {
  const changes: readonly (readonly [string, Ask])[] = [
    ['arguments', { input: { amount: 101, to: 'bob' } }],
    ['word beside the arguments', { claims: { meta: { 'example/account': 'mallory' } } }],
    ['action', { action: 'close' }],
    ['resource', { resource: 'accounts/8' }],
    ['tool', { target: 'other-bank' }],
    ['policy', { policy: 'v2' }],
    ['kill epoch', { epoch: 1 }],
    ['rule', { from: 'rule:other' }],
    ['level', { params: { level: 2 } }],
  ];

  it.each(changes)('is void for a call with another %s', async (_, change) => {
    proves('flaw.O1', 'law.O-1', 'oversight.approval-digest-single-use');
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    await decide(r, alice, { conditions: { maxUses: 5 } });
    expect(await codeRejectedBy(r.ask(change))).toBe(PENDING);
    expect(await codeRejectedBy(r.ask())).toBeUndefined();
  });

  it('of a call with a word beside its arguments is for that word, and a digest over it', async () => {
    const r = rig({ waitMs: 0 });
    const said = { claims: { meta: { 'example/account': 'bob' } } };
    await codeRejectedBy(r.ask(said));
    const { request } = await decide(r, alice, { conditions: { maxUses: 5 } });
    expect(request.claims).toEqual(said.claims);
    expect(digestOf({ ...request, claims: {} })).not.toBe(digestOf(request));
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
    expect(await codeRejectedBy(r.ask({ claims: { meta: { 'example/account': 'eve' } } }))).toBe(PENDING);
    expect(await codeRejectedBy(r.ask(said))).toBeUndefined();
  });

  it('fits the same arguments in another order of members', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    await decide(r, alice);
    expect(await codeRejectedBy(r.ask({ input: { to: 'bob', amount: 100 } }))).toBeUndefined();
  });

  it('keeps to the arguments that were shown, whatever the caller does to the object', async () => {
    proves('flaw.O1');
    const r = rig({ waitMs: 0 });
    const input = { amount: 1, to: 'bob' };
    const call = codeRejectedBy(r.ask({ input }));
    input.amount = 1_000_000;
    expect(await call).toBe(PENDING);
    const [review] = await r.oversight.pending();
    expect(review?.request.input).toEqual({ amount: 1, to: 'bob' });
    await decide(r, alice);
    expect(await codeRejectedBy(r.ask({ input }))).toBe(PENDING);
  });

  it('is for one use where the operator says nothing', async () => {
    proves('oversight.approval-digest-single-use');
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    await decide(r, alice);
    await r.ask();
    expect(await codeRejectedBy(r.ask())).toBe(EXHAUSTED);
  });

  it('ends at notAfter, used up or not; a use given back then does not revive it', async () => {
    proves('law.O-1');
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    const approved = await decide(r, alice, { conditions: { maxUses: 5 } });
    r.clock.setWall(approved.request.notAfter - 1);
    const hold = await r.ask();
    r.clock.setWall(approved.request.notAfter);
    await hold.release();
    expect(await codeRejectedBy(r.ask())).toBe(PENDING); // a new review
    expect((await r.oversight.pending()).map(({ id }) => id)).not.toEqual([approved.id]);
  });

  it('comes back once where nothing happened, and never above what was granted', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    const { id } = await decide(r, alice, { conditions: { maxUses: 2 } });
    const left = async () => (await r.oversight.review(id))?.usesLeft;
    const first = await r.ask();
    const second = await r.ask();
    expect(await left()).toBe(0);
    await first.release();
    await first.release(); // of a use that was taken once
    expect(await left()).toBe(1);
    await second.settle({ status: 'blocked', code: 'TEST_NOTHING' });
    await second.release();
    expect(await left()).toBe(1);
  });

  it('loses the use when the process ends between taking it and the effect', async () => {
    proves('flaw.O1');
    let isCrashing = true;
    const r = rig({
      waitMs: 0,
      onRecord({ type }) {
        if (isCrashing && type === 'approval-used') throw new Error('crash');
      },
    });
    await codeRejectedBy(r.ask());
    await decide(r, alice, { conditions: { maxUses: 2 } });
    await expect(r.ask()).rejects.toThrow('crash');
    isCrashing = false;
    const restarted = rig({ ...r, waitMs: 0 });
    await restarted.ask();
    expect(await codeRejectedBy(restarted.ask())).toBe(EXHAUSTED);
  });

  it('that two rules ask for is two approvals, each by who its rule wants', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask({ from: 'rule:a' }));
    await codeRejectedBy(r.ask({ from: 'rule:b', params: { level: 3 } }));
    expect((await r.oversight.pending()).map(({ terms }) => terms.level)).toEqual([1, 3]);
    await decide(r, alice);
    expect(await codeRejectedBy(r.ask({ from: 'rule:a' }))).toBeUndefined();
    expect(await codeRejectedBy(r.ask({ from: 'rule:b', params: { level: 3 } }))).toBe(PENDING);
    expect(await codeRejectedBy(decide(r, alice))).toBe('OVERSIGHT_NO_PRIVILEGE');
  });
});

describe('the obligation', () => {
  it('is understood as policies write it', () => {
    expect(check({})).toBeUndefined();
    expect(
      check({
        reason: 'payments',
        level: 3,
        timeoutMs: 300_000,
        requireJustification: true,
        requireOperatorId: false,
        notifyChannels: ['slack'],
      }),
    ).toBeUndefined();
  });

  it.each<readonly [string, JsonObject]>([
    ['a level that does not exist', { level: 4 }],
    ['a level as text', { level: '1' }],
    ['no time at all', { timeoutMs: 0 }],
    ['a fraction of a millisecond', { timeoutMs: 0.5 }],
    ['a reason that is no text', { reason: null }],
    ['a default action', { defaultAction: 'allow' }],
    ['something unknown', { dual: true }],
  ])('blocks with %s', async (_, params) => {
    proves('flaw.O2');
    expect(check(params)).toBe('OVERSIGHT_BAD_OBLIGATION');
    expect(await codeRejectedBy(rig({ waitMs: 0 }).ask({ params }))).toBe('OVERSIGHT_BAD_OBLIGATION');
  });
});

describe('listeners', () => {
  it('hear of each review once, until they are disposed of; their faults are counted', async () => {
    const r = rig({ waitMs: 0 });
    const heard: Review[] = [];
    const listener = (review: Review): void => void heard.push(review);
    const dispose = r.oversight.onRequest(() => {
      throw new Error('no network');
    });
    const disposeListener = r.oversight.onRequest(listener);
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
    expect(heard).toEqual(await r.oversight.pending());
    expect(r.oversight.listenerFaults).toBe(1);
    dispose();
    disposeListener();
    await codeRejectedBy(r.ask({ input: 2 }));
    expect(heard).toHaveLength(1);
    expect(r.oversight.listenerFaults).toBe(1);
  });

  it('are not told where the request could not be recorded, and the call is blocked', async () => {
    const r = rig({
      waitMs: 0,
      onRecord() {
        throw new Error('disk full');
      },
    });
    const heard: Review[] = [];
    r.oversight.onRequest((review) => void heard.push(review));
    await expect(r.ask()).rejects.toThrow('disk full');
    expect(heard).toEqual([]);
    expect(decisionOf().effect).toBe('allow_with_approval');
  });
});

describe('what a stopped agent waits for', () => {
  it('is withdrawn: nobody decides it any more, and asking again later opens anew', async () => {
    const r = rig();
    const call = codeRejectedBy(r.ask());
    await r.clock.advance(100);
    const [review] = await r.oversight.pending();
    expect(await r.oversight.withdraw(() => false)).toBe(0);
    expect(await r.oversight.withdraw((agent) => agent === review?.request.agent)).toBe(1);
    expect(await call).toBe('OVERSIGHT_TIMEOUT');
    expect(await r.oversight.pending()).toEqual([]);
    if (review === undefined) throw new Error('nothing was pending');
    expect(await codeRejectedBy(decide(r, alice, { review }))).toBe('OVERSIGHT_ALREADY_DECIDED');
    expect(await r.oversight.withdraw(() => true)).toBe(0);
    const again = codeRejectedBy(rig({ ...r, waitMs: 0 }).ask());
    await r.clock.advance(100);
    expect(await again).toBe(PENDING);
  });
});
