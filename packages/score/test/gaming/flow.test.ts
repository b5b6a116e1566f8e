import { asDid, type Did } from '@ttp/core';
import {
  type AttestationFact,
  type RatingFact,
  reputationOf,
  trustFlow,
  weighAttestations,
} from '@ttp/score';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { ringsOf } from '../../src/gaming/rings.js';
import { FLOW_EDGE_UNITS, FLOW_PASSED_PERCENT, FLOW_ROOT_UNITS } from '../../src/limits.js';
import { attestation } from '../facts.js';

const NOW = 1000 * 86_400_000;
const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const S = did('subject');
const names = (count: number, prefix = 'i'): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('rings', () => {
  it('are what reaches itself, found as by a naive search', async () => {
    await withSeed('rings', 200, (random) => {
      const count = 1 + random.int(14);
      const next = Array.from({ length: count }, () =>
        Array.from({ length: count }, (_, i) => i).filter(() => random.chance(1 / count)),
      );
      const reach = next.map((_, start) => {
        const seen = new Set<number>();
        const todo = [...(next[start] ?? [])];
        for (let v = todo.pop(); v !== undefined; v = todo.pop())
          if (!seen.has(v)) {
            seen.add(v);
            todo.push(...(next[v] ?? []));
          }
        return seen;
      });
      const naive = next.map((_, v) => {
        const members = next
          .map((__, w) => w)
          .filter((w) => w === v || (reach[v]?.has(w) === true && reach[w]?.has(v) === true));
        return members.length < 2 || members.length > 5 ? -1 : Math.min(...members);
      });
      expect(ringsOf(next, 5)).toEqual(naive);
    });
  });

  it('do not end the stack', () => {
    const long = Array.from({ length: 200_000 }, (_, i) => [(i + 1) % 200_000]);
    expect(ringsOf(long, 50).every((ring) => ring === -1)).toBe(true);
  });
});

const rates = (from: string, to: string, value = 5): RatingFact => ({
  issuer: did(from),
  subject: did(to),
  rating: value,
  at: NOW,
});

const flow = (ratings: readonly RatingFact[]) => trustFlow({ ratings, createdAt: new Map() }, [did('root')]);

describe('trust from roots', () => {
  it('goes along good ratings, and less of it with each step', () => {
    const reached = flow([
      rates('root', 'a'),
      rates('root', 'b'),
      rates('a', 'c'),
      rates('b', 'd', 2),
      rates('x', 'y'),
    ]);
    expect([...reached]).toEqual([
      [did('a'), FLOW_EDGE_UNITS],
      [did('b'), FLOW_EDGE_UNITS],
      [did('c'), (FLOW_EDGE_UNITS * FLOW_PASSED_PERCENT) / 100],
      [did('root'), FLOW_ROOT_UNITS],
    ]);
    expect(codeThrownBy(() => trustFlow({ ratings: [], createdAt: new Map() }, []))).toBe('SCORE_BAD_ROOT');
  });

  it('carries no more over one edge than an attestation, in however many rounds it comes', () => {
    // A root that is praised by those whom it praises: trust comes round again, and the edge is full already.
    const round = flow([rates('root', 'a'), rates('a', 'b'), rates('b', 'root'), rates('a', 'root')]);
    expect(round.get(did('a'))).toBe(FLOW_EDGE_UNITS);
    const lone = flow([rates('root', 'a')]);
    const crowd = flow(names(2000).map((name) => rates('root', name)));
    expect(lone.get(did('a'))).toBe(FLOW_EDGE_UNITS);
    expect(crowd.get(did('i7'))).toBe(Math.floor((FLOW_ROOT_UNITS * FLOW_PASSED_PERCENT) / 100 / 2000));
  });

  it('gives free identities together no more than came over the edge to them, however many there are', () => {
    proves('law.S-4', 'flaw.S2');
    const honest = names(20, 'h').flatMap((name) => [
      rates('root', name),
      rates(name, 'h0'),
      rates(name, 'h1'),
    ]);
    const gained = (k: number) => {
      const ring = names(k, 's');
      const sybils = ring.flatMap((name, i) => [rates(name, ring[(i + 1) % k] ?? name), rates('s0', name)]);
      const reached = flow([...honest, rates('h0', 's0'), ...sybils]);
      return ring.reduce((sum, name) => sum + (reached.get(did(name)) ?? 0), 0);
    };
    // Each step passes on a part of what came: what came over the edge is the first member of a falling series.
    for (const k of [2, 10, 100, 1000])
      expect(gained(k), `${k} identities`).toBeLessThan(FLOW_EDGE_UNITS / (1 - FLOW_PASSED_PERCENT / 100));
    expect(gained(1000)).toBeGreaterThan(0);
    const free = flow([...honest, ...names(50, 's').map((name) => rates(name, 'target'))]);
    expect(free.has(did('target'))).toBe(false);
    // Whatever tier they are given, what they say together stays below one point of 35.
    for (const k of [1, 10, 1000]) {
      const said = names(k, 's').map((name) => attestation(name, { tier: 'highTrust' }));
      const { posterior: heard } = reputationOf(weighAttestations(did('target'), said, { flow: free }));
      expect((3500 * heard) / 10_000, `${k} identities`).toBeLessThan(100);
      expect((3500 * posterior(said)) / 10_000, `${k} without roots`).toBeGreaterThan(k === 1 ? 0 : 100);
    }
  });
});

const posterior = (facts: readonly AttestationFact[]) => reputationOf(facts).posterior;

const verdict = (multiplierBp: number, quarantined = false) =>
  ({ multiplierBp, flags: [], quarantined }) as never;

describe('weighing attestations', () => {
  const given = names(6).map((name) => attestation(name, { tier: 'enhanced' }));

  it('makes those provisional whom no trust reaches, and those light whom little reaches', () => {
    proves('score.reputation.weighted');
    const reached = new Map([
      [did('i0'), 1000],
      [did('i1'), 40],
    ]);
    const weighed = weighAttestations(S, given.slice(0, 3), { flow: reached });
    expect(weighed.map(({ tier, multiplierBp }) => [tier, multiplierBp])).toEqual([
      ['enhanced', 10_000],
      ['enhanced', 2500],
      ['provisional', 10_000],
    ]);
    expect(posterior(weighAttestations(S, given, { flow: reached }))).toBeLessThan(posterior(given));
    expect(posterior(weighAttestations(S, given, {}))).toBe(posterior(given));
  });

  it('lets nothing of a quarantined account count, and less of one with a pattern', () => {
    const gaming = {
      findings: [],
      verdicts: new Map([
        [S, verdict(5000)],
        [did('i0'), verdict(0, true)],
      ]),
    };
    const weighed = weighAttestations(S, given, { gaming });
    expect(weighed.map(({ multiplierBp }) => multiplierBp)).toEqual([0, 5000, 5000, 5000, 5000, 5000]);
    expect(reputationOf(weighed).independentClusters).toBe(5);
    expect(codeThrownBy(() => reputationOf([{ ...attestation('a'), multiplierBp: 10_001 }]))).toBe(
      'SCORE_BAD_ATTESTATION',
    );
  });
});
