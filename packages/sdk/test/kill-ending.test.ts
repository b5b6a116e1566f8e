import { duplexPair, memory } from '@ttp/adapters/memory';
import { asTraceId, type Did, type Operators } from '@ttp/core';
import { hashJson, multikey, utf8 } from '@ttp/crypto';
import {
  accept,
  connect,
  createEndpoint,
  createIdentity,
  httpSessions,
  type Identity,
  memoryResolver,
  rotateIdentity,
  sessionBook,
} from '@ttp/did';
import { actionOf } from '@ttp/etr-merkle/trace';
import {
  circuitBreaker,
  createKillPropagation,
  createKillSwitch,
  KILL_COOLDOWN_MS,
  localKillChannel,
  planCascade,
  signReinstateOrder,
} from '@ttp/guard';
import { codeRejectedBy, fakeClock, proves, seededRandom, testSigner } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const reason = 'security_violation';
const nobody: Operators = { byKid: () => Promise.resolve(undefined) };
const trace = asTraceId('0123456789abcdef0123456789abcdef');

const identityOf = (seed: string): Promise<Identity> =>
  createIdentity({ type: 'agent', random: seededRandom(seed), clock: fakeClock() });

/** A real session between two identities, by a real handshake. */
async function sessionOf(one: Identity, other: Identity) {
  const clock = fakeClock();
  const resolver = memoryResolver();
  for (const { keyLog } of [one, other]) await resolver.add(keyLog);
  const endpoint = ({ did, signer }: Identity) =>
    createEndpoint({
      did,
      signer,
      policy: hashJson({}),
      resolver,
      isRevoked: () => Promise.resolve(false),
      recorder: { record: (events) => Promise.resolve(events.map((_, n) => BigInt(n))) },
      clock,
      timer: clock,
      random: seededRandom(`endpoint ${did}`),
      bootAt: 0,
    });
  const [left, right] = duplexPair();
  return await Promise.all([
    connect(endpoint(one), { peer: other.did, duplex: left, trace }),
    accept(endpoint(other), { duplex: right, trace }),
  ]);
}

/** What a kill of the agent comes to: the report, in fake time. */
async function reportOf(r: Rig, target: string = r.ttp.did) {
  const { report } = r.ttp.kill(target, { reason });
  const reporting = report();
  await r.clock.advance(0);
  return await reporting;
}

describe('a kill', () => {
  it('terminates the sessions of the agent, in the tick, and leaves those of others', async () => {
    proves('guard.kill.step-sessions');
    const [agent, peer, third] = await Promise.all(['agent', 'peer', 'third'].map(identityOf));
    if (agent === undefined || peer === undefined || third === undefined) throw new Error('no identities');
    const book = sessionBook();
    const http = httpSessions();
    const [mine, theirs] = await sessionOf(agent, peer);
    const [beside] = await sessionOf(third, peer);
    const [held, kept] = [book.hold(mine), book.hold(beside)];
    http.open({ id: 'A'.repeat(43), peer: { did: agent.did, kid: agent.signer.kid, policy: hashJson({}) } });
    const r = await rig({ identity: agent, sessions: [book, http] });
    const { report } = r.ttp.kill(agent.did, { reason });
    expect(await codeRejectedBy(held.send(utf8('late')))).toBe('DID_SESSION_CLOSED');
    expect((await report()).sessionsTerminated).toBe(2);
    const heard: unknown[] = [];
    for await (const message of theirs.receive()) heard.push(message);
    expect(heard).toEqual([]);
    await kept.send(utf8('still'));
    expect(http.end(() => true)).toBe(0);
    expect((await reportOf(r)).sessionsTerminated).toBe(0);
    expect((await reportOf(r, '*')).sessionsTerminated).toBe(1);
  });

  it('blocks what is under way and what waits for a human, and nobody has to decide it any more', async () => {
    proves('guard.kill.step-requests');
    const r = await rig({ operators: nobody });
    const waiting = r.read('data/payroll/may');
    await r.clock.advance(100);
    expect(await r.ttp.oversight?.pending()).toHaveLength(1);
    expect((await reportOf(r)).requestsBlocked).toBe(2); // the call, and the review that it waits for
    expect(await waiting).toMatchObject({ status: 'blocked' });
    expect(await r.ttp.oversight?.pending()).toEqual([]);
    expect(r.effects()).toBe(0);
  });

  it('opens the breaker of the agent, and the log says each of it', async () => {
    proves('guard.kill.step-circuit');
    const identity = await identityOf('breaker');
    const breaker = circuitBreaker(identity.did);
    const r = await rig({ identity, circuitBreaker: breaker });
    expect((await reportOf(r)).circuitsOpened).toBe(1);
    await r.ttp.close();
    const told = r.entries.filter(({ component }) => component === 'guard');
    expect(told.map(({ type, subject }) => [type, subject])).toEqual([
      ['agent-killed', identity.did],
      ['breaker-tripped', identity.did],
    ]);
  });

  it('reaches other enforcement points through the instance', async () => {
    const clock = fakeClock();
    const [here, there] = [testSigner(1), testSigner(2)];
    const ports = { clock, timer: clock, random: seededRandom('points') };
    const other = await createKillSwitch({
      ...ports,
      storage: memory(),
      propagation: createKillPropagation({
        ...ports,
        signer: there,
        points: [here],
        channel: localKillChannel(new Map()),
      }),
    });
    const r = await rig({
      enforcementPoints: createKillPropagation({
        ...ports,
        signer: here,
        points: [there],
        channel: localKillChannel(new Map([[there.did, (notice) => other.receive(notice)]])),
      }),
    });
    await other.enrol(r.ttp.did, true);
    expect((await reportOf(r)).enforced).toEqual({ confirmed: 1, configured: 1, quorum: 1 });
    expect(other.isKilled(r.ttp.did)).toBe(true);
    other.close();
  });

  it('of another enforcement point stops this instance, and dependents are suspended through it', async () => {
    const clock = fakeClock();
    const [here, there] = [testSigner(1), testSigner(2)];
    const ports = { clock, timer: clock, random: seededRandom('points') };
    const receivers = new Map<Did, (notice: string) => Promise<string>>();
    const channel = localKillChannel(receivers);
    const r = await rig({
      enforcementPoints: createKillPropagation({ ...ports, signer: here, points: [there], channel }),
    });
    receivers.set(here.did, (notice) => r.ttp.killSwitch.receive(notice));
    const propagation = createKillPropagation({ ...ports, signer: there, points: [here], channel });
    const other = await createKillSwitch({ ...ports, storage: memory(), propagation });
    const { report } = other.kill(r.ttp.did, { reason, by: 'elsewhere' });
    expect((await report()).enforced.confirmed).toBe(1);
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    const child = (await identityOf('child')).did;
    const plan = planCascade(r.ttp.did, [{ parent: r.ttp.did, child, id: 'uses' }]);
    expect(r.ttp.killSwitch.suspend(plan, 'test')).toHaveLength(1);
    expect(await codeRejectedBy(r.ttp.killSwitch.appeal(r.ttp.did))).toBe('GUARD_NOT_KILLED');
    other.close();
  });
});

describe('an identity with the key of a killed one', () => {
  it('is stopped, since the kill follows the key', async () => {
    proves('flaw.K4');
    const first = await rig({ seed: 'one' });
    await first.ttp.kill(first.ttp.did, { reason }).durable;
    // Another inception that its holder made with the very same key.
    await first.ttp.close();
    const again = await createKillSwitch({ storage: first.storage, clock: first.clock, timer: first.clock });
    const other = (await identityOf('other')).did;
    await again.enrol(other, true, [], multikey(first.identity.signer.publicKey));
    expect(again.isKilled(other)).toBe(true);
    again.close();
  });
});

describe('the log of the agent', () => {
  it('has its kills, its suspension, the breaker that opened and the reinstatement, each by its action type', async () => {
    proves('guard.kill.audit');
    const identity = await identityOf('audited');
    const storage = { ...memory(), shared: true };
    const r = await rig({ identity, storage, circuitBreaker: circuitBreaker(identity.did) });
    r.ttp.kill(identity.did, { reason: 'rate_limit_exceeded' });
    await r.clock.advance(KILL_COOLDOWN_MS + 1_000);
    expect(r.ttp.isKilled()).toBe(false);
    // What it depends on is stopped by another process, and it with that.
    const clock = fakeClock();
    const other = await createKillSwitch({ storage, clock, timer: clock });
    const tool = (await identityOf('tool')).did;
    await other.enrol(tool, true);
    other.kill(tool, { reason, by: 'test' });
    const plan = planCascade(tool, [{ parent: tool, child: identity.did, id: 'uses' }]);
    for (const { durable } of other.suspend(plan, 'test')) await durable;
    other.close();
    await r.clock.advance(1_000);
    expect(r.ttp.killStatus()).toMatchObject({ killed: true, suspended: true, causes: [tool] });
    await r.ttp.close();
    const told = r.entries.filter(({ component }) => component === 'guard');
    expect(told.map((entry) => [actionOf(entry), entry.subject])).toEqual([
      ['kill_switch', identity.did],
      ['circuit_breaker', identity.did],
      ['reinstatement', identity.did],
      ['cascade_kill', identity.did],
      ['circuit_breaker', identity.did],
    ]);
    expect(new Set(told.map(({ agent }) => agent))).toEqual(new Set([identity.did]));
  });
});

describe('a killed identity', () => {
  it('is killed under another version of its name and with its next key', async () => {
    proves('guard.kill.resolves-identity', 'flaw.K4');
    const identity = await createIdentity({
      type: 'agent',
      random: seededRandom('rotating'),
      clock: fakeClock(),
    });
    const before = await rig({ identity });
    // By the name that people read; the record is that of the inception.
    await before.ttp.kill('did:tessorium:agent:rig:v1', { reason }).durable;
    const renamed = await before.restart({ policy: { ...POLICY, agentDid: 'did:tessorium:agent:rig:v2' } });
    expect(await renamed.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    await renamed.ttp.close();
    const next = await rotateIdentity(identity, { random: seededRandom('next'), clock: fakeClock() });
    const rotated = await rig({ identity: next, storage: before.storage, fresh: true });
    expect(rotated.ttp.did).toBe(identity.did);
    expect(await rotated.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  });

  it('comes back from a critical score only when its own evidence says so, by an operator', async () => {
    proves('guard.reasons.trust-score');
    const ada = testSigner(40);
    const operators: Operators = {
      byKid: (kid) =>
        Promise.resolve(
          kid === ada.kid
            ? {
                id: 'ada',
                kid,
                publicKey: ada.publicKey,
                human: 'ada',
                level: 3,
                privileges: ['kill:reinstate'],
              }
            : undefined,
        ),
    };
    const low = await rig({ operators, recovery: { scoreRecovered: () => Promise.resolve(false) } });
    const good = await rig({ operators, seed: 'other' });
    for (const [r, code] of [
      [low, 'GUARD_NOT_RECOVERED'],
      [good, undefined],
    ] as const) {
      r.ttp.kill(r.ttp.did, { reason: 'trust_score_critical' });
      const order = {
        target: r.ttp.did,
        epoch: r.ttp.killStatus().epoch,
        reason: 'trust_score_critical',
        notAfter: r.clock.now() + 1_000,
      } as const;
      const signed = await signReinstateOrder(order, ada, r.clock.now());
      expect(await codeRejectedBy(r.ttp.reinstate([signed]))).toBe(code);
      expect(r.ttp.isKilled()).toBe(code !== undefined);
    }
  });
});
