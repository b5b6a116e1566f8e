import { memory } from '@ttp/adapters/memory';
import { createIdentity, memoryResolver } from '@ttp/did';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

/** A publisher, an agent of it, and another agent of it made later. */
async function family() {
  const clock = fakeClock();
  const publisher = await createIdentity({ type: 'publisher', random: seededRandom('publisher'), clock });
  const [agent, second] = await Promise.all(
    ['agent', 'second'].map((seed) =>
      createIdentity({ type: 'agent', random: seededRandom(seed), clock, parent: publisher }),
    ),
  );
  if (agent === undefined || second === undefined) throw new TypeError('two agents');
  const resolver = memoryResolver({ clock });
  for (const { keyLog } of [publisher, agent, second]) await resolver.add(keyLog);
  return { publisher, agent, second, resolver };
}

const policyOf = (version: string) => ({ ...POLICY, agentDid: `did:tessorium:agent:rig:${version}` });

describe('an agent whose inception names a parent', () => {
  it('acts, verified with the key log of its parent, and is stopped by a kill of it', async () => {
    proves('flaw.D4', 'decision.D4');
    const { publisher, agent, second, resolver } = await family();
    const r = await rig({ identity: agent, resolver });
    expect((await r.read('data/x')).status).toBe('done');
    await r.ttp.kill(publisher.did, { reason: 'security_violation' }).durable;
    expect(await r.read('data/x')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(r.ttp.isKilled()).toBe(true);
    const again = await r.restart({ resolver });
    expect(await again.read('data/x')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    // Neither a new version tag nor a new agent under the same inception is a way out.
    const renamed = await again.restart({ resolver, policy: policyOf('v2') });
    expect(await renamed.read('data/x')).toMatchObject({ code: 'GUARD_KILLED' });
    await renamed.ttp.close();
    const { storage } = r;
    const child = await rig({ identity: second, resolver, storage, policy: policyOf('v3') });
    expect(await child.read('data/x')).toMatchObject({ code: 'GUARD_KILLED' });
  });

  it('with its own kill leaves its siblings alone', async () => {
    const { agent, second, resolver } = await family();
    const storage = memory();
    const r = await rig({ identity: agent, resolver, storage });
    await r.ttp.kill(agent.did, { reason: 'security_violation' }).durable;
    await r.ttp.close();
    const sibling = await rig({ identity: second, resolver, storage, policy: policyOf('v2') });
    expect((await sibling.read('data/x')).status).toBe('done');
  });

  it('is not opened without anybody who knows the parent, nor against the word of its own inception', async () => {
    const { publisher, agent, resolver } = await family();
    const clock = fakeClock();
    const options = {
      identity: agent,
      policy: POLICY,
      fresh: true,
      ports: { clock, timer: clock, random: seededRandom('ports') },
    };
    const code = (more: object) => codeRejectedBy(createTtp({ ...options, storage: memory(), ...more }));
    expect(await code({})).toBe('DID_PARENT_UNRESOLVED');
    expect(await code({ resolver: memoryResolver({ clock }) })).toBe('DID_UNRESOLVED');
    const lying = (above: readonly string[]) => ({ ...resolver, ancestors: () => Promise.resolve(above) });
    expect(await code({ resolver: lying([]) })).toBe('DID_PARENT_UNRESOLVED');
    expect(await code({ resolver: lying([agent.did]) })).toBe('DID_PARENT_UNRESOLVED');
    expect(await code({ resolver: lying([publisher.did]) })).toBeUndefined();
  });
});
