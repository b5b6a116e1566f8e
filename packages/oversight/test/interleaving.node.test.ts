import { memory } from '@ttp/adapters/memory';
import type { Store } from '@ttp/core';
import {
  codeRejectedBy,
  explore,
  exploreAtRandom,
  fakeClock,
  proves,
  type Scenario,
  type Scheduler,
  seededRandom,
} from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Approvals, createApprovals } from '../src/approvals.js';
import { type VerifiedDecision, verifyDecision } from '../src/decision.js';
import { PENDING_MAX_PER_AGENT, type Review, type ReviewState, signReview } from '../src/index.js';
import { type Action, actionOf, sameness } from '../src/request.js';
import {
  alice,
  bob,
  chief,
  decide,
  decisionOf,
  interactionOf,
  type Person,
  rig,
  roster,
  START,
} from './rig.js';

const TERMS = { from: 'rule:a', reason: '', level: 1, timeoutMs: 60_000 } as const;
const ACTION: Action = actionOf(interactionOf(), decisionOf());
const CALL = sameness(ACTION, TERMS);

const actionNo = (input: number): Action => ({ ...ACTION, input });

let processes = 0;
/** One more process on the same store. */
const another = (store: Store, clock = fakeClock(START)): Approvals =>
  createApprovals(store, { clock, random: seededRandom(`process ${processes++}`) });

type Choice = Pick<Parameters<typeof signReview>[0], 'verdict' | 'conditions' | 'seconds'>;
async function decisionOn(review: Review, who: Person, choice: Choice): Promise<VerifiedDecision> {
  const signed = await signReview({ review, reason: 'seen', signer: who.signer, now: START, ...choice });
  return verifyDecision(signed, roster(), START);
}

/** A store with one review, pending. */
async function opened(): Promise<{ readonly store: Store; readonly review: Review }> {
  const { store } = memory();
  return { store, review: (await another(store).open(ACTION, TERMS)).review };
}

/** What compare-and-set is there to prevent. */
const careless = (store: Store): Store => ({ ...store, put: (key, value) => store.put(key, value) });

interface Counts {
  readonly maxUses: number;
  readonly takers: number;
  /** Those who take a use and give it back, having done nothing. */
  readonly returners: number;
}

/** A review approved by the real signature, once: what is raced for are the uses. */
const grants = new Map<
  number,
  Promise<{ readonly key: string; readonly value: Uint8Array; readonly id: string }>
>();
function grant(maxUses: number) {
  const made = async () => {
    const { store, review } = await opened();
    const choice = { verdict: 'modify', conditions: { maxUses } } as const;
    const { id } = await another(store).decide(await decisionOn(review, alice, choice), []);
    const key = `oversight/review/${id}`;
    const value = (await store.get(key))?.value ?? new Uint8Array();
    return { key, value, id };
  };
  const found = grants.get(maxUses) ?? made();
  grants.set(maxUses, found);
  return found;
}

async function callers(
  sched: Scheduler,
  { maxUses, takers, returners }: Counts,
  through: (store: Store) => Store = (store) => store,
): Promise<Scenario> {
  const { key, value, id } = await grant(maxUses);
  const { store } = memory();
  await store.put(key, value);
  let executions = 0;
  const take = (returns: boolean) => async (): Promise<void> => {
    const approvals = another(sched.store(through(store)));
    const code = await codeRejectedBy(approvals.use(id, CALL));
    if (code !== undefined) expect(code).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
    else if (returns) await approvals.giveBack(id);
    else executions++;
  };
  return {
    tasks: Array.from({ length: takers + returners }, (_, n) => take(n >= takers)),
    async check() {
      const left = (await another(store).read(id))?.usesLeft ?? Number.NaN;
      // None is doubled; and none is lost, as long as nobody crashes.
      expect(executions).toBeLessThanOrEqual(maxUses);
      expect(executions + left).toBe(maxUses);
    },
  };
}

describe('executions', () => {
  it.each([
    [2, { maxUses: 1, takers: 2, returners: 0, preemptions: 4 }],
    [3, { maxUses: 1, takers: 3, returners: 0, preemptions: 2 }],
    [3, { maxUses: 2, takers: 3, returners: 0, preemptions: 1 }],
    [2, { maxUses: 1, takers: 1, returners: 1, preemptions: 4 }],
    [3, { maxUses: 2, takers: 2, returners: 1, preemptions: 1 }],
  ])('of %i callers never exceed the uses in any schedule of %o', async (_, { preemptions, ...counts }) => {
    proves('flaw.O1', 'law.O-1', 'oversight.conditions.max-uses');
    const { schedules } = await explore({ preemptions, setup: (sched) => callers(sched, counts) });
    expect(schedules).toBeGreaterThan(20);
  });

  it('never exceed the uses in random schedules without a bound on preemptions', async () => {
    proves('flaw.O1', 'law.O-1');
    const counts = { maxUses: 3, takers: 5, returners: 2 };
    await exploreAtRandom({
      random: seededRandom('uses'),
      runs: 60,
      setup: (sched) => callers(sched, counts),
    });
    expect(counts.takers).toBeGreaterThan(counts.maxUses);
  });

  it('would exceed them without compare-and-set: the same schedules find that', async () => {
    const counts = { maxUses: 1, takers: 2, returners: 0 };
    const found = explore({ preemptions: 1, setup: (sched) => callers(sched, counts, careless) });
    expect(await codeRejectedBy(found)).toBe('TESTKIT_SCHEDULE_FAILED');
  });

  it('never exceed the uses from the question to the effect, in two processes', async () => {
    proves('flaw.O1', 'law.O-1');
    await exploreAtRandom({
      random: seededRandom('whole calls'),
      runs: 40,
      async setup(sched) {
        const storage = memory();
        const clock = fakeClock(START);
        const points = [0, 1].map(() => rig({ storage: sched.storage(storage), clock, waitMs: 0 }));
        const first = rig({ storage, clock, waitMs: 0 });
        await codeRejectedBy(first.ask());
        await decide(first, alice, { conditions: { maxUses: 2 } });
        let executions = 0;
        return {
          tasks: points
            .flatMap((point) => [
              async () => {
                const hold = await point.ask();
                await hold.release();
              },
              async () => {
                if ((await codeRejectedBy(point.ask())) === undefined) executions++;
              },
            ])
            .map((task) => async () => {
              const code = await codeRejectedBy(task());
              if (code !== undefined) expect(code).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
            }),
          check: () => expect(executions).toBeLessThanOrEqual(2),
        };
      },
    });
  });
});

describe('the end of a review', () => {
  /** Approval, denial and deadline at the same moment; `last` is what everybody sees from then on. */
  it('is one, whoever comes first, and everybody sees the same', async () => {
    proves('flaw.O2', 'law.O-3');
    const ends = new Set<string>();
    const { store: template, review } = await opened();
    const key = `oversight/review/${review.id}`;
    const value = (await template.get(key))?.value ?? new Uint8Array();
    const approve = await decisionOn(review, alice, { verdict: 'approve' });
    const deny = await decisionOn(review, bob, { verdict: 'deny' });
    const { schedules } = await explore({
      preemptions: 2,
      async setup(sched) {
        const { store } = memory();
        await store.put(key, value);
        const seen: ReviewState[] = [];
        const clock = fakeClock(START + 59_999);
        const deciding = (decision: VerifiedDecision) => async (): Promise<void> => {
          const approvals = another(sched.store(store), clock);
          const code = await codeRejectedBy(
            approvals.decide(decision, []).then(({ state }) => seen.push(state)),
          );
          if (code !== undefined) expect(code).toBe('OVERSIGHT_ALREADY_DECIDED');
        };
        return {
          tasks: [
            deciding(approve),
            deciding(deny),
            async () => {
              await sched.step('the deadline');
              clock.setWall(START + 60_000);
              const { state } = await another(sched.store(store), clock).look(review.id);
              seen.push(state);
            },
          ],
          async check() {
            const { state } = await another(store, clock).look(review.id);
            ends.add(state.at);
            for (const one of seen) expect(one).toEqual(state);
          },
        };
      },
    });
    expect([...ends].sort()).toEqual(['approved', 'denied', 'expired']);
    expect(schedules).toBeGreaterThan(50);
  });

  it('takes two humans where two are asked for, also when many second at once', async () => {
    proves('flaw.O3', 'law.O-2');
    const { store: template, review } = await opened();
    const key = `oversight/review/${review.id}`;
    const first = await decisionOn(review, alice, {
      verdict: 'modify',
      conditions: { requiresSecondApproval: true },
    });
    await another(template).decide(first, []);
    const value = (await template.get(key))?.value ?? new Uint8Array();
    const seconds = { verdict: 'approve', seconds: first.id } as const;
    const decisions = [
      await decisionOn(review, alice, seconds),
      await decisionOn(review, bob, seconds),
      await decisionOn(review, chief, seconds),
    ];
    const { schedules } = await explore({
      preemptions: 2,
      async setup(sched) {
        const { store } = memory();
        await store.put(key, value);
        return {
          tasks: decisions.map((decision) => async () => {
            const code = await codeRejectedBy(another(sched.store(store)).decide(decision, []));
            const allowed = [undefined, 'OVERSIGHT_CONFLICT', 'OVERSIGHT_ALREADY_DECIDED'];
            expect(allowed).toContain(code);
          }),
          async check() {
            const state = (await another(store).read(review.id))?.state;
            if (state?.at !== 'approved') throw new Error('not approved');
            expect(new Set(state.votes.map(({ human }) => human)).size).toBe(2);
            expect(state.votes).toHaveLength(2);
          },
        };
      },
    });
    expect(schedules).toBeGreaterThan(50);
  });
});

describe('the last place of the queue', () => {
  it('is taken once, in any schedule', async () => {
    proves('oversight.queue.caps');
    const { store: full } = memory();
    for (let n = 1; n < PENDING_MAX_PER_AGENT; n++) await another(full).open(actionNo(n), TERMS);
    const kept: (readonly [string, Uint8Array])[] = [];
    for await (const key of full.list('oversight/'))
      kept.push([key, (await full.get(key))?.value ?? new Uint8Array()]);
    await exploreAtRandom({
      random: seededRandom('places'),
      runs: 40,
      async setup(sched) {
        const { store } = memory();
        for (const [key, value] of kept) await store.put(key, value);
        const codes: (string | undefined)[] = [];
        return {
          tasks: [101, 102, 103].map((n) => async () => {
            codes.push(await codeRejectedBy(another(sched.store(store)).open(actionNo(n), TERMS)));
          }),
          async check() {
            expect(await another(store).pending()).toHaveLength(PENDING_MAX_PER_AGENT);
            expect(codes.filter((code) => code === undefined)).toHaveLength(1);
            expect(codes.filter((code) => code === 'OVERSIGHT_TOO_MANY_PENDING')).toHaveLength(2);
          },
        };
      },
    });
  });
});
