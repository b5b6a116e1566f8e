import { asBasisPoints, asDid } from '@ttp/core';
import {
  BOND_DELTAS_BP,
  type BondEvent,
  bondHistory,
  bondScore,
  decayedBond,
  type IsnadEntry,
  type IsnadFacts,
  invocationTrust,
  isnadScore,
  isnadTotal,
  nextServiceScore,
  type ServiceFacts,
  serviceLevel,
  serviceTrust,
  type ToolExecution,
  toolTrust,
} from '@ttp/score';
import { codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { TOOL_WINDOW_COUNT } from '../src/limits.js';

interface Expected {
  readonly expect?: object;
  readonly code?: string;
  readonly field?: string;
}

/** What comes out, or what is thrown, for every case. */
function check(
  { name, expect: expected, code, field }: Expected & { name: string },
  run: () => object,
): void {
  if (expected === undefined) expect(run, name).toThrow(expect.objectContaining({ code, field }));
  else expect(run(), name).toEqual(expected);
}

const DAY = 86_400_000;
const bp = asBasisPoints;

const next = (published: number, computed: number) => nextServiceScore(bp(published), bp(computed));

const spread = (count: number, at: number): readonly IsnadEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    partner: asDid(`did:ttp:agent:p${i % 120}`),
    at,
    standing: 'confirmed',
  }));

describe('tool trust', () => {
  const execution: ToolExecution = {
    successful: true,
    compliant: true,
    latencyMs: 100,
    usage: { cpu: 0, memory: 0, network: 0 },
  };

  it('gives each component its share, and refuses what is no execution', () => {
    proves(
      'score.tool.formula',
      'score.tool.reliability',
      'score.tool.performance',
      'score.tool.efficiency',
      'score.tool.compliance',
    );
    for (const one of vectors<Expected & { facts: { executions: readonly ToolExecution[]; slaMs?: number } }>(
      'score/tool',
    ))
      check(one, () => toolTrust(one.facts.executions, one.facts.slaMs));
  });

  it('looks at the latest executions: an old record does not pay for a bad week', () => {
    const good = Array.from({ length: 1000 }, () => execution);
    const bad = Array.from({ length: TOOL_WINDOW_COUNT }, () => ({ ...execution, successful: false }));
    expect(toolTrust([...good, ...bad])).toMatchObject({ reliabilityBp: 0, executions: TOOL_WINDOW_COUNT });
    expect(toolTrust([...bad, ...good])).toMatchObject({ reliabilityBp: 4000 });
  });

  it('weighs tool and caller 60 to 40, and neither buys off the other', () => {
    proves('score.tool.combined');
    const needs = { combinedBp: bp(5000), toolBp: bp(4000), callerBp: bp(3000) };
    const at = (tool: number, caller: number) => invocationTrust(bp(tool), bp(caller), needs);
    expect(at(8000, 5000)).toEqual({ combinedBp: 6800, enough: true });
    expect(at(5000, 5000)).toEqual({ combinedBp: 5000, enough: true });
    expect(at(4999, 5000)).toEqual({ combinedBp: 4999, enough: false });
    expect(at(10_000, 2999)).toMatchObject({ enough: false });
    expect(at(3999, 10_000)).toMatchObject({ enough: false });
    expect(codeThrownBy(() => invocationTrust(78 as never, 1.5 as never, needs))).toBe(
      'CORE_BAD_BASIS_POINTS',
    );
  });
});

describe('service trust', () => {
  it('gives each component its share, and refuses what is no observation', () => {
    proves(
      'score.service.formula',
      'score.service.availability',
      'score.service.performance',
      'score.service.security',
      'score.service.reliability',
    );
    for (const one of vectors<Expected & { facts: ServiceFacts }>('score/service'))
      check(one, () => serviceTrust(one.facts));
  });

  it('has four levels without gaps', () => {
    expect([0, 3999, 4000, 5999, 6000, 7999, 8000, 10_000].map((score) => serviceLevel(score))).toEqual([
      'untrusted',
      'untrusted',
      'limited',
      'limited',
      'trusted',
      'trusted',
      'verified',
      'verified',
    ]);
  });

  it('moves a published score by a tenth of a point a call, and down no faster than half a point', () => {
    proves('score.service.delta');
    expect(next(5000, 9000)).toBe(5010);
    expect(next(5000, 5004)).toBe(5004);
    expect(next(5000, 0)).toBe(4950);
    expect(next(20, 0)).toBe(0);
  });
});

describe('bond score', () => {
  it('moves by the table, and half-way back in 30 days', () => {
    proves('score.bond.score');
    for (const one of vectors<Expected & { events: readonly BondEvent[]; now: number }>('score/bond'))
      check(one, () => bondScore(one.events, one.now));
  });

  it('tells each move, and the nightly job may run twice or not at all', async () => {
    await withSeed('bond', 200, (random) => {
      const types = Object.keys(BOND_DELTAS_BP) as (keyof typeof BOND_DELTAS_BP)[];
      let at = 0;
      const events = Array.from({ length: 1 + random.int(20) }, (): BondEvent => {
        at += random.int(40) * DAY + random.int(DAY);
        return { type: types[random.int(types.length)] ?? 'activated', at };
      });
      const moves = bondHistory(events);
      expect(moves).toHaveLength(events.length);
      for (const { bp: after } of moves) expect(after >= 0 && after <= 10_000).toBe(true);
      const later = at + random.int(60) * DAY + random.int(DAY);
      const now = bondScore(events, later);
      const nightly = decayedBond(
        decayedBond({ bp: moves.at(-1)?.bp ?? bp(5000), lastEventAt: at }, at),
        later,
      );
      expect(nightly).toEqual(now);
      // Time moves it towards the middle only.
      const even = bondScore(events, later + 30 * DAY);
      expect(Math.abs(even.bp - 5000)).toBeLessThanOrEqual(Math.abs(now.bp - 5000));
    });
  });
});

describe('isnad score', () => {
  it('is what the formula says, without its holes', () => {
    proves(
      'flaw.S10',
      'flaw.S11',
      'decision.D26',
      'score.isnad.formula',
      'score.isnad.volume',
      'score.isnad.consistency',
      'score.isnad.diversity',
      'score.isnad.longevity',
      'score.isnad.dispute-penalty',
      'score.isnad.burst',
      'score.isnad.self-dealing',
      'score.isnad.sybil-gate',
      'score.isnad.farming',
    );
    for (const one of vectors<Expected & { facts: IsnadFacts; now: number }>('score/isnad'))
      check(one, () => isnadScore(one.facts, one.now));
  });

  it('adds the components of the documented profile to 89.25, which shows as 89.2', () => {
    proves('score.isnad.precision');
    const profile = {
      volume: 9200,
      consistency: 9500,
      diversity: 7600,
      longevity: 8200,
      disputePenalty: 10_000,
    };
    expect(isnadTotal(profile)).toBe(8925);
  });

  it('saturates at 1023 entries and not before, and decays by the table', () => {
    proves('score.isnad.decay');
    const now = 1000 * DAY;
    const volume = (count: number, at = now) =>
      isnadScore({ entries: spread(count, at), since: 0 }, now).volume;
    expect([0, 1, 3, 7, 511, 1022, 1023, 1100].map((count) => volume(count))).toEqual([
      0, 1000, 2000, 3000, 9000, 9998, 10_000, 10_000,
    ]);
    for (const days of [1, 30, 347, 693, 730]) {
      const exact = 1000 * Math.log2(1 + 500 * Math.exp(-0.002 * days));
      expect(Math.abs(volume(500, now - days * DAY) - exact), `${days} days`).toBeLessThanOrEqual(1);
    }
  });

  it('is a whole number from 0 to 10000 for whatever entries there are, in any order', async () => {
    await withSeed('isnad', 200, (random) => {
      const entries = Array.from(
        { length: random.int(60) },
        (): IsnadEntry => ({
          partner: asDid(`did:ttp:agent:p${random.int(6)}`),
          at: random.int(900) * DAY + random.int(DAY),
          standing: (['confirmed', 'disputed', 'upheld'] as const)[random.int(3)] ?? 'confirmed',
          ...(random.chance(0.5) ? { amountCents: random.int(500) } : {}),
        }),
      );
      const facts = { entries, since: random.int(900) * DAY };
      const now = random.int(2000) * DAY;
      const score = isnadScore(facts, now);
      for (const part of [
        'total',
        'volume',
        'consistency',
        'diversity',
        'longevity',
        'disputePenalty',
      ] as const)
        expect(Number.isInteger(score[part]) && score[part] >= 0 && score[part] <= 10_000, part).toBe(true);
      expect(isnadScore({ ...facts, entries: entries.toReversed() }, now).ignored).toBe(score.ignored);
      const worse = isnadScore(
        { ...facts, entries: entries.map((one) => ({ ...one, standing: 'upheld' as const })) },
        now,
      );
      expect(worse.total).toBeLessThanOrEqual(Math.max(score.total, 2000));
    });
  });
});
