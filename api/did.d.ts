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
export interface Claim {
    readonly did: Did;
    readonly kid: string;
    readonly policy: Hash;
}
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
    readonly DID_DEACTIVATED: 'The identity was terminated by its owner and never acts again.';
    readonly DID_RECOVERY_PENDING: 'A recovery of the identity is neither vetoed nor in force, and this needs it to be.';
    readonly DID_LOG_SUPERSEDED: 'The key log departs from the one known at an entry that another one outranks.';
    readonly DID_PARENT_UNRESOLVED: 'The inception names a parent whose verified document was not given.';
    readonly DID_KEY_NOT_CURRENT: 'The private key is not the one the key log has in force.';
    readonly DID_KEY_IN_USE: 'The public key belongs to another identity.';
    readonly DID_FROZEN: 'The identity showed two different entries at one position of its key log.';
    readonly DID_BAD_DOCUMENT: 'The document is not one that a verified key log or did:key produces.';
    readonly DID_UNRESOLVED: 'Nothing verified is known about the identifier.';
    readonly DID_METHOD_UNSUPPORTED: 'Identifiers of this method cannot be resolved here.';
    readonly DID_STORE_CONFLICT: 'The stored key log kept changing while it was being extended.';
    readonly DID_BAD_REVOCATION: 'The body of a revocation, ruling or status list is not one, or contradicts itself.';
    readonly DID_REVOCATION_UNAUTHORISED: 'Who signed the revocation or ruling has no authority over its subject.';
    readonly DID_STATUS_LIST_STALE: 'The status list is older than one that was seen, or was due to be replaced.';
    readonly DID_REVOKED: 'The identity, or one above it that answers for it, is revoked or needs re-verification.';
    readonly DID_CHAIN_BROKEN: 'The identities above this one do not end at a publisher.';
    readonly DID_BAD_CLAIM: 'The claim of a name, or the entry of a registry, is not one.';
    readonly DID_NAME_TAKEN: 'The name belongs to somebody, and the claim does not say that it follows that claim.';
    readonly DID_NAME_UNAUTHORISED: 'Who answers for the claim has no authority over the name.';
    readonly DID_NAME_UNPROVED: 'The domain does not prove the claim, or the entry is not in the log of the registry.';
    readonly DID_BAD_EVIDENCE: 'The credential is about another identity, or of an issuer that is not trusted.';
    readonly DID_WEB_UNREACHABLE: 'The web did not answer in time, or not with status 200.';
    readonly DID_WEB_TOO_LARGE: 'The document of the web is longer than the limit.';
    readonly DID_BAD_CHALLENGE: 'The body of a challenge or response has other members than it should.';
    readonly DID_SELF_CHALLENGE: 'A party is asked to prove its identity to itself.';
    readonly DID_WRONG_PROVER: 'The document is not that of the prover who was challenged.';
    readonly DID_WRONG_CHALLENGE: 'The response answers another challenge.';
    readonly DID_WRONG_KEY: 'The public key in the response is not the one that signed it.';
    readonly DID_REFLECTED_NONCE: 'The response hands back the nonce of the challenge as its own.';
    readonly DID_CHALLENGE_USED: 'The challenge was answered before.';
    readonly DID_CHALLENGE_EXPIRED: 'The challenge was not answered in time.';
    readonly DID_HANDSHAKE_MESSAGE: 'A handshake message is malformed: a member is missing, unknown or of another shape.';
    readonly DID_HANDSHAKE_VERSION: 'The other side speaks another version or suite of the handshake.';
    readonly DID_HANDSHAKE_ORDER: 'A handshake message or event came when it was not due.';
    readonly DID_HANDSHAKE_SELF: 'The other side is the own one: its DID, key, ephemeral key or nonce is.';
    readonly DID_HANDSHAKE_PEER: 'The handshake is with another party than the one meant.';
    readonly DID_HANDSHAKE_KEY: 'The other side names a key that is not one it authenticates by.';
    readonly DID_HANDSHAKE_MAC: 'The other side has not shown its identity or the keys of this key exchange.';
    readonly DID_HANDSHAKE_SIGNATURE: 'The signature of a handshake message does not cover the transcript.';
    readonly DID_HANDSHAKE_REVOKED: 'The other side is revoked.';
    readonly DID_HANDSHAKE_REPLAYED: 'The INIT was received before.';
    readonly DID_HANDSHAKE_COOKIE: 'The cookie of an INIT is not one of this side for this INIT, or is too old.';
    readonly DID_HANDSHAKE_BUSY: 'As many handshakes are half open as may be, in all or from one source.';
    readonly DID_HANDSHAKE_CROSSED: 'Both sides connected at once, and the other handshake is the one that goes on.';
    readonly DID_HANDSHAKE_EXPIRED: 'The handshake was not completed in time.';
    readonly DID_HANDSHAKE_CLOSED: 'The connection ended before the handshake was complete.';
    readonly DID_HANDSHAKE_FAULT: 'Something the handshake needs failed without a code of its own.';
    readonly DID_SESSION_RECORD: 'A record of the session is malformed, out of sequence or under a key that is spent.';
    readonly DID_SESSION_TOO_LARGE: 'A message of the session is larger than the limit.';
    readonly DID_SESSION_CLOSED: 'The session is closed.';
    readonly DID_SESSION_EXPIRED: 'The other side of the session did not change its key in time.';
    readonly DID_SESSION_TRUNCATED: 'The connection ended without the end of the session.';
};
export declare const DID_TYPES: readonly ['agent', 'skill', 'tool', 'service', 'publisher'];
export interface DatedKeyLookupOptions {
    readonly resolver: Pick<KeyLogResolver, 'history'>;
    readonly dating: Dating;
    readonly compromisedSince?: (did: Did) => number | undefined;
}
export type DeactivationBody = {
    readonly v: 1;
    readonly op: 'deactivate';
    readonly seq: number;
    readonly keys: readonly [string];
};
export type DidErrorCode = keyof typeof DID_ERRORS;
export type DidType = (typeof DID_TYPES)[number];
export interface Endpoint extends EndpointOptions {
    readonly admission: Admission;
    readonly replay: ReplayGuard;
}
export interface EndpointOptions {
    readonly did: Did;
    readonly signer: Signer;
    readonly policy: Hash;
    readonly resolver: Resolver;
    readonly isRevoked: (did: Did, at: number) => Promise<boolean>;
    readonly recorder: Recorder;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly random: Random;
    readonly bootAt: number;
}
export interface Established {
    readonly role: Role;
    readonly session: string;
    readonly self: Claim;
    readonly peer: Claim;
    readonly transcript: Hash;
    readonly sendKey: Uint8Array;
    readonly receiveKey: Uint8Array;
}
export type HandshakeEvent = {
    readonly type: 'message';
    readonly now: number;
    readonly wall: number;
    readonly bytes: Uint8Array;
} | {
    readonly type: 'resolved';
    readonly now: number;
    readonly wall: number;
    readonly document: DidDocument;
    readonly revoked: boolean;
} | {
    readonly type: 'signed';
    readonly now: number;
    readonly signature: Uint8Array;
}
 | {
    readonly type: 'fault';
    readonly now: number;
    readonly code: ErrorCode;
} | {
    readonly type: 'tick';
    readonly now: number;
};
export interface HandshakeOptions {
    readonly duplex: Duplex;
    readonly trace: TraceId;
    readonly binding?: Uint8Array;
}
export type HandshakeOut = HandshakeRecord | {
    readonly do: 'send';
    readonly bytes: Uint8Array;
}
 | {
    readonly do: 'resolve';
    readonly did: Did;
}
 | {
    readonly do: 'sign';
    readonly purpose: string;
    readonly payload: Uint8Array;
}
 | {
    readonly do: 'erase';
    readonly keys: readonly Uint8Array[];
} | {
    readonly do: 'complete';
    readonly established: Established;
} | {
    readonly do: 'abort';
    readonly code: ErrorCode;
};
export interface HandshakePrimitives {
    exchange(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
    verify(input: SignatureInput): boolean;
}
export interface HandshakeRecord {
    readonly do: 'record';
    readonly step: 'INIT' | 'RETRY' | 'CHALLENGE_RESPONSE' | 'RESPONSE' | 'COMPLETE' | 'ABORT';
    readonly role: Role;
    readonly peer: Did;
    readonly transcript: Hash;
    readonly code?: ErrorCode;
}
export interface HttpSessionClient {
    sign(request: HttpRequest, signing: HttpSigning): Promise<SignedHttp>;
}
export interface HttpSessions {
    open(session: Pick<Session, 'id' | 'peer'>): void;
    close(id: string): void;
    end(includes: (peer: Did) => boolean): number;
    verify(request: HttpRequest, verifier: HttpVerifier): Promise<SessionRequest>;
}
export interface Identity {
    readonly did: Did;
    readonly type: DidType;
    readonly seed: Uint8Array;
    readonly nextSeed?: Uint8Array;
    readonly signer: Signer;
    readonly keyLog: readonly Envelope[];
}
export type IdentityEvidence = {
    readonly kind: 'agent-card';
    readonly did: Did;
    readonly kids: readonly string[];
    readonly card: JsonObject;
} | {
    readonly kind: 'credential';
    readonly did: Did;
    readonly issuer: Did;
    readonly credential: JsonObject;
};
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
export type InitiatorState = Waiting | InitiatorSigning | Confirming | Finished | Failed;
export interface IsnadName {
    readonly method: 'isnad';
    readonly hex: string;
}
export interface IssueOptions {
    readonly issuer: Did;
    readonly signers: readonly Signer[];
    readonly clock: Clock;
}
export interface KeyDid {
    readonly method: 'key';
    readonly publicKey: Uint8Array;
}
export interface KeyLogResolver extends Resolver {
    add(keyLog: readonly Envelope[]): Promise<Did>;
    ancestors(did: Did): Promise<readonly Did[]>;
    history(did: Did): Promise<readonly KeyPeriod[]>;
    pendingRecovery(did: Did): Promise<{
        readonly id: Hash;
        readonly dueAt?: number;
    } | undefined>;
}
export interface KeyLogResolverOptions {
    readonly clock?: Clock;
    readonly dating?: Dating;
}
export interface KeyPeriod {
    readonly kid: string;
    readonly publicKeyMultibase: string;
    readonly until?: number;
}
export interface KnownRevocations {
    readonly known: readonly (Revocation | Ruling)[];
    readonly ignored: readonly {
        readonly index: number;
        readonly code: ErrorCode;
    }[];
}
export interface NameAnswer extends NameBinding {
    readonly checkpoint: NameCheckpoint;
}
export type NameAuthority = 
{
    readonly kind: 'operator';
    readonly did: Did;
}
 | {
    readonly kind: 'publisher';
    readonly did: Did;
}
 | {
    readonly kind: 'domain';
    readonly domain: string;
};
export interface NameBinding {
    readonly name: string;
    readonly did: Did;
    readonly id: Hash;
    readonly claim: Envelope;
    readonly body: NameClaimBody;
    readonly index: bigint;
    readonly at: number;
}
export interface NameCheckpoint {
    readonly size: bigint;
    readonly root: Hash;
}
export type NameClaimBody = {
    readonly v: 1;
    readonly name: string;
    readonly did: Did;
    readonly authority: NameAuthority;
    readonly prev?: Hash;
};
export interface NameRegister extends NameRegistry {
    claim(claim: Envelope | string): Promise<NameBinding>;
    history(name: string): Promise<readonly NameBinding[]>;
}
export interface NameRegistry {
    lookup(name: string): Promise<NameAnswer | undefined>;
}
export interface NameRegistryOptions {
    readonly log: AppendLog;
    readonly resolver: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
    readonly operators: readonly Did[];
    readonly clock: Clock;
    readonly web?: WebPorts;
}
export interface NewIdentity extends Identity {
    readonly nextSeed: Uint8Array;
}
export interface OutsiderKey {
    readonly kind: 'Ed25519' | 'P-256';
    readonly publicKey: Uint8Array;
}
export declare const PRIMITIVES: HandshakePrimitives;
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
export declare const REVOCATION_EXPIRY_MS: Readonly<Record<RevocationSeverity, number>>;
export declare const REVOCATION_SEVERITIES: readonly ['low', 'medium', 'high', 'critical'];
export interface ReceiveInput {
    readonly side: Side;
    readonly bytes: Uint8Array;
    readonly replay: ReplayGuard;
    readonly deadline?: number;
    readonly now: number;
    readonly wall: number;
}
export type RecoveryBody = {
    readonly v: 1;
    readonly op: 'recover';
    readonly seq: number;
    readonly keys: readonly [string];
    readonly next: readonly [Hash];
    readonly backup?: string;
    readonly recovery?: RecoveryCommitment;
};
export type RecoveryCommitment = {
    readonly backup?: Hash;
    readonly guardians?: readonly Did[];
    readonly atLeast?: number;
};
export interface RecoveryOptions {
    readonly keyLog: readonly Envelope[];
    readonly backupSeed?: Uint8Array;
    readonly random: Random;
    readonly clock: Clock;
    readonly recovery?: RecoveryCommitment;
}
export interface RemoteNameRegistryOptions {
    readonly url: string;
    readonly logKey: Uint8Array;
    readonly proofs: LogProofs;
    readonly resolver: Pick<KeyLogResolver, 'resolve'>;
    readonly web: WebPorts;
}
export interface ResolutionOptions {
    readonly local: KeyLogResolver;
    readonly clock: Clock;
    readonly revocations: () => readonly (Revocation | Ruling)[];
    readonly keyLogs?: (did: Did) => Promise<readonly Envelope[] | undefined>;
    readonly registry?: NameRegistry;
    readonly web?: Resolver;
    readonly maxAge?: number;
}
export interface ResolvedName {
    readonly name: string;
    readonly did: Did;
    readonly document: DidDocument;
    readonly claim: Hash;
    readonly prev?: Hash;
    readonly index: bigint;
}
export type ResponderState = Resolving | ResponderSigning | Answered | Finished | Failed;
export interface Revocation {
    readonly kind: 'revocation';
    readonly id: Hash;
    readonly issuer: Did;
    readonly subject: Did | Hash;
    readonly tier: RevocationTier;
    readonly severity: RevocationSeverity;
    readonly cause: RevocationBody['cause'];
    readonly reason: string;
    readonly from: number;
    readonly until?: number;
}
export interface RevocationAuthorities {
    readonly of: readonly Did[];
    readonly atLeast: number;
}
export type RevocationBody = {
    readonly v: 1;
    readonly subject: Did | Hash;
    readonly tier: RevocationTier;
    readonly severity: RevocationSeverity;
    readonly cause: 'conduct' | 'key_compromise';
    readonly reason: string;
    readonly until?: number;
    readonly since?: number;
};
export interface RevocationContext {
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly ancestorsOf: (did: Did) => readonly Did[];
    readonly issuerOf?: (id: Hash) => Did | undefined;
    readonly authorities?: RevocationAuthorities;
}
export type RevocationSeverity = (typeof REVOCATION_SEVERITIES)[number];
export interface RevocationStatus {
    readonly state: 'good' | 'needs-reverification' | 'revoked';
    readonly by: readonly Revocation[];
    readonly until?: number;
}
export type RevocationSubject = {
    readonly did: Did;
    readonly ancestors: readonly Did[];
} | {
    readonly id: Hash;
};
export type RevocationTier = (typeof REVOCATION_TIERS)[number];
export type RotationBody = {
    readonly v: 1;
    readonly op: 'rotate';
    readonly seq: number;
    readonly keys: readonly [string];
    readonly next: readonly [Hash];
    readonly recovery?: RecoveryCommitment;
    readonly veto?: Hash;
};
export interface RotationOptions {
    readonly random: Random;
    readonly clock: Clock;
    readonly recovery?: RecoveryCommitment;
    readonly veto?: Hash;
}
export interface Ruling {
    readonly kind: 'ruling';
    readonly id: Hash;
    readonly revocation: Hash;
    readonly from: number;
}
export type RulingBody = {
    readonly v: 1;
    readonly revocation: Hash;
    readonly reason: string;
};
export declare const SESSION_FIELD = "TTP-Session";
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
export interface Session {
    readonly id: string;
    readonly self: Side['self'];
    readonly peer: Side['self'];
    readonly transcript: Hash;
    send(message: Uint8Array): Promise<void>;
    receive(): AsyncGenerator<Uint8Array>;
    close(): Promise<void>;
}
export interface SessionBook {
    hold(session: Session): Session;
    end(includes: (agent: Did) => boolean): number;
}
export type SessionEvent = {
    readonly type: 'send';
    readonly now: number;
    readonly plaintext: Uint8Array;
} | {
    readonly type: 'sealed';
    readonly now: number;
    readonly id: bigint;
    readonly header: RecordHeader;
    readonly ciphertext: Uint8Array;
} | {
    readonly type: 'record';
    readonly now: number;
    readonly bytes: Uint8Array;
} | {
    readonly type: 'opened';
    readonly now: number;
    readonly id: bigint;
    readonly plaintext: Uint8Array;
} | {
    readonly type: 'close';
    readonly now: number;
} | {
    readonly type: 'fault';
    readonly now: number;
    readonly code: ErrorCode;
} | {
    readonly type: 'tick';
    readonly now: number;
};
export type SessionOut = ({
    readonly do: 'seal';
    readonly header: RecordHeader;
    readonly plaintext: Uint8Array;
} & AeadEffect) | ({
    readonly do: 'open';
    readonly ciphertext: Uint8Array;
} & AeadEffect) | {
    readonly do: 'send';
    readonly bytes: Uint8Array;
} | {
    readonly do: 'deliver';
    readonly plaintext: Uint8Array;
} | {
    readonly do: 'erase';
    readonly keys: readonly Uint8Array[];
}
 | {
    readonly do: 'end';
    readonly code?: ErrorCode;
};
export interface SessionRequest extends VerifiedHttp {
    readonly session: string;
    readonly peer: Did;
    readonly sequence: bigint;
}
export type SessionState = OpenSession | ClosedSession;
export interface Side {
    readonly self: Claim;
    readonly publicKey: Uint8Array;
    readonly ephemeral: ExchangeKeyPair;
    readonly nonce: Uint8Array;
    readonly binding: Uint8Array;
    readonly primitives: HandshakePrimitives;
}
export interface StartInput {
    readonly side: Side;
    readonly peer: DidDocument;
    readonly now: number;
    readonly wall: number;
}
export interface StatusList extends StatusListBody {
    readonly id: Hash;
    readonly at: number;
}
export type StatusListBody = {
    readonly v: 1;
    readonly serial: number;
    readonly nextUpdate: number;
    readonly statements: readonly string[];
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
export interface WebPorts {
    readonly fetch: Fetch;
    readonly timer: Timer;
}
export declare function accept(endpoint: Endpoint, options: HandshakeOptions): Promise<Session>;
export declare function agentCardEvidence(text: Uint8Array | string, { did, resolver }: {
    readonly did: Did;
    readonly resolver: Resolver;
}): Promise<IdentityEvidence>;
export declare const challengeMachine: Machine<ChallengeState, ChallengeEvent, VerifiedIdentity>;
export declare function compromisedSince(did: Did, known: readonly (Revocation | Ruling)[]): number | undefined;
export declare function connect(endpoint: Endpoint, options: HandshakeOptions & {
    readonly peer: Did;
}): Promise<Session>;
export declare function createChallenge(options: {
    readonly verifier: Party;
    readonly prover: Did;
    readonly clock: Clock;
    readonly random: Random;
}): Promise<PendingChallenge>;
export declare function createEndpoint(options: EndpointOptions): Endpoint;
export declare function createIdentity(options: IdentityOptions): Promise<NewIdentity>;
export declare function createNameRegistry(options: NameRegistryOptions): NameRegister;
export declare function createResolver(options: ResolutionOptions): Resolver;
export declare function credentialEvidence(text: Uint8Array | string, options: {
    readonly did: Did;
    readonly issuers: readonly Did[];
    readonly resolver: Resolver;
    readonly now: number;
}): Promise<IdentityEvidence>;
export declare function datedKeyLookup(input: Envelope | string, { resolver, dating, compromisedSince }: DatedKeyLookupOptions): Promise<(kid: string, id: Hash) => Uint8Array | undefined>;
export declare function deactivateIdentity(identity: NewIdentity, clock: Clock): Promise<readonly Envelope[]>;
export declare function didKey(publicKey: Uint8Array): Did;
export declare function didKeyDocument(did: Did): DidDocument;
export declare function didOf(inceptionBody: JsonObject): Did;
export declare function documentOf(keyLog: readonly Envelope[], others?: readonly DidDocument[], settled?: readonly Hash[]): DidDocument;
export declare function formatDid(parsed: ParsedDid): string;
export declare function httpSession({ id }: Pick<Session, 'id'>): HttpSessionClient;
export declare function httpSessions(): HttpSessions;
export declare const initiatorMachine: Machine<InitiatorState, HandshakeEvent, HandshakeOut>;
export declare function keyLookup(documents: readonly DidDocument[]): (kid: string) => Uint8Array | undefined;
export declare function memoryResolver(options?: KeyLogResolverOptions): KeyLogResolver;
export declare function openIdentity(options: {
    readonly keyLog: readonly Envelope[];
    readonly seed: Uint8Array;
    readonly nextSeed?: Uint8Array;
    readonly parents?: readonly DidDocument[];
    readonly settled?: readonly Hash[];
}): Identity;
export declare function openSession({ role, session, sendKey, receiveKey }: Established, now: number): OpenSession;
export declare function outsiderKeyOf(did: string): OutsiderKey;
export declare function parseDid(text: string): ParsedDid;
export declare function poseChallenge(challenge: PosedChallenge, at: number): ChallengeState;
export declare function publisherChain(did: Did, options: {
    readonly resolver: Pick<KeyLogResolver, 'ancestors'>;
    readonly known: readonly (Revocation | Ruling)[];
    readonly at: number;
}): Promise<readonly Did[]>;
export declare function readRevocations(inputs: readonly (Envelope | string)[], context: RevocationContext): KnownRevocations;
export declare function receiveInit(input: ReceiveInput): Step<ResponderState, HandshakeOut>;
export declare function recoverIdentity(options: RecoveryOptions): Promise<NewIdentity>;
export declare function remoteNameRegistry(options: RemoteNameRegistryOptions): NameRegistry;
export declare function resolveName(name: string, { registry, resolver }: {
    readonly registry: NameRegistry;
    readonly resolver: Resolver;
}): Promise<ResolvedName>;
export declare function respondToChallenge(options: {
    readonly challenge: Envelope | Uint8Array | string;
    readonly prover: Party;
    readonly verifier: DidDocument;
    readonly clock: Clock;
    readonly random: Random;
    readonly replay: ReplayGuard;
}): Promise<Envelope>;
export declare const responderMachine: Machine<ResponderState, HandshakeEvent, HandshakeOut>;
export declare function revocationStatus(subject: RevocationSubject, known: readonly (Revocation | Ruling)[], at: number): RevocationStatus;
export declare function rotateIdentity(identity: NewIdentity, change: RotationOptions): Promise<NewIdentity>;
export declare function sessionBook(): SessionBook;
export declare const sessionMachine: Machine<SessionState, SessionEvent, SessionOut>;
export declare function setServices<I extends Identity>(identity: I, change: {
    readonly services: readonly ServiceEntry[];
    readonly clock: Clock;
}): Promise<I>;
export declare function signNameClaim(statement: Omit<NameClaimBody, 'v'>, { signers, clock }: {
    readonly signers: readonly Signer[];
    readonly clock: Clock;
}): Promise<Envelope<typeof NAME_CLAIM, NameClaimBody>>;
export declare function signRevocation(statement: Omit<RevocationBody, 'v'>, { issuer: iss, signers, clock }: IssueOptions): Promise<Envelope<typeof REVOCATION, RevocationBody>>;
export declare function signRuling(ruling: {
    readonly revocation: Hash;
    readonly reason: string;
}, { issuer: iss, signers, clock }: IssueOptions): Promise<Envelope<typeof RULING, RulingBody>>;
export declare function signStatusList(list: {
    readonly issuer: Did;
    readonly signer: Signer;
    readonly serial: number;
    readonly nextUpdate: number;
    readonly statements: readonly Envelope[];
    readonly clock: Clock;
}): Promise<Envelope<typeof STATUS_LIST, StatusListBody>>;
export declare function startHandshake({ side, peer, now, wall }: StartInput): Step<InitiatorState, HandshakeOut>;
export declare function storeResolver(shelf: Shelf, { clock, dating }?: KeyLogResolverOptions): KeyLogResolver;
export declare function verifyRevocation(input: Envelope | string, context: RevocationContext): Revocation | Ruling;
export declare function verifyStatusList(input: Envelope | string, options: {
    readonly issuer: Did;
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly after?: number;
}): StatusList;
export declare function webResolver(ports: WebPorts): Resolver;

// referred to

export interface Admission {
    admit(init: Init, source: string, now: number): Ticket | {
        readonly cookie: Uint8Array;
    };
    opened(peer: Did, ephemeral: Uint8Array, giveWay: () => void): () => void;
    settled(init: Init): void;
}
interface AeadEffect {
    readonly id: bigint;
    readonly key: Uint8Array;
    readonly iv: Uint8Array;
    readonly aad: Uint8Array;
}
export interface Answered extends Responding {
    readonly at: 'answered';
    readonly publicKey: Uint8Array;
    readonly secret: Uint8Array;
    readonly expectedMac: Uint8Array;
}
export interface ClosedSession {
    readonly at: 'closed';
    readonly done: bigint;
    readonly code?: ErrorCode;
}
export interface Confirming extends Progress {
    readonly at: 'confirming';
    readonly claim: Claim;
    readonly keys: SessionKeys;
}
export interface Counter {
    readonly responder: Claim;
    readonly ephemeral: Uint8Array;
    readonly nonce: Uint8Array;
    readonly iat: number;
}
export interface Failed {
    readonly at: 'failed';
    readonly code: ErrorCode;
}
export interface Finished {
    readonly at: 'complete';
    readonly session: string;
}
export interface Init {
    readonly initiator: Claim;
    readonly responder: Did;
    readonly ephemeral: Uint8Array;
    readonly nonce: Uint8Array;
    readonly iat: number;
    readonly cookie?: Uint8Array;
}
export interface InitiatorSigning extends Progress {
    readonly at: 'signing';
    readonly claim: Claim;
    readonly secret: Uint8Array;
    readonly mac: Uint8Array;
}
export interface Lane {
    readonly sender: Role;
    readonly key: Uint8Array;
    readonly epoch: number;
    readonly next: bigint;
    readonly done: bigint;
    readonly used: number;
    readonly since: number;
}
export declare const NAME_CLAIM = "ttp/name-claim@1";
export interface OpenSession {
    readonly at: 'open';
    readonly deadline: number;
    readonly session: string;
    readonly sending: Lane;
    readonly receiving: Lane;
    readonly opening: readonly RecordKind[];
}
export interface Progress {
    readonly deadline: number;
    readonly side: Side;
    readonly peer: Did;
    readonly transcript: Uint8Array;
    readonly secrets: readonly Uint8Array[];
}
export declare const REVOCATION = "ttp/revocation@1";
export declare const REVOCATION_TIERS: readonly ['self', 'publisher', 'authority'];
export declare const RULING = "ttp/revocation-ruling@1";
export interface RecordHeader {
    readonly kind: RecordKind;
    readonly epoch: number;
    readonly sequence: bigint;
}
export type RecordKind = 'message' | 'rekey' | 'close';
export interface Resolving extends Responding {
    readonly at: 'resolving';
}
export interface ResponderSigning extends Responding {
    readonly at: 'signing';
    readonly publicKey: Uint8Array;
    readonly secret: Uint8Array;
    readonly mac: Uint8Array;
    readonly expectedMac: Uint8Array;
    readonly counter: Counter;
}
interface Responding extends Progress {
    readonly init: Init;
    readonly replay: ReplayGuard;
}
export type Role = 'initiator' | 'responder';
export declare const STATUS_LIST = "ttp/status-list@1";
export interface SessionKeys {
    readonly session: string;
    readonly sentBy: Readonly<Record<Role, Uint8Array>>;
    readonly confirm: Uint8Array;
}
export type Shelf = Pick<Store, 'get' | 'put'>;
export interface Ticket {
    release(): void;
    spend(): void;
}
export interface Waiting extends Progress {
    readonly at: 'waiting';
    readonly document: DidDocument;
    readonly iat: number;
    readonly retried: boolean;
}
