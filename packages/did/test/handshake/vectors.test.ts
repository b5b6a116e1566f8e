import { fromHex, fromUtf8, hex } from '@ttp/crypto';
import { proves, seededRandom, type VectorCase, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Exchange, type GoldenInput, type GoldenOutput, play } from './golden.js';
import { reference } from './reference.js';
import { handshake, realScene } from './rig.js';

type Golden = VectorCase & GoldenInput & { readonly expect: GoldenOutput };
/** A message that is refused, in a golden handshake named by `of`. */
type Refused = VectorCase & Exchange & { readonly of: string; readonly code: string };

const cases = vectors<Golden | Refused>('handshake');
const golden = cases.filter((one): one is Golden => 'expect' in one);
const refused = cases.filter((one): one is Refused => 'code' in one);

describe('the vectors', () => {
  it('are half of them refusals', () => {
    expect(golden.length).toBeGreaterThan(3);
    expect(refused.length).toBeGreaterThanOrEqual(golden.length);
  });

  it.each(golden)('$name', async (one) => {
    proves('did.handshake.keys', 'did.handshake.transcript', 'did.handshake.messages');
    expect(await play(one)).toEqual(one.expect);
    const outcome = await reference(one.expect, fromHex(one.initiator.ephemeral), fromHex(one.binding));
    const { transcript, session, initiatorKey, responderKey } = one.expect;
    expect(outcome).toMatchObject({ transcript, session, initiatorKey, responderKey });
  });

  it.each(refused)('$name', async ({ of, at, message, code }) => {
    proves('did.handshake.transcript');
    const base = golden.find(({ name }) => name === of);
    if (base === undefined) throw new Error(`no vector ${of}`);
    expect(await play(base, { at, message })).toBe(code);
  });
});

describe('the key schedule', () => {
  it('is that of its plain description, for handshakes at random', async () => {
    proves('did.handshake.keys', 'decision.D9');
    await withSeed('key schedule', 20, async (random) => {
      const scene = realScene();
      const seed = String(random.int(1e9));
      const { initiator, responder } = await handshake(scene, scene.alice, scene.bob, seed);
      const [init = '', response = ''] = initiator.sent.map(fromUtf8);
      const [challengeResponse = '', complete = ''] = responder.sent.map(fromUtf8);
      const secret = seededRandom(`${seed} initiator`).bytes(32);
      const outcome = await reference({ init, challengeResponse, response }, secret, new Uint8Array(0));
      const { established } = initiator;
      expect(outcome).toMatchObject({
        transcript: established?.transcript,
        session: established?.session,
        initiatorKey: hex(established?.sendKey ?? new Uint8Array()),
        responderKey: hex(established?.receiveKey ?? new Uint8Array()),
      });
      expect(challengeResponse).toContain(outcome.responderMac);
      expect(response).toContain(outcome.initiatorMac);
      expect(complete).toContain(outcome.confirm);
    });
  });
});
