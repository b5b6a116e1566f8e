import { type DidDocument, type Machine, machine, type Step } from '@ttp/core';
import { equalBytes, SIGNATURE_BYTES } from '@ttp/crypto';
import { HANDSHAKE_MAX_MS } from '../limits.js';
import { refuse } from './refuse.js';
import { confirmation, identityKeys, identityMac, type SessionKeys, sessionKeys } from './schedule.js';
import {
  abort,
  type Failed,
  type Finished,
  faultOf,
  type HandshakeEvent,
  type HandshakeOut,
  hashOf,
  orAbort,
  type Progress,
  peerKey,
  requireFresh,
  requireOther,
  type Side,
  tooEarly,
} from './step.js';
import { beginTranscript, extendTranscript, PURPOSE_OF, signedPayload } from './transcript.js';
import {
  type Claim,
  encodeCounter,
  encodeInit,
  encodeResponse,
  RESPONSE_CORE,
  readChallengeResponse,
  readComplete,
  readRetry,
} from './wire.js';

const ROLE = 'initiator';

/** INIT is sent, and the responder has not answered. */
export interface Waiting extends Progress {
  readonly at: 'waiting';
  readonly document: DidDocument;
  readonly iat: number;
  /** Whether a cookie was asked for. It is shown once: a second RETRY is a loop. */
  readonly retried: boolean;
}

/** The responder has proved itself; the own signature is being made. */
export interface InitiatorSigning extends Progress {
  readonly at: 'signing';
  readonly claim: Claim;
  readonly secret: Uint8Array;
  readonly mac: Uint8Array;
}

/** RESPONSE is sent; the responder has not confirmed the keys. */
export interface Confirming extends Progress {
  readonly at: 'confirming';
  readonly claim: Claim;
  readonly keys: SessionKeys;
}

/** Where the initiator stands. */
export type InitiatorState = Waiting | InitiatorSigning | Confirming | Finished | Failed;

type Event<T extends HandshakeEvent['type']> = HandshakeEvent & { readonly type: T };

/** What {@link startHandshake} begins with. */
export interface StartInput {
  readonly side: Side;
  /** The verified document of whom the initiator means, as its Resolver gave it. */
  readonly peer: DidDocument;
  /** Monotonic time and wall clock, ms. */
  readonly now: number;
  readonly wall: number;
}

/**
 * Begins a handshake: the state after INIT, and INIT itself.
 *
 * @throws DID_HANDSHAKE_SELF when the peer is oneself
 */
export function startHandshake({ side, peer, now, wall }: StartInput): Step<InitiatorState, HandshakeOut> {
  // Whoever connects to itself proves nothing, and signs for whoever holds up the mirror (flaw.H3).
  if (peer.id === side.self.did) throw refuse('DID_HANDSHAKE_SELF', 'peer', 'the own DID');
  return sendInit({
    at: 'waiting',
    deadline: now + HANDSHAKE_MAX_MS,
    side,
    peer: peer.id,
    document: peer,
    transcript: beginTranscript(side.binding),
    secrets: [side.ephemeral.secretKey],
    iat: wall,
    retried: false,
  });
}

/** The initiator's side. Every refusal ends it: a message is never tried twice. */
export const initiatorMachine: Machine<InitiatorState, HandshakeEvent, HandshakeOut> = machine<
  InitiatorState,
  HandshakeEvent,
  HandshakeOut,
  'complete' | 'failed'
>({
  name: 'handshake initiator',
  events: ['message', 'resolved', 'signed', 'fault', 'tick'],
  final: ['complete', 'failed'],
  table: {
    waiting: {
      message: orAbort(ROLE, answered),
      resolved: { refuse: 'DID_HANDSHAKE_ORDER' },
      signed: { refuse: 'DID_HANDSHAKE_ORDER' },
      fault: faultOf(ROLE),
      tick: 'stay',
    },
    signing: {
      message: orAbort(ROLE, tooEarly),
      resolved: { refuse: 'DID_HANDSHAKE_ORDER' },
      signed: orAbort(ROLE, respond),
      fault: faultOf(ROLE),
      tick: 'stay',
    },
    confirming: {
      message: orAbort(ROLE, confirmed),
      resolved: { refuse: 'DID_HANDSHAKE_ORDER' },
      signed: { refuse: 'DID_HANDSHAKE_ORDER' },
      fault: faultOf(ROLE),
      tick: 'stay',
    },
  },
  expire: (state) =>
    state.at === 'complete' || state.at === 'failed'
      ? { state, out: [] }
      : abort(ROLE, state, 'DID_HANDSHAKE_EXPIRED'),
});

function sendInit(state: Waiting, cookie?: Uint8Array): Step<Waiting, HandshakeOut> {
  const { side, peer, iat } = state;
  const bytes = encodeInit({
    initiator: side.self,
    responder: peer,
    ephemeral: side.ephemeral.publicKey,
    nonce: side.nonce,
    iat,
    ...(cookie === undefined ? {} : { cookie }),
  });
  const transcript = extendTranscript(beginTranscript(side.binding), ROLE, bytes);
  return {
    state: { ...state, transcript, retried: cookie !== undefined },
    out: [
      { do: 'record', step: 'INIT', role: ROLE, peer, transcript: hashOf(transcript) },
      { do: 'send', bytes },
    ],
  };
}

function answered(
  state: Waiting,
  { bytes, wall }: Event<'message'>,
): Step<Waiting | InitiatorSigning, HandshakeOut> {
  const cookie = readRetry(bytes);
  if (cookie !== undefined) {
    if (state.retried) throw refuse('DID_HANDSHAKE_ORDER', 'msg', 'a second RETRY');
    return sendInit(state, cookie);
  }
  const { side, peer, document } = state;
  const message = readChallengeResponse(bytes);
  const claim = message.responder;
  if (claim.did !== peer) throw refuse('DID_HANDSHAKE_PEER', 'responder.did', 'another one answered');
  requireFresh(message.iat, wall);
  requireOther(side, message.ephemeral, message.nonce);
  const publicKey = peerKey(side, claim, document);

  const said = extendTranscript(state.transcript, 'responder', encodeCounter(message));
  const secret = side.primitives.exchange(side.ephemeral.secretKey, message.ephemeral);
  const keys = identityKeys(secret, said);
  if (!equalBytes(message.mac, identityMac(keys, 'responder', claim)))
    throw refuse('DID_HANDSHAKE_MAC', 'mac', 'not the MAC of this identity in this key exchange');
  const toVerify = extendTranscript(said, 'responder', message.mac);
  verify(state, publicKey, toVerify, message.sig);

  const heard = extendTranscript(toVerify, 'responder', message.sig);
  const mac = identityMac(keys, ROLE, side.self);
  const toSign = extendTranscript(extendTranscript(heard, ROLE, RESPONSE_CORE), ROLE, mac);
  return {
    state: {
      at: 'signing',
      deadline: state.deadline,
      side,
      peer,
      transcript: toSign,
      secrets: [secret],
      claim,
      secret,
      mac,
    },
    out: [
      { do: 'erase', keys: [side.ephemeral.secretKey, keys.initiator, keys.responder] },
      { do: 'record', step: 'CHALLENGE_RESPONSE', role: ROLE, peer, transcript: hashOf(heard) },
      { do: 'sign', purpose: PURPOSE_OF[ROLE], payload: signedPayload(ROLE, toSign) },
    ],
  };
}

function verify(
  { side }: Waiting,
  publicKey: Uint8Array,
  transcript: Uint8Array,
  signature: Uint8Array,
): void {
  const payload = signedPayload('responder', transcript);
  if (!side.primitives.verify({ purpose: PURPOSE_OF.responder, payload, signature, publicKey }))
    throw refuse('DID_HANDSHAKE_SIGNATURE', 'sig', 'does not cover this transcript');
}

function respond(state: InitiatorSigning, { signature }: Event<'signed'>): Step<Confirming, HandshakeOut> {
  const { side, peer, claim, secret, mac } = state;
  if (signature.length !== SIGNATURE_BYTES)
    throw refuse('DID_HANDSHAKE_FAULT', 'signature', 'the signer returned something else');
  const transcript = extendTranscript(state.transcript, ROLE, signature);
  const keys = sessionKeys(secret, transcript);
  return {
    state: {
      at: 'confirming',
      deadline: state.deadline,
      side,
      peer,
      transcript,
      secrets: [keys.sentBy.initiator, keys.sentBy.responder, keys.confirm],
      claim,
      keys,
    },
    out: [
      { do: 'erase', keys: [secret] },
      { do: 'record', step: 'RESPONSE', role: ROLE, peer, transcript: hashOf(transcript) },
      { do: 'send', bytes: encodeResponse({ mac, sig: signature }) },
    ],
  };
}

function confirmed(state: Confirming, { bytes }: Event<'message'>): Step<Finished, HandshakeOut> {
  const { side, peer, claim, keys, transcript } = state;
  const { session, confirm } = readComplete(bytes);
  if (session !== keys.session || !equalBytes(confirm, confirmation(keys, transcript)))
    throw refuse('DID_HANDSHAKE_MAC', 'confirm', 'the responder does not hold the keys of this session');
  const { initiator: sendKey, responder: receiveKey } = keys.sentBy;
  return {
    state: { at: 'complete', session },
    out: [
      { do: 'erase', keys: [keys.confirm] },
      {
        do: 'record',
        step: 'COMPLETE',
        role: ROLE,
        peer,
        transcript: hashOf(extendTranscript(transcript, 'responder', bytes)),
      },
      {
        do: 'complete',
        established: {
          role: ROLE,
          session,
          self: side.self,
          peer: claim,
          transcript: hashOf(transcript),
          sendKey,
          receiveKey,
        },
      },
    ],
  };
}
