import { memory } from '@ttp/adapters/memory';
import { type JsonObject, TtpError } from '@ttp/core';
import { createIdentity, type NameRegistry } from '@ttp/did';
import { createTree, leafHash } from '@ttp/etr-merkle';
import { createTtp, type TtpOptions } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { registryOf } from './registry.js';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const MINUTE = 60_000;

/** An agent and a rival that want one name, and the registry that gives it. */
async function town(options: { readonly http?: boolean; readonly named?: boolean } = {}) {
  const clock = fakeClock();
  const [identity, rival] = await Promise.all(
    ['alice', 'rival'].map((seed) => createIdentity({ type: 'agent', random: seededRandom(seed), clock })),
  );
  if (identity === undefined || rival === undefined) throw new TypeError('two identities');
  const registry = await registryOf(memory(), clock, [identity, rival]);
  if (options.named !== false) await registry.give(identity);
  /** What the registry does next; as it should unless a test says otherwise. */
  const state: { fault?: TtpError; size?: bigint; key?: number } = {};
  const local: NameRegistry = {
    lookup: (name) =>
      state.fault === undefined ? registry.register.lookup(name) : Promise.reject(state.fault),
  };
  const remote = registry.remote(async (name) =>
    state.fault === undefined
      ? registry.answer(name, state.size ?? (await registry.log.size()), state.key)
      : undefined,
  );
  const names = options.http === true ? remote : local;
  return { ...registry, identity, rival, names, state };
}

const armed = (r: Rig) => r.entries.filter(({ type }) => type === 'policy-armed');
const findings = (r: Rig) =>
  r.entries.filter(({ type }) => type === 'finding-raised').map(({ data }) => data['code']);

/** Lets the next look at the registry happen. */
async function minutes(r: Rig, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    await r.clock.advance(MINUTE);
  }
}

/** What `createTtp` is given to start again on what `r` ran on. */
const again = ({ identity, storage, clock, random }: Rig, options: Partial<TtpOptions> = {}): TtpOptions => ({
  identity,
  storage,
  policy: POLICY,
  ports: { clock, timer: clock, random },
  ...options,
});

const down = (): TtpError => new TtpError('DID_WEB_UNREACHABLE', 'no answer');

describe.each([
  ['on a log', false],
  ['over HTTP', true],
])('with a registry %s, the name of a policy', (_, http) => {
  it('is resolved when it is armed, and pinned with the policy and the checkpoint', async () => {
    proves('spl.policy.agent-did', 'flaw.D1');
    const t = await town({ http });
    const r = await rig({ identity: t.identity, names: t.names });
    const tree = createTree();
    for await (const bytes of t.log.read(0n, 9n)) tree.append(leafHash(bytes));
    const answer = await t.register.lookup('did:tessorium:agent:rig:v1');
    expect(armed(r)[0]).toMatchObject({
      agent: t.identity.did,
      subject: r.ttp.policy.hash,
      data: { name: 'did:tessorium:agent:rig:v1', checkpoint: { size: '1', root: answer?.checkpoint.root } },
    });
    const stored = await r.storage.store.get(`sdk/name-pin/${t.identity.did}`);
    expect(JSON.parse(new TextDecoder().decode(stored?.value))).toMatchObject({
      policy: r.ttp.policy.hash,
      name: 'did:tessorium:agent:rig:v1',
      did: t.identity.did,
      size: '1',
    });
    // The name is read, the identity is used: in the decision, in every entry, in the kill.
    const outcome = await r.read('data/x');
    expect(outcome.status).toBe('done');
    expect(new Set(r.entries.map(({ agent }) => agent))).toEqual(new Set([t.identity.did]));
    r.ttp.kill('did:tessorium:agent:rig:v1', { reason: 'manual_operator_action' });
    expect(r.ttp.isKilled(t.identity.did)).toBe(true);
  });

  it('that means somebody else later refuses every decision, after a restart too, until it is armed again', async () => {
    proves('decision.D1', 'flaw.D1');
    const t = await town({ http });
    const r = await rig({ identity: t.identity, names: t.names });
    expect((await r.read('data/x')).status).toBe('done');
    await t.give(t.rival);
    await minutes(r);
    const refused = { status: 'blocked', code: 'SPL_NAME_REBOUND' };
    expect(await r.read('data/x')).toMatchObject(refused);
    expect(await r.ttp.check({ tool: 'read_file', input: { path: 'data/x' } })).toMatchObject({
      wouldPermit: false,
      code: 'SPL_NAME_REBOUND',
    });
    expect(r.effects()).toBe(1);
    expect(findings(r)).toEqual(['SPL_NAME_REBOUND']);
    // Restarted with the registry, without an answer of it: refused all the same.
    await r.ttp.close();
    expect(await codeRejectedBy(createTtp(again(r, { names: t.names })))).toBe('SPL_NAME_REBOUND');
    t.state.fault = down();
    expect(await codeRejectedBy(createTtp(again(r, { names: t.names })))).toBe('SPL_NAME_REBOUND');
    // Given back: what is running does not go on by itself, arming again does.
    delete t.state.fault;
    await t.give(t.identity);
    const back = await r.restart({ names: t.names });
    expect((await back.read('data/x')).status).toBe('done');
  });

  it('that is given back meanwhile stays refused where it was not armed again', async () => {
    const t = await town({ http });
    const r = await rig({ identity: t.identity, names: t.names });
    await t.give(t.rival);
    await minutes(r);
    await t.give(t.identity);
    await minutes(r, 2);
    expect(await r.read('data/x')).toMatchObject({ code: 'SPL_NAME_REBOUND' });
  });

  it('is not armed where it means nobody or another, nor where the registry cannot say', async () => {
    const t = await town({ http, named: false });
    const r = await rig({ identity: t.identity, policy: { ...POLICY, agentDid: t.identity.did } });
    await r.ttp.close();
    const options = again(r, { names: t.names });
    expect(await codeRejectedBy(createTtp(options))).toBe('DID_UNRESOLVED');
    t.state.fault = down();
    expect(await codeRejectedBy(createTtp(options))).toBe('DID_WEB_UNREACHABLE');
    delete t.state.fault;
    await t.give(t.rival);
    expect(await codeRejectedBy(createTtp(options))).toBe('SDK_POLICY_REBOUND');
  });

  it('that was pinned goes on while the registry is away; another policy does not', async () => {
    proves('decision.D1');
    const t = await town({ http });
    const r = await rig({ identity: t.identity, names: t.names });
    t.state.fault = down();
    await minutes(r, 3);
    expect((await r.read('data/x')).status).toBe('done');
    expect(findings(r)).toEqual(['DID_WEB_UNREACHABLE']); // told once
    const back = await r.restart({ names: t.names });
    expect((await back.read('data/x')).status).toBe('done');
    await back.ttp.close();
    const other: JsonObject = { ...POLICY, description: 'another' };
    expect(await codeRejectedBy(createTtp(again(back, { policy: other, names: t.names })))).toBe(
      'DID_WEB_UNREACHABLE',
    );
  });

  it('is asked for no more once the instance is closed', async () => {
    const t = await town({ http });
    const r = await rig({ identity: t.identity, names: t.names });
    await r.ttp.close();
    t.state.fault = down();
    await minutes(r, 3);
    expect(findings(r)).toEqual([]);
  });
});

describe('a hostile registry over HTTP', () => {
  it('is not believed with the key of another log', async () => {
    const t = await town({ http: true });
    t.state.key = 2;
    const r = await rig({ identity: t.identity, policy: { ...POLICY, agentDid: t.identity.did } });
    await r.ttp.close();
    expect(await codeRejectedBy(createTtp(again(r, { names: t.names })))).toBe('DID_NAME_UNPROVED');
    delete t.state.key;
    const named = await r.restart({ names: t.names });
    // Nor when it says that the name went elsewhere: somebody on the way must not be able to stop an agent.
    await t.give(t.rival);
    t.state.key = 2;
    await minutes(named);
    expect((await named.read('data/x')).status).toBe('done');
    expect(findings(named)).toEqual(['DID_NAME_UNPROVED']);
  });

  it('that shows an older log than it did neither confirms nor rebinds', async () => {
    const t = await town({ http: true, named: false });
    await t.give(t.rival);
    await t.give(t.identity);
    const r = await rig({ identity: t.identity, names: t.names });
    t.state.size = 1n; // when it was the rival's
    await minutes(r);
    expect((await r.read('data/x')).status).toBe('done');
    expect(findings(r)).toEqual(['SDK_NAME_ROLLED_BACK']);
    await r.ttp.close();
    const other: JsonObject = { ...POLICY, description: 'another' };
    expect(await codeRejectedBy(createTtp(again(r, { policy: other, names: t.names })))).toBe(
      'SDK_NAME_ROLLED_BACK',
    );
  });

  it('is held to the furthest log that it showed, over restarts', async () => {
    const t = await town({ http: true });
    const r = await rig({ identity: t.identity, names: t.names });
    await t.give(t.rival, 'did:tessorium:agent:other:v1');
    await minutes(r);
    t.state.size = 1n;
    const back = await r.restart({ names: t.names });
    await minutes(back);
    expect(findings(back)).toEqual(['SDK_NAME_ROLLED_BACK']);
  });
});

/** Options with a registry in this process that answers otherwise. */
const answering = async (change: (lookup: NameRegistry['lookup']) => NameRegistry['lookup']) => {
  const t = await town();
  const lookup = change((name) => t.register.lookup(name));
  const r = await rig({ identity: t.identity, policy: { ...POLICY, agentDid: t.identity.did } });
  await r.ttp.close();
  return { clock: r.clock, options: again(r, { names: { lookup } }) };
};

describe('a registry in the process', () => {
  it('that hangs or throws anything keeps a policy from being armed, and nothing waits for ever', async () => {
    const hanging = await answering(() => () => new Promise(() => {}));
    const refused = codeRejectedBy(createTtp(hanging.options));
    await hanging.clock.advance(10_000);
    expect(await refused).toBe('SDK_NAMES_TIMEOUT');
    const throwing = await answering(() => () => Promise.reject(new RangeError('x')));
    expect(await codeRejectedBy(createTtp(throwing.options))).toBe('SDK_NAMES_FAILED');
  });

  it('that shows as long a log with another root was rolled back', async () => {
    const t = await town();
    let root: string | undefined;
    const names: NameRegistry = {
      async lookup(name) {
        const answer = await t.register.lookup(name);
        if (answer === undefined || root === undefined) return answer;
        return { ...answer, checkpoint: { ...answer.checkpoint, root: answer.id } };
      },
    };
    const r = await rig({ identity: t.identity, names });
    root = 'another';
    await minutes(r);
    expect(findings(r)).toEqual(['SDK_NAME_ROLLED_BACK']);
  });

  it('is not asked for a did:ttp, nor where a policy names nobody', async () => {
    const { agentDid: _, ...nameless } = POLICY;
    const names: NameRegistry = { lookup: () => Promise.reject(new TtpError('DID_UNRESOLVED', 'asked')) };
    const r = await rig({ names, policy: nameless });
    expect(armed(r)[0]?.data).not.toHaveProperty('name');
    const named = await r.restart({ names, policy: { ...nameless, agentDid: r.ttp.did } });
    expect((await named.read('data/x')).status).toBe('done');
  });

  it('leaves what it said last to a store without one', async () => {
    const t = await town();
    const r = await rig({ identity: t.identity, names: t.names });
    await r.ttp.close();
    const { storage, clock, random } = r;
    const ports = { clock, timer: clock, random };
    const rival = { storage, ports, policy: POLICY, identity: t.rival, fresh: true };
    expect(await codeRejectedBy(createTtp(rival))).toBe('SDK_POLICY_REBOUND');
  });
});

describe('the pin of a name', () => {
  it('that cannot be read refuses: it might be one that was rebound', async () => {
    const t = await town();
    const r = await rig({ identity: t.identity, names: t.names });
    await r.ttp.close();
    for (const text of ['', '[]', '{}', '{"v":1}', `{"v":1,"policy":"x"}`]) {
      await r.storage.store.put(`sdk/name-pin/${t.identity.did}`, new TextEncoder().encode(text));
      expect(await codeRejectedBy(createTtp(again(r, { names: t.names })))).toBe('SDK_POLICY_STATE');
    }
  });

  it('in memory holds where it cannot be written', async () => {
    const t = await town();
    const r = await rig({ identity: t.identity, names: t.names });
    const { store } = r.storage;
    const put = store.put.bind(store);
    store.put = (key, ...rest) =>
      key.startsWith('sdk/name-pin/') ? Promise.reject(new TtpError('STORE_IO', 'full')) : put(key, ...rest);
    await t.give(t.rival);
    await minutes(r);
    expect(await r.read('data/x')).toMatchObject({ code: 'SPL_NAME_REBOUND' });
    store.put = put;
  });
});
