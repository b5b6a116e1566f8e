import { duplexPair, memory } from '@ttp/adapters/memory';
import { asTraceId, type Duplex, type Recorder } from '@ttp/core';
import { createReplayGuard, hashJson } from '@ttp/crypto';
import {
  accept,
  connect,
  createEndpoint,
  createIdentity,
  type Identity,
  keyLookup,
  memoryResolver,
  type Session,
} from '@ttp/did';
import { fakeClock, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { answerOffer, type Negotiator, offerPolicy, verifyAgreement } from '../src/index.js';
import { policyText } from './rig.js';

const trace = asTraceId('0123456789abcdef0123456789abcdef');
const recorder: Recorder = { record: async (events) => events.map((_, i) => BigInt(i)) };

/** A session of two agents, as the connection that a negotiation wants. */
const asDuplex = (session: Session): Duplex => ({
  remote: session.peer.did,
  send: (bytes) => session.send(bytes),
  receive: () => session.receive(),
  close: () => session.close(),
});

it('goes over the session of a handshake, and is bound to it', async () => {
  const clock = fakeClock();
  const random = seededRandom('negotiation over a session');
  const alice = await createIdentity({ type: 'agent', random, clock });
  const bob = await createIdentity({ type: 'agent', random, clock });
  const resolver = memoryResolver();
  for (const { keyLog } of [alice, bob]) await resolver.add(keyLog);
  const ports = { resolver, isRevoked: async () => false, recorder, clock, timer: clock, random, bootAt: 0 };
  const endpoint = ({ did, signer }: Identity, policy: string) =>
    createEndpoint({ ...ports, did, signer, policy: hashJson(policy) });
  const [left, right] = duplexPair({ a: 'alice', b: 'bob' });
  const [toBob, toAlice] = await Promise.all([
    connect(endpoint(alice, 'a'), { peer: bob.did, duplex: left, trace }),
    accept(endpoint(bob, 'b'), { duplex: right, trace }),
  ]);
  const keyOf = keyLookup([await resolver.resolve(alice.did), await resolver.resolve(bob.did)]);
  const negotiator = ({ signer }: Identity, name: string): Negotiator => ({
    signer,
    policies: [policyText({}, name)],
    keyOf,
    replay: createReplayGuard({ bootAt: 0 }),
    store: memory().store,
    recorder,
    clock,
    timer: clock,
    random,
  });
  const session = toBob.id;
  const [a, b] = await Promise.all([
    offerPolicy(negotiator(alice, 'a'), { peer: bob.did, duplex: asDuplex(toBob), trace, session }),
    answerOffer(negotiator(bob, 'b'), {
      peer: alice.did,
      duplex: asDuplex(toAlice),
      trace,
      session: toAlice.id,
    }),
  ]);
  expect([a.status, b.status]).toEqual(['agreed', 'agreed']);
  if (a.status !== 'agreed') return;
  const verified = verifyAgreement(a.certificate, { keyOf, now: clock.now() });
  expect([verified.session, verified.initiator, verified.responder]).toEqual([session, alice.did, bob.did]);
});
