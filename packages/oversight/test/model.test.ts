import { memory } from '@ttp/adapters/memory';
import type { Hold } from '@ttp/core';
import { codeRejectedBy, fakeClock, proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { APPROVAL_VALID_MS, PENDING_MAX_PER_AGENT, type Review } from '../src/index.js';
import { type Ask, alice, alice2, bob, decide, type Rig, rig, START, senior } from './rig.js';

const TIMEOUT_MS = 60_000;

/** What one review should be, by the sentences of decision D35. */
interface Expected {
  id: string;
  readonly call: string;
  at: 'open' | 'approved' | 'denied';
  readonly deadline: number;
  /** Who approved first, and for how many uses, where two have to. */
  first: { readonly human: string; readonly uses: number } | undefined;
  granted: number;
  executions: number;
  left: number;
}

/** A random walk of agents, operators, crashes and time over several processes on one store. */
class Walk {
  readonly #random: SeededRandom;
  readonly #clock = fakeClock(START);
  readonly #storage = memory();
  readonly #reviews: Expected[] = [];
  readonly #holds: { readonly hold: Hold; readonly of: Expected; isOver: boolean }[] = [];
  readonly seen: Map<string, number>;
  #point: Rig;
  #epoch = 0;
  #policy = 0;

  constructor(random: SeededRandom, seen: Map<string, number>) {
    this.#random = random;
    this.seen = seen;
    this.#point = this.#process();
  }

  async step(): Promise<void> {
    const dice = this.#random.int(100);
    if (dice < 45) await this.#ask();
    else if (dice < 70) await this.#decide();
    else if (dice < 85) await this.#end();
    else if (dice < 94)
      await this.#clock.advance(this.#random.pick([1000, 20_000, TIMEOUT_MS, APPROVAL_VALID_MS]));
    else if (dice < 96) this.#epoch++;
    else if (dice < 98) this.#policy++;
    else this.#point = this.#process();
    for (const { executions, granted } of this.#reviews) expect(executions).toBeLessThanOrEqual(granted);
  }

  #process(): Rig {
    return rig({ storage: this.#storage, clock: this.#clock, waitMs: 0 });
  }

  #isOpen = (review: Expected): boolean => review.at === 'open' && this.#clock.now() < review.deadline;
  #isInForce = (review: Expected): boolean =>
    review.at !== 'open' && this.#clock.now() < review.deadline + APPROVAL_VALID_MS;

  async #ask(): Promise<void> {
    const ask: Ask = {
      input: this.#random.int(2),
      epoch: this.#epoch,
      policy: `v${this.#policy}`,
      params: { timeoutMs: TIMEOUT_MS },
    };
    const call = JSON.stringify(ask);
    const current = this.#reviews.findLast((review) => review.call === call);
    let expected: string | undefined = 'OVERSIGHT_APPROVAL_PENDING';
    let isNew = false;
    if (current === undefined || !(this.#isOpen(current) || this.#isInForce(current))) {
      isNew = this.#reviews.filter(this.#isOpen).length < PENDING_MAX_PER_AGENT;
      if (!isNew) expected = 'OVERSIGHT_TOO_MANY_PENDING';
    } else if (current.at === 'denied') expected = 'OVERSIGHT_APPROVAL_DENIED';
    else if (current.at === 'approved')
      expected = current.left > 0 ? undefined : 'OVERSIGHT_APPROVAL_EXHAUSTED';

    const known = new Set(this.#reviews.map(({ id }) => id));
    const asking = this.#point.ask(ask);
    const code = await codeRejectedBy(asking);
    expect(code).toBe(expected);
    this.#count(code ?? 'permitted');
    if (code === undefined && current !== undefined) {
      current.left--;
      current.executions++;
      this.#holds.push({ hold: await asking, of: current, isOver: false });
    }
    if (!isNew) return;
    const opened = (await this.#point.oversight.pending()).filter(({ id }) => !known.has(id));
    expect(opened).toHaveLength(1);
    const deadline = this.#clock.now() + TIMEOUT_MS;
    for (const { id } of opened)
      this.#reviews.push({
        id,
        call,
        deadline,
        at: 'open',
        first: undefined,
        granted: 0,
        executions: 0,
        left: 0,
      });
  }

  async #decide(): Promise<void> {
    if (this.#reviews.length === 0) return;
    const open = this.#reviews.filter(this.#isOpen);
    const chosen = this.#random.pick(open.length > 0 && this.#random.chance(0.8) ? open : this.#reviews);
    const who = this.#random.pick([alice, alice2, bob, senior]);
    const isDenial = this.#random.chance(0.2);
    const isDual = this.#random.chance(0.3);
    const maxUses = 1 + this.#random.int(3);
    const review = await this.#review(chosen.id);
    let expected: string | undefined;
    if (!this.#isOpen(chosen)) expected = 'OVERSIGHT_ALREADY_DECIDED';
    else if (isDenial) chosen.at = 'denied';
    else if (chosen.first?.human === who.entry.human) expected = 'OVERSIGHT_CONFLICT';
    else if (chosen.first === undefined && isDual) chosen.first = { human: who.entry.human, uses: maxUses };
    else {
      chosen.at = 'approved';
      chosen.granted = chosen.left = Math.min(maxUses, chosen.first?.uses ?? maxUses);
    }
    const code = await codeRejectedBy(
      isDenial
        ? decide(this.#point, who, { review, verdict: 'deny' })
        : decide(this.#point, who, { review, conditions: { maxUses, requiresSecondApproval: isDual } }),
    );
    expect(code).toBe(expected);
    this.#count(`decision ${code ?? chosen.at}`);
  }

  async #review(id: string): Promise<Review> {
    const review = await this.#point.oversight.review(id);
    if (review === undefined) throw new Error(`no review ${id}`);
    return review;
  }

  /** The effect happened, or did not; somebody may say so twice. */
  async #end(): Promise<void> {
    if (this.#holds.length === 0) return;
    const held = this.#random.pick(this.#holds);
    if (this.#random.chance(0.5)) await held.hold.settle({ status: 'blocked', code: 'TEST_DONE' });
    else {
      await held.hold.release();
      if (!held.isOver) {
        held.of.left++;
        held.of.executions--;
      }
    }
    held.isOver = true;
    expect((await this.#review(held.of.id)).usesLeft).toBe(held.of.left);
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

it('does what the model does, on random walks', async () => {
  proves('flaw.O1', 'flaw.O2', 'flaw.O3', 'law.O-1', 'law.O-2', 'law.O-3', 'law.O-4');
  const seen = new Map<string, number>();
  await withSeed('oversight model', 24, async (random) => {
    const walk = new Walk(random, seen);
    for (let n = 0; n < 60; n++) await walk.step();
  });
  // The walks went everywhere that matters.
  expect([...seen.keys()].sort()).toEqual([
    'OVERSIGHT_APPROVAL_DENIED',
    'OVERSIGHT_APPROVAL_EXHAUSTED',
    'OVERSIGHT_APPROVAL_PENDING',
    'decision OVERSIGHT_ALREADY_DECIDED',
    'decision OVERSIGHT_CONFLICT',
    'decision approved',
    'decision denied',
    'decision open',
    'permitted',
  ]);
});
