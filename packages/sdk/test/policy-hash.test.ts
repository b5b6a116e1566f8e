import { duplexPair } from '@ttp/adapters/memory';
import { asTraceId, type Hash, type Operators, type TtpEvent } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { accept, connect, createEndpoint, createIdentity, type Identity, memoryResolver } from '@ttp/did';
import { loadPolicy } from '@ttp/spl';
import { fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const operators: Operators = { byKid: async () => undefined };

const hashOf = (text: string): Hash => loadPolicy(text).hash;

/** The policy hash that each side of a handshake was told of the other. */
async function sessionOf(policy: Hash): Promise<readonly unknown[]> {
  const clock = fakeClock();
  const resolver = memoryResolver();
  const events: TtpEvent[] = [];
  const sideOf = async (seed: string): Promise<Identity> => {
    const made = await createIdentity({ type: 'agent', random: seededRandom(seed), clock });
    await resolver.add(made.keyLog);
    return made;
  };
  const [a, b] = [await sideOf('a'), await sideOf('b')];
  const endpoint = ({ did, signer }: Identity) =>
    createEndpoint({
      did,
      signer,
      policy,
      resolver,
      isRevoked: async () => false,
      recorder: { record: async (batch) => batch.map((event) => BigInt(events.push(event) - 1)) },
      clock,
      timer: clock,
      random: seededRandom(did),
      bootAt: 0,
    });
  const [near, far] = duplexPair();
  const trace = asTraceId('0123456789abcdef0123456789abcdef');
  const sessions = await Promise.all([
    connect(endpoint(a), { peer: b.did, duplex: near, trace }),
    accept(endpoint(b), { duplex: far, trace }),
  ]);
  return sessions.map(({ peer }) => peer.policy);
}

it('a policy has one hash, of its canonical form, which decisions, approvals, sessions and the log carry', async () => {
  proves('spl.policy.hash');
  const text = JSON.stringify(POLICY);
  const turned = JSON.stringify(Object.fromEntries(Object.entries(POLICY).toReversed()), undefined, 3);
  expect(turned).not.toBe(text);
  const hash = hashOf(text);
  expect(hash).toBe(hashJson(POLICY));
  expect(hashOf(` ${turned}\n`)).toBe(hash);
  expect(hashOf(JSON.stringify({ ...POLICY, description: 'another' }))).not.toBe(hash);

  const r: Rig = await rig({ policy: turned, operators, approvalWaitMs: 0 });
  expect(r.ttp.policy.hash).toBe(hash);
  expect((await r.read('data/a')).decision?.inputs.policy).toBe(hash);
  expect((await r.read('data/keys/x')).decision?.inputs.policy).toBe(hash);
  const { reviews } = await r.ttp.requestApproval({ tool: 'read_file', input: { path: 'data/payroll/x' } });
  expect(reviews.map(({ request }) => request.policy)).toEqual([hash]);
  await r.clock.advance(1000);
  const logged = (type: string) => r.entries.filter((entry) => entry.type === type);
  expect(logged('policy-armed').map(({ subject }) => subject)).toEqual([hash]);
  const decided = logged('decision-made').map(({ data }) => data['policy']);
  expect(decided.length).toBeGreaterThanOrEqual(3);
  expect(new Set(decided)).toEqual(new Set([hash]));
  expect(await sessionOf(hash)).toEqual([hash, hash]);
});
