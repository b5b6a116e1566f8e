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
import { FLOW_ROOT_UNITS } from '../../src/limits.js';
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
      [did('a'), 42_500],
      [did('b'), 42_500],
      [did('c'), 36_125],
      [did('root'), FLOW_ROOT_UNITS],
    ]);
    expect(codeThrownBy(() => trustFlow({ ratings: [], createdAt: new Map() }, []))).toBe('SCORE_BAD_ROOT');
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
    const toTheEdge = flow(honest).get(did('h0')) ?? 0;
    // Each step passes on 85 % of what came: 1 / (1 - 0.85) times what came over the edge at most.
    for (const k of [2, 10, 100, 1000])
      expect(gained(k), `${k} identities`).toBeLessThan((toTheEdge * 0.85) / 0.15);
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
