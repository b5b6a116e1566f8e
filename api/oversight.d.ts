// @ttp/oversight

export declare const APPROVAL_MAX_USES = 100;
export declare const APPROVAL_VALID_MS = 3600000;
export type Conditions = {
    readonly maxValue?: {
        readonly field: string;
        readonly value: number;
    };
    readonly expiresAt?: number;
    readonly allowedResources?: readonly string[];
    readonly maxUses?: number;
    readonly requiresSecondApproval?: boolean;
};
export declare const OVERSIGHT_ERRORS: {
    readonly OVERSIGHT_APPROVAL_DENIED: 'An operator denied this action; the same call is refused until the review ends.';
    readonly OVERSIGHT_APPROVAL_EXHAUSTED: 'The approval was used as often as it was granted.';
    readonly OVERSIGHT_APPROVAL_PENDING: 'Nobody has decided yet; the same call later finds the decision.';
    readonly OVERSIGHT_APPROVAL_EXPIRED: 'The approval was valid, and is not any more.';
    readonly OVERSIGHT_TIMEOUT: 'Nobody decided before the deadline; that is a denial.';
    readonly OVERSIGHT_ABORTED: 'The call ended while it waited for a decision.';
    readonly OVERSIGHT_CLOSED: 'This oversight was closed.';
    readonly OVERSIGHT_TOO_MANY_PENDING: 'The agent has as many reviews pending as it may have.';
    readonly OVERSIGHT_TOO_LARGE: 'The arguments are too long to be put before a human.';
    readonly OVERSIGHT_CONDITION_UNMET: 'The approval has a condition that this call does not meet.';
    readonly OVERSIGHT_BAD_OBLIGATION: 'The approval obligation has parameters that nobody can fulfil.';
    readonly OVERSIGHT_BAD_DECISION: 'The body of a review decision is malformed.';
    readonly OVERSIGHT_NO_PRIVILEGE: 'The operator has not the privilege or level that this review needs.';
    readonly OVERSIGHT_CONFLICT: 'The operator is the owner of the agent, or has decided on this review already.';
    readonly OVERSIGHT_UNKNOWN_REVIEW: 'There is no review of this id.';
    readonly OVERSIGHT_DIGEST_MISMATCH: 'What the operator signed is not what is under review, or not what is about to happen.';
    readonly OVERSIGHT_ALREADY_DECIDED: 'The review has ended; the first decision stands.';
    readonly OVERSIGHT_NOT_SECONDED: 'A second decision has to name the first one by its id.';
    readonly OVERSIGHT_RECORD_UNREADABLE: 'A stored review cannot be read.';
    readonly OVERSIGHT_CONTENTION: 'Other writers kept changing the review.';
};
export interface Oversight {
    handler(): ObligationHandler;
    request(obligation: Obligation, interaction: Interaction, decision: Decision): Promise<Review>;
    pending(): Promise<readonly Review[]>;
    review(id: string): Promise<Review | undefined>;
    submit(decision: Envelope | string): Promise<Review>;
    withdraw(includes: (agent: Did) => boolean): Promise<number>;
    onRequest(fn: (review: Review) => void): Dispose;
    readonly listenerFaults: number;
    close(): void;
}
export type OversightErrorCode = keyof typeof OVERSIGHT_ERRORS;
export interface OversightOptions {
    readonly storage: Storage;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly random: Random;
    readonly operators: Operators;
    readonly recorder: Recorder;
    readonly owners?: (agent: Did) => readonly string[];
    readonly waitMs?: number;
}
export declare const PENDING_MAX_PER_AGENT = 20;
export declare const REVIEW_DEFAULT_MS = 900000;
export declare const REVIEW_MAX_MS = 14400000;
export declare const REVIEW_POLL_MS = 250;
export interface Review {
    readonly id: string;
    readonly request: ReviewRequest;
    readonly terms: ReviewTerms;
    readonly openedAt: number;
    readonly state: ReviewState;
    readonly usesLeft: number;
}
export interface ReviewDecision {
    readonly review: string;
    readonly digest: Hash;
    readonly verdict: ReviewVerdict;
    readonly reason: string;
    readonly conditions: Conditions;
    readonly seconds?: Hash;
}
export type ReviewEvent = {
    readonly type: 'approve';
    readonly now: number;
    readonly vote: Vote;
} | {
    readonly type: 'deny';
    readonly now: number;
    readonly vote: Vote;
}
 | {
    readonly type: 'withdraw';
    readonly now: number;
} | {
    readonly type: 'look';
    readonly now: number;
};
export interface ReviewRequest {
    readonly nonce: string;
    readonly agent: Did;
    readonly target: string;
    readonly action: string;
    readonly resource: string;
    readonly input: Json;
    readonly claims?: JsonObject;
    readonly policy: Hash;
    readonly epoch: Epoch;
    readonly notAfter: number;
    readonly maxUses: number;
}
export type ReviewState = {
    readonly at: 'pending';
    readonly deadline: number;
}
 | {
    readonly at: 'seconding';
    readonly deadline: number;
    readonly first: Vote;
} | {
    readonly at: 'approved';
    readonly votes: readonly Vote[];
} | {
    readonly at: 'denied';
    readonly vote: Vote;
} | {
    readonly at: 'expired';
};
export interface ReviewTerms {
    readonly from: string;
    readonly reason: string;
    readonly level: 1 | 2 | 3;
    readonly timeoutMs: number;
}
export type ReviewVerdict = 'approve' | 'modify' | 'deny';
export interface Vote {
    readonly id: Hash;
    readonly envelope: string;
    readonly operator: string;
    readonly human: string;
    readonly key: string;
    readonly reason: string;
    readonly conditions: Conditions;
}
export declare function createOversight(options: OversightOptions): Oversight;
export declare const digestOf: ({ input, ...rest }: ReviewRequest) => Hash;
export declare function renderReview({ id, request, terms, state }: Review): string;
export declare const reviewMachine: Machine<ReviewState, ReviewEvent, never>;
export declare function signReview(input: {
    readonly review: Pick<Review, 'id' | 'request'>;
    readonly verdict: ReviewVerdict;
    readonly reason: string;
    readonly conditions?: Conditions;
    readonly seconds?: Hash;
    readonly signer: Signer;
    readonly now: number;
}): Promise<Envelope<typeof TYPE>>;
export declare const visible: (text: string) => string;

// referred to

declare const TYPE = "ttp/review@1";
