import { duplexPair } from '@ttp/adapters/memory';
import { asDid, asTraceId, type Duplex, TtpError, type TtpEvent } from '@ttp/core';
import { fromUtf8, hashJson, utf8 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, type FakeClock, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { makeCookie } from '../../src/handshake/cookie.js';
import {
  accept,
  connect,
  createEndpoint,
  type Endpoint,
  type EndpointOptions,
  type KeyLogResolver,
  memoryResolver,
  type NewIdentity,
  type Session,
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

/** Bob accepts while Alice connects; the codes both end with. */
async function codes(
  on: Stage,
  a: Endpoint,
  b: Endpoint,
  peer = on.bob.did,
): Promise<readonly (string | undefined)[]> {
  const [left, right] = duplexPair();
  return Promise.all([
    codeRejectedBy(connect(a, { peer, duplex: left, trace })),
    codeRejectedBy(accept(b, { duplex: right, trace })),
  ]);
}

const isRevoked = async (): Promise<boolean> => true;
const frozen = async (): Promise<never> => {
  throw new TtpError('DID_FROZEN', 'two different entries');
};
const record = async (): Promise<never> => {
  throw new TtpError('LOG_CONFLICT', 'no');
};

describe('connect and accept refuse', () => {
  it('a peer that is revoked, on either side', async () => {
    const on = await stage();
    const [alices, bobs] = [on.endpoint(on.alice), on.endpoint(on.bob)];
    const asInitiator = await codes(on, on.endpoint(on.alice, { isRevoked }), bobs);
    expect(asInitiator).toEqual(['DID_HANDSHAKE_REVOKED', 'DID_HANDSHAKE_CLOSED']);
    const asResponder = await codes(on, alices, on.endpoint(on.bob, { isRevoked }));
    expect(asResponder).toEqual(['DID_HANDSHAKE_CLOSED', 'DID_HANDSHAKE_REVOKED']);
    const failed = on.events
      .filter(({ type }) => type === 'handshake-failed')
      .map(({ data }) => data['code']);
    expect(failed).toContain('DID_HANDSHAKE_REVOKED');
  });

  it('a peer that is unknown, frozen, or oneself', async () => {
    const on = await stage();
    const [alices, bobs] = [on.endpoint(on.alice), on.endpoint(on.bob)];
    const stranger = await identity(3);
    expect((await codes(on, on.endpoint(stranger), bobs))[1]).toBe('DID_UNRESOLVED');
    expect((await codes(on, alices, bobs, stranger.did))[0]).toBe('DID_UNRESOLVED');
    expect((await codes(on, alices, bobs, on.alice.did))[0]).toBe('DID_HANDSHAKE_SELF');
    expect((await codes(on, alices, on.endpoint(on.bob, { resolver: { resolve: frozen } })))[1]).toBe(
      'DID_FROZEN',
    );
  });

  it('a node that calls itself what its inception does not hash to, or that does not hold the key', async () => {
    proves('flaw.D10');
    const on = await stage();
    const mallory = await identity(3);
    await on.resolver.add(mallory.keyLog);
    const bobs = on.endpoint(on.bob);
    // Her key under the name of alice: as her own key id, and as that of alice.
    const { signer } = mallory;
    const asAlice = { ...mallory, did: on.alice.did };
    expect((await codes(on, on.endpoint(asAlice), bobs))[1]).toBe('DID_HANDSHAKE_MESSAGE');
    const unknown = { ...asAlice, signer: { ...signer, kid: `${on.alice.did}#key-9` } };
    expect((await codes(on, on.endpoint(unknown), on.endpoint(on.bob)))[1]).toBe('DID_HANDSHAKE_KEY');
    const posing = { ...signer, kid: on.alice.signer.kid };
    expect((await codes(on, on.endpoint({ ...asAlice, signer: posing }), on.endpoint(on.bob)))[1]).toBe(
      'DID_HANDSHAKE_SIGNATURE',
    );
    // A free name, and a key log under an id that is not its hash.
    const free = asDid('did:ttp:agent:my-node-id');
    const named = { ...mallory, did: free, signer: { ...signer, kid: `${free}#key-1` } };
    expect((await codes(on, on.endpoint(named), on.endpoint(on.bob)))[1]).toBe('DID_BAD_SYNTAX');
    const renamed = mallory.keyLog.map((entry) => ({ ...entry, head: { ...entry.head, iss: on.alice.did } }));
    expect(await codeRejectedBy(memoryResolver().add(renamed))).toBe('DID_LOG_MISMATCH');
  });

  it('to go on where a step cannot be recorded, and whatever else a port throws', async () => {
    const on = await stage();
    const unrecorded = on.endpoint(on.bob, { recorder: { record } });
    expect(await codes(on, on.endpoint(on.alice), unrecorded)).toEqual([
      'DID_HANDSHAKE_CLOSED',
      'LOG_CONFLICT',
    ]);
    const broken = on.endpoint(on.bob, { isRevoked: () => Promise.reject(new Error('bug')) });
    expect((await codes(on, on.endpoint(on.alice), broken))[1]).toBe('DID_HANDSHAKE_FAULT');
  });

  it('a peer that says nothing for 10 s', async () => {
    const on = await stage();
    const [left, right] = duplexPair();
    const connecting = codeRejectedBy(
      connect(on.endpoint(on.alice), { peer: on.bob.did, duplex: left, trace }),
    );
    await on.clock.advance(9999);
    expect(on.clock.pending).toBe(1);
    await on.clock.advance(1);
    expect(await connecting).toBe('DID_HANDSHAKE_EXPIRED');
    const accepting = codeRejectedBy(accept(on.endpoint(on.bob), { duplex: duplexPair()[0], trace }));
    await on.clock.advance(10_000);
    expect(await accepting).toBe('DID_HANDSHAKE_EXPIRED');
    expect(await codeRejectedBy(right.send(utf8('x')))).toBe('DUPLEX_CLOSED');
    expect(on.clock.pending).toBe(0);
  });

  it('a key that does not carry the purposes of the handshake', async () => {
    const on = await stage();
    const { did, signer } = on.alice;
    const weak = { ...signer, purposes: ['ttp/handshake-init@1', 'http-signature'] };
    expect(codeThrownBy(() => on.endpoint({ ...on.alice, did, signer: weak }))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
  });
});

const SECRET = new Uint8Array(32).fill(7);

describe('both sides at once', () => {
  it('end in one session', async () => {
    proves('flaw.H7');
    const on = await stage();
    const [a, b] = [on.endpoint(on.alice), on.endpoint(on.bob)];
    const [there, back] = [duplexPair(), duplexPair()];
    const attempts = await Promise.allSettled([
      connect(a, { peer: on.bob.did, duplex: there[0], trace }),
      accept(b, { duplex: there[1], trace }),
      connect(b, { peer: on.alice.did, duplex: back[0], trace }),
      accept(a, { duplex: back[1], trace }),
    ]);
    const ids = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value.id] : []));
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('under load', () => {
  it('an initiator shows the cookie it is asked for', async () => {
    proves('flaw.H7');
    const on = await stage();
    const bobs = on.endpoint(on.bob);
    const { admission } = bobs;
    let asked = 0;
    const loaded: Endpoint = {
      ...bobs,
      admission: {
        ...admission,
        admit(init, source, now) {
          if (init.cookie !== undefined) return admission.admit({ ...init }, source, now);
          asked++;
          return { cookie: makeCookie(SECRET, init, source, now) };
        },
      },
    };
    const [left, right] = duplexPair();
    // The admission behind knows another secret: what matters here is that the cookie comes back.
    const refused = await Promise.all([
      codeRejectedBy(connect(on.endpoint(on.alice), { peer: on.bob.did, duplex: left, trace })),
      codeRejectedBy(accept(loaded, { duplex: right, trace })),
    ]);
    expect([asked, ...refused]).toEqual([1, 'DID_HANDSHAKE_CLOSED', 'DID_HANDSHAKE_COOKIE']);
  });
});

const sessions = async () => {
  const on = await stage();
  const ends = duplexPair();
  const [alices, bobs] = await meet(on, ends, on.endpoint(on.alice), on.endpoint(on.bob));
  return { on, ends, alices, bobs };
};

describe('a session', () => {
  it('says so when its connection ends without its own end', async () => {
    const { ends, bobs } = await sessions();
    await ends[0].close();
    expect(await codeRejectedBy(bobs.receive().next())).toBe('DID_SESSION_TRUNCATED');
    expect(await codeRejectedBy(bobs.send(utf8('x')))).toBe('DID_SESSION_CLOSED');
  });

  it('ends at a record that is not the peer\u2019s', async () => {
    const { ends, bobs, on } = await sessions();
    await ends[0].send(new Uint8Array(40));
    expect(await codeRejectedBy(bobs.receive().next())).toBe('CRYPTO_AEAD_REFUSED');
    await bobs.close();
    expect(on.clock.pending).toBe(1);
  });

  it('changes its keys every 15 minutes, and goes on', async () => {
    proves('did.handshake.rekey');
    const { on, alices, bobs } = await sessions();
    const heard: string[] = [];
    const listen = async (session: Session): Promise<void> => {
      for await (const message of session.receive()) heard.push(fromUtf8(message));
    };
    const listening = [listen(alices), listen(bobs)];
    for (let i = 0; i < 5; i++) await on.clock.advance(900_000);
    await alices.send(utf8('still here'));
    await bobs.close();
    await Promise.all(listening);
    expect(heard).toEqual(['still here']);
    expect(on.clock.pending).toBe(0);
  });

  it('ends where the peer is silent for 16 minutes', async () => {
    const on = await stage();
    const silent = on.endpoint(on.alice, { timer: { after: () => () => undefined } });
    const [alices, bobs] = await meet(on, duplexPair(), silent, on.endpoint(on.bob));
    const reading = codeRejectedBy(bobs.receive().next());
    await on.clock.advance(960_000);
    expect(await reading).toBe('DID_SESSION_EXPIRED');
    expect(await codeRejectedBy(alices.send(utf8('too late')))).toBe('DID_SESSION_CLOSED');
  });

  it('lets its own reader go when it closes', async () => {
    const { alices } = await sessions();
    const reading = alices.receive().next();
    await alices.close();
    await alices.close();
    expect(await reading).toEqual({ done: true, value: undefined });
  });
});
