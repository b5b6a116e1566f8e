import type { DidDocument } from '@ttp/core';
import { createReplayGuard, decodeEnvelope, envelopeId } from '@ttp/crypto';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { challengeMachine, poseChallenge, type VerifiedIdentity } from '../src/index.js';

interface ChallengeCase {
  /** Envelopes, each as its canonical text. */
  readonly challenge: string;
  readonly response: string;
  readonly verifierKey: string;
  readonly document: DidDocument;
  readonly now: number;
  readonly expect?: unknown;
  readonly code?: string;
}

/** What the verifier, who posed the challenge, makes of the response. */
function verify({
  challenge,
  response,
  verifierKey,
  document,
  now,
}: ChallengeCase): readonly VerifiedIdentity[] {
  const posed = decodeEnvelope(challenge);
  const { iss, iat, nonce = '', aud = iss } = posed.head;
  const state = poseChallenge({ id: envelopeId(posed), nonce, verifier: iss, verifierKey, prover: aud }, iat);
  const replay = createReplayGuard({ bootAt: 0 });
  return challengeMachine.step(state, { type: 'response', now, response, document, replay }).out;
}

describe('vectors of challenges', () => {
  it.each(vectors<ChallengeCase>('did/challenge'))('$name', (vector) => {
    proves('did.challenge.verify', 'did.challenge.fields');
    if (vector.code === undefined) expect(verify(vector)).toEqual([vector.expect]);
    else expect(codeThrownBy(() => verify(vector))).toBe(vector.code);
  });
});
