// @ttp/did

export type ChallengeEvent = {
    readonly type: 'response';
    readonly now: number;
    readonly response: Envelope | Uint8Array | string;
    readonly document: DidDocument;
    readonly replay: ReplayGuard;
} | {
    readonly type: 'tick';
    readonly now: number;
};
export type ChallengeState = {
    readonly at: 'posed';
    readonly deadline: number;
    readonly challenge: PosedChallenge;
} | {
    readonly at: 'verified';
    readonly result: VerifiedIdentity;
} | {
    readonly at: 'expired';
};
export declare const DID_ERRORS: {
    readonly DID_BAD_SYNTAX: 'The text is not an identifier in the one spelling that its form allows.';
    readonly DID_TOO_LONG: 'The identifier or one of its parts is longer than its form allows.';
    readonly DID_UNKNOWN_METHOD: 'The identifier belongs to none of the methods TTP knows.';
    readonly DID_UNKNOWN_TYPE: 'The type is none of agent, skill, tool, service and publisher.';
    readonly DID_BAD_KEY: 'The identifier or key log holds what is not the Multikey of an Ed25519 public key.';
    readonly DID_BAD_SERVICE: 'The service has a malformed id, type or endpoint, or its id is taken.';
    readonly DID_BAD_LOG: 'The key log is not a well-formed, hash-linked sequence of operations.';
    readonly DID_LOG_MISMATCH: 'The inception of the key log does not hash to the identifier it is used for.';
    readonly DID_LOG_UNSIGNED: 'An entry of the key log lacks a signature it needs, or carries another.';
    readonly DID_LOG_COMMITMENT: 'The key that a rotation reveals is not the one committed to before.';
    readonly DID_LOG_UNSUPPORTED: 'The key log holds an operation that this version does not process.';
    readonly DID_PARENT_UNRESOLVED: 'The inception names a parent whose verified document was not given.';
    readonly DID_KEY_NOT_CURRENT: 'The private key is not the one the key log has in force.';
    readonly DID_KEY_IN_USE: 'The public key belongs to another identity.';
    readonly DID_FROZEN: 'The identity showed two different entries at one position of its key log.';
    readonly DID_BAD_DOCUMENT: 'The document is not one that a verified key log or did:key produces.';
    readonly DID_UNRESOLVED: 'Nothing verified is known about the identifier.';
    readonly DID_METHOD_UNSUPPORTED: 'Identifiers of this method cannot be resolved here.';
    readonly DID_STORE_CONFLICT: 'The stored key log kept changing while it was being extended.';
    readonly DID_BAD_CHALLENGE: 'The body of a challenge or response has other members than it should.';
    readonly DID_SELF_CHALLENGE: 'A party is asked to prove its identity to itself.';
    readonly DID_WRONG_PROVER: 'The document is not that of the prover who was challenged.';
    readonly DID_WRONG_CHALLENGE: 'The response answers another challenge.';
    readonly DID_WRONG_KEY: 'The public key in the response is not the one that signed it.';
    readonly DID_REFLECTED_NONCE: 'The response hands back the nonce of the challenge as its own.';
    readonly DID_CHALLENGE_USED: 'The challenge was answered before.';
    readonly DID_CHALLENGE_EXPIRED: 'The challenge was not answered in time.';
};
export declare const DID_TYPES: readonly ['agent', 'skill', 'tool', 'service', 'publisher'];
export type DidErrorCode = keyof typeof DID_ERRORS;
export type DidType = (typeof DID_TYPES)[number];
export interface Identity {
    readonly did: Did;
    readonly type: DidType;
    readonly seed: Uint8Array;
    readonly nextSeed?: Uint8Array;
    readonly signer: Signer;
    readonly keyLog: readonly Envelope[];
}
export interface IdentityOptions {
    readonly type: DidType;
    readonly random: Random;
    readonly clock: Clock;
    readonly parent?: Pick<Identity, 'did' | 'signer'>;
    readonly recovery?: RecoveryCommitment;
    readonly services?: readonly ServiceEntry[];
}
export type InceptionBody = {
    readonly v: 1;
    readonly type: DidType;
    readonly keys: readonly [string];
    readonly next: readonly [Hash];
    readonly recovery?: RecoveryCommitment;
    readonly parent?: Did;
    readonly nonce: string;
};
export interface IsnadName {
    readonly method: 'isnad';
    readonly hex: string;
}
export interface KeyDid {
    readonly method: 'key';
    readonly publicKey: Uint8Array;
}
export interface KeyLogResolver extends Resolver {
    add(keyLog: readonly Envelope[]): Promise<Did>;
}
export interface NewIdentity extends Identity {
    readonly nextSeed: Uint8Array;
}
export type ParsedDid = TtpDid | TessoriumName | ServiceName | IsnadName | KeyDid | WebDid;
export interface Party {
    readonly did: Did;
    readonly signer: Signer;
}
export interface PendingChallenge {
    readonly challenge: Envelope;
    verify(answer: {
        readonly response: Envelope | Uint8Array | string;
        readonly document: DidDocument;
        readonly replay: ReplayGuard;
    }): VerifiedIdentity;
}
export interface PosedChallenge {
    readonly id: Hash;
    readonly nonce: string;
    readonly verifier: Did;
    readonly verifierKey: string;
    readonly prover: Did;
}
export type RecoveryCommitment = {
    readonly backup?: Hash;
    readonly guardians?: readonly Did[];
    readonly atLeast?: number;
};
export type RotationBody = {
    readonly v: 1;
    readonly op: 'rotate';
    readonly seq: number;
    readonly keys: readonly [string];
    readonly next: readonly [Hash];
};
export type ServiceEntry = {
    readonly id: string;
    readonly type: string;
    readonly serviceEndpoint: string;
};
export interface ServiceName {
    readonly method: 'service';
    readonly provider: string;
    readonly name: string;
    readonly version: string;
}
export type ServicesBody = {
    readonly v: 1;
    readonly op: 'services';
    readonly seq: number;
    readonly services: readonly ServiceEntry[];
};
export interface TessoriumName {
    readonly method: 'tessorium';
    readonly type: DidType;
    readonly identifier: string;
    readonly version: string;
}
export interface TtpDid {
    readonly method: 'ttp';
    readonly type: DidType;
    readonly scid: string;
}
export interface VerifiedIdentity {
    readonly verified: true;
    readonly did: Did;
    readonly publicKey: string;
    readonly identityScore: TrustScore;
    readonly at: number;
}
export interface WebDid {
    readonly method: 'web';
    readonly host: string;
    readonly path: readonly string[];
}
export declare const challengeMachine: Machine<ChallengeState, ChallengeEvent, VerifiedIdentity>;
export declare function createChallenge(options: {
    readonly verifier: Party;
    readonly prover: Did;
    readonly clock: Clock;
    readonly random: Random;
}): Promise<PendingChallenge>;
export declare function createIdentity(options: IdentityOptions): Promise<NewIdentity>;
export declare function didKey(publicKey: Uint8Array): Did;
export declare function didKeyDocument(did: Did): DidDocument;
export declare function didOf(inceptionBody: JsonObject): Did;
export declare function documentOf(keyLog: readonly Envelope[], parents?: readonly DidDocument[]): DidDocument;
export declare function formatDid(parsed: ParsedDid): string;
export declare function keyLookup(documents: readonly DidDocument[]): (kid: string) => Uint8Array | undefined;
export declare function memoryResolver(): KeyLogResolver;
export declare function openIdentity(options: {
    readonly keyLog: readonly Envelope[];
    readonly seed: Uint8Array;
    readonly nextSeed?: Uint8Array;
    readonly parents?: readonly DidDocument[];
}): Identity;
export declare function parseDid(text: string): ParsedDid;
export declare function poseChallenge(challenge: PosedChallenge, at: number): ChallengeState;
export declare function respondToChallenge(options: {
    readonly challenge: Envelope | Uint8Array | string;
    readonly prover: Party;
    readonly verifier: DidDocument;
    readonly clock: Clock;
    readonly random: Random;
    readonly replay: ReplayGuard;
}): Promise<Envelope>;
export declare function rotateIdentity(identity: NewIdentity, change: {
    readonly random: Random;
    readonly clock: Clock;
}): Promise<NewIdentity>;
export declare function setServices<I extends Identity>(identity: I, change: {
    readonly services: readonly ServiceEntry[];
    readonly clock: Clock;
}): Promise<I>;
export declare function storeResolver(shelf: Shelf): KeyLogResolver;

// referred to

type Shelf = Pick<Store, 'get' | 'put'>;
