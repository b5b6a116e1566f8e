import type { JsonObject, Operator, Operators } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { capabilitiesOf, signGrant } from '@ttp/guard';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
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
