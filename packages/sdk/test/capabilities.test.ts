import type { Evidence, Fact, Interaction, Json, JsonObject, Operator, Operators } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { capabilitiesOf, signGrant } from '@ttp/guard';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { capabilityObligations, neededCapabilities } from '../src/capabilities.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const seed = new Uint8Array(32).fill(5);
const { publicKey } = keyPairOf(seed);
const kid = `did:key:${multikey(publicKey)}#${multikey(publicKey)}`;
const author: Operator = { id: 'author', kid, publicKey, human: 'a', level: 3, privileges: ['policy:sign'] };
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });
const operators: Operators = { byKid: async (asked) => (asked === kid ? author : undefined) };

/** A tool that needs capabilities, by the call map. */
const callMap = (needed: JsonObject): JsonObject => ({
  version: 1,
  tools: {
    read_file: {
      action: 'read',
      resource: { scheme: 'file', path: 'input.path' },
      attributes: needed,
    },
  },
});
const needing = (...capabilities: readonly string[]): JsonObject =>
  callMap({ 'resource.capabilities': capabilities });

const open = (map: JsonObject, options: Parameters<typeof rig>[0] = {}): Promise<Rig> =>
  rig({ policy: POLICY, callMap: map, operators, ...options });

it('a call that needs what its agent does not hold is refused, whatever the policy says', async () => {
  // A verified agent without history is of the stage `provisional`.
  for (const held of capabilitiesOf('provisional'))
    expect((await (await open(needing(held))).read('data/a')).status).toBe('done');
  const r = await open(needing('data:structured', 'data:text'));
  expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_CAPABILITY_MISSING' });
  expect(r.effects()).toBe(0);
  expect(await r.ttp.check({ tool: 'read_file', input: { path: 'data/a' } })).toMatchObject({
    code: 'GUARD_CAPABILITY_MISSING',
  });
});

it('the ten that no stage gives are given by operators alone, and one that is in no registry by nobody', async () => {
  proves('guard.capabilities.policy-only');
  const plain = await open(needing('context:user'));
  expect(await plain.read('data/a')).toMatchObject({ code: 'GUARD_CAPABILITY_MISSING' });
  const notAfter = plain.clock.now() + 1000;
  const grant = await signGrant(
    { subject: plain.identity.did, capability: 'context:user', notAfter },
    signer,
    plain.clock.now(),
  );
  const options = { policy: POLICY, operators, grants: [grant] };
  const granted = await plain.restart({ ...options, callMap: needing('context:user') });
  expect((await granted.read('data/a')).status).toBe('done');
  await granted.clock.advance(1000);
  expect(await granted.read('data/a')).toMatchObject({ code: 'GUARD_CAPABILITY_MISSING' });
});

/** What is said to be held of `resource.capabilities: ['data:text']`, at time 100. */
function heldOf(facts: { readonly [source: string]: Fact }): unknown {
  const resource = { value: { 'resource.capabilities': ['data:text'] }, at: 100, validFor: 0 };
  const evidence = { now: 100, facts: { resource, ...facts } } as unknown as Evidence;
  const [obligation] = capabilityObligations({} as Interaction, evidence);
  return obligation?.params['held'];
}

const fact = (value: Json, at: number, validFor: number): Fact => ({ value, at, validFor });
const grant = (notAfter: Json): Json => [{ capability: 'data:text', notAfter }];

it('what is held is what fresh facts say: not what was true once, and not what was granted until now', () => {
  expect(heldOf({ capabilities: fact(['data:text'], 50, 50) })).toEqual(['data:text']);
  expect(heldOf({ capabilities: fact(['data:text'], 50, 49) })).toEqual([]);
  expect(heldOf({ grants: fact(grant(101), 100, 0) })).toEqual(['data:text']);
  expect(heldOf({ grants: fact(grant(100), 100, 0) })).toEqual([]);
  expect(heldOf({ grants: fact(grant('101'), 100, 0) })).toEqual([]);
  expect(heldOf({ grants: fact(grant(101), 50, 49) })).toEqual([]);
  expect(heldOf({ grants: fact('data:text', 100, 0), capabilities: fact([1, null], 100, 0) })).toEqual([]);
});

it.for<[string, Json, readonly string[]]>([
  ['a list', { 'resource.capabilities': ['data:text', 'data:text', 'x'] }, ['data:text', 'x']],
  ['a nested list', { resource: { capabilities: ['file:read'] } }, ['file:read']],
  ['one word', { 'resource.capabilities': 'file:read' }, ['file:read']],
  ['what is no word', { 'resource.capabilities': [1, null] }, ['1', 'null']],
  ['an object', { 'resource.capabilities': {} }, ['{}']],
  ['nothing', {}, []],
  ['an empty list', { 'resource.capabilities': [] }, []],
  ['a resource that is none', 'text', []],
])('a call needs what its registry says: %s', ([, resource, needed]) => {
  expect(neededCapabilities(resource)).toEqual(needed);
});
