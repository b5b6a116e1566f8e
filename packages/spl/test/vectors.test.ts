import type { Json, JsonObject } from '@ttp/core';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  evaluate,
  loadCallMap,
  loadPolicy,
  mapCall,
  matchResource,
  normalizeResource,
  type PolicyRequest,
} from '../src/index.js';
import { BARE } from './samples.js';

/** Either what comes out or the code of what is thrown. */
interface Expected<T> {
  readonly expect?: T;
  readonly code?: string;
}

/** The code and the field of what `fn` throws. */
function thrownBy(fn: () => unknown): { code: unknown; field: unknown } {
  try {
    fn();
  } catch (error) {
    return { code: Reflect.get(Object(error), 'code'), field: Reflect.get(Object(error), 'field') };
  }
  return { code: undefined, field: undefined };
}

it('refuses a policy for anything it does not know, with the path', () => {
  proves('spl.policy.strict-load', 'spl.policy.version', 'flaw.P6');
  for (const { name, policy, code, field } of vectors<{ policy: Json; code?: string; field?: string }>(
    'spl/load',
  )) {
    if (code === undefined) continue;
    const thrown = thrownBy(() => loadPolicy(JSON.stringify(policy)));
    expect(thrown, name).toEqual({ code, field });
  }
});

it('loads what the language has', () => {
  proves('spl.policy.top-level', 'spl.rules.fields', 'spl.human-approval.fields', 'spl.anomaly.fields');
  for (const { name, policy, expect: expected } of vectors<Expected<JsonObject> & { policy: Json }>(
    'spl/load',
  )) {
    if (expected === undefined) continue;
    const { document } = loadPolicy(JSON.stringify(policy));
    const { defaultEffect, timezone } = document;
    const effect = document.rules[0]?.effect ?? '';
    expect({ defaultEffect, timezone, effect }, name).toMatchObject(expected);
  }
});

it('normalises resources, or refuses them', () => {
  proves('spl.resources.normalise', 'spl.resources.schemes', 'flaw.P5');
  for (const { name, resource, expect: expected, code } of vectors<Expected<string> & { resource: string }>(
    'spl/resources',
  )) {
    if (code === undefined) expect(normalizeResource(resource), name).toBe(expected);
    else {
      expect(
        codeThrownBy(() => normalizeResource(resource)),
        name,
      ).toBe(code);
      const all = loadPolicy(
        '{"version":"1.0.0","rules":[{"id":"a","effect":"allow","resources":["**"],"actions":["read"]}]}',
      );
      expect(evaluate(all, { ...BARE, resource }).effect, `${name} is denied`).toBe('deny');
    }
  }
});

it('matches patterns', () => {
  proves('spl.resources.patterns', 'spl.resources.trailing-star', 'decision.D15');
  for (const { name, pattern, resource, expect: expected, code } of vectors<
    Expected<boolean> & { pattern: string; resource: string }
  >('spl/match')) {
    if (code === undefined) expect(matchResource(pattern, resource), name).toBe(expected);
    else
      expect(
        codeThrownBy(() => matchResource(pattern, resource)),
        name,
      ).toBe(code);
  }
});

/** The truth of conditions, as two policies show it: a permit shows true, a deny shows true or unknown. */
function truthOf(conditions: JsonObject, facts: Partial<PolicyRequest>): boolean | 'unknown' {
  const rule = { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] };
  const permit = loadPolicy({ version: '1.0.0', rules: [{ ...rule, conditions }] });
  const wall = loadPolicy({ version: '1.0.0', rules: [rule, { id: 'b', effect: 'deny', conditions }] });
  const permits = evaluate(permit, { ...BARE, ...facts }).effect === 'allow';
  const denies = evaluate(wall, { ...BARE, ...facts }).effect === 'deny';
  if (permits && !denies) throw new Error('a condition that is true must deny in a deny rule');
  return permits ? true : denies ? 'unknown' : false;
}

it('judges conditions true, false or unknown', () => {
  proves(
    'spl.operators.gte',
    'spl.operators.lte',
    'spl.operators.gt',
    'spl.operators.lt',
    'spl.operators.eq',
    'spl.operators.neq',
    'spl.operators.in',
    'spl.operators.not-in',
    'spl.operators.not-between',
    'spl.operators.contains',
    'spl.operators.exists',
    'spl.conditions.all-and',
    'spl.conditions.bare-value',
    'spl.conditions.paths',
    'spl.conditions.reference',
    'flaw.P10',
    'flaw.P11',
    'flaw.P12',
  );
  for (const { name, conditions, facts, expect: expected } of vectors<
    Expected<boolean | 'unknown'> & { conditions: JsonObject; facts: Partial<PolicyRequest> }
  >('spl/conditions'))
    expect(truthOf(conditions, facts), name).toBe(expected);
});

it('reads calls through the call map', () => {
  for (const { name, callMap, call, expect: expected, code } of vectors<
    Expected<JsonObject> & { callMap: JsonObject; call: { server: string; tool: string; input: Json } }
  >('spl/calls')) {
    const run = (): unknown => mapCall(loadCallMap(callMap), call);
    if (code === undefined) expect(run(), name).toEqual(expected);
    else expect(codeThrownBy(run), name).toBe(code);
  }
});

it('reads kill triggers', () => {
  proves('spl.kill-switch.trigger-parse', 'flaw.P14', 'decision.D19');
  for (const { name, condition, expect: expected, code } of vectors<
    Expected<JsonObject> & { condition: string }
  >('spl/triggers')) {
    const load = (): Json | undefined => {
      const trigger = { condition, reason: 'threat_detected', action: 'kill' };
      const policy = loadPolicy({
        version: '1.0.0',
        rules: [{ id: 'a', effect: 'deny' }],
        killSwitch: { triggers: [trigger] },
      });
      expect(policy.killTriggers[0]?.reason).toBe('pattern_threat_detected');
      return JSON.parse(JSON.stringify(policy.killTriggers[0]?.condition));
    };
    if (code === undefined) expect(load(), name).toEqual(expected);
    else expect(codeThrownBy(load), name).toBe(code);
  }
});
