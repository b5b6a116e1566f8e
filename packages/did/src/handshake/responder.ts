import { type Machine, machine, type Step } from '@ttp/core';
import { base64url, equalBytes, type ReplayGuard, SIGNATURE_BYTES } from '@ttp/crypto';
import { HANDSHAKE_MAX_MS } from '../limits.js';
import { refuse } from './refuse.js';
import { confirmation, identityKeys, identityMac, sessionKeys } from './schedule.js';
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
  type Counter,
  encodeChallengeResponse,
  encodeComplete,
  encodeCounter,
  type Init,
  RESPONSE_CORE,
  readInit,
  readResponse,
} from './wire.js';

const ROLE = 'responder';

/** What every state of the responder knows. */
interface Responding extends Progress {
  readonly init: Init;
  /** Kept over all handshakes of this side. */
  readonly replay: ReplayGuard;
}

/** INIT came; nobody knows yet whether there is such an initiator. */
export interface Resolving extends Responding {
  readonly at: 'resolving';
}

/** The initiator is somebody; the own signature is being made. */
export interface ResponderSigning extends Responding {
  readonly at: 'signing';
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
  readonly mac: Uint8Array;
  readonly expectedMac: Uint8Array;
  readonly counter: Counter;
}

/** CHALLENGE_RESPONSE is sent; the initiator has not proved itself. */
export interface Answered extends Responding {
  readonly at: 'answered';
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
  readonly expectedMac: Uint8Array;
}

/** Where the responder stands. */
export type ResponderState = Resolving | ResponderSigning | Answered | Finished | Failed;

type Event<T extends HandshakeEvent['type']> = HandshakeEvent & { readonly type: T };

/** What {@link receiveInit} begins with. */
export interface ReceiveInput {
  readonly side: Side;
  /** INIT, as it came. */
  readonly bytes: Uint8Array;
  readonly replay: ReplayGuard;
  /** Monotonic time at which the handshake ends by itself, ms; 10 s from `now` unless given. */
  readonly deadline?: number;
  /** Monotonic time and wall clock, ms. */
  readonly now: number;
  readonly wall: number;
}

/**
 * Begins to answer an INIT. Nothing is signed, and nothing is kept, for what is refused here.
 *
 * @throws DID_HANDSHAKE_MESSAGE, DID_HANDSHAKE_ORDER, DID_HANDSHAKE_VERSION, DID_HANDSHAKE_PEER, DID_HANDSHAKE_SELF,
 *   CRYPTO_MESSAGE_STALE, CRYPTO_MESSAGE_FUTURE, the CRYPTO_JSON_* codes
 */
export function receiveInit(input: ReceiveInput): Step<ResponderState, HandshakeOut> {
  const { side, bytes, replay, now, wall } = input;
  const init = readInit(bytes);
  if (init.responder !== side.self.did)
    throw refuse('DID_HANDSHAKE_PEER', 'responder', 'INIT is for somebody else');
  const peer = init.initiator.did;
  if (peer === side.self.did) throw refuse('DID_HANDSHAKE_SELF', 'initiator.did', 'the own DID');
  requireOther(side, init.ephemeral, init.nonce);
  requireFresh(init.iat, wall);
  const transcript = extendTranscript(beginTranscript(side.binding), 'initiator', bytes);
  return {
    state: {
      at: 'resolving',
      deadline: input.deadline ?? now + HANDSHAKE_MAX_MS,
      side,
      peer,
      transcript,
      secrets: [side.ephemeral.secretKey],
      init,
      replay,
    },
    out: [
      { do: 'record', step: 'INIT', role: ROLE, peer, transcript: hashOf(transcript) },
      { do: 'resolve', did: peer },
    ],
  };
}

/** The responder's side. Every refusal ends it: a message is never tried twice. */
export const responderMachine: Machine<ResponderState, HandshakeEvent, HandshakeOut> = machine<
  ResponderState,
  HandshakeEvent,
  HandshakeOut,
  'complete' | 'failed'
>({
  name: 'handshake responder',
  events: ['message', 'resolved', 'signed', 'fault', 'tick'],
  final: ['complete', 'failed'],
  table: {
    resolving: {
      message: orAbort(ROLE, tooEarly),
      resolved: orAbort(ROLE, challenge),
      signed: { refuse: 'DID_HANDSHAKE_ORDER' },
      fault: faultOf(ROLE),
      tick: 'stay',
    },
    signing: {
      message: orAbort(ROLE, tooEarly),
      resolved: { refuse: 'DID_HANDSHAKE_ORDER' },
      signed: orAbort(ROLE, answer),
      fault: faultOf(ROLE),
      tick: 'stay',
    },
    answered: {
      message: orAbort(ROLE, complete),
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

function challenge(
  state: Resolving,
  { document, revoked, wall }: Event<'resolved'>,
): Step<ResponderSigning, HandshakeOut> {
  const { side, init, replay, deadline, peer } = state;
  const publicKey = peerKey(side, init.initiator, document);
  if (revoked) throw refuse('DID_HANDSHAKE_REVOKED', 'initiator.did', 'the initiator is revoked');

  const counter: Counter = {
    responder: side.self,
    ephemeral: side.ephemeral.publicKey,
    nonce: side.nonce,
    iat: wall,
  };
  const said = extendTranscript(state.transcript, ROLE, encodeCounter(counter));
  const secret = side.primitives.exchange(side.ephemeral.secretKey, init.ephemeral);
  const keys = identityKeys(secret, said);
  const mac = identityMac(keys, ROLE, side.self);
  const expectedMac = identityMac(keys, 'initiator', init.initiator);
  const transcript = extendTranscript(said, ROLE, mac);
  return {
    state: {
      at: 'signing',
      deadline,
      side,
      peer,
      transcript,
      secrets: [secret],
      init,
      replay,
      publicKey,
      secret,
      mac,
      expectedMac,
      counter,
    },
    out: [
      { do: 'erase', keys: [side.ephemeral.secretKey, keys.initiator, keys.responder] },
      { do: 'sign', purpose: PURPOSE_OF[ROLE], payload: signedPayload(ROLE, transcript) },
    ],
  };
}

function answer(state: ResponderSigning, { signature: sig }: Event<'signed'>): Step<Answered, HandshakeOut> {
  const { mac, counter, at: _at, transcript: signed, ...rest } = state;
  if (sig.length !== SIGNATURE_BYTES)
    throw refuse('DID_HANDSHAKE_FAULT', 'signature', 'the signer returned something else');
  const transcript = extendTranscript(signed, ROLE, sig);
  return {
    state: { ...rest, at: 'answered', transcript },
    out: [
      {
        do: 'record',
        step: 'CHALLENGE_RESPONSE',
        role: ROLE,
        peer: rest.peer,
        transcript: hashOf(transcript),
      },
      { do: 'send', bytes: encodeChallengeResponse({ ...counter, mac, sig }) },
    ],
  };
}

function complete(state: Answered, { bytes, wall }: Event<'message'>): Step<Finished, HandshakeOut> {
  const { side, peer, init, publicKey, secret, expectedMac, replay } = state;
  const { mac, sig: signature } = readResponse(bytes);
  if (!equalBytes(mac, expectedMac))
    throw refuse('DID_HANDSHAKE_MAC', 'mac', 'not the MAC of this identity in this key exchange');
  const core = extendTranscript(state.transcript, 'initiator', RESPONSE_CORE);
  const signed = extendTranscript(core, 'initiator', mac);
  const payload = signedPayload('initiator', signed);
  if (!side.primitives.verify({ purpose: PURPOSE_OF.initiator, payload, signature, publicKey }))
    throw refuse('DID_HANDSHAKE_SIGNATURE', 'sig', 'does not cover this transcript');
  // Only now: what is not authenticated takes no room in the guard (flaw.H9).
  replay.admit({ key: peer, nonce: base64url(init.nonce), iat: init.iat, now: wall });

  const transcript = extendTranscript(signed, 'initiator', signature);
  const keys = sessionKeys(secret, transcript);
  const { session } = keys;
  const bytesOut = encodeComplete({ session, confirm: confirmation(keys, transcript) });
  const { responder: sendKey, initiator: receiveKey } = keys.sentBy;
  return {
    state: { at: 'complete', session },
    out: [
      { do: 'erase', keys: [secret, keys.confirm] },
      { do: 'record', step: 'RESPONSE', role: ROLE, peer, transcript: hashOf(transcript) },
      {
        do: 'record',
        step: 'COMPLETE',
        role: ROLE,
        peer,
        transcript: hashOf(extendTranscript(transcript, ROLE, bytesOut)),
      },
      { do: 'send', bytes: bytesOut },
      {
        do: 'complete',
        established: {
          role: ROLE,
          session,
          self: side.self,
          peer: init.initiator,
          transcript: hashOf(transcript),
          sendKey,
          receiveKey,
        },
      },
    ],
  };
}
