import { type DidDocument, type Json } from '@ttp/core';
import { base64url, createReplayGuard, fromHex, fromUtf8, hashBytes, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { startHandshake } from '../../src/handshake/initiator.js';
import { receiveInit, responderMachine } from '../../src/handshake/responder.js';
import {
  deliver,
  failure,
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
import { changed, jsonOf, type RealScene, upTo } from './stages.js';

/** What becomes of an INIT: the code, or the state of the run it began. */
async function answerTo(
  bytes: Uint8Array,
  scene: RealScene = realScene(),
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
  it.each<[string, (on: RealScene) => Record<string, Json | undefined>, string]>([
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
