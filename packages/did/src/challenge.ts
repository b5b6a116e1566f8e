import {
  type Clock,
  type Did,
  type DidDocument,
  type Envelope,
  type JsonObject,
  NONCE_BYTES,
  type Random,
  type Signer,
  TtpError,
} from '@ttp/core';
import { base64url, envelopeId, multikey, type ReplayGuard, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import {
  CHALLENGE,
  CHALLENGE_RESPONSE,
  type ChallengeState,
  challengeMachine,
  poseChallenge,
  type VerifiedIdentity,
} from './challenge-machine.js';
import { keyLookup } from './key-lookup.js';

/** Who takes part: an identity and the key that signs for it. An `Identity` is one; so is a `did:key` with a Signer. */
export interface Party {
  readonly did: Did;
  readonly signer: Signer;
}

/** What a verifier holds between its challenge and the response. */
export interface PendingChallenge {
  /** To be sent to the prover. */
  readonly challenge: Envelope;
  /**
   * Checks a response. The challenge is used up by the first one that verifies.
   *
   * @param answer.document the prover's, as a Resolver gave it
   * @param answer.replay the verifier's guard, kept over all challenges
   * @throws DID_CHALLENGE_USED, DID_CHALLENGE_EXPIRED, DID_WRONG_PROVER, DID_WRONG_CHALLENGE, DID_WRONG_KEY,
   *   DID_REFLECTED_NONCE, DID_SELF_CHALLENGE, DID_BAD_CHALLENGE, DID_BAD_DOCUMENT, and the codes of `verifyEnvelope`
   */
  verify(answer: {
    readonly response: Envelope | Uint8Array | string;
    readonly document: DidDocument;
    readonly replay: ReplayGuard;
  }): VerifiedIdentity;
}

/**
 * Challenges somebody to prove an identity: a fresh nonce of 32 bytes and the time, in a signed `ttp/challenge@1`.
 * Good for one response within 5 minutes (decisions D6, D10).
 *
 * @throws DID_SELF_CHALLENGE
 */
export async function createChallenge(options: {
  readonly verifier: Party;
  readonly prover: Did;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<PendingChallenge> {
  const { verifier, prover, clock, random } = options;
  if (prover === verifier.did)
    throw new TtpError('DID_SELF_CHALLENGE', 'the verifier challenges itself', { field: 'prover' });
  const nonce = base64url(random.bytes(NONCE_BYTES));
  const iat = clock.now();
  const started = clock.monotonic();
  // A wall clock set back must not make an old challenge young again (flaw.H10).
  const now = (): number => Math.max(clock.now(), iat + Math.floor(clock.monotonic() - started));
  const challenge = await signEnvelope({
    type: CHALLENGE,
    head: { iss: verifier.did, iat, aud: prover, nonce },
    body: {},
    signers: [verifier.signer],
  });
  const verifierKey = multikey(verifier.signer.publicKey);
  const posed = { id: envelopeId(challenge), nonce, verifier: verifier.did, verifierKey, prover };
  let state: ChallengeState = poseChallenge(posed, iat);
  return {
    challenge,
    verify(answer) {
      const step = challengeMachine.step(state, { type: 'response', now: now(), ...answer });
      ({ state } = step);
      const [result] = step.out;
      if (result === undefined) throw new TtpError('DID_CHALLENGE_USED', 'the challenge was answered before');
      return result;
    },
  };
}

/**
 * Answers a challenge with `ttp/challenge-response@1`: it names the challenge by its id, adds a nonce of the prover's
 * own, and is signed under its purpose, so that no verifier can choose the bytes that are signed (flaw.H2).
 *
 * @param options.challenge as received
 * @param options.verifier the verified document of whom the prover wants to answer
 * @param options.replay the prover's guard, kept over all challenges
 * @throws DID_SELF_CHALLENGE, DID_BAD_CHALLENGE, DID_BAD_DOCUMENT, and the codes of `verifyEnvelope`
 */
export async function respondToChallenge(options: {
  readonly challenge: Envelope | Uint8Array | string;
  readonly prover: Party;
  readonly verifier: DidDocument;
  readonly clock: Clock;
  readonly random: Random;
  readonly replay: ReplayGuard;
}): Promise<Envelope> {
  const { challenge, prover, verifier, clock, random, replay } = options;
  const keyOf = keyLookup([verifier]);
  const publicKey = multikey(prover.signer.publicKey);
  // Whoever answers itself proves its identity to nobody, and signs for whoever holds up the mirror (flaw.H3).
  if (
    verifier.id === prover.did ||
    verifier.verificationMethod.some((key) => key.publicKeyMultibase === publicKey)
  )
    throw new TtpError('DID_SELF_CHALLENGE', 'the challenge is the own one', { field: 'challenge' });
  const { id, head } = verifyEnvelope(challenge, {
    type: CHALLENGE,
    parse: parseChallenge,
    signers: () => ({ all: [verifier.id] }),
    keyOf,
    now: clock.now(),
    audience: prover.did,
    replay,
  });
  return signEnvelope({
    type: CHALLENGE_RESPONSE,
    head: {
      iss: prover.did,
      iat: clock.now(),
      aud: head.iss,
      nonce: base64url(random.bytes(NONCE_BYTES)),
      prev: id,
    },
    body: { publicKey },
    signers: [prover.signer],
  });
}

function parseChallenge(body: JsonObject): JsonObject {
  if (Object.keys(body).length > 0)
    throw new TtpError('DID_BAD_CHALLENGE', 'the body of a challenge is empty', { field: 'body' });
  return body;
}
