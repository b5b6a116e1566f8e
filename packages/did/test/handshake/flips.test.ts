import { hex } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { initiatorMachine, startHandshake } from '../../src/handshake/initiator.js';
import { responderMachine } from '../../src/handshake/responder.js';
import { failure, handshake, lastOf, party, realScene, START, sideOf, tryRespond } from './rig.js';
import { upTo } from './stages.js';

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
