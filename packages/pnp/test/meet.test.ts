import { asHash, EFFECTS, type Hash, type JsonObject, type Obligation } from '@ttp/core';
import { hashBytes, utf8 } from '@ttp/crypto';
import { evaluate, evaluateLayers, loadPolicy, type Policy, type PolicyRequest } from '@ttp/spl';
import { codeThrownBy, proves, type SeededRandom, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type Agreement,
  agreedLayers,
  agreementHash,
  agreementOf,
  agreementText,
  matchOffers,
  meet,
} from '../src/index.js';
import { drawPolicyText, drawRequest, ofRequirements } from './policies.js';

const PURPOSES = ['support', 'support', 'billing'];
const draw = (random: SeededRandom, purposes = PURPOSES): Policy =>
  loadPolicy(drawPolicyText(random, purposes));
const lifted = (random: SeededRandom): Agreement => agreementOf(draw(random));

/** The meet as a text; `conflict` is the bottom, which every meet with it is. */
const met = (a: Agreement | 'conflict', b: Agreement | 'conflict'): Agreement | 'conflict' =>
  a === 'conflict' || b === 'conflict' ? 'conflict' : (meet(a, b).agreement ?? 'conflict');

/** An agreement of nothing but its layers. */
const of = (layers: readonly Hash[]): Agreement => ({ layers, requirements: {}, offers: {} });

/** One text for an agreement, whoever was left; the conflict is the bottom. */
const shown = (one: Agreement | 'conflict'): string => (one === 'conflict' ? one : agreementText(one));

describe('the laws of the meet', () => {
  it('is commutative, associative and idempotent, with a conflict as the bottom', async () => {
    proves('law.N-5', 'pnp.merge.laws');
    let conflicts = 0;
    await withSeed('the laws of the meet', 1, (random) => {
      const pool = Array.from({ length: 150 }, () => lifted(random));
      const differ: unknown[] = [];
      const same = (x: Agreement | 'conflict', y: Agreement | 'conflict', law: string): void => {
        if (shown(x) !== shown(y)) differ.push({ law, x, y });
      };
      for (let i = 0; i < 5000; i++) {
        const [a, b, c] = [random.pick(pool), random.pick(pool), random.pick(pool)];
        const ab = met(a, b);
        same(ab, met(b, a), 'commutative');
        same(met(ab, c), met(a, met(b, c)), 'associative');
        same(met(a, a), a, 'idempotent');
        same(met(ab, a), ab, 'absorbs what is in it');
        if (ab === 'conflict') conflicts++;
      }
      expect(differ).toEqual([]);
    });
    expect(conflicts).toBeGreaterThan(500);
  });

  it('names the same conflicts, whoever was left', async () => {
    proves('law.N-5');
    await withSeed('conflicts commute', 100, (random) => {
      const [a, b] = [lifted(random), lifted(random)];
      expect(meet(a, b).conflicts).toEqual(meet(b, a).conflicts);
      expect(matchOffers(a, b)).toEqual(matchOffers(b, a));
    });
  });

  it('hashes the text of an agreement', () => {
    const [a, b] = [agreementOf(ofRequirements({ minTrustScore: 1 })), agreementOf(ofRequirements({}))];
    const [ab, ba] = [met(a, b), met(b, a)];
    if (ab === 'conflict' || ba === 'conflict') throw new Error('no conflict is in sight');
    expect(agreementHash(ab)).toBe(hashBytes(utf8(agreementText(ba))));
    expect(agreementHash(ab)).not.toBe(agreementHash({ ...ab, layers: a.layers }));
  });

  it('has at most eight layers', () => {
    const hashes = Array.from({ length: 9 }, (_, i) => asHash(`sha256:${String(i).padStart(64, '0')}`));
    expect(meet(of(hashes.slice(0, 4)), of(hashes.slice(4, 8))).agreement?.layers).toHaveLength(8);
    expect(codeThrownBy(() => meet(of(hashes.slice(0, 4)), of(hashes.slice(4))))).toBe('PNP_TOO_MANY_LAYERS');
  });
});

/** An obligation without the name of the rule and layer it comes from. */
const bare = ({ kind, params }: Obligation): string => JSON.stringify([kind, params]);

const permits = (policy: Policy, request: PolicyRequest): boolean =>
  evaluate(policy, request).effect !== 'deny';

describe('an agreement is never wider than its inputs', () => {
  it('permits only what both inputs permit, over 1000 requests for each of 100 agreements', async () => {
    proves('law.N-4', 'flaw.N1', 'pnp.merge.laws', 'pnp.merge.meet');
    let permitted = 0;
    await withSeed('agreement within inputs', 100, (random) => {
      const [a, b] = [draw(random, ['support']), draw(random, ['support'])];
      const { agreement } = meet(agreementOf(a), agreementOf(b));
      // Whoever holds an agreement finds the policies by their hashes, and asks every one of them.
      const byHash = new Map([a, b].map((policy) => [policy.hash, policy]));
      const found = (agreement?.layers ?? []).flatMap((hash) => byHash.get(hash) ?? []);
      expect(found.map(({ hash }) => hash)).toEqual([...new Set([a.hash, b.hash])].sort());
      const layers = agreedLayers(found);
      for (let i = 0; i < 1000; i++) {
        const request = drawRequest(random);
        const { effect, obligations } = evaluateLayers(layers, request);
        const inputs = [evaluate(a, request), evaluate(b, request)];
        const strictest = inputs.map((one) => EFFECTS.indexOf(one.effect)).reduce((x, y) => Math.max(x, y));
        if (effect !== EFFECTS[strictest]) expect({ request, effect }).toBe('the stricter of both');
        if (effect === 'deny') continue;
        permitted++;
        // United: none of either input is lost.
        const united = new Set(obligations.map(bare));
        for (const one of inputs.flatMap((input) => input.obligations))
          if (!united.has(bare(one))) expect({ request, one }).toBe('an obligation of the agreement');
      }
    });
    expect(permitted).toBeGreaterThan(1000);
  });

  it('has requirements that hold just where those of both inputs hold', async () => {
    proves('flaw.N1', 'pnp.merge.meet');
    let refused = 0;
    await withSeed('merged requirements', 150, (random) => {
      const [a, b] = [agreementOf(draw(random, ['support'])), agreementOf(draw(random, ['support']))];
      const merged = meet(a, b).agreement?.requirements ?? {};
      const policies = [merged, a.requirements, b.requirements].map(ofRequirements);
      for (let i = 0; i < 50; i++) {
        const request = drawRequest(random);
        const [both, left, right] = policies.map((policy) => permits(policy, request));
        if (both !== (left === true && right === true)) expect({ request, merged }).toBe('what both say');
        if (both === false) refused++;
      }
    });
    expect(refused).toBeGreaterThan(1000);
  });

  it('offers only what both offer, at the lower rate', async () => {
    proves('flaw.N1', 'pnp.merge.meet');
    await withSeed('merged offers', 200, (random) => {
      const inputs = [agreementOf(draw(random, ['support'])), agreementOf(draw(random, ['support']))];
      const [a, b] = inputs;
      if (a === undefined || b === undefined) return;
      const offers = meet(a, b).agreement?.offers ?? {};
      for (const input of inputs) {
        for (const name of offers.capabilities ?? []) expect(input.offers.capabilities).toContain(name);
        const { rateLimit } = input.offers;
        if (rateLimit === undefined) continue;
        const { requests, windowMs } = offers.rateLimit ?? { requests: Infinity, windowMs: 1 };
        expect(requests / windowMs).toBeLessThanOrEqual(rateLimit.requests / rateLimit.windowMs);
      }
    });
  });
});

interface MeetCase {
  readonly a: JsonObject;
  readonly b: JsonObject;
  readonly expect?: JsonObject;
  readonly code?: string;
}

describe('the vectors', () => {
  it.each(vectors<MeetCase>('pnp/merge'))('$name', ({ a, b, expect: expected, code }) => {
    proves('pnp.merge.meet');
    const run = () => meet(agreementOf(loadPolicy(a)), agreementOf(loadPolicy(b)));
    expect(codeThrownBy(run)).toBe(code);
    if (expected !== undefined) expect(run()).toEqual(expected);
  });
});
