import {
  asTrustScore,
  type Did,
  type DidDocument,
  type Envelope,
  type Hash,
  type JsonObject,
  type Machine,
  MESSAGE_MAX_AGE_MS,
  machine,
  type Step,
  type TrustScore,
  TtpError,
} from '@ttp/core';
import { multikey, type ReplayGuard, verifyEnvelope } from '@ttp/crypto';
import type { DidErrorCode } from './errors.js';
import { keyLookup } from './key-lookup.js';
import { IDENTITY_SCORE_POINTS } from './limits.js';

export const CHALLENGE = 'ttp/challenge@1';
export const CHALLENGE_RESPONSE = 'ttp/challenge-response@1';

/** Who was shown to hold the key of which identity. It proves the key, not the holder's goodness (decision D23). */
export interface VerifiedIdentity {
  readonly verified: true;
  readonly did: Did;
  /** The Multikey that signed. */
  readonly publicKey: string;
  readonly identityScore: TrustScore;
  /** When it was verified, ms. */
  readonly at: number;
}

/** What a verifier remembers of a challenge it posed. */
export interface PosedChallenge {
  readonly id: Hash;
  /** 32 bytes, base64url. */
  readonly nonce: string;
  readonly verifier: Did;
  /** The Multikey of the verifier's own key. */
  readonly verifierKey: string;
  readonly prover: Did;
}

/** Where a challenge stands. `verified` and `expired` are left by nothing: a challenge is valid once. */
export type ChallengeState =
  | { readonly at: 'posed'; readonly deadline: number; readonly challenge: PosedChallenge }
  | { readonly at: 'verified'; readonly result: VerifiedIdentity }
  | { readonly at: 'expired' };

/** What can happen to a challenge. */
export type ChallengeEvent =
  | {
      readonly type: 'response';
      readonly now: number;
      readonly response: Envelope | Uint8Array | string;
      /** The prover's, as a Resolver gave it. */
      readonly document: DidDocument;
      /** Of the verifier, kept over all challenges. */
      readonly replay: ReplayGuard;
    }
  | { readonly type: 'tick'; readonly now: number };

/** The state in which a challenge begins. It ends when a message of its age would be refused (decision D10). */
export function poseChallenge(challenge: PosedChallenge, at: number): ChallengeState {
  return { at: 'posed', deadline: at + MESSAGE_MAX_AGE_MS, challenge };
}

type Posed = ChallengeState & { readonly at: 'posed' };
type Response = ChallengeEvent & { readonly type: 'response' };

/**
 * The verifier's side. A response that does not verify throws its code and leaves the challenge as it is: otherwise
 * whoever can send garbage could spend everybody's challenges.
 */
export const challengeMachine: Machine<ChallengeState, ChallengeEvent, VerifiedIdentity> = machine<
  ChallengeState,
  ChallengeEvent,
  VerifiedIdentity,
  never
>({
  name: 'challenge',
  events: ['response', 'tick'],
  final: [],
  table: {
    posed: { response: check, tick: 'stay' },
    verified: { response: { refuse: 'DID_CHALLENGE_USED' }, tick: 'stay' },
    expired: { response: { refuse: 'DID_CHALLENGE_EXPIRED' }, tick: 'stay' },
  },
  expire: () => ({ state: { at: 'expired' }, out: [] }),
});

function check({ challenge }: Posed, event: Response): Step<ChallengeState, VerifiedIdentity> {
  const { id, nonce, verifier, verifierKey, prover } = challenge;
  const { response, document, replay, now } = event;
  if (document.id !== prover)
    throw refuse('DID_WRONG_PROVER', 'document.id', 'not the document of the prover');
  const keyOf = keyLookup([document]);
  const signedBy = new Set<string>();
  const { head, body } = verifyEnvelope(response, {
    type: CHALLENGE_RESPONSE,
    parse: parseResponse,
    signers: () => ({ all: [prover] }),
    keyOf: (kid) => {
      const key = keyOf(kid);
      if (key !== undefined) signedBy.add(multikey(key));
      return key;
    },
    now,
    audience: verifier,
    replay,
  });
  if (head.prev !== id) throw refuse('DID_WRONG_CHALLENGE', 'head.prev', 'the answer to another challenge');
  // Both sides contribute: whoever only hands back what it was given may be a mirror (flaws H2, H3).
  if (head.nonce === nonce) throw refuse('DID_REFLECTED_NONCE', 'head.nonce', 'the nonce of the challenge');
  if (signedBy.size !== 1 || !signedBy.has(body.publicKey))
    throw refuse('DID_WRONG_KEY', 'body.publicKey', 'not the key that signed');
  if (body.publicKey === verifierKey)
    throw refuse('DID_SELF_CHALLENGE', 'body.publicKey', 'the key of the verifier');
  const result: VerifiedIdentity = {
    verified: true,
    did: prover,
    publicKey: body.publicKey,
    identityScore: asTrustScore(IDENTITY_SCORE_POINTS),
    at: now,
  };
  return { state: { at: 'verified', result }, out: [result] };
}

function parseResponse(body: JsonObject): { readonly publicKey: string } {
  const { publicKey, ...rest } = body;
  if (typeof publicKey !== 'string' || Object.keys(rest).length > 0)
    throw refuse('DID_BAD_CHALLENGE', 'body', 'not { publicKey }');
  return { publicKey };
}

function refuse(code: DidErrorCode, field: string, message: string): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}
