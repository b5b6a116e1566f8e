import {
  asHash,
  type Did,
  type DidDocument,
  type ErrorCode,
  type Hash,
  MESSAGE_MAX_AGE_MS,
  MESSAGE_MAX_AHEAD_MS,
  type Step,
  TtpError,
} from '@ttp/core';
import { type ExchangeKeyPair, equalBytes, hex } from '@ttp/crypto';
import { keyLookup } from '../key-lookup.js';
import type { HandshakePrimitives } from './primitives.js';
import { refuse } from './refuse.js';
import type { Role } from './transcript.js';
import type { Claim } from './wire.js';

/** What a side brings along to one handshake. The ephemeral key and the nonce are fresh, and used in no other. */
export interface Side {
  readonly self: Claim;
  /** The key that {@link Claim.kid} names, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly ephemeral: ExchangeKeyPair;
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** What both sides know of the channel, any bytes; empty where it has no name. */
  readonly binding: Uint8Array;
  readonly primitives: HandshakePrimitives;
}

/** A finished handshake. Whoever holds it holds the keys of the session. */
export interface Established {
  readonly role: Role;
  /** The name of the session: 32 bytes, base64url. It authorises nothing. */
  readonly session: string;
  readonly self: Claim;
  readonly peer: Claim;
  /** Of all bytes up to the initiator's signature; the same on both sides, and on no other handshake. */
  readonly transcript: Hash;
  /** AES-256-GCM keys of the two directions, 32 bytes each. */
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
}

/** What a handshake records of itself: the message, and the transcript with it. */
export interface HandshakeRecord {
  readonly do: 'record';
  readonly step: 'INIT' | 'RETRY' | 'CHALLENGE_RESPONSE' | 'RESPONSE' | 'COMPLETE' | 'ABORT';
  readonly role: Role;
  readonly peer: Did;
  readonly transcript: Hash;
  /** Why it ended, in an ABORT. */
  readonly code?: ErrorCode;
}

/** What a step asks its driver to do, in this order. */
export type HandshakeOut =
  | HandshakeRecord
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** To be answered by `resolved`. */
  | { readonly do: 'resolve'; readonly did: Did }
  /** To be answered by `signed`. */
  | { readonly do: 'sign'; readonly purpose: string; readonly payload: Uint8Array }
  /** To be overwritten: nothing needs these bytes any more. */
  | { readonly do: 'erase'; readonly keys: readonly Uint8Array[] }
  | { readonly do: 'complete'; readonly established: Established }
  | { readonly do: 'abort'; readonly code: ErrorCode };

/** What can happen to a handshake. `now` is monotonic time, `wall` the wall clock, both in ms. */
export type HandshakeEvent =
  | { readonly type: 'message'; readonly now: number; readonly wall: number; readonly bytes: Uint8Array }
  | {
      readonly type: 'resolved';
      readonly now: number;
      readonly wall: number;
      readonly document: DidDocument;
      readonly revoked: boolean;
    }
  | { readonly type: 'signed'; readonly now: number; readonly signature: Uint8Array }
  /** The driver could not do what it was asked, or wants the handshake to end. */
  | { readonly type: 'fault'; readonly now: number; readonly code: ErrorCode }
  | { readonly type: 'tick'; readonly now: number };

/** What every state of a handshake in progress has. */
export interface Progress {
  /** Monotonic time at which it ends by itself, ms. */
  readonly deadline: number;
  readonly side: Side;
  readonly peer: Did;
  readonly transcript: Uint8Array;
  /** Everything to be overwritten if it ends here. */
  readonly secrets: readonly Uint8Array[];
}

/** The end of a handshake that failed. It holds no key. */
export interface Failed {
  readonly at: 'failed';
  readonly code: ErrorCode;
}

/** The end of a handshake that succeeded. The keys went out with it. */
export interface Finished {
  readonly at: 'complete';
  readonly session: string;
}

/** Ends a handshake: its secrets are overwritten, and there is no way to go on. */
export function abort(role: Role, state: Progress, code: ErrorCode): Step<Failed, HandshakeOut> {
  const { secrets, peer, transcript } = state;
  return {
    state: { at: 'failed', code },
    out: [
      { do: 'erase', keys: secrets },
      { do: 'record', step: 'ABORT', role, peer, transcript: hashOf(transcript), code },
      { do: 'abort', code },
    ],
  };
}

/** The cell of a fault of the driver: the handshake ends with its code. */
export const faultOf =
  (role: Role) =>
  (state: Progress, { code }: HandshakeEvent & { readonly type: 'fault' }): Step<Failed, HandshakeOut> =>
    abort(role, state, code);

/** The cell of a message that comes while none is due. */
export function tooEarly(): never {
  throw refuse('DID_HANDSHAKE_ORDER', 'msg', 'a message came while none was due');
}

/** A cell of the table of which every refusal ends the handshake: nothing is tried twice. */
export function orAbort<S extends Progress, E, N>(
  role: Role,
  cell: (state: S, event: E) => Step<N, HandshakeOut>,
): (state: S, event: E) => Step<N | Failed, HandshakeOut> {
  return (state, event) => {
    try {
      return cell(state, event);
    } catch (error) {
      // What is no TtpError is a bug of ours or of a port, and ends the handshake like the rest.
      return abort(role, state, error instanceof TtpError ? error.code : 'DID_HANDSHAKE_FAULT');
    }
  };
}

/** A transcript hash as it is written. */
export const hashOf = (transcript: Uint8Array): Hash => asHash(`sha256:${hex(transcript)}`);

/** Refuses a message that is too old or too far ahead (decision D10). */
export function requireFresh(iat: number, wall: number): void {
  if (!(wall - iat <= MESSAGE_MAX_AGE_MS))
    throw new TtpError('CRYPTO_MESSAGE_STALE', `stamped ${iat}, it is ${wall}`, { field: 'iat' });
  if (!(iat - wall <= MESSAGE_MAX_AHEAD_MS))
    throw new TtpError('CRYPTO_MESSAGE_FUTURE', `stamped ${iat}, it is ${wall}`, { field: 'iat' });
}

/** Refuses a mirror: whoever sends the own ephemeral key or nonce back (flaw.H3). */
export function requireOther(side: Side, ephemeral: Uint8Array, nonce: Uint8Array): void {
  if (equalBytes(ephemeral, side.ephemeral.publicKey))
    throw refuse('DID_HANDSHAKE_SELF', 'ephemeral', 'the own one');
  if (equalBytes(nonce, side.nonce)) throw refuse('DID_HANDSHAKE_SELF', 'nonce', 'the own one');
}

/** The key by which the peer authenticates. Throws DID_HANDSHAKE_PEER, DID_HANDSHAKE_KEY, DID_HANDSHAKE_SELF. */
export function peerKey(side: Side, claim: Claim, document: DidDocument): Uint8Array {
  if (document.id !== claim.did) throw refuse('DID_HANDSHAKE_PEER', 'did', 'not whose document it is');
  const key = keyLookup([document])(claim.kid);
  if (key === undefined) throw refuse('DID_HANDSHAKE_KEY', 'kid', 'no key the peer authenticates by');
  if (equalBytes(key, side.publicKey)) throw refuse('DID_HANDSHAKE_SELF', 'kid', 'the own key');
  return key;
}
