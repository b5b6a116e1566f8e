import { memory } from '@ttp/adapters/memory';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createApprovals } from '../src/approvals.js';
import { verifyDecision } from '../src/decision.js';
import { type ReviewVerdict, signReview } from '../src/index.js';
import { actionOf, sameness } from '../src/request.js';
import { alice, decisionOf, interactionOf, roster, START } from './rig.js';

const TERMS = { from: 'rule:a', reason: '', level: 1, timeoutMs: 60_000 } as const;
const ACTION = actionOf(interactionOf(), decisionOf());
const CALL = sameness(ACTION, TERMS);

async function reviewed(verdict?: ReviewVerdict) {
  const clock = fakeClock(START);
  const approvals = createApprovals(memory().store, { clock, random: seededRandom(1) });
  const { review } = await approvals.open(ACTION, TERMS);
  if (verdict !== undefined) {
    const conditions = verdict === 'modify' ? { conditions: { maxUses: 2 } } : {};
    const input = { review, verdict, reason: 'seen', signer: alice.signer, now: START, ...conditions };
    await approvals.decide(await verifyDecision(await signReview(input), roster(), START), []);
  }
  return { approvals, clock, id: review.id };
}

describe('giving back', () => {
  it.each([
    ['approve', 1],
    ['modify', 2],
    ['deny', 0],
    [undefined, 0],
  ] as const)('after %s, what was never taken makes no use more than %i', async (verdict, granted) => {
    proves('law.O-1');
    const { approvals, id } = await reviewed(verdict);
    await approvals.giveBack(id);
    await approvals.giveBack(id);
    expect((await approvals.read(id))?.usesLeft).toBe(granted);
  });
});

describe('a use', () => {
  it('is refused before the decision, after a denial, and after the deadline', async () => {
    proves('law.O-4');
    const waiting = await reviewed();
    expect(await codeRejectedBy(waiting.approvals.use(waiting.id, CALL))).toBe('OVERSIGHT_APPROVAL_PENDING');
    await waiting.clock.advance(60_000);
    expect(await codeRejectedBy(waiting.approvals.use(waiting.id, CALL))).toBe('OVERSIGHT_TIMEOUT');
    const denied = await reviewed('deny');
    expect(await codeRejectedBy(denied.approvals.use(denied.id, CALL))).toBe('OVERSIGHT_APPROVAL_DENIED');
  });

  it('is refused from notAfter on, with uses left', async () => {
    proves('law.O-1');
    const { approvals, clock, id } = await reviewed('modify');
    const end = (await approvals.read(id))?.request.notAfter ?? Number.NaN;
    clock.setWall(end - 1);
    await approvals.use(id, CALL);
    clock.setWall(end);
    expect(await codeRejectedBy(approvals.use(id, CALL))).toBe('OVERSIGHT_APPROVAL_EXPIRED');
    await approvals.giveBack(id);
    expect(await codeRejectedBy(approvals.use(id, CALL))).toBe('OVERSIGHT_APPROVAL_EXPIRED');
  });
});
