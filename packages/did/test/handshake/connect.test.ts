import { duplexPair } from '@ttp/adapters/memory';
import { asTraceId, type Duplex, type TtpEvent } from '@ttp/core';
import { fromUtf8, hashJson, utf8 } from '@ttp/crypto';
import { codeRejectedBy, type FakeClock, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  accept,
  connect,
  createEndpoint,
  type Endpoint,
  type EndpointOptions,
  type KeyLogResolver,
  memoryResolver,
  type NewIdentity,
} from '../../src/index.js';
import { identity } from '../fixture.js';

const trace = asTraceId('0123456789abcdef0123456789abcdef');

interface Stage {
  readonly clock: FakeClock;
  readonly resolver: KeyLogResolver;
  readonly alice: NewIdentity;
  readonly bob: NewIdentity;
  readonly events: TtpEvent[];
  endpoint(of: NewIdentity, change?: Partial<EndpointOptions>): Endpoint;
}

async function stage(): Promise<Stage> {
  const clock = fakeClock();
  const [alice, bob] = [await identity(1), await identity(2)];
  const resolver = memoryResolver();
  for (const { keyLog } of [alice, bob]) await resolver.add(keyLog);
  const events: TtpEvent[] = [];
  const recorder = {
    record: async (batch: readonly TtpEvent[]) => batch.map((event) => BigInt(events.push(event) - 1)),
  };
  const endpoint = ({ did, signer }: NewIdentity, change: Partial<EndpointOptions> = {}): Endpoint =>
    createEndpoint({
      did,
      signer,
      policy: hashJson({ of: did }),
      resolver,
      isRevoked: async () => false,
      recorder,
      clock,
      timer: clock,
      random: seededRandom(`endpoint ${did}`),
      bootAt: 0,
      ...change,
    });
  return { clock, resolver, alice, bob, events, endpoint };
}

/** Both sides of a handshake over one connection. */
const meet = (on: Stage, ends: readonly [Duplex, Duplex], a: Endpoint, b: Endpoint) =>
  Promise.all([
    connect(a, { peer: on.bob.did, duplex: ends[0], trace }),
    accept(b, { duplex: ends[1], trace }),
  ]);

describe('connect and accept', () => {
  it('give two agents a session, and records of each step', async () => {
    proves('did.handshake.evidence');
    const on = await stage();
    const [alices, bobs] = await meet(on, duplexPair(), on.endpoint(on.alice), on.endpoint(on.bob));
    expect(alices.id).toBe(bobs.id);
    expect(alices.transcript).toBe(bobs.transcript);
    expect([alices.peer.did, bobs.peer.did]).toEqual([on.bob.did, on.alice.did]);
    await Promise.all([alices.send(utf8('one')), alices.send(utf8('two'))]);
    await alices.close();
    const heard: string[] = [];
    for await (const message of bobs.receive()) heard.push(fromUtf8(message));
    expect(heard).toEqual(['one', 'two']);
    expect(await codeRejectedBy(bobs.send(utf8('late')))).toBe('DID_SESSION_CLOSED');
    expect(on.clock.pending).toBe(0);

    const steps = (did: string) =>
      on.events
        .filter(({ agent }) => agent === did)
        .map(({ type, data }) => [type, data['step'], data['transcript']]);
    expect(steps(on.alice.did)).toEqual(steps(on.bob.did));
    expect(steps(on.alice.did).map(([type, step]) => [type, step])).toEqual([
      ['handshake-advanced', 'INIT'],
      ['handshake-advanced', 'CHALLENGE_RESPONSE'],
      ['handshake-advanced', 'RESPONSE'],
      ['handshake-advanced', 'COMPLETE'],
    ]);
  });
});
