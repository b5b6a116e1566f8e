import { memory } from '@ttp/adapters/memory';
import type { Envelope, JsonObject, ObligationHandler, Operator, Operators, Signer } from '@ttp/core';
import { createSigner, envelopeId, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { createIdentity, type Identity, memoryResolver } from '@ttp/did';
import {
  agentBudget,
  type Delegation,
  openDelegation,
  parsePriceTable,
  revokeDelegation,
  signDelegation,
  signDelegationRevocation,
  signGrant,
} from '@ttp/guard';
import { actingBy, replayBundle } from '@ttp/sdk';
import { coversPattern } from '@ttp/spl';
import { codeRejectedBy, fakeClock, keysOf, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const seed = new Uint8Array(32).fill(5);
const { publicKey } = keyPairOf(seed);
const kid = `did:key:${multikey(publicKey)}#${multikey(publicKey)}`;
const author: Operator = { id: 'author', kid, publicKey, human: 'a', level: 3, privileges: ['policy:sign'] };
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });
const operators: Operators = { byKid: async (asked) => (asked === kid ? author : undefined) };

const START = fakeClock().now();
const END = START + 600_000;

/** Reading takes a capability that no stage grants. */
const PAYMENTS: JsonObject = { ...POLICY, requirements: { requiredCapabilities: ['payment:process'] } };

async function staff() {
  const clock = fakeClock();
  const [first, second, third] = await Promise.all(
    ['first', 'second', 'third'].map((name) =>
      createIdentity({ type: 'agent', random: seededRandom(name), clock }),
    ),
  );
  if (first === undefined || second === undefined || third === undefined) throw new TypeError('three agents');
  const resolver = memoryResolver({ clock });
  for (const { keyLog } of [first, second, third]) await resolver.add(keyLog);
  return { first, second, third, resolver };
}

const link = (
  to: Identity,
  by: Signer,
  change: Partial<Delegation> = {},
  after?: Envelope,
): Promise<Envelope> =>
  signDelegation(
    {
      subject: to.did,
      capabilities: ['payment:process', 'agent:delegate'],
      resources: ['file:data/**'],
      budget: { currency: 'USD', micros: 100 },
      depth: 3,
      notAfter: END,
      ...change,
    },
    by,
    { now: START, ...(after === undefined ? {} : { after: envelopeId(after) }) },
  );

/** Author to first, first to second: what second acts by. */
async function chain(change: Partial<Delegation> = {}) {
  const agents = await staff();
  const root = await link(agents.first, signer);
  const leaf = await link(agents.second, agents.first.signer, { depth: 2, ...change }, root);
  return { ...agents, links: [root, leaf] as const };
}

const opened = (options: Parameters<typeof rig>[0]) => codeRejectedBy(rig({ operators, ...options }));

describe('an agent that acts by leave of another', () => {
  it('has the capabilities of its chain and no others, on its resources and no others, and the log says by whom', async () => {
    const { second, resolver, links, first } = await chain({
      capabilities: ['payment:process'],
      resources: ['file:data/invoices/*'],
    });
    const alone = await rig({ identity: second, policy: PAYMENTS, operators });
    expect((await alone.read('data/invoices/1')).status).toBe('blocked');
    const r = await alone.restart({ policy: PAYMENTS, operators, resolver, delegation: actingBy(links) });
    expect((await r.read('data/invoices/1')).status).toBe('done');
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_DELEGATION_RESOURCE' });
    const bundle = await r.ttp.exportBundle();
    expect(bundle).toContain(first.did);
    expect(replayBundle(bundle).every(({ result }) => result === 'same')).toBe(true);

    // What the stage of the agent grants is no way around the chain.
    const stage: JsonObject = { ...POLICY, requirements: { requiredCapabilities: ['data:text'] } };
    const narrow = await r.restart({ policy: stage, operators, resolver, delegation: actingBy(links) });
    expect((await narrow.read('data/invoices/1')).status).toBe('blocked');
    expect((await (await narrow.restart({ policy: stage, operators })).read('data/invoices/1')).status).toBe(
      'done',
    );
  });

  it('does not widen it by grants of its own', async () => {
    const { second, resolver, links } = await chain({ capabilities: ['agent:delegate'] });
    const own = await signGrant(
      { subject: second.did, capability: 'payment:process', notAfter: END },
      signer,
      START,
    );
    const r = await rig({
      identity: second,
      policy: PAYMENTS,
      operators,
      resolver,
      grants: [own],
      delegation: actingBy(links),
    });
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
    const free = await r.restart({ operators, resolver, grants: [own], delegation: actingBy(links) });
    expect((await free.read('data/a')).status).toBe('done');
  });

  it('is bound by it in every profile', async () => {
    const { second, resolver, links } = await chain({ resources: ['file:data/invoices/*'] });
    const r = await rig({ identity: second, operators, resolver, delegation: actingBy(links) });
    const [profile, interaction] = scene(r, { evidence: sources(r) });
    expect(await r.ttp.run(profile, interaction)).toMatchObject({ code: 'GUARD_DELEGATION_RESOURCE' });
    const inside = { ...interaction, id: 'inside', resource: 'file:data/invoices/1' };
    expect((await r.ttp.run(profile, inside)).status).toBe('done');
  });

  it('stops when its leave ends', async () => {
    const { second, resolver, links } = await chain();
    const r = await rig({ identity: second, operators, resolver, delegation: actingBy(links) });
    await r.clock.advance(END - START - 1);
    expect((await r.read('data/a')).status).toBe('done');
    await r.clock.advance(1);
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_DELEGATION_EXPIRED' });
    await r.ttp.close();
    const again = r.restart({ operators, resolver, delegation: actingBy(links) });
    expect(await codeRejectedBy(again)).toBe('GUARD_DELEGATION_EXPIRED');
  });

  it('stops when any link is revoked, at the next call and after a restart', async () => {
    for (const at of [0, 1]) {
      const { second, first, resolver, links } = await chain();
      const r = await rig({ identity: second, operators, resolver, delegation: actingBy(links) });
      expect((await r.read('data/a')).status).toBe('done');
      const ports = {
        now: START,
        covers: coversPattern,
        operators,
        keysOf: async () => keysOf(first.signer),
      };
      const verified = await openDelegation(links, { ...ports, subject: second.did });
      const { id } = verified.links[at] ?? { id: envelopeId(links[0]) };
      const revocation = await signDelegationRevocation(id, at === 0 ? signer : first.signer, START);
      await revokeDelegation(revocation, verified, { ...ports, store: r.storage.store });
      expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_DELEGATION_REVOKED' });
      await r.ttp.close();
      expect(await codeRejectedBy(r.restart({ operators, resolver, delegation: actingBy(links) }))).toBe(
        'GUARD_DELEGATION_REVOKED',
      );
    }
  });

  it.each(['revoked', 'expired'] as const)('stops while a call waits for its holds: %s', async (why) => {
    const { second, first, resolver, links } = await chain();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const patient: ObligationHandler = {
      kind: 'patience',
      order: 200,
      check: () => undefined,
      async hold() {
        await meanwhile?.();
        return { settle: () => Promise.resolve(), release: () => Promise.resolve() };
      },
    };
    const leave = { operators, resolver, delegation: actingBy(links), handlers: [patient] };
    const r = await rig({ identity: second, ...leave });
    const [profile, interaction] = scene(r, { evidence: sources(r), obligations: ['patience'] });
    expect((await r.ttp.run(profile, interaction)).status).toBe('done');
    if (why === 'expired') await r.clock.advance(END - START - 1);
    meanwhile = async () => {
      if (why === 'expired') return r.clock.advance(1);
      const ports = {
        now: START,
        covers: coversPattern,
        operators,
        keysOf: async () => keysOf(first.signer),
      };
      const verified = await openDelegation(links, { ...ports, subject: second.did });
      const revocation = await signDelegationRevocation(envelopeId(links[1]), first.signer, START);
      return revokeDelegation(revocation, verified, { ...ports, store: r.storage.store });
    };
    expect(await r.ttp.run(profile, { ...interaction, id: 'waits' })).toMatchObject({
      status: 'blocked',
      code: why === 'expired' ? 'GUARD_DELEGATION_EXPIRED' : 'GUARD_DELEGATION_REVOKED',
    });
  });

  it('stops with whoever gave it leave, in the same tick', async () => {
    const { second, first, resolver, links } = await chain();
    const storage = memory();
    const r = await rig({ identity: second, operators, resolver, storage, delegation: actingBy(links) });
    expect((await r.read('data/a')).status).toBe('done');
    const { durable } = r.ttp.kill(first.did, { reason: 'security_violation' });
    expect(r.ttp.isKilled()).toBe(true);
    await durable;
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    const again = await r.restart({ operators, resolver, delegation: actingBy(links) });
    expect(await again.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  });

  it('does not open without a resolver, for a chain of somebody else, or with grants that are missing', async () => {
    const { second, third, resolver, links, first } = await chain();
    const delegation = actingBy(links);
    expect(await opened({ identity: second, delegation })).toBe('DID_UNRESOLVED');
    expect(await opened({ identity: third, resolver, delegation })).toBe('GUARD_DELEGATION_SUBJECT');
    const own = await link(second, first.signer);
    const begun = (grants: readonly Envelope[]) =>
      opened({ identity: second, resolver, delegation: actingBy([own], { grants }) });
    expect(await begun([])).toBe('GUARD_DELEGATION_FORBIDDEN');
    const grants = await Promise.all(
      (['agent:delegate', 'payment:process'] as const).map((capability) =>
        signGrant({ subject: first.did, capability, notAfter: END }, signer, START),
      ),
    );
    expect(await begun(grants)).toBeUndefined();
  });
});

describe('the budgets of a chain', () => {
  const prices = parsePriceTable({
    v: 1,
    source: 'example, for tests',
    date: '2026-11-01',
    currency: 'USD',
    prices: [{ provider: 'example', model: 'small', rates: [{ unit: 'call', micros: 30, per: 1 }] }],
  });
  const meter = { estimate: () => ({ provider: 'example', model: 'small', most: { call: 1 } }) };
  const budget = agentBudget({ prices, meter, limit: { currency: 'USD', micros: 1_000_000 } });

  it('are shared by all who act under a link: two branches do not get it twice', async () => {
    const { first, second, third, resolver } = await staff();
    const storage = memory();
    const root = await link(first, signer, { budget: { currency: 'USD', micros: 100 } });
    const branch = (to: Identity) => link(to, first.signer, { depth: 2 }, root);
    const open = async (identity: Identity, name: string) =>
      rig({
        identity,
        storage,
        operators,
        resolver,
        budget,
        delegation: actingBy([root, await branch(identity)]),
        policy: { ...POLICY, agentDid: `did:tessorium:agent:${name}:v1` },
      });
    const one = await open(second, 'one');
    expect((await one.read('data/a')).status).toBe('done');
    expect((await one.read('data/a')).status).toBe('done');
    await one.ttp.close();
    const two = await open(third, 'two');
    expect((await two.read('data/a')).status).toBe('done');
    expect(await two.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_BUDGET_EXCEEDED' });
  });
});
