// @ttp/pnp

export declare const AGREEMENT_MAX_LAYERS = 8;
export interface Agreed {
    readonly status: 'agreed';
    readonly session: string;
    readonly agreement: Agreement;
    readonly hash: Hash;
    readonly certificate: string;
    readonly layers: PolicyLayers;
}
export interface Agreement {
    readonly layers: readonly Hash[];
    readonly requirements: Requirements;
    readonly offers: Offers;
}
export declare const CONFLICTS_MAX = 64;
export declare const CONFLICT_CODES: {
    readonly PNP_PURPOSE: 'The policies are for different purposes.';
    readonly PNP_NOT_OFFERED: 'One side requires a capability that the other does not offer.';
    readonly PNP_BELOW_FLOOR: 'The agreement asks for less, or offers less, than a side declared as its floor.';
};
export interface CertificateBody {
    readonly v: 1;
    readonly session: string;
    readonly initiator: Did;
    readonly responder: Did;
    readonly deadline: number;
    readonly agreement: PolicyText;
    readonly transcript: Hash;
}
export interface Conflict {
    readonly code: ConflictCode;
    readonly left: ConflictSide;
    readonly right: ConflictSide;
}
export type ConflictCode = keyof typeof CONFLICT_CODES;
export interface ConflictSide {
    readonly layers: readonly Hash[];
    readonly field: string;
    readonly value: Json;
}
export declare const DEADLINE_SKEW_MS = 60000;
export type Decide = (view: NegotiationView) => NegotiationDecision | Promise<NegotiationDecision>;
export interface Floor {
    readonly requirements?: Requirements;
    readonly offers?: Offers;
}
export interface LocalParty {
    readonly signer: Signer;
    readonly policies: readonly string[];
    readonly floor?: Floor;
    readonly decide?: Decide;
}
export interface LocalPorts {
    readonly clock: Clock;
    readonly random: Random;
    readonly recorder: Recorder;
    readonly trace: TraceId;
}
export declare const MAX_ROUNDS = 3;
export declare const MESSAGES_MAX = 256;
export declare const MESSAGE_MAX_BYTES = 262144;
export declare const MESSAGE_TYPES: {
    readonly offer: 'ttp/pnp-offer@1';
    readonly counter: 'ttp/pnp-counter@1';
    readonly accept: 'ttp/pnp-accept@1';
    readonly reject: 'ttp/pnp-reject@1';
    readonly finalize: 'ttp/pnp-finalize@1';
    readonly ack: 'ttp/pnp-ack@1';
};
export type Meet = {
    readonly agreement: Agreement;
    readonly conflicts?: never;
} | {
    readonly conflicts: readonly Conflict[];
    readonly agreement?: never;
};
export type MessageKind = keyof typeof MESSAGE_TYPES;
export interface Negotiation {
    readonly v: 1;
    readonly role: NegotiationRole;
    readonly party: Did;
    readonly peer: Did;
    readonly machine: NegotiationState;
    readonly session?: string;
    readonly deadline?: number;
    readonly own?: PolicyText;
    readonly theirs?: PolicyText;
    readonly chain: readonly Hash[];
    readonly sent?: Hash;
    readonly received?: Hash;
    readonly accepted?: {
        readonly by: 'self' | 'peer';
        readonly agreement: Agreement;
        readonly hash: Hash;
        readonly transcript: Hash;
        readonly certificate: Unsigned;
    };
    readonly signature?: EnvelopeSignature;
    readonly certificate?: Envelope;
    readonly conflicts?: readonly Conflict[];
}
export interface NegotiationContext {
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly replay: ReplayGuard;
    readonly floor?: Floor;
    readonly open?: Open;
}
export type NegotiationDecision = 
{
    readonly do: 'accept';
    readonly policy?: PolicyText;
} | {
    readonly do: 'counter';
    readonly policy: PolicyText;
} | {
    readonly do: 'reject';
    readonly conflicts: readonly Conflict[];
};
export interface NegotiationEnd {
    readonly from: NegotiationStateName;
    readonly to: 'AGREED' | 'REJECTED' | 'ABORTED';
    readonly event: NegotiationEvent['type'];
    readonly code?: ErrorCode;
}
export type NegotiationEvent = {
    readonly type: 'startNegotiation';
    readonly now: number;
} | {
    readonly type: 'receiveOffer';
    readonly now: number;
    readonly round?: number;
    readonly ends?: number;
} | {
    readonly type: 'counter' | 'accept' | 'reject' | 'receiveReject' | 'finalize' | 'acknowledge' | 'timeout';
    readonly now: number;
} | {
    readonly type: 'error';
    readonly now: number;
    readonly code: ErrorCode;
};
export type NegotiationInput = {
    readonly type: 'start';
    readonly now: number;
    readonly wall: number;
    readonly nonce: string;
    readonly policy?: PolicyText;
} | {
    readonly type: 'message';
    readonly now: number;
    readonly wall: number;
    readonly bytes: Uint8Array | string;
} | {
    readonly type: 'decided';
    readonly now: number;
    readonly wall: number;
    readonly nonce: string;
    readonly decision: NegotiationDecision;
}
 | {
    readonly type: 'certified';
    readonly now: number;
    readonly wall: number;
    readonly nonce: string;
    readonly signature: EnvelopeSignature;
} | {
    readonly type: 'timeout';
    readonly now: number;
}
 | {
    readonly type: 'error';
    readonly now: number;
    readonly code: ErrorCode;
};
export interface NegotiationOptions {
    readonly peer: Did;
    readonly duplex: Duplex;
    readonly trace: TraceId;
    readonly session?: string;
}
export type NegotiationOut = 
{
    readonly do: 'send';
    readonly message: Unsigned;
}
 | {
    readonly do: 'resend';
}
 | {
    readonly do: 'consider';
    readonly theirs: PolicyText;
    readonly own?: PolicyText;
    readonly round: number;
    readonly accepted: boolean;
}
 | {
    readonly do: 'certify';
    readonly certificate: Unsigned;
}
 | {
    readonly do: 'refused';
    readonly code: ErrorCode;
}
 | {
    readonly do: 'ended';
    readonly end: NegotiationEnd;
};
export type NegotiationResult = Agreed | {
    readonly status: 'rejected';
    readonly session?: string;
    readonly conflicts: readonly Conflict[];
} | {
    readonly status: 'aborted';
    readonly session?: string;
    readonly code: ErrorCode;
}
 | {
    readonly status: 'interrupted';
    readonly session: string;
};
export type NegotiationRole = 'initiator' | 'responder';
export type NegotiationState = {
    readonly at: 'IDLE';
    readonly deadline?: never;
} | Live<'OFFERING'> | Live<'CONSIDERING'> | Live<'COUNTERING'> | Live<'ACCEPTING'> | Live<'FINALIZING'> | {
    readonly at: 'AGREED';
    readonly deadline?: never;
} | {
    readonly at: 'REJECTED';
    readonly deadline?: never;
} | {
    readonly at: 'ABORTED';
    readonly code: ErrorCode;
    readonly deadline?: never;
};
export type NegotiationStateName = NegotiationState['at'];
export interface NegotiationStep {
    readonly state: Negotiation;
    readonly out: readonly NegotiationOut[];
}
export interface NegotiationView {
    readonly theirs: PolicyText;
    readonly own?: PolicyText;
    readonly round: number;
    readonly accepted: boolean;
    readonly proposals: readonly PolicyText[];
    readonly floor?: Floor;
}
export interface Negotiator {
    readonly signer: Signer;
    readonly policies: readonly string[];
    readonly floor?: Floor;
    readonly decide?: Decide;
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly replay: ReplayGuard;
    readonly store: Store;
    readonly recorder: Recorder;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly random: Random;
}
export type Open = typeof verifyEnvelope;
export declare const PNP_ERRORS: {
    readonly PNP_BAD_MESSAGE: 'The body of a message of a negotiation has not the shape that its type demands.';
    readonly PNP_UNKNOWN_FIELD: 'The body has a member that the version does not know; every member is critical.';
    readonly PNP_UNKNOWN_VERSION: 'The message is of another version of the protocol; there is no negotiation downwards.';
    readonly PNP_UNKNOWN_TYPE: 'The envelope is none of the six messages of a negotiation.';
    readonly PNP_UNKNOWN_CAPABILITY: 'A policy requires or offers a capability that is in no registry.';
    readonly PNP_SELF: 'The two parties of a negotiation are one.';
    readonly PNP_REFLECTED: 'The message is one of the reader itself, sent back.';
    readonly PNP_FOREIGN_PARTY: 'The message comes from somebody who is no party to the negotiation.';
    readonly PNP_OTHER_SESSION: 'The message belongs to another session.';
    readonly PNP_REPLAYED: 'The message was received before, and is not the last one.';
    readonly PNP_SESSION_USED: 'A negotiation of this session is stored already, or another process goes on with it.';
    readonly PNP_NO_SESSION: 'No negotiation of this session is stored.';
    readonly PNP_CHAIN: 'The message does not follow the last message of this session.';
    readonly PNP_OUT_OF_TURN: 'The event has no transition in this state of the negotiation.';
    readonly PNP_ROUND: 'The message does not belong to the round that it would have to.';
    readonly PNP_ROUNDS_EXCEEDED: 'A counter would open a fourth round.';
    readonly PNP_EXPIRED: 'The round or the session is over: its deadline has passed.';
    readonly PNP_BAD_DEADLINE: 'The deadline of the offer is further ahead than a session may last.';
    readonly PNP_POLICY_HASH: 'The text of a policy has not the hash that stands beside it.';
    readonly PNP_DOWNGRADE: 'The agreement is not the meet of the last policies of both sides.';
    readonly PNP_TRANSCRIPT: 'The certificate does not cover the messages of this session.';
    readonly PNP_BAD_CERTIFICATE: 'The certificate of an agreement does not say what it has to.';
    readonly PNP_TOO_MANY_LAYERS: 'An agreement would have more than 8 policies.';
    readonly PNP_CONFLICT: 'The policies have no common ground, or the agreement is below the floor of a side.';
    readonly PNP_BAD_STATE: 'The stored state of a negotiation is malformed, or of another version.';
    readonly PNP_BAD_PROPOSALS: 'A side brings no policy to propose, or more than it could propose.';
    readonly PNP_FLOODED: 'More than 256 messages of one negotiation had to be refused.';
    readonly PNP_CLOSED: 'The connection ended before the negotiation did.';
    readonly PNP_FAULT: 'A port failed, or something threw that has no code.';
};
export declare const POLICIES_KEPT = 32;
export type PnpErrorCode = keyof typeof PNP_ERRORS;
export type PolicyText = {
    readonly hash: Hash;
    readonly text: string;
};
export declare const ROUND_TIMEOUT_MS = 30000;
export declare const SESSION_TIMEOUT_MS = 90000;
export interface Unsigned {
    readonly type: (typeof MESSAGE_TYPES)[MessageKind] | 'ttp/agreement@1';
    readonly head: EnvelopeHead;
    readonly body: JsonObject;
}
export interface VerifiedAgreement {
    readonly id: Hash;
    readonly session: string;
    readonly initiator: Did;
    readonly responder: Did;
    readonly at: number;
    readonly agreement: Agreement;
    readonly hash: Hash;
    readonly transcript: Hash;
    readonly policies: readonly Policy[];
}
export interface VerifyAgreementOptions {
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly policies?: readonly string[];
    readonly messages?: readonly Hash[];
    readonly open?: Open;
}
export declare function agreedLayers(policies: readonly Policy[]): PolicyLayers;
export declare const agreementHash: (agreement: Agreement) => Hash;
export declare function agreementOf({ hash, document }: Policy): Agreement;
export declare const agreementText: (agreement: Agreement) => string;
export declare const answerOffer: (negotiator: Negotiator, options: NegotiationOptions) => Promise<NegotiationResult>;
export declare function belowFloor(agreement: Agreement, floor: Floor): readonly Conflict[];
export declare function decideByProposals(view: NegotiationView): NegotiationDecision;
export declare function forgetNegotiations(store: Store, before: number): Promise<number>;
export declare function idleNegotiation(input: {
    readonly role: NegotiationRole;
    readonly party: Did;
    readonly peer: Did;
    readonly session?: string;
}): Negotiation;
export declare function matchOffers(a: Agreement, b: Agreement): readonly Conflict[];
export declare function meet(a: Agreement, b: Agreement): Meet;
export declare function negotiate(a: LocalParty, b: LocalParty, ports: LocalPorts): Promise<NegotiationResult>;
export declare const negotiationMachine: Machine<NegotiationState, NegotiationEvent, NegotiationEnd>;
export declare function offerPolicy(negotiator: Negotiator, options: NegotiationOptions): Promise<NegotiationResult>;
export declare function proposalsOf(texts: readonly string[]): readonly PolicyText[];
export declare function resumeNegotiation(negotiator: Negotiator, options: NegotiationOptions & {
    readonly session: string;
    readonly role: NegotiationRole;
}): Promise<NegotiationResult>;
export declare function stateNamed(at: NegotiationStateName): NegotiationState;
export declare function stepNegotiation(context: NegotiationContext, state: Negotiation, input: NegotiationInput): NegotiationStep;
export declare const transcriptOf: (messages: readonly Hash[]) => Hash;
export declare function transitionTable(): Readonly<Record<string, Readonly<Record<string, NegotiationStateName>>>>;
export declare function verifyAgreement(input: Envelope | Uint8Array | string, { keyOf, now, policies, messages, open }: VerifyAgreementOptions): VerifiedAgreement;
export declare function weigh(own: Policy, theirs: Policy, floor?: Floor): {
    readonly agreement?: Agreement;
    readonly conflicts: readonly Conflict[];
};

// referred to

interface Live<At extends string> {
    readonly at: At;
    readonly round: number;
    readonly deadline: number;
    readonly ends: number;
}
