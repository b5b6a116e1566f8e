import { isAuthorized, policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json, JsonObject } from '@ttp/core';
import { type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, type Policy } from '../../src/index.js';
import { importCedar } from '../../src/interop/index.js';
import { CEDAR_ALTERNATIVES_MAX, CEDAR_DEPTH_MAX } from '../../src/limits.js';

const ACTIONS = ['view', 'edit', 'drop'];

/** Cedar text as its own parser reads it. */
function cedarJson(text: string): JsonObject {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new Error(JSON.stringify(parts.errors));
  return Object.fromEntries(
    parts.policies.map((policy, i) => {
      const read = policyToJson(policy);
      if (read.type === 'failure') throw new Error(JSON.stringify(read.errors));
      const json: JsonObject = JSON.parse(JSON.stringify(read.json));
      return [`policy${i}`, json];
    }),
  );
}

const imported = (text: string): JsonObject => importCedar(cedarJson(text), { actions: ACTIONS });
const rulesOf = (text: string): Json => imported(text)['rules'] ?? null;

it('imports scopes and conditions as rules that read like the original', () => {
  const text = `
    permit(principal == User::"alice", action == Action::"view", resource == App::Photo::"trips/1");
    permit(principal is Agent in Team::"ops", action in [Action::"view", Action::"edit"], resource is Record)
      when { context.mfa && resource.owner == principal.name && 5 < context.level && context.level <= 9 }
      unless { ["DE", "FR"].contains(context.country) };
    forbid(principal, action, resource in Folder::"secret") when { principal.role == "guest" || !(context has ticket) };`;
  expect(rulesOf(text)).toEqual([
    {
      id: 'policy0',
      effect: 'allow',
      resources: ['app.photo:trips/1'],
      actions: ['view'],
      conditions: { 'agent.type': { eq: 'User' }, 'agent.id': { eq: 'alice' } },
    },
    {
      id: 'policy1',
      effect: 'allow',
      resources: ['record:**'],
      actions: ['view', 'edit'],
      conditions: {
        'agent.type': { eq: 'Agent' },
        'agent.ancestors': { contains: 'Team::"ops"' },
        'request.context.mfa': { eq: true },
        'resource.owner': { eq: '{agent.name}' },
        'request.context.level': { gt: 5, lte: 9 },
        'request.context.country': { not_in: ['DE', 'FR'] },
      },
    },
    {
      id: 'policy2-1',
      effect: 'deny',
      resources: ['**'],
      conditions: {
        'resource.ancestors': { contains: 'Folder::"secret"' },
        'agent.role': { eq: 'guest' },
      },
    },
    {
      id: 'policy2-2',
      effect: 'deny',
      resources: ['**'],
      conditions: {
        'resource.ancestors': { contains: 'Folder::"secret"' },
        'agent.role': { neq: 'guest' },
        'request.context.ticket': { exists: false },
      },
    },
  ]);
});

it('refuses what SPL has no words for, and says where', () => {
  const cases: readonly (readonly [text: string, field: string])[] = [
    ['permit(principal, action in Action::"all", resource);', 'policy0.action'],
    ['forbid(principal, action in [Action::"view"], resource);', 'policy0.action'],
    ['permit(principal, action == Action::"a b", resource);', 'policy0.action'],
    ['permit(principal, action, resource == File::"a/../b");', 'policy0.resource'],
    ['permit(principal, action, resource == File::"a/*");', 'policy0.resource'],
    ['permit(principal == User::"{agent.id}", action, resource);', 'policy0.principal'],
    ['permit(principal, action, resource) when { context.a == "{agent.id}" };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { context.a like "x*" };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { context.a + 1 == 2 };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { if context.a then true else false };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { principal in Team::"a" };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { context.a == User::"a" };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { context.a == decimal("1.0") };', 'policy0.conditions'],
    ['permit(principal, action, resource) unless { context.a.contains("x") };', 'policy0.conditions.!'],
    ['permit(principal, action, resource) unless { context.a has b };', 'policy0.conditions.!'],
    ['permit(principal, action, resource) when { context["a.b"] == 1 };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { context.constructor == 1 };', 'policy0.conditions'],
    ['permit(principal, action, resource) when { 1 == 1 };', 'policy0.conditions'],
  ];
  for (const [text, field] of cases)
    expect(() => imported(text), text).toThrow(
      expect.objectContaining({ code: 'SPL_CEDAR_UNSUPPORTED', field }),
    );
});

it('refuses templates, more alternatives than it has room for, and a permit for actions nobody named', () => {
  const every = 'permit(principal, action, resource);';
  expect(() => importCedar(cedarJson(every))).toThrow(
    expect.objectContaining({ code: 'SPL_CEDAR_UNSUPPORTED', field: 'policy0.action' }),
  );
  expect(() => importCedar({ staticPolicies: {}, templates: { t: {} } })).toThrow(
    expect.objectContaining({ code: 'SPL_CEDAR_UNSUPPORTED', field: 'templates' }),
  );
  const many = Array.from({ length: CEDAR_ALTERNATIVES_MAX + 1 }, (_, i) => `context.a == ${i}`).join(' || ');
  expect(() => imported(`permit(principal, action, resource) when { ${many} };`)).toThrow(
    expect.objectContaining({ code: 'SPL_CEDAR_UNSUPPORTED' }),
  );
  expect(() => importCedar({ effect: 'allow' })).toThrow(
    expect.objectContaining({ field: 'policy0.effect' }),
  );
});

const SCOPE: JsonObject = { principal: { op: 'All' }, action: { op: 'All' }, resource: { op: 'All' } };
const PERMIT: JsonObject = { effect: 'permit', ...SCOPE, conditions: [] };
const refusal = (field: string) => expect.objectContaining({ code: 'SPL_CEDAR_UNSUPPORTED', field });
const take = (json: Json): JsonObject => importCedar(json, { actions: ACTIONS });
const when = (body: Json): Json => ({ ...PERMIT, conditions: [{ kind: 'when', body }] });
const FLAG: Json = { '.': { left: { Var: 'context' }, attr: 'a' } };
const scoped = (part: string, scope: JsonObject): Json => ({ ...PERMIT, [part]: scope });

const together = (a: string, b: string) => () => imported(`${a}\n${b}`);

const permitOn = (resource: string): string => `permit(principal, action, ${resource});`;

const permitTo = (action: string): string => `permit(principal, action == ${action}, resource);`;

const above = (bound: number): Json => when({ '>': { left: FLAG, right: { Value: bound } } });

it('leaves nothing out that it does not understand: a condition could be misspelt', () => {
  expect(take(PERMIT)['rules']).toHaveLength(1);
  const cases: readonly (readonly [json: Json, field: string])[] = [
    [{ effect: 'permit', ...SCOPE }, 'policy0.conditions'],
    [{ ...PERMIT, condition: [] }, 'policy0'],
    [scoped('principal', { op: 'is', entity_type: 'User', inside: {} }), 'policy0.principal'],
    [scoped('resource', { op: 'All', id: 'x' }), 'policy0.resource'],
    [scoped('action', { op: 'All', entitys: [] }), 'policy0.action'],
    [scoped('principal', { op: 'in', entity: { type: 'Team', id: 'a', not: true } }), 'policy0.principal'],
    [{ ...PERMIT, conditions: [{ kind: 'when', body: FLAG, not: true }] }, 'policy0.conditions[0]'],
    [when({ '!': { arg: FLAG, and: FLAG } }), 'policy0.conditions'],
    [when({ '&&': { left: FLAG, right: FLAG, third: FLAG } }), 'policy0.conditions'],
    [when({ has: { left: { Var: 'context' }, attr: 'a', attrs: ['b'] } }), 'policy0.conditions'],
    [when({ '.': { left: { Var: 'context' }, attr: 'a', default: true } }), 'policy0.conditions'],
    [{ staticPolicies: { a: PERMIT }, more: {} }, 'policies'],
  ];
  for (const [json, field] of cases) expect(() => take(json), JSON.stringify(json)).toThrow(refusal(field));
});

it('refuses names that would become one: a permit for one were a permit for the other', () => {
  expect(together(permitOn('resource is App::Photo'), permitOn('resource == App::Photo::"1"'))).not.toThrow();
  expect(together(permitOn('resource is App::Photo'), permitOn('resource == APP::Photo::"1"'))).toThrow(
    refusal('policy1'),
  );
  expect(together(permitTo('Action::"view"'), permitTo('Shop::Action::"edit"'))).not.toThrow();
  expect(together(permitTo('Action::"view"'), permitTo('Shop::Action::"view"'))).toThrow(refusal('policy1'));
  for (const id of ['/a', '//a', 'a/'])
    expect(() => imported(permitOn(`resource == File::"${id}"`)), id).toThrow(refusal('policy0.resource'));
});

it('refuses attributes whose names say in SPL what the entity itself is', () => {
  // Cedar: an attribute that is called id, and may differ from the id of the entity.
  for (const condition of ['principal.id == "a"', 'principal.type == "User"', 'principal has ancestors'])
    expect(() => imported(`permit(principal, action, resource) when { ${condition} };`), condition).toThrow(
      refusal('policy0.conditions'),
    );
  for (const condition of ['resource.ancestors.contains("a")', 'resource.owner == principal.id'])
    expect(() => imported(`permit(principal, action, resource) when { ${condition} };`), condition).toThrow(
      refusal('policy0.conditions'),
    );
  expect(() => imported('permit(principal, action, resource) when { resource.id == "a" };')).not.toThrow();
});

it('refuses integers that a number cannot hold exactly', () => {
  expect(() => take(above(Number.MAX_SAFE_INTEGER))).not.toThrow();
  expect(() => take(above(Number.MAX_SAFE_INTEGER + 1))).toThrow(refusal('policy0.conditions'));
  expect(() => take(above(0.5))).toThrow(refusal('policy0.conditions'));
});

it('looks at each part of an expression once for each answer, and refuses what nests without end', () => {
  let looked = 0;
  const leaf: Json = {
    get '.'() {
      looked++;
      return { left: { Var: 'context' }, attr: 'a' };
    },
  };
  // Each level asks for both answers of the one below: 2.6^20 looks, where nothing is remembered.
  let body: Json = leaf;
  for (let i = 0; i < 20; i++) {
    const all: Json = { '&&': { left: body, right: { Value: true } } };
    body = { '||': { left: all, right: { Value: false } } };
  }
  expect(take(when(body))['rules']).toMatchObject([{ conditions: { 'request.context.a': { eq: true } } }]);
  expect(looked).toBeLessThan(20);
  for (const shape of [
    (deep: Json): Json => ({ '!': { arg: deep } }),
    (deep: Json): Json => ({ '.': { left: deep, attr: 'a' } }),
  ]) {
    let deep: Json = FLAG;
    for (let i = 0; i < 100_000; i++) deep = shape(deep);
    expect(() => take(when(deep))).toThrow(refusal('policies'));
  }
  const conditions = Array.from({ length: CEDAR_DEPTH_MAX + 1 }, () => ({ kind: 'when', body: FLAG }));
  expect(() => take({ ...PERMIT, conditions })).toThrow(refusal('policy0.conditions'));
  expect(() => take({ ...PERMIT, conditions: conditions.slice(1) })).not.toThrow();
});

/** What a random request is made of; every attribute of the vocabulary has one type. */
interface Call {
  readonly principal: string;
  readonly team: string;
  readonly action: string;
  readonly type: string;
  readonly id: string;
  readonly folder: string;
  readonly attributes: Readonly<Record<'principal' | 'resource' | 'context', JsonObject>>;
}

const VALUES: { readonly [name: string]: (random: SeededRandom) => Json } = {
  n: (random) => random.int(4),
  s: (random) => `v${random.int(3)}`,
  f: (random) => random.chance(0.5),
  l: (random) => ['v0', 'v1', 'v2'].filter(() => random.chance(0.5)),
};
const NAMES = Object.keys(VALUES);
const VARIABLES = ['principal', 'resource', 'context'] as const;

const pick = <T>(random: SeededRandom, from: readonly [T, ...T[]]): T =>
  from[random.int(from.length)] ?? from[0];

function atom(random: SeededRandom): string {
  const v = pick(random, VARIABLES);
  const n = random.int(4);
  return pick(random, [
    `${v}.n ${pick(random, ['==', '!=', '<', '<=', '>', '>='])} ${n}`,
    `${n} ${pick(random, ['==', '<', '>='])} ${v}.n`,
    `${v}.s ${pick(random, ['==', '!='])} "v${random.int(3)}"`,
    `["v0", "v${1 + random.int(2)}"].contains(${v}.s)`,
    `${v}.f`,
    `${v} has ${pick(random, ['n', 's', 'f'])}`,
    `${v}.s == ${pick(random, VARIABLES)}.s`,
    `${v}.n < ${pick(random, VARIABLES)}.n`,
  ]);
}

function expression(random: SeededRandom, depth: number): string {
  if (depth === 0 || random.chance(0.3)) return atom(random);
  if (random.chance(0.2)) return `!(${expression(random, depth - 1)})`;
  return `(${expression(random, depth - 1)} ${pick(random, ['&&', '||'])} ${expression(random, depth - 1)})`;
}

function policyText(random: SeededRandom): string {
  const effect = pick(random, ['permit', 'permit', 'forbid']);
  const principal = pick(random, [
    'principal',
    'principal == User::"a"',
    'principal in Team::"t"',
    'principal is User',
  ]);
  const action = pick(random, [
    'action',
    `action == Action::"${pick(random, ['view', 'edit'])}"`,
    effect === 'forbid' ? 'action' : 'action in [Action::"view", Action::"drop"]',
  ]);
  const resource = pick(random, [
    'resource',
    'resource == File::"x/1"',
    'resource in Folder::"f"',
    'resource is File',
  ]);
  const condition = random.chance(0.8)
    ? ` ${pick(random, ['when', 'unless'])} { ${expression(random, 2)} }`
    : '';
  return `${effect}(${principal}, ${action}, ${resource})${condition};`;
}

function attributes(random: SeededRandom, whole: boolean): JsonObject {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      if (whole || random.chance(0.7)) return [[name, VALUES[name]?.(random) ?? null]];
      const other = VALUES[pick(random, ['n', 's', 'f', 'l'])];
      return random.chance(0.5) ? [] : [[name, other?.(random) ?? null]];
    }),
  );
}

const call = (random: SeededRandom, whole: boolean): Call => ({
  principal: pick(random, ['a', 'b']),
  team: pick(random, ['t', 'u']),
  action: pick(random, ['view', 'edit', 'drop']),
  type: pick(random, ['File', 'Photo']),
  id: pick(random, ['x/1', 'x/2']),
  folder: pick(random, ['f', 'g']),
  attributes: {
    principal: attributes(random, whole),
    resource: attributes(random, whole),
    context: attributes(random, whole),
  },
});

interface Uid {
  readonly type: string;
  readonly id: string;
}

const entity = (uid: Uid, attrs: JsonObject, parent: Uid) =>
  JSON.parse(JSON.stringify({ uid, attrs, parents: [parent] }));

function cedarSays(
  policies: string,
  { principal, team, action, type, id, folder, attributes: of }: Call,
): boolean {
  const [user, file] = [
    { type: 'User', id: principal },
    { type, id },
  ];
  const answer = isAuthorized({
    principal: user,
    action: { type: 'Action', id: action },
    resource: file,
    context: JSON.parse(JSON.stringify(of.context)),
    policies: { staticPolicies: policies },
    entities: [
      entity(user, of.principal, { type: 'Team', id: team }),
      entity(file, of.resource, { type: 'Folder', id: folder }),
    ],
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === 'allow';
}

function splSays(
  policy: Policy,
  { principal, team, action, type, id, folder, attributes: of }: Call,
): boolean {
  const verdict = evaluate(policy, {
    resource: `${type}:${id}`,
    action,
    now: 0,
    engine: {},
    resolver: {
      agent: {
        ...of.principal,
        type: 'User',
        id: principal,
        ancestors: [`User::"${principal}"`, `Team::"${team}"`],
      },
    },
    registry: { resource: { ...of.resource, ancestors: [`${type}::"${id}"`, `Folder::"${folder}"`] } },
    caller: { request: { context: of.context } },
  });
  return verdict.effect !== 'deny';
}

it('decides as Cedar does where every attribute is there, and never more mildly where one is not', async () => {
  const seen = { allowed: 0, stricter: 0, refused: 0 };
  await withSeed('cedar', 200, (random) => {
    const text = Array.from({ length: 1 + random.int(3) }, () => policyText(random)).join('\n');
    let policy: Policy;
    try {
      policy = loadPolicy(imported(text));
    } catch (error) {
      // Two tests of one kind on one attribute: refused, and said so.
      expect(error, text).toMatchObject({ code: 'SPL_CEDAR_UNSUPPORTED' });
      seen.refused++;
      return;
    }
    for (let k = 0; k < 5; k++) {
      const whole = call(random, true);
      const [cedar, spl] = [cedarSays(text, whole), splSays(policy, whole)];
      expect(spl, `${text}\n${JSON.stringify(whole)}`).toBe(cedar);
      if (spl) seen.allowed++;
      const partial = call(random, false);
      const [mild, strict] = [cedarSays(text, partial), splSays(policy, partial)];
      expect(mild || !strict, `${text}\n${JSON.stringify(partial)}`).toBe(true);
      if (mild !== strict) seen.stricter++;
    }
  });
  expect(seen.allowed).toBeGreaterThan(100);
  expect(seen.stricter).toBeGreaterThan(0);
  expect(seen.refused).toBeLessThan(50);
});
