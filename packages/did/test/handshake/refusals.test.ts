import { type DidDocument, type Json, type JsonObject, TtpError } from '@ttp/core';
import {
  base64url,
  canonicalBytes,
  createReplayGuard,
  fromHex,
  fromUtf8,
  hashBytes,
  hex,
  utf8,
} from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { initiatorMachine, startHandshake } from '../../src/handshake/initiator.js';
import { receiveInit, responderMachine } from '../../src/handshake/responder.js';
import type { HandshakeEvent } from '../../src/handshake/step.js';
import {
  deliver,
  failure,
  feed,
  handshake,
  initiate,
  lastOf,
  type Party,
  party,
  type Run,
  realScene,
  respond,
  START,
  sideOf,
  tryRespond,
} from './rig.js';

type Scene = ReturnType<typeof realScene>;

const jsonOf = (bytes: Uint8Array): JsonObject => JSON.parse(fromUtf8(bytes)) as JsonObject;
const changed = (bytes: Uint8Array, change: Record<string, Json | undefined>): Uint8Array =>
  canonicalBytes(
    Object.fromEntries(
      Object.entries({ ...jsonOf(bytes), ...change }).filter(
        (entry): entry is [string, Json] => entry[1] !== undefined,
      ),
    ),
  );

/** A handshake that has come to its `n`th message, which is in flight. */
async function upTo(n: 1 | 2 | 3 | 4, scene: Scene = realScene()) {
  const initiator = await initiate(scene, scene.alice, scene.bob, { seed: 'initiator' });
  if (n === 1) return { scene, initiator, bytes: lastOf(initiator) };
  const responder = await respond(scene, scene.bob, lastOf(initiator), { seed: 'responder' });
  if (n === 2) return { scene, initiator, responder, bytes: lastOf(responder) };
  await deliver(scene, initiator, lastOf(responder));
  if (n === 3) return { scene, initiator, responder, bytes: lastOf(initiator) };
  await deliver(scene, responder, lastOf(initiator));
  return { scene, initiator, responder, bytes: lastOf(responder) };
}

/** What becomes of an INIT: the code, or the state of the run it began. */
async function answerTo(
  bytes: Uint8Array,
  scene: Scene = realScene(),
  to: Party = scene.bob,
): Promise<string | undefined> {
  const run = await tryRespond(scene, to, bytes, { seed: 'responder' });
  return typeof run === 'string' ? run : (failure(run) ?? run.state.at);
}

describe('INIT is refused', () => {
  it.each<[string, Record<string, Json | undefined>, string]>([
    ['of another version', { versions: [2] }, 'DID_HANDSHAKE_VERSION'],
    ['of a list of versions to choose from', { versions: [1, 2] }, 'DID_HANDSHAKE_VERSION'],
    ['of no version', { versions: [] }, 'DID_HANDSHAKE_VERSION'],
    ['of another suite', { suite: 'X25519-ECDSA-P256' }, 'DID_HANDSHAKE_VERSION'],
    ['of no suite', { suite: undefined }, 'DID_HANDSHAKE_VERSION'],
    ['of another message', { msg: 'RESPONSE' }, 'DID_HANDSHAKE_ORDER'],
    ['for somebody else', { responder: party('carol').did }, 'DID_HANDSHAKE_PEER'],
    ['in the own name', { initiator: { ...party('bob').claim } }, 'DID_HANDSHAKE_SELF'],
    [
      'with a key id of somebody else',
      { initiator: { ...party('alice').claim, kid: party('carol').claim.kid } },
      'DID_HANDSHAKE_MESSAGE',
    ],
    [
      'with a key that is not in the document',
      { initiator: { ...party('alice').claim, kid: `${party('alice').did}#key-9` } },
      'DID_HANDSHAKE_KEY',
    ],
    ['of somebody unknown', { initiator: { ...party('mallory').claim } }, 'DID_UNRESOLVED'],
    ['that is too old', { iat: START - 300_001 }, 'CRYPTO_MESSAGE_STALE'],
    ['that is stamped ahead', { iat: START + 60_001 }, 'CRYPTO_MESSAGE_FUTURE'],
    ['with a short nonce', { nonce: base64url(new Uint8Array(31)) }, 'DID_HANDSHAKE_MESSAGE'],
    ['without a nonce', { nonce: undefined }, 'DID_HANDSHAKE_MESSAGE'],
    ['with a member too many', { token: 'x' }, 'DID_HANDSHAKE_MESSAGE'],
    ['with a cookie that is none', { cookie: 'x' }, 'DID_HANDSHAKE_MESSAGE'],
    ['with a time that is none', { iat: -1 }, 'DID_HANDSHAKE_MESSAGE'],
    [
      'without a policy',
      { initiator: { did: party('alice').did, kid: party('alice').claim.kid } },
      'DID_HANDSHAKE_MESSAGE',
    ],
  ])('%s', async (_name, change, code) => {
    proves('flaw.H5', 'did.handshake.reflection');
    const { bytes } = await upTo(1);
    expect(await answerTo(bytes)).toBe('answered');
    expect(await answerTo(changed(bytes, change))).toBe(code);
  });

  it('with an ephemeral key of small order', async () => {
    proves('flaw.H12');
    const { bytes } = await upTo(1);
    // The six points of small order in their canonical encodings, and zero spelled above the prime.
    for (const point of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ])
      expect(await answerTo(changed(bytes, { ephemeral: base64url(fromHex(point)) }))).toBe(
        'CRYPTO_LOW_ORDER_POINT',
      );
  });

  it('in another spelling, or as something else', async () => {
    const { bytes } = await upTo(1);
    const text = fromUtf8(bytes);
    expect(await answerTo(utf8(` ${text}`))).toBe('CRYPTO_JSON_NOT_CANONICAL');
    expect(await answerTo(utf8(text.replace('{', '{"suite":"x",')))).toBe('CRYPTO_JSON_DUPLICATE_KEY');
    expect(await answerTo(utf8('[]'))).toBe('DID_HANDSHAKE_MESSAGE');
    expect(await answerTo(utf8('{'))).toBe('CRYPTO_JSON_SYNTAX');
    expect(await answerTo(changed(bytes, { nonce: 'x'.repeat(9000) }))).toBe('CRYPTO_JSON_TOO_LARGE');
  });

  it('of an identity that is revoked, and with a key of the own', async () => {
    const scene = realScene();
    const { bytes } = await upTo(1, scene);
    const side = sideOf(scene, scene.bob, { seed: 'responder' });
    const begun = receiveInit({ side, bytes, replay: scene.bob.replay, now: 0, wall: START });
    const resolved = { type: 'resolved', now: 0, wall: START, document: scene.alice.document } as const;
    const revoked = responderMachine.step(begun.state, { ...resolved, revoked: true });
    expect(revoked.state).toEqual({ at: 'failed', code: 'DID_HANDSHAKE_REVOKED' });
    const key = scene.alice.document.verificationMethod[0];
    if (key === undefined) throw new Error('no key');
    const own: DidDocument = {
      ...scene.alice.document,
      verificationMethod: [
        { ...key, publicKeyMultibase: scene.bob.document.verificationMethod[0]?.publicKeyMultibase ?? '' },
      ],
    };
    const mirrored = responderMachine.step(begun.state, { ...resolved, document: own, revoked: false });
    expect(mirrored.state).toEqual({ at: 'failed', code: 'DID_HANDSHAKE_SELF' });
    const other = responderMachine.step(begun.state, {
      ...resolved,
      document: scene.carol.document,
      revoked: false,
    });
    expect(other.state).toEqual({ at: 'failed', code: 'DID_HANDSHAKE_PEER' });
    const mute = { ...scene.alice.document, authentication: [] };
    const silent = responderMachine.step(begun.state, { ...resolved, document: mute, revoked: false });
    expect(silent.state).toEqual({ at: 'failed', code: 'DID_HANDSHAKE_KEY' });
  });

  it('reflected: the own ephemeral key or nonce', async () => {
    proves('flaw.H3', 'did.handshake.reflection');
    const scene = realScene();
    const { bytes } = await upTo(1, scene);
    const { ephemeral, nonce } = sideOf(scene, scene.bob, { seed: 'responder' });
    const mirror = { ephemeral: base64url(ephemeral.publicKey) };
    expect(await answerTo(changed(bytes, mirror))).toBe('DID_HANDSHAKE_SELF');
    expect(await answerTo(changed(bytes, { nonce: base64url(nonce) }))).toBe('DID_HANDSHAKE_SELF');
    expect(await answerTo(bytes, scene, scene.alice)).toBe('DID_HANDSHAKE_PEER');
    const side = sideOf(scene, scene.alice, { seed: 'x' });
    expect(
      codeThrownBy(() => startHandshake({ side, peer: scene.alice.document, now: 0, wall: START })),
    ).toBe('DID_HANDSHAKE_SELF');
  });
});

describe('CHALLENGE_RESPONSE is refused', () => {
  it.each<[string, (on: Scene) => Record<string, Json | undefined>, string]>([
    ['of another version', () => ({ versions: [0] }), 'DID_HANDSHAKE_VERSION'],
    ['of another suite', () => ({ suite: 'none' }), 'DID_HANDSHAKE_VERSION'],
    ['of somebody else', ({ carol }) => ({ responder: { ...carol.claim } }), 'DID_HANDSHAKE_PEER'],
    ['of oneself', ({ alice }) => ({ responder: { ...alice.claim } }), 'DID_HANDSHAKE_PEER'],
    [
      'under another policy',
      ({ bob }) => ({ responder: { ...bob.claim, policy: hashBytes(utf8('x')) } }),
      'DID_HANDSHAKE_MAC',
    ],
    ['with another time', () => ({ iat: START + 1 }), 'DID_HANDSHAKE_MAC'],
    ['with another nonce', () => ({ nonce: base64url(new Uint8Array(32)) }), 'DID_HANDSHAKE_MAC'],
    ['with another MAC', () => ({ mac: base64url(new Uint8Array(32)) }), 'DID_HANDSHAKE_MAC'],
    ['with another signature', () => ({ sig: base64url(new Uint8Array(64)) }), 'DID_HANDSHAKE_SIGNATURE'],
    ['that is too old', () => ({ iat: START - 300_001 }), 'CRYPTO_MESSAGE_STALE'],
    [
      'with a point of small order',
      () => ({ ephemeral: base64url(new Uint8Array(32)) }),
      'CRYPTO_LOW_ORDER_POINT',
    ],
    ['without a signature', () => ({ sig: undefined }), 'DID_HANDSHAKE_MESSAGE'],
  ])('%s', async (_name, change, code) => {
    proves('flaw.H1', 'did.handshake.transcript');
    const { scene, initiator, bytes } = await upTo(2);
    await deliver(scene, initiator, changed(bytes, change(scene)));
    expect(failure(initiator)).toBe(code);
  });

  it('that mirrors INIT', async () => {
    proves('flaw.H3', 'did.handshake.reflection');
    for (const member of ['ephemeral', 'nonce']) {
      const { scene, initiator, bytes } = await upTo(2);
      const init = jsonOf(initiator.sent[0] ?? new Uint8Array());
      await deliver(scene, initiator, changed(bytes, { [member]: init[member] }));
      expect(failure(initiator)).toBe('DID_HANDSHAKE_SELF');
    }
    const { scene, initiator } = await upTo(2);
    await deliver(scene, initiator, initiator.sent[0] ?? new Uint8Array());
    expect(failure(initiator)).toBe('DID_HANDSHAKE_ORDER');
  });

  it('over another channel: its name is part of the transcript', async () => {
    proves('flaw.H1');
    const scene = realScene();
    const options = { seed: 'i', binding: utf8('channel one') };
    const initiator = await initiate(scene, scene.alice, scene.bob, options);
    const other = await respond(scene, scene.bob, lastOf(initiator), {
      seed: 'r',
      binding: utf8('channel two'),
    });
    await deliver(scene, initiator, lastOf(other));
    expect(failure(initiator)).toBe('DID_HANDSHAKE_MAC');
  });

  it('of another session between the same two', async () => {
    const scene = realScene();
    const { initiator } = await upTo(2, scene);
    const second = await initiate(scene, scene.alice, scene.bob, { seed: 'second' });
    const answer = await respond(scene, scene.bob, lastOf(second), { seed: 'second answer' });
    await deliver(scene, initiator, lastOf(answer));
    expect(failure(initiator)).toBe('DID_HANDSHAKE_MAC');
  });
});

describe('RESPONSE and COMPLETE are refused', () => {
  it.each<[3 | 4, string, Record<string, Json | undefined>, string]>([
    [3, 'MAC', { mac: base64url(new Uint8Array(32)) }, 'DID_HANDSHAKE_MAC'],
    [3, 'signature', { sig: base64url(new Uint8Array(64)) }, 'DID_HANDSHAKE_SIGNATURE'],
    [3, 'member', { more: 1 }, 'DID_HANDSHAKE_MESSAGE'],
    [4, 'session', { session: base64url(new Uint8Array(32)) }, 'DID_HANDSHAKE_MAC'],
    [4, 'confirmation', { confirm: base64url(new Uint8Array(32)) }, 'DID_HANDSHAKE_MAC'],
    [4, 'member', { more: 1 }, 'DID_HANDSHAKE_MESSAGE'],
    [4, 'message', { msg: 'RESPONSE' }, 'DID_HANDSHAKE_ORDER'],
  ])('message %i with another %s', async (n, _name, change, code) => {
    proves('did.handshake.transcript');
    const { scene, initiator, responder, bytes } = await upTo(n);
    const to: Run | undefined = n === 3 ? responder : initiator;
    if (to === undefined) throw new Error('no run');
    await deliver(scene, to, changed(bytes, change));
    expect(failure(to)).toBe(code);
    expect(to.established).toBeUndefined();
  });

  it('from a thief of the key of the one who is talked to: signatures authenticate, not key exchanges', async () => {
    proves('flaw.H6');
    const { scene, initiator } = await upTo(2);
    // Whoever has Alice's key can sign as Alice, but not answer her as Bob.
    const asBob: Party = { ...scene.alice, did: scene.bob.did, claim: scene.bob.claim };
    const scene2 = { ...scene, parties: [scene.alice, asBob] };
    const forged = await respond(scene2, asBob, initiator.sent[0] ?? new Uint8Array(), {
      seed: 'thief',
      claim: scene.bob.claim,
    });
    // The thief even holds another document for Alice, in which her key is not its own.
    expect(failure(forged)).toBe('DID_HANDSHAKE_SELF');
    const signer: Party = { ...asBob, publicKey: scene.carol.publicKey };
    const again = await respond(scene2, signer, initiator.sent[0] ?? new Uint8Array(), { seed: 'thief' });
    await deliver(scene, initiator, lastOf(again));
    expect(failure(initiator)).toBe('DID_HANDSHAKE_SIGNATURE');
  });

  it('when INIT was answered before: the guard remembers who was authenticated', async () => {
    proves('flaw.H7', 'did.handshake.reflection');
    const scene = realScene();
    const one = await handshake(scene, scene.alice, scene.bob, 'once');
    expect(one.responder.state.at).toBe('complete');
    const again = await handshake(scene, scene.alice, scene.bob, 'once');
    expect(failure(again.responder)).toBe('CRYPTO_REPLAYED');
    expect(again.initiator.established).toBeUndefined();
    const full: Party = { ...scene.bob, replay: createReplayGuard({ bootAt: 0, perKey: 1 }) };
    expect((await handshake(scene, scene.alice, full, 'first')).responder.state.at).toBe('complete');
    expect(failure((await handshake(scene, scene.alice, full, 'second')).responder)).toBe(
      'CRYPTO_REPLAY_FULL',
    );
    expect((await handshake(scene, scene.carol, full, 'other')).responder.state.at).toBe('complete');
    const restarted: Party = { ...scene.bob, replay: createReplayGuard({ bootAt: START }) };
    expect(failure((await handshake(scene, scene.alice, restarted, 'x')).responder)).toBe(
      'CRYPTO_BEFORE_BOOT',
    );
  });
});

describe('time', () => {
  it('ends a handshake after 10 s in every state', async () => {
    proves('flaw.H7');
    for (const n of [1, 2, 3, 4] as const) {
      const { scene, initiator, responder } = await upTo(n);
      for (const run of [initiator, responder]) {
        if (run === undefined || run.state.at === 'complete') continue;
        await feed(scene, run, { type: 'tick', now: 9999 });
        expect(failure(run)).toBeUndefined();
        await feed(scene, run, { type: 'tick', now: 10_000 });
        expect(failure(run)).toBe('DID_HANDSHAKE_EXPIRED');
        expect(hex(run.side.ephemeral.secretKey)).toBe('00'.repeat(32));
      }
    }
  });

  it('is looked at before a message: a late one does not win', async () => {
    const { scene, initiator, bytes } = await upTo(2);
    scene.now = 10_000;
    await deliver(scene, initiator, bytes);
    expect(failure(initiator)).toBe('DID_HANDSHAKE_EXPIRED');
  });
});

describe('the tables', () => {
  const EVENTS: Record<HandshakeEvent['type'], HandshakeEvent> = {
    message: { type: 'message', now: 1, wall: START, bytes: new Uint8Array(0) },
    resolved: { type: 'resolved', now: 1, wall: START, document: party('alice').document, revoked: false },
    signed: { type: 'signed', now: 1, signature: new Uint8Array(3) },
    fault: { type: 'fault', now: 1, code: 'DID_UNRESOLVED' },
    tick: { type: 'tick', now: 1 },
  };
  const types = ['message', 'resolved', 'signed', 'fault', 'tick'] as const;

  /** What each event does in a state: the code of the failure, of the refusal, or `stay`. */
  const row = (step: (event: HandshakeEvent) => { state: object }, state: object) =>
    types.map((type) => {
      let next: object | undefined;
      const code = codeThrownBy(() => {
        next = step(EVENTS[type]).state;
        throw new TtpError('DID_FROZEN', 'no refusal');
      });
      if (next === undefined) return code;
      if (next === state) return 'stay';
      return 'code' in next ? `failed ${String(next.code)}` : 'on';
    });

  it('of the initiator has a cell for each of three states and five events', async () => {
    expect(initiatorMachine.states).toEqual(['waiting', 'signing', 'confirming', 'complete', 'failed']);
    expect(initiatorMachine.events).toEqual([...types]);
    expect(initiatorMachine.final).toEqual(['complete', 'failed']);
    const scene = realScene();
    const side = sideOf(scene, scene.alice, { seed: 'i' });
    const { state: waiting } = startHandshake({ side, peer: scene.bob.document, now: 0, wall: START });
    const init = await initiate(scene, scene.alice, scene.bob, { seed: 'i' });
    const responder = await respond(scene, scene.bob, lastOf(init), { seed: 'r' });
    const message = { type: 'message', now: 1, wall: START, bytes: lastOf(responder) } as const;
    const { state: signing } = initiatorMachine.step(waiting, message);
    const { state: confirming } = initiatorMachine.step(signing, {
      type: 'signed',
      now: 1,
      signature: new Uint8Array(64),
    });
    expect([waiting.at, signing.at, confirming.at]).toEqual(['waiting', 'signing', 'confirming']);
    const rows = [waiting, signing, confirming].map((state) =>
      row((event) => initiatorMachine.step(state, event), state),
    );
    expect(rows).toEqual([
      [
        'failed CRYPTO_JSON_SYNTAX',
        'DID_HANDSHAKE_ORDER',
        'DID_HANDSHAKE_ORDER',
        'failed DID_UNRESOLVED',
        'stay',
      ],
      [
        'failed DID_HANDSHAKE_ORDER',
        'DID_HANDSHAKE_ORDER',
        'failed DID_HANDSHAKE_FAULT',
        'failed DID_UNRESOLVED',
        'stay',
      ],
      [
        'failed CRYPTO_JSON_SYNTAX',
        'DID_HANDSHAKE_ORDER',
        'DID_HANDSHAKE_ORDER',
        'failed DID_UNRESOLVED',
        'stay',
      ],
    ]);
    for (const state of [
      { at: 'complete', session: 'x' },
      { at: 'failed', code: 'DID_FROZEN' },
    ] as const)
      for (const type of types)
        expect(initiatorMachine.step(state, EVENTS[type])).toEqual({ state, out: [] });
  });

  it('of the responder has a cell for each of three states and five events', async () => {
    expect(responderMachine.states).toEqual(['resolving', 'signing', 'answered', 'complete', 'failed']);
    expect(responderMachine.events).toEqual([...types]);
    expect(responderMachine.final).toEqual(['complete', 'failed']);
    const scene = realScene();
    const { bytes } = await upTo(1, scene);
    const side = sideOf(scene, scene.bob, { seed: 'r' });
    const { state: resolving } = receiveInit({ side, bytes, replay: scene.bob.replay, now: 0, wall: START });
    const { state: signing } = responderMachine.step(resolving, EVENTS.resolved);
    const { state: answered } = responderMachine.step(signing, {
      type: 'signed',
      now: 1,
      signature: new Uint8Array(64),
    });
    expect([resolving.at, signing.at, answered.at]).toEqual(['resolving', 'signing', 'answered']);
    const rows = [resolving, signing, answered].map((state) =>
      row((event) => responderMachine.step(state, event), state),
    );
    expect(rows).toEqual([
      ['failed DID_HANDSHAKE_ORDER', 'on', 'DID_HANDSHAKE_ORDER', 'failed DID_UNRESOLVED', 'stay'],
      [
        'failed DID_HANDSHAKE_ORDER',
        'DID_HANDSHAKE_ORDER',
        'failed DID_HANDSHAKE_FAULT',
        'failed DID_UNRESOLVED',
        'stay',
      ],
      [
        'failed CRYPTO_JSON_SYNTAX',
        'DID_HANDSHAKE_ORDER',
        'DID_HANDSHAKE_ORDER',
        'failed DID_UNRESOLVED',
        'stay',
      ],
    ]);
    for (const state of [
      { at: 'complete', session: 'x' },
      { at: 'failed', code: 'DID_FROZEN' },
    ] as const)
      for (const type of types)
        expect(responderMachine.step(state, EVENTS[type])).toEqual({ state, out: [] });
  });
});

/** The bytes with each of their bits flipped once. */
function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy;
  }
}

describe('every single flipped bit', () => {
  it('of INIT: nobody completes', async () => {
    proves('flaw.H1', 'did.handshake.transcript');
    const scene = realScene();
    const side = sideOf(scene, scene.alice, { seed: 'i' });
    const begun = startHandshake({ side, peer: scene.bob.document, now: 0, wall: START });
    const sent = begun.out.find((effect) => effect.do === 'send');
    if (sent?.do !== 'send') throw new Error('no INIT');
    let answers = 0;
    for (const bytes of flips(sent.bytes)) {
      const run = await tryRespond(scene, scene.bob, bytes, { seed: 'r' });
      if (typeof run === 'string' || failure(run) !== undefined) continue;
      answers++;
      // Effects are left undone, so that the initiator's key can be used for the next flip.
      const message = { type: 'message', now: 0, wall: START, bytes: lastOf(run) } as const;
      expect(initiatorMachine.step(begun.state, message).state).toMatchObject({ at: 'failed' });
    }
    expect(answers).toBeGreaterThan(100);
  });

  it.each([2, 3, 4] as const)('of message %i: whoever gets it aborts', async (n) => {
    proves('flaw.H1', 'did.handshake.transcript');
    const { initiator, responder, bytes } = await upTo(n);
    const to = n === 3 ? responder : initiator;
    // The keys an initiator would erase have to be those it began with.
    const { ephemeral } = sideOf(realScene(), party('alice'), { seed: 'initiator' });
    if (to === undefined) throw new Error('no run');
    if (n === 2) to.side.ephemeral.secretKey.set(ephemeral.secretKey);
    for (const flipped of flips(bytes)) {
      const message = { type: 'message', now: 0, wall: START, bytes: flipped } as const;
      const { state } =
        n === 3 && to.state.at === 'answered'
          ? responderMachine.step(to.state, message)
          : initiatorMachine.step(to.state as Parameters<typeof initiatorMachine.step>[0], message);
      if (state.at !== 'failed') expect(`${n} ${hex(flipped)}`).toBe('refused');
    }
    expect(to.state.at).toBe(n === 2 ? 'waiting' : n === 3 ? 'answered' : 'confirming');
  });
});

describe('the session key', () => {
  it('is gone with the ephemeral keys: traffic and both long-term keys do not give it', async () => {
    proves('did.handshake.keys');
    const scene = realScene();
    const one = await handshake(scene, scene.alice, scene.bob, 'one');
    const two = await handshake(scene, scene.alice, scene.bob, 'two');
    const keys = [one, two]
      .flatMap(({ initiator }) => [initiator.established?.sendKey, initiator.established?.receiveKey])
      .map((key) => hex(key ?? new Uint8Array()));
    expect(new Set(keys).size).toBe(4);
    for (const { side, erased } of [one.initiator, one.responder]) {
      expect(hex(side.ephemeral.secretKey)).toBe('00'.repeat(32));
      expect(erased.length).toBeGreaterThanOrEqual(4);
    }
    // What the parties still hold of the handshake is what went over the wire, and the keys of the session.
    expect(JSON.stringify([one.initiator.state, one.responder.state])).not.toContain('secret');
  });
});
