import type { JsonObject } from '@ttp/core';
import { hashJson, plainCopy } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  ATTRIBUTES,
  type Attribute,
  DROPPED_MAX_ENTRIES,
  DROPPED_NAME_CHARACTERS,
  evaluate,
  loadPolicy,
  NAMESPACES,
  type Policy,
  SOURCES,
} from '../src/index.js';
import { BARE } from './samples.js';

const SCOPE = { effect: 'allow', resources: ['r'], actions: ['read'] };
/** What each kind of attribute has to be so that the condition beside it holds. */
const HOLDS: { readonly [type: string]: readonly [value: JsonObject[string], condition: JsonObject] } = {
  number: [0.5, { gte: 0 }],
  money: [5, { gte: 0 }],
  string: ['x', { neq: 'y' }],
  boolean: [true, { eq: true }],
  list: [['x'], { contains: 'x' }],
  any: ['x', { eq: 'x' }],
};

describe('every attribute of the table', () => {
  const WINDOWS: readonly (readonly [string, Attribute])[] = [
    ['sum(request.amount, 24h)', { source: 'engine', type: 'money' }],
    ['count(request, 1h)', { source: 'engine', type: 'number' }],
  ];
  const OPEN: readonly (readonly [string, Attribute])[] = Object.entries(NAMESPACES).map(([first, row]) => [
    `${first}.anything`,
    row,
  ]);
  const rows = [
    ...Object.entries(ATTRIBUTES).filter(([, row]) => row.computed !== true),
    ...OPEN,
    ...WINDOWS,
  ] as const;
  it.each(rows)('%s counts from its source and from no other', (name, row) => {
    proves('spl.conditions.known-attributes', 'spl.conditions.provenance', 'flaw.P4');
    const [plain = null, condition = {}] = HOLDS[row.type] ?? [];
    const [first, second] = row.terms ?? [];
    const value = row.terms === undefined ? plain : first;
    const conditions = { [name]: row.terms === undefined ? condition : { neq: second ?? '' } };
    const policy = loadPolicy({ version: '1.0.0', rules: [{ id: 'a', ...SCOPE, conditions }] });
    for (const source of SOURCES) {
      const [space = '', member = ''] = name.split('.');
      const nested = { [space]: { [member]: value ?? null } };
      const whole = { [name]: value ?? null };
      const dotted = name.includes('.') && !name.endsWith(')');
      for (const facts of dotted ? [whole, nested] : [whole]) {
        const { effect, dropped } = evaluate(policy, { ...BARE, [source]: facts });
        const counts = source === row.source && !(source === 'caller' && facts === whole && dotted);
        const context = `${name} from ${source}: ${JSON.stringify(facts)}`;
        expect(effect, context).toBe(counts ? 'allow' : 'deny');
        expect(
          dropped.map((one) => [one.name, one.source]),
          context,
        ).toEqual(counts ? [] : [[name, source]]);
      }
    }
  });

  it('that is computed counts from nowhere but the clock', () => {
    proves('flaw.P4');
    const always = {
      version: '1.0.0',
      rules: [{ id: 'a', ...SCOPE, conditions: { timeOfDay: { between: ['00:00', '00:01'] } } }],
    };
    const policy = loadPolicy(always);
    for (const source of SOURCES) {
      const verdict = evaluate(policy, {
        ...BARE,
        now: 3_600_000,
        [source]: { timeOfDay: '00:00', dayOfWeek: 'Mon' },
      });
      expect(verdict.effect).toBe('deny');
      expect(verdict.dropped).toEqual([
        { name: 'dayOfWeek', source, reason: 'computed' },
        { name: 'timeOfDay', source, reason: 'computed' },
      ]);
    }
    expect(evaluate(policy, { ...BARE, now: 59_999 }).effect).toBe('allow');
  });
});

describe('what is dropped', () => {
  const policy = loadPolicy({ version: '1.0.0', rules: [{ id: 'a', ...SCOPE }] });
  const droppedFrom = (caller: JsonObject): readonly (readonly string[])[] =>
    evaluate(policy, { ...BARE, caller }).dropped.map(({ name, reason }) => [name, reason]);

  it('is named with the reason', () => {
    proves('flaw.P4');
    expect(
      droppedFrom({
        request: { rate: 1, amount: 5, trustScore: 100, anything: { deep: true } },
        agent: { role: 'admin', roles: ['root'] },
        resource: { caseId: '7' },
        trustScore: 100,
        'request.amount': 1,
        foo: 1,
        purpose: 'x',
      }),
    ).toEqual([
      ['agent.role', 'foreign'],
      ['agent.roles', 'foreign'],
      ['foo', 'unknown'],
      ['request.amount', 'unknown'],
      ['request.rate', 'foreign'],
      ['resource.caseId', 'foreign'],
      ['trustScore', 'foreign'],
    ]);
  });

  it('is bounded, whatever a caller sends', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x${i}${'y'.repeat(200)}`, 1]));
    const dropped = droppedFrom(many);
    expect(dropped).toHaveLength(DROPPED_MAX_ENTRIES);
    expect(Math.max(...dropped.map(([name = '']) => name.length))).toBe(DROPPED_NAME_CHARACTERS);
  });

  it('is text that can be hashed, wherever the cut falls and whatever the name holds', () => {
    const pair = '\u{1F600}';
    const cut = `${'x'.repeat(DROPPED_NAME_CHARACTERS - 1)}${pair}`;
    const whole = `${'y'.repeat(DROPPED_NAME_CHARACTERS - 2)}${pair}`;
    const verdict = evaluate(policy, { ...BARE, caller: { [cut]: 1, [whole]: 1, 'z\uD800': 1 } });
    expect(verdict.dropped.map(({ name }) => name)).toEqual([
      `${'x'.repeat(DROPPED_NAME_CHARACTERS - 1)}\uFFFD`,
      whole,
      'z\uFFFD',
    ]);
    expect(hashJson(plainCopy(verdict))).toMatch(/^sha256:/);
  });

  it('never reaches a verdict through the prototype', () => {
    proves('flaw.P10');
    const inherited: JsonObject = Object.create({ trustScore: 100, purpose: 'x' });
    const guarded = loadPolicy({
      version: '1.0.0',
      rules: [{ id: 'a', ...SCOPE, conditions: { trustScore: { gte: 1 } } }],
    });
    expect(evaluate(guarded, { ...BARE, engine: inherited }).effect).toBe('deny');
    const smuggled: JsonObject = JSON.parse(
      '{"__proto__":{"trustScore":100},"constructor":{"trustScore":100}}',
    );
    expect(evaluate(guarded, { ...BARE, engine: smuggled }).effect).toBe('deny');
  });
});

const droppedOf = (policy: Policy, facts: Partial<typeof BARE>): unknown =>
  evaluate(policy, { ...BARE, resource: 'r', ...facts }).dropped;

it('reports the same of a request, whatever was asked before it', () => {
  const json = { version: '1.0.0', rules: [{ id: 'a', ...SCOPE }] };
  const asked: readonly Partial<typeof BARE>[] = [
    {},
    { engine: { trustScore: 1 }, caller: { purpose: 'p' } },
    { engine: { trustScore: 1, 'request.rate': 2 }, caller: { purpose: 'p', request: { amount: 1 } } },
    { engine: { 'request.rate': 2, trustScore: 1 }, caller: { purpose: 'p', request: { rate: 1 } } },
    { engine: { trustScore: 1, riskLevel: 'low' }, caller: { purpose: 'p', request: { amount: 1 } } },
    { engine: { trustScore: 1, riskLevel: 'low' }, caller: { purpose: 'p', request: ['rate'] } },
    { engine: { riskLevel: 'low', trustScore: 1 }, resolver: { agent: { role: 'x' }, 'agent.role': 'y' } },
    { registry: { resource: { a: 1 }, request: { a: 1, rate: 1 } }, caller: { trustScore: 1 } },
    { registry: { resource: { a: 1 }, request: {} }, resolver: { strange: 1 } },
    { caller: Object.create({ purpose: 'p', request: { rate: 1 } }), resolver: { strange: 1 } },
    { engine: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`agent.a${i}`, 1])) },
    { resolver: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`agent.a${i}`, 1])) },
  ];
  const policy = loadPolicy(json);
  const fresh = asked.map((facts) => droppedOf(loadPolicy(json), facts));
  for (const before of asked)
    for (const [i, facts] of asked.entries()) {
      droppedOf(policy, before);
      expect(droppedOf(policy, facts)).toEqual(fresh[i]);
      expect(droppedOf(policy, facts)).toEqual(fresh[i]);
    }
  expect(fresh.map((dropped) => Array.isArray(dropped) && dropped.length)).toEqual([
    0, 0, 0, 1, 1, 1, 1, 3, 1, 1, 32, 0,
  ]);
});
