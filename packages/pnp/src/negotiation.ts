import {
  type Did,
  type Envelope,
  type EnvelopeSignature,
  type ErrorCode,
  type Hash,
  TtpError,
} from '@ttp/core';
import { envelopeId, type ReplayGuard } from '@ttp/crypto';
import type { Agreement } from './agreement.js';
import type { Open } from './certificate.js';
import type { Conflict } from './conflict.js';
import type { PnpErrorCode } from './errors.js';
import type { Floor } from './floor.js';
import type { NegotiationEnd, NegotiationEvent, NegotiationState } from './machine.js';
import { negotiationMachine } from './machine.js';
import type { PolicyText, Unsigned } from './message.js';

/** Which side: the initiator makes the first offer. */
export type NegotiationRole = 'initiator' | 'responder';

/** One side of a negotiation, as plain JSON: it is stored before anything is sent, and goes on after a crash. */
export interface Negotiation {
  readonly v: 1;
  readonly role: NegotiationRole;
  readonly party: Did;
  readonly peer: Did;
  readonly machine: NegotiationState;
  /** 32 bytes, base64url; a responder may learn it from the offer. */
  readonly session?: string;
  /** Of the offer: wall clock, ms. */
  readonly deadline?: number;
  /** What this side proposed last. */
  readonly own?: PolicyText;
  /** What the peer proposed last. */
  readonly theirs?: PolicyText;
  /** Ids of all messages, in order; each names the one before in `head.prev`. */
  readonly chain: readonly Hash[];
  /** The last one of each side. */
  readonly sent?: Hash;
  readonly received?: Hash;
  /** Once one side accepted: who, and what both now sign. */
  readonly accepted?: {
    readonly by: 'self' | 'peer';
    readonly agreement: Agreement;
    readonly hash: Hash;
    readonly transcript: Hash;
    readonly certificate: Unsigned;
  };
  /** The signature over the certificate that is there already. */
  readonly signature?: EnvelopeSignature;
  /** Once agreed: the certificate with both signatures. */
  readonly certificate?: Envelope;
  /** Once rejected: why. */
  readonly conflicts?: readonly Conflict[];
}

/** What a side knows beside its state. */
export interface NegotiationContext {
  /** Public keys of both parties, for messages and the certificate; undefined refuses. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
  /** Of this party, over all its negotiations: an offer is taken once. What follows it is bound to it by its hash. */
  readonly replay: ReplayGuard;
  readonly floor?: Floor;
  /** `verifyEnvelope` unless given. */
  readonly open?: Open;
}

/** What a side decides about the last policy of the peer. */
export type NegotiationDecision =
  /** `policy`: with which one of its own, where the peer has not accepted already. */
  | { readonly do: 'accept'; readonly policy?: PolicyText }
  | { readonly do: 'counter'; readonly policy: PolicyText }
  | { readonly do: 'reject'; readonly conflicts: readonly Conflict[] };

/**
 * What can happen to a side. `now` is monotonic and `wall` the wall clock, both ms; `nonce` is 32 fresh bytes in
 * base64url, for the message that follows.
 */
export type NegotiationInput =
  | {
      readonly type: 'start';
      readonly now: number;
      readonly wall: number;
      readonly nonce: string;
      /** What an initiator offers first. */
      readonly policy?: PolicyText;
    }
  | {
      readonly type: 'message';
      readonly now: number;
      readonly wall: number;
      readonly bytes: Uint8Array | string;
    }
  | {
      readonly type: 'decided';
      readonly now: number;
      readonly wall: number;
      readonly nonce: string;
      readonly decision: NegotiationDecision;
    }
  /** The answer to `certify`. */
  | {
      readonly type: 'certified';
      readonly now: number;
      readonly wall: number;
      readonly nonce: string;
      readonly signature: EnvelopeSignature;
    }
  | { readonly type: 'timeout'; readonly now: number }
  /** The driver could not do what it was asked, or wants the negotiation to end. */
  | { readonly type: 'error'; readonly now: number; readonly code: ErrorCode };

/** What a step asks its driver to do, in this order. */
export type NegotiationOut =
  /** Sign it, store the state with it, and only then send it. */
  | { readonly do: 'send'; readonly message: Unsigned }
  /** The peer sent its last message again, so it may not have the answer: send that again, the same bytes. */
  | { readonly do: 'resend' }
  /** To be answered by `decided`. `accepted`: the peer accepted, and a counter is too late. */
  | {
      readonly do: 'consider';
      readonly theirs: PolicyText;
      readonly own?: PolicyText;
      readonly round: number;
      readonly accepted: boolean;
    }
  /** Sign the certificate; to be answered by `certified`. */
  | { readonly do: 'certify'; readonly certificate: Unsigned }
  /** A message that counted for nothing. */
  | { readonly do: 'refused'; readonly code: ErrorCode }
  /** It is over; to be logged. */
  | { readonly do: 'ended'; readonly end: NegotiationEnd };

/** What {@link stepNegotiation} yields. */
export interface NegotiationStep {
  readonly state: Negotiation;
  readonly out: readonly NegotiationOut[];
}

/**
 * A side before anything happened.
 *
 * @param input `session`: what the sides call it already, such as the session of their handshake; an initiator has one
 * @throws PNP_SELF, PNP_OTHER_SESSION for an initiator without a session
 */
export function idleNegotiation(input: {
  readonly role: NegotiationRole;
  readonly party: Did;
  readonly peer: Did;
  readonly session?: string;
}): Negotiation {
  const { role, party, peer, session } = input;
  if (party === peer)
    throw new TtpError<PnpErrorCode>('PNP_SELF', 'nobody negotiates with itself', { field: 'peer' });
  if (role === 'initiator' && session === undefined)
    throw new TtpError<PnpErrorCode>('PNP_OTHER_SESSION', 'an initiator names the session', {
      field: 'session',
    });
  return {
    v: 1,
    role,
    party,
    peer,
    machine: { at: 'IDLE' },
    ...(session === undefined ? {} : { session }),
    chain: [],
  };
}

/** Whether nothing more can happen. */
export const isOver = ({ machine }: Negotiation): boolean => negotiationMachine.final.includes(machine.at);

/** Where the table leads, with the log of an end. */
export function moved(state: Negotiation, event: NegotiationEvent): NegotiationStep {
  const step = negotiationMachine.step(state.machine, event);
  return { state: { ...state, machine: step.state }, out: step.out.map((end) => ({ do: 'ended', end })) };
}

/** Whether a step of the table led on, and did not abort. */
export const hasMoved = ({ state }: NegotiationStep): boolean => state.machine.at !== 'ABORTED';

/** The id of what will be signed; signatures are no part of it. */
export const idOf = (message: Unsigned): Hash => envelopeId({ ...message, sigs: [] });
