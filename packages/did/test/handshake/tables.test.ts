import { TtpError } from '@ttp/core';
import { hex } from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { initiatorMachine, startHandshake } from '../../src/handshake/initiator.js';
import { receiveInit, responderMachine } from '../../src/handshake/responder.js';
import { type HandshakeEvent } from '../../src/handshake/step.js';
import { deliver, failure, feed, initiate, lastOf, party, realScene, respond, START, sideOf } from './rig.js';
import { upTo } from './stages.js';

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
