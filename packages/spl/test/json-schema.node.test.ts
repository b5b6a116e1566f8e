import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '@ttp/core';
import { codeThrownBy, type SeededRandom, seededRandom, vectors } from '@ttp/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { BEYOND_JSON_SCHEMA, loadPolicy, POLICY_CEILING_BYTES, policyJsonSchema } from '../src/index.js';
import { randomPolicy } from './reference/generate.js';
import { SAMPLES, textOf } from './samples.js';

/** What Ajv says, in strict mode: a keyword that it does not know would mean nothing. */
function validator(): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  const validate = ajv.compile(policyJsonSchema());
  return (value) => validate(value);
}

const refusalOf = (policy: Json): string | undefined =>
  codeThrownBy(() => loadPolicy(JSON.stringify(policy), { maxBytes: POLICY_CEILING_BYTES }));

/** Values to put in the place of others. */
const STRANGE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  'deny',
  '09:00',
  '{trustScore}',
  '{agent.roles}',
  '{x}',
  'a{b}',
  [],
  ['x'],
  [1, 'x'],
  ['08:00', '09:00'],
  [1, 2],
  {},
  { eq: 1 },
  { lte: 'x' },
];
const NAMES = [
  'id',
  'effect',
  'sum(request.amount, 24h)',
  'sum(request.rate, 1h)',
  'request.rate',
  'error_rate',
  'errorRate',
  'agent.roles',
  'eq',
  'x',
];

/** One change at a random place: a member less, renamed, more, or replaced. */
function mutated(value: Json, random: SeededRandom): Json {
  const pick = <T>(list: readonly T[], other: T): T => list[random.int(list.length)] ?? other;
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return pick(STRANGE, null);
  if (Array.isArray(value)) {
    const list: Json[] = [...value];
    const at = random.int(list.length + 1);
    if (at === list.length) return [...list, pick([...list, ...STRANGE], null)];
    list[at] = mutated(list[at] ?? null, random);
    return list;
  }
  const entries = Object.entries<Json>(value);
  if (entries.length === 0 || random.chance(0.1))
    return Object.fromEntries([...entries, [pick(NAMES, 'x'), pick(STRANGE, null)]]);
  const at = random.int(entries.length);
  const way = random.int(10);
  return Object.fromEntries(
    entries.flatMap(([key, member], i): [string, Json][] => {
      if (i !== at) return [[key, member]];
      if (way === 0) return [];
      if (way === 1) return [[pick(NAMES, 'x'), member]];
      return [[key, mutated(member, random)]];
    }),
  );
}

it('is published as it stands', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../../docs/spec/spl.schema.json', import.meta.url), 'utf8'),
  );
  expect(published, 'run: node tools/docs.mjs').toEqual(policyJsonSchema());
});

describe('the schema, by another validator', () => {
  it('takes the sample policies and whatever else loads', () => {
    const accepts = validator();
    for (const name of SAMPLES) expect(accepts(JSON.parse(textOf(`samples/${name}.json`))), name).toBe(true);
    for (const { name, policy, code } of vectors<{ policy: Json; code?: string }>('spl/load'))
      if (code === undefined) expect(accepts(policy), name).toBe(true);
    for (const { name, policy } of vectors<{ policy: Json }>('spl/windows'))
      expect(accepts(policy), name).toBe(true);
  });

  it('refuses what the loader refuses, but for what no schema can say', () => {
    const accepts = validator();
    let refused = 0;
    for (const { name, policy, code } of vectors<{ policy: Json; code?: string }>('spl/load')) {
      if (code === undefined) continue;
      if (accepts(policy)) expect(BEYOND_JSON_SCHEMA, name).toContain(code);
      else refused++;
    }
    expect(refused).toBeGreaterThan(100);
    for (const { name, attribute, code } of vectors<{ attribute: string; code?: string }>(
      'spl/window-names',
    )) {
      const policy = {
        version: '1.0.0',
        rules: [{ id: 'a', effect: 'deny', conditions: { [attribute]: { lte: 1 } } }],
      };
      expect(accepts(policy), name).toBe(code === undefined);
    }
  });

  it('takes every policy that loads, and refuses with the loader, on altered policies', () => {
    const accepts = validator();
    const random = seededRandom('json schema');
    const told = { both: 0, neither: 0, beyond: 0 };
    for (let run = 0; run < 300; run++) {
      let policy: Json = randomPolicy(random);
      for (let step = 0; step < 4; step++) {
        const code = refusalOf(policy);
        const isAccepted = accepts(policy);
        const isTold = isAccepted
          ? code === undefined || BEYOND_JSON_SCHEMA.includes(code)
          : code !== undefined;
        if (!isTold) expect.fail(`the loader says ${code ?? 'yes'} to ${JSON.stringify(policy)}`);
        if (code === undefined) told.both++;
        else told[isAccepted ? 'beyond' : 'neither']++;
        policy = mutated(policy, random);
      }
    }
    expect(told.both).toBeGreaterThan(300);
    expect(told.neither).toBeGreaterThan(300);
    expect(told.beyond).toBeLessThan(told.neither);
  });
});

it('says the same of a policy whatever is done to the object that it gave', () => {
  const first: JsonObject = policyJsonSchema();
  Reflect.deleteProperty(first, 'properties');
  expect(policyJsonSchema()['properties']).toBeDefined();
});
