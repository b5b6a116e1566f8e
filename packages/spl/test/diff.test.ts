import type { JsonObject } from '@ttp/core';
import { vectors, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  diffPolicies,
  evaluate,
  evaluatePolicies,
  layerPolicies,
  loadPolicy,
  type Policy,
  type PolicyLayers,
} from '../src/index.js';
import { randomPolicy } from './reference/generate.js';
import { randomRequest } from './reference/requests.js';
import { sample, textOf } from './samples.js';

/** Every flip is what both policies say. */
function checked(before: Policy | PolicyLayers, after: Policy | PolicyLayers) {
  const diff = diffPolicies(before, after);
  for (const flip of diff.flips) {
    expect(evaluatePolicies(before, flip.request)).toMatchObject(flip.before);
    expect(evaluatePolicies(after, flip.request)).toMatchObject(flip.after);
  }
  return diff;
}

it('finds requests that two policies answer differently', () => {
  for (const { name, before, after, expect: expected } of vectors<{
    before: JsonObject;
    after: JsonObject;
    expect: readonly JsonObject[];
  }>('spl/diff')) {
    const { flips, untried } = checked(loadPolicy(before), loadPolicy(after));
    expect(JSON.parse(JSON.stringify(flips)), name).toMatchObject(expected);
    expect(untried, name).toEqual([]);
    // Back again, the same requests turn the other way.
    const back = checked(loadPolicy(after), loadPolicy(before)).flips;
    expect(
      back.map(({ before: old, after: now }) => [now, old]),
      name,
    ).toEqual(flips.map(({ before: old, after: now }) => [old, now]));
  }
});

it('has nothing to ask of a policy and itself', () => {
  const policy = sample('healthcare');
  expect(diffPolicies(policy, policy)).toMatchObject({ flips: [], tried: 0, untried: [] });
});

it('finds a raised limit in a sample, and says where it did not try everything', () => {
  const old = textOf('samples/payment.json');
  const { flips, untried } = checked(loadPolicy(old), loadPolicy(old.replace('"lte": 1000', '"lte": 2000')));
  expect(flips).toContainEqual(
    expect.objectContaining({ change: 'opened', after: { effect: 'allow', rules: ['rule-small-payment'] } }),
  );
  expect(untried).toEqual([
    { code: 'SPL_DIFF_COMBINATIONS', action: 'create', resource: 'api/stripe/v1/charges' },
  ]);
});

it('finds most of the differences that random requests meet, and invents none', async () => {
  let [met, found] = [0, 0];
  await withSeed('diff', 12, (random) => {
    const [before, after] = [loadPolicy(randomPolicy(random)), loadPolicy(randomPolicy(random))];
    const differs = Array.from({ length: 30 }, () => randomRequest(random)).some(
      (request) => evaluate(before, request).effect !== evaluate(after, request).effect,
    );
    if (!differs) return;
    met++;
    if (checked(before, after).flips.some(({ change }) => change !== 'obligations')) found++;
  });
  expect(met).toBeGreaterThan(4);
  // What it did not try can hide a difference, but not most of them.
  expect(found / met).toBeGreaterThan(0.7);
});

const pays = (id: string, conditions: JsonObject, more: JsonObject = {}): Policy =>
  loadPolicy({
    version: '1.0.0',
    rules: [{ id, effect: 'allow', resources: ['api/pay'], actions: ['create'], conditions, ...more }],
  });

it('compares layers: what one of them opens, another can still close', () => {
  const organisation = pays('all', { 'request.amount': { lte: 100 } });
  const under = (agent: Policy): PolicyLayers =>
    layerPolicies([
      { layer: 'organisation', policy: organisation },
      { layer: 'agent', policy: agent },
    ]);
  const upTo = (limit: number): Policy => pays('pay', { 'request.amount': { lte: limit } });
  // Alone the agent gains what lies between 200 and 300; below the organisation's 100 it gains nothing.
  expect(checked(upTo(200), upTo(300)).flips).toMatchObject([
    { change: 'opened', after: { rules: ['pay'] } },
  ]);
  expect(checked(under(upTo(200)), under(upTo(300)))).toMatchObject({ flips: [], untried: [] });
  const { flips, before, after } = checked(under(upTo(50)), under(upTo(80)));
  expect(flips).toMatchObject([
    {
      change: 'opened',
      before: { effect: 'deny', rules: [] },
      after: { effect: 'allow', rules: ['agent/pay', 'organisation/all'] },
    },
  ]);
  expect([before, after]).toEqual([under(upTo(50)).hash, under(upTo(80)).hash]);
  expect(diffPolicies(under(upTo(50)), under(upTo(50))).tried).toBe(0);
});

it('shows what a layer takes away, and no change where it takes nothing', () => {
  const agent = pays('pay', { 'request.amount': { lte: 200 } }, { audit: { level: 'standard' } });
  const alone = layerPolicies([{ layer: 'agent', policy: agent }]);
  // Rules are named otherwise, and oblige to the same.
  expect(checked(agent, alone)).toMatchObject({ flips: [] });
  const wider = layerPolicies([
    { layer: 'agent', policy: agent },
    { layer: 'team', policy: pays('all', { 'sum(request.amount, 24h)': { lte: 150 } }) },
  ]);
  const { flips } = checked(agent, wider);
  expect(flips.map(({ change }) => change)).toEqual(expect.arrayContaining(['tightened', 'obligations']));
  const tightened = flips.filter(({ change }) => change === 'tightened');
  expect(tightened).not.toEqual([]);
  for (const flip of tightened) expect(flip.after).toEqual({ effect: 'deny', rules: [] });
});

const named = (audited: string, masked: string): Policy => {
  const rule = { effect: 'allow', resources: ['api/pay'], actions: ['create'] };
  return loadPolicy({
    version: '1.0.0',
    rules: [
      { ...rule, id: audited, audit: { level: 'standard' } },
      { ...rule, id: masked, outputTransformations: { mask: ['card'] } },
    ],
  });
};

it('takes rules that oblige to the same for the same, whatever they are called', () => {
  expect(checked(named('a', 'b'), named('d', 'c')).flips).toEqual([]);
  const layered = (layer: string): PolicyLayers => layerPolicies([{ layer, policy: named('a', 'b') }]);
  expect(diffPolicies(layered('agent'), layered('team'))).toMatchObject({ flips: [], tried: 0 });
});

it('finds differences of random layers, and invents none', async () => {
  let [met, found] = [0, 0];
  await withSeed('diff layers', 4, (random) => {
    const organisation = loadPolicy(randomPolicy(random));
    const layered = (): PolicyLayers =>
      layerPolicies([
        { layer: 'organisation', policy: organisation },
        { layer: 'agent', policy: loadPolicy(randomPolicy(random)) },
      ]);
    const [before, after] = [layered(), layered()];
    const differs = Array.from({ length: 100 }, () => randomRequest(random)).some(
      (request) => evaluatePolicies(before, request).effect !== evaluatePolicies(after, request).effect,
    );
    const { flips } = checked(before, after);
    if (!differs) return;
    met++;
    if (flips.some(({ change }) => change !== 'obligations')) found++;
  });
  expect(met).toBeGreaterThan(0);
  expect(found / met).toBeGreaterThan(0.5);
});

/** More patterns with wildcards than are tried against each other. */
const many = (limit: number): Policy =>
  loadPolicy({
    version: '1.0.0',
    rules: Array.from({ length: 120 }, (_, i) => ({
      id: `r${i}`,
      effect: 'allow',
      resources: [`a/*/x${i}`],
      actions: ['read'],
      conditions: { trustScore: { gte: limit } },
    })),
  });

it('tells what it left out of large policies', () => {
  const { flips, untried } = checked(many(40), many(41));
  expect(untried.map(({ code }) => code)).toEqual(['SPL_DIFF_PATTERNS']);
  expect(flips).toHaveLength(120);
});
