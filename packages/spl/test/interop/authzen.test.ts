import { asDid, type Json, TtpError } from '@ttp/core';
import { codeThrownBy, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { layerPolicies, loadPolicy } from '../../src/index.js';
import {
  type AuthZenPoint,
  answerAuthZen,
  answerAuthZenBatch,
  answerAuthZenEvaluations,
  authZenRequestOf,
  parseAuthZenBatch,
  parseAuthZenRequest,
  parseAuthZenResponse,
  policyRequestOf,
} from '../../src/interop/index.js';
import { AUTHZEN_EVALUATIONS_MAX } from '../../src/limits.js';

const policy = loadPolicy({
  version: '1.0.0',
  rules: [
    { id: 'read', effect: 'allow', resources: ['record:**'], actions: ['read'] },
    {
      id: 'own',
      effect: 'allow',
      resources: ['record:**'],
      actions: ['write'],
      conditions: { 'resource.owner': '{agent.id}' },
    },
    {
      id: 'pay',
      effect: 'allow_with_approval',
      resources: ['account:**'],
      actions: ['pay'],
      conditions: { 'request.amount': { lte: 100 }, purpose: 'billing' },
    },
    { id: 'tls', effect: 'deny', conditions: { 'request.context.insecure': true } },
  ],
});
const ALICE = { type: 'user', id: 'alice' };
const context = { insecure: false };
const point: AuthZenPoint = { now: 0, policyOf: ({ id }) => (id === 'nobody' ? undefined : policy) };

it('reads requests, and names what is wrong with one', () => {
  for (const { name, request, expect: action, code, field } of vectors<{
    request: Json;
    expect?: string;
    code?: string;
    field?: string;
  }>('authzen')) {
    if (action !== undefined)
      expect(parseAuthZenRequest(request), name).toMatchObject({ action: { name: action } });
    else expect(() => parseAuthZenRequest(request), name).toThrow(expect.objectContaining({ code, field }));
  }
});

it('permits only what the policy permits, and says why', () => {
  const record = { type: 'record', id: '7' };
  const read = { subject: ALICE, action: { name: 'read' }, resource: record, context };
  expect(answerAuthZen(read, point)).toMatchObject({
    decision: true,
    context: { effect: 'allow', rules: ['read'], policy: policy.hash, obligations: [] },
  });
  expect(answerAuthZen({ ...read, action: { name: 'delete' } }, point)).toMatchObject({
    decision: false,
    context: {
      effect: 'deny',
      reasons: expect.arrayContaining([{ code: 'SPL_NO_PERMIT', text: 'nothing permits it' }]),
    },
  });
  // The context is missing, so the deny rule cannot be told, and denies.
  expect(answerAuthZen({ subject: ALICE, action: { name: 'read' }, resource: record }, point).decision).toBe(
    false,
  );
  expect(answerAuthZen({ ...read, subject: { type: 'user', id: 'nobody' } }, point)).toEqual({
    decision: false,
    context: {
      effect: 'deny',
      reasons: [{ code: 'SPL_AUTHZEN_NO_POLICY', text: 'no policy governs the subject' }],
    },
  });
});

it('believes properties only of an enforcement point that is trusted', () => {
  const write = {
    subject: { ...ALICE, properties: { id: 'bob', role: 'admin' } },
    action: { name: 'write' },
    resource: { type: 'record', id: '7', properties: { owner: 'alice', dataClassification: 'PHI' } },
    context,
  };
  expect(answerAuthZen(write, point).decision).toBe(false);
  expect(answerAuthZen(write, { ...point, trustProperties: true }).decision).toBe(true);
  // The subject is who the enforcement point says it is, whatever a property says.
  expect(policyRequestOf(write, { now: 5, trustProperties: true })).toEqual({
    resource: 'record:7',
    action: 'write',
    now: 5,
    engine: {},
    resolver: { agent: { id: 'alice', type: 'user', role: 'admin' } },
    registry: { resource: write.resource.properties, dataClassification: 'PHI' },
    caller: { request: { context } },
  });
});

it('answers false where an obligation would be left open', () => {
  const pay = {
    subject: ALICE,
    action: { name: 'pay', properties: { amount: 50 } },
    resource: { type: 'account', id: '1' },
    context: { ...context, purpose: 'billing' },
  };
  const open = { code: 'SPL_AUTHZEN_UNFULFILLED', text: 'nobody who asks fulfils approval of rule:pay' };
  expect(answerAuthZen(pay, point)).toMatchObject({
    decision: false,
    context: { effect: 'allow_with_approval', reasons: expect.arrayContaining([open]) },
  });
  expect(answerAuthZen(pay, { ...point, fulfils: ['approval'] }).decision).toBe(true);
});

it('refuses a type that is no scheme, and an argument that would stand for the context', () => {
  const request = { subject: ALICE, action: { name: 'read' }, resource: { type: 'my record', id: '7' } };
  expect(() => answerAuthZen(request, point)).toThrow(
    expect.objectContaining({ code: 'SPL_AUTHZEN_INVALID', field: 'resource.type' }),
  );
  const mapped = { ...point, resourceOf: ({ id }: { id: string }) => `record:${id}` };
  expect(answerAuthZen({ ...request, context }, mapped).decision).toBe(true);
  const spoofed = { ...request, action: { name: 'read', properties: { context } } };
  expect(() => answerAuthZen(spoofed, mapped)).toThrow(
    expect.objectContaining({ code: 'SPL_AUTHZEN_INVALID', field: 'action.properties.context' }),
  );
});

it('answers batches in order, with defaults, as far as their semantic asks', () => {
  const asked = {
    subject: ALICE,
    action: { name: 'read' },
    context,
    evaluations: [
      { resource: { type: 'record', id: '1' } },
      { resource: { type: 'account', id: '1' } },
      { resource: { type: 'record' } },
      { resource: { type: 'record', id: '2' }, action: { name: 'write' } },
    ],
  };
  const answered = (evaluations_semantic?: string) =>
    answerAuthZenBatch(
      parseAuthZenBatch(
        evaluations_semantic === undefined ? asked : { ...asked, options: { evaluations_semantic } },
      ),
      point,
    ).evaluations;
  expect(answered().map(({ decision }) => decision)).toEqual([true, false, false, false]);
  expect(answered()[2]?.context).toEqual({
    code: 'SPL_AUTHZEN_INVALID',
    error: { status: 400, message: 'resource.id: missing' },
  });
  expect(answered('deny_on_first_deny').map(({ decision }) => decision)).toEqual([true, false]);
  expect(answered('permit_on_first_permit').map(({ decision }) => decision)).toEqual([true]);
  const { evaluations: _, ...single } = { ...asked, resource: { type: 'record', id: '1' } };
  expect(answerAuthZenBatch(parseAuthZenBatch(single), point).evaluations).toHaveLength(1);
});

it('answers a body without evaluations as the single request that it is', () => {
  const one = { subject: ALICE, action: { name: 'read' }, resource: { type: 'record', id: '1' }, context };
  const single = answerAuthZen(one, point);
  expect(single.decision).toBe(true);
  expect(answerAuthZenEvaluations(one, point)).toEqual(single);
  expect(answerAuthZenEvaluations({ ...one, evaluations: [] }, point)).toEqual(single);
  expect(answerAuthZenEvaluations({ ...one, evaluations: [{}] }, point)).toEqual({ evaluations: [single] });
  for (const json of [undefined, null, [], 'x', { evaluations: [] }, { ...one, evaluations: {} }])
    expect(
      codeThrownBy(() => answerAuthZenEvaluations(json, point)),
      JSON.stringify(json),
    ).toBe('SPL_AUTHZEN_INVALID');
  // What is wrong with one of several stands in its place.
  expect(answerAuthZenEvaluations({ ...one, evaluations: [{ resource: 7 }, {}] }, point)).toMatchObject({
    evaluations: [{ decision: false, context: { error: { status: 400 } } }, { decision: true }],
  });
});

it('refuses a batch that is none, and bounds it', () => {
  for (const json of [
    [],
    { evaluations: {} },
    { options: { evaluations_semantic: 'first' } },
    { evaluations: Array.from({ length: AUTHZEN_EVALUATIONS_MAX + 1 }, () => ({})) },
  ])
    expect(
      codeThrownBy(() => parseAuthZenBatch(json)),
      JSON.stringify(json).slice(0, 60),
    ).toBe('SPL_AUTHZEN_INVALID');
  const [broken] = parseAuthZenBatch({ evaluations: [7] }).requests;
  expect(broken).toBeInstanceOf(TtpError);
  expect(broken).toMatchObject({ code: 'SPL_AUTHZEN_INVALID', field: 'evaluations[0]' });
});

it('asks another decision point about the resource alone, and takes nothing but true for yes', () => {
  const agent = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');
  expect(authZenRequestOf({ resource: 's3://bucket/key', action: 'read' }, agent)).toEqual({
    subject: { type: 'agent', id: agent },
    action: { name: 'read' },
    resource: { type: 's3', id: 'bucket/key' },
  });
  expect(authZenRequestOf({ resource: '/a/b', action: 'read' }, agent, { size: 1 })).toMatchObject({
    action: { properties: { size: 1 } },
    resource: { type: 'resource', id: 'a/b' },
  });
  expect(codeThrownBy(() => authZenRequestOf({ resource: 'a/../b', action: 'read' }, agent))).toBe(
    'SPL_AUTHZEN_INVALID',
  );
  expect(parseAuthZenResponse({ decision: true, context: { id: '1' } })).toEqual({
    decision: true,
    context: { id: '1' },
  });
  for (const json of [
    {},
    { decision: 'true' },
    { decision: 1 },
    { decision: null },
    [],
    'true',
    { decision: true, context: 1 },
  ])
    expect(
      codeThrownBy(() => parseAuthZenResponse(json)),
      JSON.stringify(json),
    ).toBe('SPL_AUTHZEN_INVALID');
});

it('answers by layers: permitted is what each of them permits', () => {
  const team = loadPolicy({
    version: '1.0.0',
    rules: [{ id: 'seven', effect: 'allow', resources: ['record:7'], actions: ['read'] }],
  });
  const layers = layerPolicies([
    { layer: 'agent', policy },
    { layer: 'team', policy: team },
  ]);
  const ask = (id: string) =>
    answerAuthZen(
      { subject: ALICE, action: { name: 'read' }, resource: { type: 'record', id }, context },
      { ...point, policyOf: () => layers },
    );
  expect(ask('7')).toMatchObject({
    decision: true,
    context: { rules: ['agent/read', 'team/seven'], policy: layers.hash },
  });
  expect(ask('8')).toMatchObject({
    decision: false,
    context: {
      effect: 'deny',
      reasons: [
        { rule: 'agent/read' },
        { rule: 'agent/tls' },
        { code: 'SPL_NO_PERMIT', layer: 'team', text: 'team: nothing permits it' },
      ],
    },
  });
});
