import { duplexPair, memory } from '@ttp/adapters/memory';
import { asTraceId, type Duplex, type Recorder, type Store, TtpError, type TtpEvent } from '@ttp/core';
import { createReplayGuard, fromUtf8, utf8 } from '@ttp/crypto';
import { evaluateLayers } from '@ttp/spl';
import { codeRejectedBy, type FakeClock, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  answerOffer,
  forgetNegotiations,
  type NegotiationResult,
  type Negotiator,
  offerPolicy,
  resumeNegotiation,
  verifyAgreement,
} from '../src/index.js';
import { ALICE, BOB, keyOf, policyText, SESSION } from './rig.js';

const trace = asTraceId('0123456789abcdef0123456789abcdef');

interface Rig {
  readonly clock: FakeClock;
  readonly alice: Negotiator;
  readonly bob: Negotiator;
  readonly left: Duplex;
  readonly right: Duplex;
  readonly events: TtpEvent[];
}

function rig(alice: Partial<Negotiator> = {}, bob: Partial<Negotiator> = {}): Rig {
  const clock = fakeClock();
  const events: TtpEvent[] = [];
  const recorder: Recorder = {
    record: async (some) => {
      events.push(...some);
      return some.map((_, i) => BigInt(i));
    },
  };
  const shared = { keyOf, recorder, clock, timer: clock };
  const make = (name: 'alice' | 'bob', more: Partial<Negotiator>): Negotiator => ({
    ...shared,
    signer: name === 'alice' ? ALICE : BOB,
    policies: [policyText({}, name)],
    replay: createReplayGuard({ bootAt: 0 }),
    store: memory().store,
    random: seededRandom(name),
    ...more,
  });
  const [left, right] = duplexPair({ a: 'alice', b: 'bob' });
  return { clock, alice: make('alice', alice), bob: make('bob', bob), left, right, events };
}

const both = ({ alice, bob, left, right }: Rig): Promise<[NegotiationResult, NegotiationResult]> =>
  Promise.all([
    offerPolicy(alice, { peer: BOB.did, duplex: left, trace, session: SESSION }),
    answerOffer(bob, { peer: ALICE.did, duplex: right, trace }),
  ]);

const purpose = (name: string): string => policyText({ requirements: { purpose: name } });

/** A connection that breaks when it should carry the nth message, which may still arrive. */
function breaking(duplex: Duplex, nth: number, arrives: boolean): Duplex {
  let sent = 0;
  return {
    ...duplex,
    async send(bytes) {
      if (++sent < nth) return duplex.send(bytes);
      if (arrives) await duplex.send(bytes);
      await duplex.close();
      if (!arrives) throw new TtpError('DUPLEX_CLOSED', 'gone');
    },
  };
}

describe('a negotiation over a connection', () => {
  it('ends for both with the same certificate, and with layers that can be armed', async () => {
    proves('pnp.agreement');
    const world = rig();
    const [a, b] = await both(world);
    if (a.status !== 'agreed' || b.status !== 'agreed') throw new Error(`${a.status} ${b.status}`);
    expect(a.certificate).toBe(b.certificate);
    expect(a.session).toBe(SESSION);
    expect(verifyAgreement(a.certificate, { keyOf, now: world.clock.now() }).hash).toBe(a.hash);
    expect(a.layers.layers.map(({ policy }) => policy.hash)).toEqual([...a.agreement.layers]);
    const facts = { engine: {}, resolver: {}, registry: {}, caller: {} };
    const ask = (resource: string): string =>
      evaluateLayers(a.layers, { resource, action: 'read', now: 0, ...facts }).effect;
    expect([ask('api/x'), ask('db/x')]).toEqual(['allow', 'deny']);
    expect(world.clock.pending).toBe(0);
  });

  it('takes any session that is offered, unless it was told one', async () => {
    const { alice, bob, left, right } = rig();
    const [a, b] = await Promise.all([
      offerPolicy(alice, { peer: BOB.did, duplex: left, trace }),
      answerOffer(bob, { peer: ALICE.did, duplex: right, trace }),
    ]);
    expect(a.session).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(b.session).toBe(a.session);
  });

  it('is logged with its reason, by both', async () => {
    proves('pnp.failure-log');
    const world = rig({ policies: [purpose('billing')] }, { policies: [purpose('support')] });
    const [a] = await both(world);
    expect(a).toMatchObject({ status: 'rejected', conflicts: [{ code: 'PNP_PURPOSE' }] });
    const conflicts = [{ code: 'PNP_PURPOSE', left: 'requirements.purpose', right: 'requirements.purpose' }];
    expect(world.events.map(({ type, agent, subject, data }) => ({ type, agent, subject, data }))).toEqual([
      {
        type: 'negotiation-advanced',
        agent: ALICE.did,
        subject: BOB.did,
        data: { session: SESSION, role: 'initiator', from: 'CONSIDERING', to: 'REJECTED', conflicts },
      },
      {
        type: 'negotiation-advanced',
        agent: BOB.did,
        subject: ALICE.did,
        data: { session: SESSION, role: 'responder', from: 'COUNTERING', to: 'REJECTED', conflicts },
      },
    ]);
    const failing = rig({
      decide: () => {
        throw new TtpError('STORE_POISONED', 'no');
      },
    });
    const pending = both(failing);
    await failing.clock.advance(30_000);
    expect((await pending).map((one) => (one.status === 'aborted' ? one.code : one.status))).toEqual([
      'STORE_POISONED',
      'PNP_EXPIRED',
    ]);
    expect(failing.events.map(({ data }) => data['code'])).toEqual(['STORE_POISONED', 'PNP_EXPIRED']);
  });

  it('is aborted where nobody answers: 30 s for the offer, 30 s for its answer', async () => {
    const { alice, bob, left, right, clock } = rig();
    const waiting = answerOffer(bob, { peer: ALICE.did, duplex: right, trace });
    await clock.advance(29_999);
    await clock.advance(1);
    expect(await waiting).toEqual({ status: 'aborted', code: 'PNP_EXPIRED' });
    const offering = offerPolicy(alice, { peer: BOB.did, duplex: left, trace, session: SESSION });
    await clock.advance(30_000);
    expect(await offering).toEqual({ status: 'aborted', session: SESSION, code: 'PNP_EXPIRED' });
    expect(clock.pending).toBe(0);
  });

  it("waits for nobody who decides, beyond its time; a decision that comes later is nobody's", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const world = rig(
      {},
      {
        decide: async ({ proposals: [policy] }) => {
          await promise;
          return policy === undefined ? { do: 'reject', conflicts: [] } : { do: 'accept', policy };
        },
      },
    );
    const pending = both(world);
    await world.clock.advance(30_000);
    const [a, b] = await pending;
    expect([a, b].map((one) => (one.status === 'aborted' ? one.code : one.status))).toEqual([
      'PNP_EXPIRED',
      'PNP_EXPIRED',
    ]);
    resolve(undefined);
    await world.clock.advance(1);
    const { value } = (await world.bob.store.get(`pnp/responder/${SESSION}`)) ?? {};
    expect(JSON.parse(fromUtf8(value ?? new Uint8Array()))).toMatchObject({
      state: { machine: { at: 'ABORTED' } },
    });
  });

  it('is not agreed on where it cannot be logged', async () => {
    const recorder: Recorder = {
      record: async () => {
        throw new TtpError('STORE_POISONED', 'the log is gone');
      },
    };
    const world = rig({}, { recorder });
    const pending = both(world);
    await world.clock.advance(30_000);
    const [a, b] = await pending;
    expect([a, b].map((one) => (one.status === 'aborted' ? one.code : one.status))).toEqual([
      'PNP_EXPIRED',
      'STORE_POISONED',
    ]);
  });

  it('is not agreed on where the log takes longer than the time', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const recorder: Recorder = {
      record: async ([event]) => {
        if (event?.data['to'] === 'AGREED') await promise;
        return [0n];
      },
    };
    const world = rig({}, { recorder });
    const pending = both(world);
    await world.clock.advance(30_000);
    const [a, b] = await pending;
    expect([a.status, b.status]).toEqual(['aborted', 'aborted']);
    resolve(undefined);
    await world.clock.advance(1);
    const { value } = (await world.bob.store.get(`pnp/responder/${SESSION}`)) ?? {};
    expect(JSON.parse(fromUtf8(value ?? new Uint8Array()))).toMatchObject({
      state: { machine: { at: 'ABORTED', code: 'PNP_EXPIRED' } },
    });
  });

  it('gives up on a peer that floods it', async () => {
    const { bob, left, right } = rig();
    const waiting = answerOffer(bob, { peer: ALICE.did, duplex: right, trace });
    for (let i = 0; i < 257; i++) await left.send(utf8('{}'));
    expect(await waiting).toEqual({ status: 'aborted', code: 'PNP_FLOODED' });
  });

  it('does not begin with what cannot be proposed', async () => {
    const { alice, left } = rig();
    const options = { peer: BOB.did, duplex: left, trace };
    expect(await codeRejectedBy(offerPolicy({ ...alice, policies: [] }, options))).toBe('PNP_BAD_PROPOSALS');
    expect(await codeRejectedBy(offerPolicy({ ...alice, policies: ['{}'] }, options))).toBe('SPL_EMPTY');
    const unknown = policyText({ offers: { capabilities: ['root'] } });
    expect(await codeRejectedBy(offerPolicy({ ...alice, policies: [unknown] }, options))).toBe(
      'PNP_UNKNOWN_CAPABILITY',
    );
    expect(await codeRejectedBy(offerPolicy(alice, { ...options, peer: ALICE.did }))).toBe('PNP_SELF');
  });
});

describe('a negotiation that is interrupted', () => {
  const cases = [1, 2].flatMap((nth) =>
    (['alice', 'bob'] as const).flatMap((who) => [true, false].map((arrives) => ({ nth, who, arrives }))),
  );

  it.each(cases)(
    'goes on over another connection: message $nth of $who, arrived: $arrives',
    async ({ nth, who, arrives }) => {
      proves('flaw.N5', 'pnp.agreement');
      const world = rig();
      const { alice, bob, left, right, clock } = world;
      const [, b] = await Promise.all([
        offerPolicy(alice, {
          peer: BOB.did,
          duplex: who === 'alice' ? breaking(left, nth, arrives) : left,
          trace,
          session: SESSION,
        }),
        answerOffer(bob, {
          peer: ALICE.did,
          duplex: who === 'bob' ? breaking(right, nth, arrives) : right,
          trace,
          session: SESSION,
        }),
      ]);
      await clock.advance(5000);
      const [left2, right2] = duplexPair({ a: 'alice', b: 'bob' });
      const again = { trace, session: SESSION };
      const responder = { ...again, peer: ALICE.did, duplex: right2 };
      const pending = Promise.all([
        resumeNegotiation(alice, { ...again, peer: BOB.did, duplex: left2, role: 'initiator' }),
        // An offer that never arrived left nothing behind: the responder waits for it anew.
        b.status === 'interrupted' || b.status === 'agreed'
          ? resumeNegotiation(bob, { ...responder, role: 'responder' })
          : answerOffer(bob, responder),
      ]);
      const ends = await pending;
      expect(ends.map(({ status }) => status)).toEqual(['agreed', 'agreed']);
      const [p, q] = ends.map((one) => (one.status === 'agreed' ? one.certificate : ''));
      expect(p).toBe(q);
    },
  );

  it('decides again what was not decided when the process died', async () => {
    const { promise: never } = Promise.withResolvers<never>();
    const { alice, bob, left, right, clock } = rig();
    const asked = Promise.withResolvers<undefined>();
    const decide = (): Promise<never> => {
      asked.resolve(undefined);
      return never;
    };
    const session = { trace, session: SESSION };
    const offering = offerPolicy(alice, { ...session, peer: BOB.did, duplex: left });
    void answerOffer({ ...bob, decide }, { ...session, peer: ALICE.did, duplex: right });
    await asked.promise;
    await left.close();
    expect((await offering).status).toBe('interrupted');
    const [left2, right2] = duplexPair({ a: 'alice', b: 'bob' });
    const ends = await Promise.all([
      resumeNegotiation(alice, { ...session, peer: BOB.did, duplex: left2, role: 'initiator' }),
      resumeNegotiation(bob, { ...session, peer: ALICE.did, duplex: right2, role: 'responder' }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['agreed', 'agreed']);
    expect(clock.monotonic()).toBe(0);
  });

  it('has no more time than before: a restart does not win any', async () => {
    const world = rig();
    const { alice, left, clock } = world;
    await left.close();
    const options = { peer: BOB.did, trace, session: SESSION };
    expect(await offerPolicy(alice, { ...options, duplex: left })).toEqual({
      status: 'interrupted',
      session: SESSION,
    });
    await clock.advance(25_000);
    // Another process: its monotonic clock begins anew, and the wall clock went back an hour.
    const later = fakeClock(clock.now() - 3_600_000);
    const [fresh] = duplexPair();
    const resumed = resumeNegotiation(
      { ...alice, clock: later, timer: later },
      { ...options, duplex: fresh, role: 'initiator' },
    );
    await later.advance(30_000);
    expect(await resumed).toEqual({ status: 'aborted', session: SESSION, code: 'PNP_EXPIRED' });
  });

  it('counts the time that has gone by', async () => {
    const { alice, left, clock } = rig();
    await left.close();
    const options = { peer: BOB.did, trace, session: SESSION };
    await offerPolicy(alice, { ...options, duplex: left });
    const later = fakeClock(clock.now() + 30_000);
    const [fresh] = duplexPair();
    const resumed = resumeNegotiation(
      { ...alice, clock: later, timer: later },
      { ...options, duplex: fresh, role: 'initiator' },
    );
    await later.advance(1);
    expect(await resumed).toEqual({ status: 'aborted', session: SESSION, code: 'PNP_EXPIRED' });
  });

  it('is refused where there is none, or of others', async () => {
    const world = rig();
    await both(world);
    const [duplex] = duplexPair();
    const options = { peer: BOB.did, duplex, trace, session: SESSION, role: 'initiator' } as const;
    const resume = (more: object): Promise<string | undefined> =>
      codeRejectedBy(resumeNegotiation(world.alice, { ...options, ...more }));
    expect(await resume({ session: 'A'.repeat(43) })).toBe('PNP_NO_SESSION');
    expect(await resume({ session: 'x' })).toBe('PNP_NO_SESSION');
    expect(await resume({ role: 'responder' })).toBe('PNP_NO_SESSION');
    expect(await resume({ peer: ALICE.did })).toBe('PNP_NO_SESSION');
    for (const text of ['{}', '{"now":0,"wall":0,"state":{"v":2}}', '[]'])
      expect(await resumeFrom(world.alice, text, options)).toBe('PNP_BAD_STATE');
  });

  it('is not gone on with by two at once', async () => {
    const world = rig();
    await both(world);
    const [left, right] = duplexPair();
    const again = await Promise.all([
      offerPolicy(world.alice, { peer: BOB.did, duplex: left, trace, session: SESSION }),
      right.close(),
    ]);
    expect(again[0]).toEqual({ status: 'aborted', session: SESSION, code: 'PNP_SESSION_USED' });
  });

  it('is forgotten when it is long over', async () => {
    const world = rig();
    await both(world);
    const { store } = world.alice;
    expect(await forgetNegotiations(store, world.clock.now())).toBe(0);
    expect(await forgetNegotiations(store, world.clock.now() + 1)).toBe(1);
    expect(await forgetNegotiations(store, world.clock.now() + 1)).toBe(0);
  });
});

async function resumeFrom(
  negotiator: Negotiator,
  text: string,
  options: Parameters<typeof resumeNegotiation>[1],
): Promise<string | undefined> {
  const store: Store = { ...negotiator.store, get: async () => ({ value: utf8(text), version: 1 }) };
  return codeRejectedBy(resumeNegotiation({ ...negotiator, store }, options));
}
