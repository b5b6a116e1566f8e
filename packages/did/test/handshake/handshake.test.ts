import { hex } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { handshake, realScene } from './rig.js';

describe('the handshake', () => {
  it('has four messages, after which both sides hold the same keys', async () => {
    proves('did.handshake.messages', 'decision.D9');
    const scene = realScene();
    const { initiator, responder } = await handshake(scene, scene.alice, scene.bob, 'plain');
    const names = [initiator.sent, responder.sent].map((sent) =>
      sent.map((bytes) => (JSON.parse(new TextDecoder().decode(bytes)) as { msg: string }).msg),
    );
    expect(names).toEqual([
      ['INIT', 'RESPONSE'],
      ['CHALLENGE_RESPONSE', 'COMPLETE'],
    ]);
    expect(initiator.state).toEqual({ at: 'complete', session: initiator.established?.session });
    expect(responder.state).toEqual(initiator.state);
    const [a, b] = [initiator.established, responder.established];
    expect(a?.transcript).toBe(b?.transcript);
    expect(hex(a?.sendKey ?? new Uint8Array())).toBe(hex(b?.receiveKey ?? new Uint8Array(1)));
    expect(hex(a?.receiveKey ?? new Uint8Array())).toBe(hex(b?.sendKey ?? new Uint8Array(1)));
    expect([a?.peer, b?.peer]).toEqual([scene.bob.claim, scene.alice.claim]);
    expect(initiator.records.map(({ step, transcript }) => [step, transcript])).toEqual(
      responder.records.map(({ step, transcript }) => [step, transcript]),
    );
  });
});
