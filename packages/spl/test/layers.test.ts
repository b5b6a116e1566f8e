import { EFFECTS, type Json, type JsonObject, type Obligation } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  evaluateLayers,
  explainVerdict,
  isLayered,
  LAYERS_MAX,
  layerPolicies,
  loadPolicies,
  loadPolicy,
  POLICY_CEILING_BYTES,
  type Policy,
  type PolicyLayer,
  type PolicyLayers,
  policiesOf,
} from '../src/index.js';
import { randomPolicy } from './reference/generate.js';
import { randomRequest } from './reference/requests.js';
import { BARE } from './samples.js';

const rule = (id: string, effect: string, more: JsonObject = {}): JsonObject => ({
  id,
  effect,
  resources: ['r'],
  actions: ['read'],
  ...more,
});

const policyOf = (rules: readonly JsonObject[], more: JsonObject = {}): Policy =>
  loadPolicy({ version: '1.0.0', rules, ...more });

const layered = (policies: { readonly [layer: string]: Policy }): PolicyLayers =>
  layerPolicies(Object.entries(policies).map(([layer, policy]): PolicyLayer => ({ layer, policy })));

const said = (value: object): string => canonicalize(JSON.parse(JSON.stringify(value)));

const plain = ({ kind, params }: { kind: string; params: JsonObject }): string =>
  canonicalize({ kind, params });

/** For each window the lowest bound of all that is said of it. */
function bounds(obligations: readonly Obligation[]): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>();
  for (const { kind, params } of obligations) {
    if (kind !== 'window') continue;
    const { adds = null, windowMs = null, atMost = Number.MAX_VALUE } = params;
    const key = JSON.stringify([adds, windowMs]);
    lowest.set(key, Math.min(lowest.get(key) ?? Number.MAX_VALUE, Number(atMost)));
  }
  return lowest;
}

describe('layers', () => {
  it('permit what every one of them permits, with the strictest effect and all obligations', () => {
    proves('spl.policy.layering');
    const org = policyOf([rule('a', 'warn')], { audit: { includeReasoningTrace: true } });
    const team = policyOf([rule('a', 'allow', { outputTransformations: { redact: ['ssn'] } })]);
    const agent = policyOf([rule('b', 'allow'), rule('c', 'allow_with_approval')]);
    const verdict = evaluateLayers(layered({ organisation: org, team, agent }), BARE);
    expect(verdict.effect).toBe('allow_with_approval');
    expect(verdict.rules).toEqual(['agent/b', 'agent/c', 'organisation/a', 'team/a']);
    expect(verdict.obligations.map(({ kind, from }) => [kind, from])).toEqual([
      ['approval', 'agent/rule:c'],
      ['audit', 'organisation/policy'],
      ['alert', 'organisation/rule:a'],
      ['transform', 'team/rule:a'],
    ]);
    expect(verdict.reasons.every(({ layer, text }) => text.startsWith(`${layer}: `))).toBe(true);
    expect(verdict.reasons.map(({ layer, rule: id }) => [layer, id])).toEqual([
      ['agent', 'agent/b'],
      ['agent', 'agent/c'],
      ['organisation', 'organisation/a'],
      ['team', 'team/a'],
    ]);
  });

  it('deny what one of them denies or does not speak of, and say which', () => {
    const allows = policyOf([rule('a', 'allow')]);
    const denies = policyOf([rule('no', 'deny')]);
    const silent = policyOf([rule('a', 'allow', { resources: ['other'] })]);
    const strict = policyOf([rule('a', 'allow')], { requirements: { minTrustScore: 50 } });
    const deniedBy = (policies: { readonly [layer: string]: Policy }) => {
      const verdict = evaluateLayers(layered(policies), BARE);
      expect(verdict.effect).toBe('deny');
      expect(verdict.obligations).toEqual([]);
      const denying = verdict.layers.filter((one) => one.verdict.effect === 'deny');
      return { layers: denying.map(({ layer }) => layer), rules: verdict.rules };
    };
    expect(evaluateLayers(layered({ one: allows, two: allows }), BARE).effect).toBe('allow');
    expect(deniedBy({ one: allows, two: denies })).toEqual({ layers: ['two'], rules: ['two/no'] });
    expect(deniedBy({ one: silent, two: allows })).toEqual({ layers: ['one'], rules: [] });
    expect(deniedBy({ one: allows, two: strict })).toEqual({ layers: ['two'], rules: [] });
    expect(explainVerdict(evaluateLayers(layered({ one: allows, two: strict }), BARE))).toContain(
      'two: requirement minTrustScore is not met',
    );
  });

  it('join the windows that they share, at the lowest bound', () => {
    const sum = 'sum(request.amount, 24h)';
    const upTo = (atMost: number, name = sum): Policy =>
      policyOf([rule('a', 'allow', { conditions: { [name]: { lte: atMost } } })]);
    const day = 'sum(request.amount, 1d)';
    const both = layered({ one: upTo(500), two: upTo(300, day), three: policyOf([rule('a', 'allow')]) });
    expect(both.windows.map(({ attribute }) => attribute)).toEqual([sum, day]);
    const request = { ...BARE, engine: { [sum]: 10, [day]: 10 } };
    expect(evaluateLayers(both, request).obligations).toEqual([
      {
        kind: 'window',
        from: 'two/rule:a',
        params: { attribute: day, windowMs: 86_400_000, adds: 'request.amount', atMost: 300 },
      },
    ]);
  });

  it('are as strict as the strictest of them, whatever the policies, in whatever order', async () => {
    const counts = { deny: 0, permit: 0 };
    await withSeed('layers', 300, (random) => {
      const names = ['a', 'organisation', 'team-2', 'z'].slice(0, 1 + random.int(4));
      const given = names.map((layer): PolicyLayer => ({ layer, policy: loadPolicy(randomPolicy(random)) }));
      const all = layerPolicies(given);
      const shuffled = layerPolicies(random.shuffle(given));
      expect(shuffled.hash).toBe(all.hash);
      expect(shuffled.text).toBe(all.text);
      for (let i = 0; i < 5; i++) {
        const request = randomRequest(random);
        const verdict = evaluateLayers(all, request);
        expect(said(evaluateLayers(shuffled, request))).toBe(said(verdict));
        const alone = given.map(({ policy }) => evaluate(policy, request));
        const strictest = Math.max(...alone.map(({ effect }) => EFFECTS.indexOf(effect)));
        expect(EFFECTS.indexOf(verdict.effect)).toBe(strictest);
        const isPermitted = alone.every(({ effect }) => effect !== 'deny');
        expect(verdict.effect !== 'deny').toBe(isPermitted);
        counts[isPermitted ? 'permit' : 'deny']++;
        const obligations = isPermitted ? alone.flatMap((one) => one.obligations) : [];
        const others = (list: readonly Obligation[]): readonly string[] =>
          list.filter(({ kind }) => kind !== 'window').map(plain);
        expect([...others(verdict.obligations)].sort()).toEqual([...others(obligations)].sort());
        expect(bounds(verdict.obligations)).toEqual(bounds(obligations));
        expect(bounds(verdict.obligations).size, 'each window once').toBe(
          verdict.obligations.length - others(verdict.obligations).length,
        );
        const more = layerPolicies([...given, { layer: 'more', policy: loadPolicy(randomPolicy(random)) }]);
        expect(EFFECTS.indexOf(evaluateLayers(more, request).effect), 'a layer more').toBeGreaterThanOrEqual(
          strictest,
        );
      }
    });
    expect(counts.deny).toBeGreaterThan(100);
    expect(counts.permit).toBeGreaterThan(10);
  });
});

const one = policyOf([rule('a', 'allow')]);
const two = policyOf([rule('b', 'allow')]);

const named = (names: readonly string[]): string | undefined =>
  codeThrownBy(() => layerPolicies(names.map((layer) => ({ layer, policy: one }))));

describe('the form of layers', () => {
  it('is read back from its text, to the same hash', () => {
    const text = '{ "version":"1.0.0",\n "rules": [ {"id":"a","effect":"deny"} ] }';
    const given = layered({ team: loadPolicy(text), agent: one });
    const again = loadPolicies(given.text);
    expect(isLayered(again)).toBe(true);
    expect(again.hash).toBe(given.hash);
    expect(policiesOf(again).map(({ layer, policy }) => [layer, policy.text])).toEqual([
      ['agent', one.text],
      ['team', text],
    ]);
    expect(policiesOf(loadPolicies(one.text))).toMatchObject([{ policy: { hash: one.hash } }]);
  });

  it('is another hash for another name, another policy, and one policy alone', () => {
    const hashes = [
      layered({ a: one }),
      layered({ b: one }),
      layered({ a: two }),
      layered({ a: one, b: two }),
      one,
    ];
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(hashes.length);
    expect(layered({ a: one, b: two }).hash).toBe(layered({ b: two, a: one }).hash);
  });

  it('is refused without names, with names twice, with none and with too many', () => {
    const many = Array.from({ length: LAYERS_MAX + 1 }, (_, i) => `l${i}`);
    expect(named(many.slice(1))).toBeUndefined();
    for (const names of [[], many, ['a', 'a'], [''], ['A'], ['1'], ['a/b'], ['a b'], ['a'.repeat(33)], ['é']])
      expect(named(names), names.join()).toBe('SPL_BAD_LAYERS');
  });

  it('is refused where it is not what was written', () => {
    const refused: readonly [Json, string][] = [
      [{ layers: {} }, 'SPL_BAD_LAYERS'],
      [{ layers: [one.text] }, 'SPL_BAD_TYPE'],
      [{ layers: { a: JSON.parse(one.text) } }, 'SPL_BAD_TYPE'],
      [{ layers: { a: '{}' } }, 'SPL_EMPTY'],
      [{ layers: { a: one.text }, more: 1 }, 'SPL_UNKNOWN_KEY'],
      [{ layers: { A: one.text } }, 'SPL_BAD_LAYERS'],
      [{ 'layers of': { a: one.text } }, 'SPL_UNKNOWN_KEY'],
    ];
    for (const [json, code] of refused)
      expect(
        codeThrownBy(() => loadPolicies(JSON.stringify(json))),
        JSON.stringify(json),
      ).toBe(code);
    const long = policyOf([rule('a', 'allow', { description: 'x'.repeat(2000) })]);
    const padded = loadPolicy(`${long.text}${' '.repeat(POLICY_CEILING_BYTES / 2)}`, {
      maxBytes: POLICY_CEILING_BYTES,
    });
    expect(codeThrownBy(() => layered({ a: padded, b: padded }))).toBe('SPL_TOO_LARGE');
    expect(codeThrownBy(() => layered({ a: padded, b: one }))).toBeUndefined();
  });

  it('is evaluated only where layerPolicies made it', () => {
    const made = layered({ a: one });
    expect(codeThrownBy(() => evaluateLayers({ ...made }, BARE))).toBe('SPL_NOT_LOADED');
    expect(codeThrownBy(() => evaluateLayers({ ...made, layers: [] }, BARE))).toBe('SPL_NOT_LOADED');
    expect(Object.isFrozen(made) && Object.isFrozen(made.layers) && Object.isFrozen(made.layers[0])).toBe(
      true,
    );
  });
});
