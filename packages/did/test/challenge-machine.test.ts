import { createReplayGuard, envelopeId, multikey } from '@ttp/crypto';
import { codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type ChallengeEvent,
  type ChallengeState,
  challengeMachine,
  createChallenge,
  documentOf,
  poseChallenge,
  respondToChallenge,
} from '../src/index.js';
import { identity } from './fixture.js';

async function scene(): Promise<{ posed: ChallengeState; response: ChallengeEvent; now: number }> {
  const clock = fakeClock();
  const random = seededRandom(1);
  const [verifier, prover] = [await identity(1), await identity(2)];
  const { challenge } = await createChallenge({ verifier, prover: prover.did, clock, random });
  const envelope = await respondToChallenge({
    challenge,
    prover,
    verifier: documentOf(verifier.keyLog),
    clock,
    random,
    replay: createReplayGuard({ bootAt: 0 }),
  });
  const now = clock.now();
  const posed = poseChallenge(
    {
      id: envelopeId(challenge),
      nonce: challenge.head.nonce ?? '',
      verifier: verifier.did,
      verifierKey: multikey(verifier.signer.publicKey),
      prover: prover.did,
    },
    now,
  );
  const response: ChallengeEvent = {
    type: 'response',
    now,
    response: envelope,
    document: documentOf(prover.keyLog),
    replay: createReplayGuard({ bootAt: 0 }),
  };
  return { posed, response, now };
}

describe('challengeMachine', () => {
  it('has three states and two events, and a cell for each', () => {
    expect(challengeMachine.states).toEqual(['posed', 'verified', 'expired']);
    expect(challengeMachine.events).toEqual(['response', 'tick']);
    expect(challengeMachine.final).toEqual([]);
  });

  it('goes through every cell', async () => {
    proves('did.challenge.single-use');
    const { posed, response, now } = await scene();
    const tick: ChallengeEvent = { type: 'tick', now };
    const late: ChallengeEvent = { type: 'tick', now: now + 300_000 };
    const expired: ChallengeState = { at: 'expired' };

    expect(challengeMachine.step(posed, tick)).toEqual({ state: posed, out: [] });
    expect(challengeMachine.step(posed, late)).toEqual({ state: expired, out: [] });
    expect(codeThrownBy(() => challengeMachine.step(posed, { ...response, now: late.now }))).toBe(
      'DID_CHALLENGE_EXPIRED',
    );

    const { state: verified, out } = challengeMachine.step(posed, response);
    expect(verified.at).toBe('verified');
    expect(out).toEqual([verified.at === 'verified' ? verified.result : undefined]);
    expect(challengeMachine.step(verified, tick)).toEqual({ state: verified, out: [] });
    expect(challengeMachine.step(verified, late)).toEqual({ state: verified, out: [] });
    expect(codeThrownBy(() => challengeMachine.step(verified, response))).toBe('DID_CHALLENGE_USED');

    expect(challengeMachine.step(expired, tick)).toEqual({ state: expired, out: [] });
    expect(codeThrownBy(() => challengeMachine.step(expired, response))).toBe('DID_CHALLENGE_EXPIRED');
  });

  it('refuses a response twice even to a verifier that lost its state: the guard remembers', async () => {
    const { posed, response } = await scene();
    expect(challengeMachine.step(posed, response).out.length).toBe(1);
    expect(codeThrownBy(() => challengeMachine.step(posed, response))).toBe('CRYPTO_REPLAYED');
  });
});
