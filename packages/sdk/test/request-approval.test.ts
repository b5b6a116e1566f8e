import { type Operator, type Operators, TtpError } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { signReview } from '@ttp/oversight';
import { codeRejectedBy } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const seed = new Uint8Array(32).fill(1);
const { publicKey } = keyPairOf(seed);
const did = didKey(publicKey);
const kid = `${did}#${did.slice('did:key:'.length)}`;
const alice: Operator = {
  id: 'alice',
  human: 'alice',
  kid,
  publicKey,
  level: 3,
  privileges: ['review:final'],
};
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });
const operators: Operators = { byKid: async (name) => (name === kid ? alice : undefined) };

const asking = (r: Rig, path: string): ReturnType<Rig['ttp']['requestApproval']> =>
  r.ttp.requestApproval({ tool: 'read_file', input: { path } });

const PAYROLL = 'data/payroll/may';

describe('asking for approval', () => {
  it('opens one review, which the call itself then uses', async () => {
    const r = await rig({ operators, approvalWaitMs: 0 });
    const [first, again] = [await asking(r, PAYROLL), await asking(r, PAYROLL)];
    const [review] = first.reviews;
    if (review === undefined) throw new TtpError('TEST_NO_REVIEW', 'nothing was opened');
    expect(review).toMatchObject({ state: { at: 'pending' }, request: { input: { path: PAYROLL } } });
    expect(again.reviews.map(({ id }) => id)).toEqual([review.id]);
    expect(r.entries.filter(({ type }) => type === 'approval-requested')).toHaveLength(1);
    expect(r.effects()).toBe(0);

    const verdict = { review, verdict: 'approve', reason: 'agreed', signer, now: r.clock.now() } as const;
    await r.ttp.oversight?.submit(await signReview(verdict));
    // Asking takes no use, however often.
    for (let n = 0; n < 3; n++)
      expect((await asking(r, PAYROLL)).reviews).toMatchObject([{ state: { at: 'approved' }, usesLeft: 1 }]);
    expect((await r.read(PAYROLL)).status).toBe('done');
    expect((await asking(r, PAYROLL)).reviews).toMatchObject([{ usesLeft: 0 }]);
    expect(await r.read(PAYROLL)).toMatchObject({ code: 'OVERSIGHT_APPROVAL_EXHAUSTED' });
  });

  it('bothers nobody with what needs no approval, or would be refused whoever approved', async () => {
    const r = await rig({ operators });
    expect(await asking(r, 'data/a')).toMatchObject({ checked: { wouldPermit: true }, reviews: [] });
    expect(await asking(r, 'etc/passwd')).toMatchObject({ checked: { code: 'SDK_DENIED' }, reviews: [] });
    expect(await asking(r, '../x')).toMatchObject({ checked: { wouldPermit: false }, reviews: [] });
    r.ttp.kill('*', { reason: 'manual_operator_action' });
    expect(await asking(r, PAYROLL)).toEqual({
      checked: { wouldPermit: false, code: 'GUARD_KILLED' },
      reviews: [],
    });
    expect(await r.ttp.oversight?.pending()).toEqual([]);
  });

  it('has nobody to ask without operators, and nothing after the end', async () => {
    const r = await rig();
    expect(await asking(r, PAYROLL)).toEqual({
      checked: { wouldPermit: false, code: 'SDK_UNKNOWN_OBLIGATION', decision: expect.anything() },
      reviews: [],
    });
    await r.ttp.close();
    expect(await codeRejectedBy(asking(r, PAYROLL))).toBe('SDK_CLOSED');
  });

  it('stops where as many are pending as may be', async () => {
    const r = await rig({ operators });
    for (let n = 0; n < 20; n++) await asking(r, `${PAYROLL}-${n}`);
    expect(await codeRejectedBy(asking(r, PAYROLL))).toBe('OVERSIGHT_TOO_MANY_PENDING');
  });
});

it('the kill record says why, and of whom', async () => {
  const r = await rig();
  expect(r.ttp.killStatus()).toMatchObject({ target: r.ttp.did, killed: false, reasons: [] });
  r.ttp.kill('*', { reason: 'security_violation' });
  expect(r.ttp.killStatus()).toMatchObject({ killed: false });
  expect(r.ttp.killStatus('*')).toMatchObject({ killed: true, reasons: ['security_violation'] });
});
