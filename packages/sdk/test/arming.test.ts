import { asDid, type JsonObject } from '@ttp/core';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const serials = (r: Awaited<ReturnType<typeof rig>>) =>
  r.entries.filter((entry) => entry.type === 'policy-armed').map((entry) => entry.data['serial']);

describe('arming', () => {
  it.each([
    ['nothing', undefined, 'SDK_POLICY_MISSING'],
    ['an empty text', '', 'SDK_POLICY_MISSING'],
    ['empty bytes', new Uint8Array(), 'SDK_POLICY_MISSING'],
    ['an empty object', {}, /^SPL_/],
    ['a text that is no JSON', 'allow: all', /^CRYPTO_JSON/],
    ['a policy with an unknown key', { ...POLICY, allowAll: true }, 'SPL_UNKNOWN_KEY'],
  ])('is refused for %s: there is no implicit allow-all', async (_, policy, code) => {
    const r = await rig();
    await r.ttp.close();
    const refused = await codeRejectedBy(createTtp({ ...r, policy: policy as JsonObject }));
    expect(refused).toMatch(code);
  });

  it('signs the policy of the host, and records it with its serial', async () => {
    const r = await rig();
    const armed = r.entries.find((entry) => entry.type === 'policy-armed');
    expect(armed).toMatchObject({
      subject: r.ttp.policy.hash,
      data: { source: 'host', serial: 1, envelope: expect.stringMatching(/^sha256:/) },
    });
  });

  it('keeps the serial of the same policy and raises it for another', async () => {
    proves('spl.policy.monotonic-version');
    const r = await rig();
    const same = await r.restart();
    const other = await same.restart({ policy: { ...POLICY, description: 'second' } });
    expect([...serials(r), ...serials(same), ...serials(other)]).toEqual([1, 1, 2]);
  });

  it('pins the name of the policy to the agent: another agent cannot take it over', async () => {
    const r = await rig();
    const other = await rig({ seed: 'other' });
    await r.ttp.close();
    const { storage } = r;
    expect(await codeRejectedBy(createTtp({ ...other, storage, policy: POLICY, fresh: true }))).toBe(
      'SDK_POLICY_REBOUND',
    );
  });

  it('refuses a policy that is written for another did:ttp', async () => {
    const r = await rig();
    await r.ttp.close();
    const agentDid = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');
    const refused = await codeRejectedBy(createTtp({ ...r, policy: { ...POLICY, agentDid } }));
    expect(refused).toBe('SDK_POLICY_REBOUND');
  });

  it('refuses to go on from a record that it cannot read', async () => {
    const r = await rig();
    await r.ttp.close();
    for (const text of ['{}', '[]', 'x', '{"hash":1}', `{"hash":"${r.ttp.policy.hash}","serial":0.5}`]) {
      await r.storage.store.put(`sdk/policy/${r.ttp.did}`, new TextEncoder().encode(text));
      expect(await codeRejectedBy(createTtp({ ...r, policy: POLICY }))).toMatch(
        /^SDK_POLICY_STATE$|^CRYPTO_JSON/,
      );
    }
    await r.storage.store.put('sdk/clock', new TextEncoder().encode('soon'));
    expect(await codeRejectedBy(createTtp({ ...r, policy: POLICY }))).toBe('CORE_BAD_TIME');
  });
});

describe('a policy', () => {
  it('without a matching rule and without a default effect denies', async () => {
    proves('law.P-6');
    const { defaultEffect: _, ...policy } = POLICY as { readonly defaultEffect: string } & JsonObject;
    const r = await rig({ policy });
    expect(await r.read('elsewhere/x')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  });
});
