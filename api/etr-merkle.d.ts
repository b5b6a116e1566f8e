// @ttp/etr-merkle

export interface Checkpoint {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Uint8Array;
    readonly extensions: readonly string[];
}
export interface ConsistencyClaim {
    readonly size1: bigint;
    readonly size2: bigint;
    readonly root1: Uint8Array;
    readonly root2: Uint8Array;
    readonly proof: readonly Uint8Array[];
}
export interface ConsistencyProof {
    readonly proofType: 'consistency';
    readonly firstSize: number;
    readonly treeSize: number;
    readonly hashes: readonly Hash[];
}
export declare const ETR_ERRORS: {
    readonly ETR_BAD_HASH: 'The bytes are not a SHA-256 hash of 32 bytes.';
    readonly ETR_BAD_POSITION: 'The index or size lies outside the tree, or outside what the encoding can hold.';
    readonly ETR_BAD_PROOF: 'The value is not an inclusion or consistency proof in its JSON form.';
    readonly ETR_BAD_ENTRY_ID: 'The text is not "etr:" followed by all 64 hexadecimal digits of a leaf hash.';
    readonly ETR_BAD_NOTE: 'The text is not a signed note in the form of C2SP signed-note.';
    readonly ETR_NOTE_UNTRUSTED: 'No key that the verifier trusts has signed the note.';
    readonly ETR_NOTE_SIGNATURE: 'A signature of a trusted key over the note does not verify.';
    readonly ETR_BAD_CHECKPOINT: 'The note is not a checkpoint: origin, decimal size and base64 root, a line each.';
    readonly ETR_BAD_ORIGIN: 'The origin is not one line without spaces or plus signs, or not the one of the log.';
    readonly ETR_NOT_A_LOG_KEY: 'The signer is not a dedicated log key: it lacks a purpose of a log, or carries another one.';
    readonly ETR_BAD_LEAF: 'The bytes are not a leaf in its canonical form.';
    readonly ETR_BAD_EVENT: 'The event has a member that is missing or of the wrong type.';
    readonly ETR_LEAF_TOO_LARGE: 'The event makes a leaf of more than 64 KiB.';
    readonly ETR_BAD_PAYLOAD: 'The payload holds a whole number that a reader would round.';
    readonly ETR_PAYLOAD_TOO_LARGE: 'The payload is larger than the payload store keeps.';
    readonly ETR_PAYLOAD_UNREADABLE: 'A payload or a data key is stored, but damaged or not the one that belongs there.';
    readonly ETR_TRACE_SEALED: 'The trace is sealed and accepts no further entry.';
    readonly ETR_TRACE_UNKNOWN: 'The log has no entry of this trace.';
    readonly ETR_TRACE_OPEN_INTENT: 'The trace holds an intent whose outcome is not recorded yet, so it cannot be sealed.';
    readonly ETR_TRACE_OPEN: 'The trace is not sealed yet.';
    readonly ETR_MODE_RELAXED: "A trace's mode can become stricter and never more lenient.";
    readonly ETR_MODE_FORBIDS: "The trace's mode does not allow this: only in standard mode are payloads changed or deleted.";
    readonly ETR_HELD: 'A legal hold keeps the payload from being deleted, archived or erased.';
    readonly ETR_HOLD_UNKNOWN: 'No hold with this id is in force.';
    readonly ETR_NO_PAYLOAD: 'The trace has no such payload that is its own and still there.';
    readonly ETR_BAD_ACCESS_RECORD: 'A member of the access record is missing, surplus or malformed.';
    readonly ETR_BAD_ARCHIVE: "The text is not an archive that the log's key has signed.";
    readonly ETR_LIFE_UNREADABLE: 'A stored mode, hold or mark of progress is damaged.';
    readonly ETR_NO_ENTRY: 'The log has no durable entry at this index.';
    readonly ETR_INDEX_DAMAGED: 'The index that a log keeps of its own entries is missing or damaged.';
    readonly ETR_LOG_INCONSISTENT: 'The log does not extend the tree head that was signed before, or its entries do not chain.';
    readonly ETR_POISONED: 'A write failed before; nothing more is recorded until the recorder is opened again.';
    readonly ETR_CLOSED: 'The recorder was closed.';
    readonly ETR_FSCK_LOG: 'A log is missing between others, though a later one exists.';
    readonly ETR_FSCK_HEAD: 'The stored tree head is torn, or not signed by the log key for this log.';
    readonly ETR_FSCK_UNSIGNED: 'Entries have waited for a tree head longer than a running log lets them.';
    readonly ETR_FSCK_TRUNCATED: 'The log has fewer entries than its tree head covers.';
    readonly ETR_FSCK_ROOT: 'The entries do not lead to the root of the tree head.';
    readonly ETR_FSCK_ENTRY: 'What stands in the log is not an entry: damaged, or torn.';
    readonly ETR_FSCK_ALTERED: 'An entry is not the one that the tree has at its place.';
    readonly ETR_FSCK_MISSING: 'An entry that the tree has is not in the log.';
    readonly ETR_FSCK_SURPLUS: 'An entry is in the log that the tree does not have there.';
    readonly ETR_FSCK_INDEX: "The log's own index of its entries is missing, damaged, or wrong.";
    readonly ETR_FSCK_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_FSCK_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_FSCK_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
    readonly ETR_FSCK_MODE: "A trace's mode was relaxed, in the log or in the store.";
    readonly ETR_FSCK_TIME: 'An entry is stamped before what it follows, or after the tree head that covers it.';
    readonly ETR_FSCK_PAYLOAD: 'A payload is damaged, or the one of another commitment.';
    readonly ETR_FSCK_PAYLOAD_MISSING: 'A payload that was recorded is gone, and nothing says why.';
    readonly ETR_FSCK_HOLD: 'A legal hold that was placed and not lifted is not in force.';
    readonly ETR_FSCK_KEY: 'A data key is there whose erasure is in the log.';
    readonly ETR_BUNDLE_SIGNATURE: 'The first line is not a bundle envelope signed by a trusted log key.';
    readonly ETR_BUNDLE_LINE: 'A line is missing, surplus, altered, or not in the form its kind has.';
    readonly ETR_BUNDLE_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_BUNDLE_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_BUNDLE_INCLUSION: 'An entry, or the whole log, does not lead to the root of the tree head.';
    readonly ETR_BUNDLE_HEAD: 'The tree head is missing, not signed by the log key, or for another tree.';
    readonly ETR_BUNDLE_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
    readonly ETR_BUNDLE_MODE: "A trace's mode was relaxed, or a bundle of a standard trace does not say that it is one.";
    readonly ETR_BUNDLE_PAYLOAD: 'A disclosed payload does not match its commitment, or no entry commits to it.';
};
export type EtrErrorCode = keyof typeof ETR_ERRORS;
export interface HeldTreeHead {
    readonly signed: SignedTreeHead;
    readonly open: OpenTreeHead;
}
export interface InclusionClaim {
    readonly leafHash: Uint8Array;
    readonly index: bigint;
    readonly size: bigint;
    readonly proof: readonly Uint8Array[];
    readonly root: Uint8Array;
}
export interface InclusionProof {
    readonly proofType: 'inclusion';
    readonly leafIndex: number;
    readonly treeSize: number;
    readonly hashes: readonly Hash[];
}
export interface LogKey {
    readonly kid: string;
    readonly publicKey: Uint8Array;
}
export interface MerkleTree {
    readonly size: bigint;
    append(leafHash: Uint8Array): bigint;
    leaf(index: bigint): Uint8Array;
    root(size?: bigint): Uint8Array;
    inclusionProof(index: bigint, size?: bigint): Uint8Array[];
    consistencyProof(size1: bigint, size2?: bigint): Uint8Array[];
}
export interface Note {
    readonly text: string;
    readonly signatures: readonly NoteSignature[];
}
export interface NoteKey {
    readonly name: string;
    readonly publicKey: Uint8Array;
}
export interface NoteSignature {
    readonly name: string;
    readonly keyId: Uint8Array;
    readonly signature: Uint8Array;
}
export type OpenTreeHead = TreeHead & {
    readonly id: Hash;
};
export interface SignedTreeHead {
    readonly checkpoint: string;
    readonly treeHead: Envelope;
}
export interface TreeHead {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Uint8Array;
    readonly at: number;
    readonly prev?: Hash;
    readonly state?: Hash;
}
export declare function consistencyProofOf(size1: bigint, size2: bigint, path: readonly Uint8Array[]): ConsistencyProof;
export declare function createTree(leaves?: Iterable<Uint8Array>): MerkleTree;
export declare const emptyRoot: () => Uint8Array;
export declare const entryId: (leafHash: Hash) => string;
export declare function formatNoteKey(key: NoteKey): string;
export declare function inclusionProofOf(index: bigint, size: bigint, path: readonly Uint8Array[]): InclusionProof;
export declare function leafHash(bytes: Uint8Array): Uint8Array;
export declare function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array;
export declare function noteKeyId({ name, publicKey }: NoteKey): Uint8Array;
export declare function openCheckpoint(note: string, key: NoteKey): Checkpoint;
export declare function openHead(signed: SignedTreeHead, origin: string, key: LogKey): OpenTreeHead;
export declare function openTreeHead(envelope: Envelope, key: {
    readonly kid: string;
    readonly publicKey: Uint8Array;
}): TreeHead & {
    readonly id: Hash;
};
export declare function parseCheckpoint(text: string): Checkpoint;
export declare function parseConsistencyProof(input: unknown): {
    size1: bigint;
    size2: bigint;
    proof: Uint8Array[];
};
export declare function parseEntryId(id: string): Hash;
export declare function parseInclusionProof(input: unknown): {
    index: bigint;
    size: bigint;
    proof: Uint8Array[];
};
export declare function parseNote(note: string): Note;
export declare function parseNoteKey(text: string): NoteKey;
export declare function signCheckpoint(head: {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Uint8Array;
}, signer: Signer): Promise<string>;
export declare function signHead(head: Pick<TreeHead, 'origin' | 'size' | 'root' | 'state'>, now: number, before: OpenTreeHead | undefined, signer: Signer): Promise<HeldTreeHead>;
export declare function signNote(text: string, name: string, signer: Signer): Promise<string>;
export declare function signTreeHead(head: TreeHead, signer: Signer): Promise<Envelope>;
export declare function verifyConsistency(claim: ConsistencyClaim): boolean;
export declare function verifyInclusion(claim: InclusionClaim): boolean;
export declare function verifyNote(note: string, keys: readonly NoteKey[]): {
    text: string;
    signers: NoteKey[];
};

// @ttp/etr-merkle/verify

export interface Checkpoint {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Uint8Array;
    readonly extensions: readonly string[];
}
export interface ConsistencyClaim {
    readonly size1: bigint;
    readonly size2: bigint;
    readonly root1: Uint8Array;
    readonly root2: Uint8Array;
    readonly proof: readonly Uint8Array[];
}
export interface ConsistencyProof {
    readonly proofType: 'consistency';
    readonly firstSize: number;
    readonly treeSize: number;
    readonly hashes: readonly Hash[];
}
export interface InclusionClaim {
    readonly leafHash: Uint8Array;
    readonly index: bigint;
    readonly size: bigint;
    readonly proof: readonly Uint8Array[];
    readonly root: Uint8Array;
}
export interface InclusionProof {
    readonly proofType: 'inclusion';
    readonly leafIndex: number;
    readonly treeSize: number;
    readonly hashes: readonly Hash[];
}
export interface Note {
    readonly text: string;
    readonly signatures: readonly NoteSignature[];
}
export interface NoteKey {
    readonly name: string;
    readonly publicKey: Uint8Array;
}
export interface NoteSignature {
    readonly name: string;
    readonly keyId: Uint8Array;
    readonly signature: Uint8Array;
}
export declare const emptyRoot: () => Uint8Array;
export declare const entryId: (leafHash: Hash) => string;
export declare function leafHash(bytes: Uint8Array): Uint8Array;
export declare function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array;
export declare function noteKeyId({ name, publicKey }: NoteKey): Uint8Array;
export declare function openCheckpoint(note: string, key: NoteKey): Checkpoint;
export declare function parseCheckpoint(text: string): Checkpoint;
export declare function parseConsistencyProof(input: unknown): {
    size1: bigint;
    size2: bigint;
    proof: Uint8Array[];
};
export declare function parseEntryId(id: string): Hash;
export declare function parseInclusionProof(input: unknown): {
    index: bigint;
    size: bigint;
    proof: Uint8Array[];
};
export declare function parseNote(note: string): Note;
export declare function parseNoteKey(text: string): NoteKey;
export declare function verifyConsistency(claim: ConsistencyClaim): boolean;
export declare function verifyInclusion(claim: InclusionClaim): boolean;
export declare function verifyNote(note: string, keys: readonly NoteKey[]): {
    text: string;
    signers: NoteKey[];
};

// @ttp/etr-merkle/trace

export declare const ACTION_TYPES: readonly ['message_send', 'message_receive', 'request', 'access', 'execution', 'decision', 'approval', 'notification', 'handshake_step', 'negotiation', 'attestation', 'kill_switch', 'reinstatement', 'circuit_breaker', 'cascade_kill', 'policy', 'tool', 'finding', 'trace', 'checkpoint', 'payload_life'];
export type Absence = (typeof ABSENCES)[number];
export interface AccessRecord {
    readonly id: string;
    readonly timestamp: number;
    readonly agent: {
        readonly did: Did;
        readonly trustScore: number;
        readonly trustStage: Stage;
        readonly roles: readonly string[];
    };
    readonly resource: {
        readonly id: string;
        readonly type: string;
        readonly classification: Classification;
    };
    readonly operation: {
        readonly type: string;
        readonly query: string;
        readonly rowsAccessed: number;
    };
    readonly outcome: {
        readonly success: boolean;
        readonly bytesTransferred: number;
        readonly transformations: readonly string[];
    };
    readonly compliance: {
        readonly frameworks: readonly string[];
        readonly retentionUntil: number;
    };
}
export type ActionType = (typeof ACTION_TYPES)[number];
export declare const BUNDLE = "ttp/bundle@1";
export interface CheckResult {
    readonly check: TraceCheck;
    readonly status: 'passed' | 'failed' | 'skipped';
}
export interface Entry extends Leaf {
    readonly index: bigint;
    readonly leafHash: Hash;
}
export interface EntryFilter {
    readonly trace?: TraceId;
    readonly agent?: Did;
    readonly types?: readonly EventType[];
    readonly subject?: string;
}
export interface ExportOptions extends EntryFilter {
    readonly disclose?: (hash: Hash) => boolean;
}
export interface Fault {
    readonly code: Extract<EtrErrorCode, `ETR_FSCK_${string}`>;
    readonly log?: string;
    readonly index?: bigint;
    readonly message: string;
}
export interface Finding {
    readonly line: number;
    readonly check: TraceCheck;
    readonly code: EtrErrorCode;
    readonly message: string;
}
export interface FsckOptions {
    readonly storage: Storage;
    readonly origin: string;
    readonly key: LogKey;
    readonly logs?: {
        readonly from: number;
        readonly to?: number;
    };
    readonly timer: Timer;
    readonly now?: number;
    readonly onProgress?: (progress: FsckProgress) => void;
}
export interface FsckProgress {
    readonly log: string;
    readonly entries: bigint;
    readonly of: bigint;
}
export interface FsckReport {
    readonly sound: boolean;
    readonly logs: readonly {
        readonly origin: string;
        readonly entries: bigint;
        readonly signed: bigint;
    }[];
    readonly payloads: number;
    readonly faults: readonly Fault[];
    readonly omitted: number;
}
export type Held = {
    readonly trace: TraceId;
} | {
    readonly key: string;
};
export type Hold = Held & {
    readonly id: string;
};
export interface InteractionReceipt {
    readonly report: TraceReport;
    readonly interaction: string;
    readonly decision?: {
        readonly index: bigint;
        readonly outcome: string;
        readonly hash?: Hash;
    };
    readonly outcome?: {
        readonly index: bigint;
        readonly status: string;
        readonly code?: string;
        readonly result?: Hash;
    };
    readonly asserts: readonly (keyof typeof RECEIPT_ASSERTS)[];
    readonly doesNotAssert: readonly (keyof typeof RECEIPT_DOES_NOT_ASSERT)[];
}
export interface Leaf extends TtpEvent {
    readonly v: 1;
    readonly agentSeq: number;
    readonly agentPrev: Hash | null;
    readonly traceSeq: number;
}
export interface LifeContext {
    readonly agent: Did;
    readonly trace: TraceId;
}
export type LogAlert = 'gap' | 'fork' | 'missing-head';
export interface LogReader {
    readonly origin: string;
    readonly size: bigint;
    readonly signedSize: bigint;
    readonly checkpoint: string | undefined;
    events(filter?: EntryFilter): AsyncIterable<Entry>;
    prove(index: bigint): Promise<{
        readonly leaf: string;
        readonly proof: InclusionProof;
    }>;
    read(hash: Hash): Promise<Json | undefined>;
    exportBundle(signer: Signer, at: number, options?: ExportOptions): Promise<string>;
}
export interface LogReaderOptions {
    readonly storage: Storage;
    readonly origin: string;
    readonly key: LogKey;
    readonly random: Random;
}
export interface Manifest {
    readonly origin: string;
    readonly treeSize: bigint;
    readonly scope: Scope;
    readonly trace?: TraceId;
    readonly tamperEvident: boolean;
    readonly lines: readonly Hash[];
}
export declare const PROCESSING_GROUPS: readonly ['communication', 'processing', 'authorisation', 'trust', 'security', 'record_keeping'];
export interface Payload {
    readonly hash: Hash;
    readonly subject: Did;
    readonly dataClass?: Classification;
    readonly salted: Uint8Array;
}
export type ProcessingGroup = (typeof PROCESSING_GROUPS)[number];
export declare const RECEIPT_ASSERTS: {
    readonly recorded: 'The enforcement point whose log key signed it recorded these entries about the interaction.';
    readonly included: 'The entries stand at their places in the log, under the signed tree head.';
    readonly writtenAhead: 'The decision and the intent stand in the log before the outcome.';
    readonly unchanged: 'No entry was changed since the tree head was signed.';
};
export declare const RECEIPT_DOES_NOT_ASSERT: {
    readonly truth: 'That the effect was what the outcome says: only the enforcement point says so.';
    readonly rightness: 'That the decision was right, or that the evidence for it was true.';
    readonly completeness: 'That there is nothing else in the log about the interaction or the agent.';
    readonly uniqueness: 'That no other history was signed: that takes a witness, or a checkpoint somebody else kept.';
    readonly time: 'When it happened, but by the clock of the enforcement point.';
    readonly consent: 'That the other party of the interaction agrees: it has not signed.';
};
export interface RecorderFaults {
    readonly listeners: number;
    readonly denials: number;
    readonly checkpoints: number;
}
export interface RecorderOptions {
    readonly storage: Storage;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly random: Random;
    readonly signer: Signer;
    readonly origin: string;
    readonly firstLog?: number;
    readonly atLeast?: readonly string[];
    readonly checkpointEntries?: number;
}
export interface RetentionRule {
    readonly dataClass?: Classification;
    readonly subject?: Did;
    readonly keepMs: number;
}
export declare const STORAGE_MODES: readonly ['standard', 'append-only', 'immutable', 'witnessed'];
export type Scope = 'log' | 'trace' | 'selection';
export interface SealedTrace {
    readonly receipt: Receipt;
    readonly root: Hash;
    readonly count: number;
    readonly checkpoint: string;
}
export type StorageMode = (typeof STORAGE_MODES)[number];
export declare const TRACE_CHECKS: readonly ['signature', 'lines', 'head', 'form', 'chain', 'trace', 'inclusion', 'seal', 'mode', 'payload'];
export interface Term {
    readonly hash: Hash;
    readonly traces: readonly TraceId[];
    readonly since: number;
    readonly action: 'delete' | 'archive' | 'held';
}
export type TraceCheck = (typeof TRACE_CHECKS)[number];
export interface TraceLife {
    mode(trace: TraceId): Promise<StorageMode>;
    setMode(trace: TraceId, mode: StorageMode, context: LifeContext): Promise<Receipt>;
    supersede(trace: TraceId, hash: Hash, next: Payload, context: LifeContext): Promise<Receipt>;
    delete(trace: TraceId, context: LifeContext): Promise<readonly Receipt[]>;
    archive(trace: TraceId, keep: (archive: string) => Promise<void>, context: LifeContext): Promise<readonly Receipt[]>;
    restore(archive: string, context: LifeContext): Promise<Receipt>;
    hold(what: {
        readonly trace: TraceId;
    } | {
        readonly subject: Did;
    }, reference: string, context: LifeContext): Promise<{
        readonly id: string;
        readonly receipt: Receipt;
    } | undefined>;
    release(id: string, context: LifeContext): Promise<Receipt>;
    holds(): Promise<readonly Hold[]>;
    due(rules: readonly RetentionRule[], now: number): Promise<readonly Term[]>;
    retain(rules: readonly RetentionRule[], now: number, context: LifeContext): Promise<readonly Term[]>;
    erase(subject: Did, context: LifeContext): Promise<Receipt | undefined>;
}
export interface TraceRecorder extends Recorder {
    readonly origin: string;
    readonly size: bigint;
    readonly faults: RecorderFaults;
    readonly life: TraceLife;
    record(events: readonly TtpEvent[], payloads?: readonly Payload[]): Promise<readonly bigint[]>;
    payload(subject: Did, value: Json, dataClass?: Classification): Payload;
    queue(event: TtpEvent, payloads?: readonly Payload[]): Promise<void>;
    receipt(index: bigint, log?: string): Receipt;
    proof(index: bigint, size?: bigint, log?: string): InclusionProof;
    checkpoint(): Promise<string>;
    seal(trace: TraceId): Promise<SealedTrace>;
    events(filter?: EntryFilter): AsyncIterable<Entry>;
    read(hash: Hash): Promise<Json | undefined>;
    erase(subject: Did, context: LifeContext): Promise<Receipt | undefined>;
    exportBundle(options?: ExportOptions): Promise<string>;
    onEvent(fn: (entry: Entry) => void): Dispose;
    flush(): Promise<void>;
    close(): Promise<void>;
}
export interface TraceReport {
    readonly valid: boolean;
    readonly tamperEvident: boolean;
    readonly origin?: string;
    readonly at?: number;
    readonly head?: {
        readonly size: bigint;
        readonly root: Uint8Array;
        readonly at: number;
    };
    readonly entries: number;
    readonly checks: readonly CheckResult[];
    readonly findings: readonly Finding[];
}
export interface TraceSummary {
    readonly root: Hash;
    readonly count: number;
    readonly firstAt: number;
    readonly lastAt: number;
    readonly types: Readonly<Record<string, number>>;
}
export interface TraceTrust {
    readonly logKeys: readonly TrustedLog[];
    readonly now?: number;
}
export interface TrustedLog extends LogKey {
    readonly origin: string;
}
export interface VerifyOptions {
    readonly timer: Timer;
    readonly onProgress?: (progress: VerifyProgress) => void;
}
export interface VerifyProgress {
    readonly lines: number;
    readonly of: number | undefined;
}
export declare const accessEvent: (envelope: Envelope, { component, at, trace, agent }: Pick<TtpEvent, 'component' | 'at' | 'trace' | 'agent'>) => TtpEvent;
export declare const actionOf: ({ type }: {
    readonly type: EventType;
}) => ActionType;
export declare function alertFaults({ faults, omitted }: FsckReport, notifier: Notifier, link?: string): Promise<readonly LogAlert[]>;
export declare function bundleEntries(bundle: string | Uint8Array): Entry[];
export declare function bundlePayloads(bundle: string | Uint8Array): ReadonlyMap<Hash, Json>;
export declare const commitment: (salt: Uint8Array, bytes: Uint8Array) => Hash;
export declare function fsck(options: FsckOptions): Promise<FsckReport>;
export declare const isTamperEvident: (mode: StorageMode) => boolean;
export declare function openAccessRecord(envelope: Envelope | string, keyOf: (kid: string) => Uint8Array | undefined): {
    readonly id: Hash;
    readonly record: AccessRecord;
};
export declare function openLogReader({ storage, origin: point, key, random }: LogReaderOptions, n?: number): Promise<LogReader | undefined>;
export declare function openRecorder(options: RecorderOptions): Promise<TraceRecorder>;
export declare function parseLeaf(bytes: Uint8Array): Leaf;
export declare function readReceipt(bundle: string | Uint8Array, interaction: string, trust: TraceTrust): InteractionReceipt;
export declare function recordOfProcessing(entries: Iterable<{
    readonly type: EventType;
}>): ReadonlyMap<ProcessingGroup, ReadonlyMap<ActionType, number>>;
export declare function signAccessRecord(record: AccessRecord, signer: Signer): Promise<Envelope>;
export declare function verifyTrace(bundle: string | Uint8Array, trust: TraceTrust): TraceReport;
export declare function verifyTraceStream(bundle: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, trust: TraceTrust, { timer, onProgress }: VerifyOptions): Promise<TraceReport>;

// referred to

declare const ABSENCES: readonly ['erased', 'withheld', 'unreadable', ...typeof GONE];
export declare const ETR_ERRORS: {
    readonly ETR_BAD_HASH: 'The bytes are not a SHA-256 hash of 32 bytes.';
    readonly ETR_BAD_POSITION: 'The index or size lies outside the tree, or outside what the encoding can hold.';
    readonly ETR_BAD_PROOF: 'The value is not an inclusion or consistency proof in its JSON form.';
    readonly ETR_BAD_ENTRY_ID: 'The text is not "etr:" followed by all 64 hexadecimal digits of a leaf hash.';
    readonly ETR_BAD_NOTE: 'The text is not a signed note in the form of C2SP signed-note.';
    readonly ETR_NOTE_UNTRUSTED: 'No key that the verifier trusts has signed the note.';
    readonly ETR_NOTE_SIGNATURE: 'A signature of a trusted key over the note does not verify.';
    readonly ETR_BAD_CHECKPOINT: 'The note is not a checkpoint: origin, decimal size and base64 root, a line each.';
    readonly ETR_BAD_ORIGIN: 'The origin is not one line without spaces or plus signs, or not the one of the log.';
    readonly ETR_NOT_A_LOG_KEY: 'The signer is not a dedicated log key: it lacks a purpose of a log, or carries another one.';
    readonly ETR_BAD_LEAF: 'The bytes are not a leaf in its canonical form.';
    readonly ETR_BAD_EVENT: 'The event has a member that is missing or of the wrong type.';
    readonly ETR_LEAF_TOO_LARGE: 'The event makes a leaf of more than 64 KiB.';
    readonly ETR_BAD_PAYLOAD: 'The payload holds a whole number that a reader would round.';
    readonly ETR_PAYLOAD_TOO_LARGE: 'The payload is larger than the payload store keeps.';
    readonly ETR_PAYLOAD_UNREADABLE: 'A payload or a data key is stored, but damaged or not the one that belongs there.';
    readonly ETR_TRACE_SEALED: 'The trace is sealed and accepts no further entry.';
    readonly ETR_TRACE_UNKNOWN: 'The log has no entry of this trace.';
    readonly ETR_TRACE_OPEN_INTENT: 'The trace holds an intent whose outcome is not recorded yet, so it cannot be sealed.';
    readonly ETR_TRACE_OPEN: 'The trace is not sealed yet.';
    readonly ETR_MODE_RELAXED: "A trace's mode can become stricter and never more lenient.";
    readonly ETR_MODE_FORBIDS: "The trace's mode does not allow this: only in standard mode are payloads changed or deleted.";
    readonly ETR_HELD: 'A legal hold keeps the payload from being deleted, archived or erased.';
    readonly ETR_HOLD_UNKNOWN: 'No hold with this id is in force.';
    readonly ETR_NO_PAYLOAD: 'The trace has no such payload that is its own and still there.';
    readonly ETR_BAD_ACCESS_RECORD: 'A member of the access record is missing, surplus or malformed.';
    readonly ETR_BAD_ARCHIVE: "The text is not an archive that the log's key has signed.";
    readonly ETR_LIFE_UNREADABLE: 'A stored mode, hold or mark of progress is damaged.';
    readonly ETR_NO_ENTRY: 'The log has no durable entry at this index.';
    readonly ETR_INDEX_DAMAGED: 'The index that a log keeps of its own entries is missing or damaged.';
    readonly ETR_LOG_INCONSISTENT: 'The log does not extend the tree head that was signed before, or its entries do not chain.';
    readonly ETR_POISONED: 'A write failed before; nothing more is recorded until the recorder is opened again.';
    readonly ETR_CLOSED: 'The recorder was closed.';
    readonly ETR_FSCK_LOG: 'A log is missing between others, though a later one exists.';
    readonly ETR_FSCK_HEAD: 'The stored tree head is torn, or not signed by the log key for this log.';
    readonly ETR_FSCK_UNSIGNED: 'Entries have waited for a tree head longer than a running log lets them.';
    readonly ETR_FSCK_TRUNCATED: 'The log has fewer entries than its tree head covers.';
    readonly ETR_FSCK_ROOT: 'The entries do not lead to the root of the tree head.';
    readonly ETR_FSCK_ENTRY: 'What stands in the log is not an entry: damaged, or torn.';
    readonly ETR_FSCK_ALTERED: 'An entry is not the one that the tree has at its place.';
    readonly ETR_FSCK_MISSING: 'An entry that the tree has is not in the log.';
    readonly ETR_FSCK_SURPLUS: 'An entry is in the log that the tree does not have there.';
    readonly ETR_FSCK_INDEX: "The log's own index of its entries is missing, damaged, or wrong.";
    readonly ETR_FSCK_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_FSCK_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_FSCK_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
    readonly ETR_FSCK_MODE: "A trace's mode was relaxed, in the log or in the store.";
    readonly ETR_FSCK_TIME: 'An entry is stamped before what it follows, or after the tree head that covers it.';
    readonly ETR_FSCK_PAYLOAD: 'A payload is damaged, or the one of another commitment.';
    readonly ETR_FSCK_PAYLOAD_MISSING: 'A payload that was recorded is gone, and nothing says why.';
    readonly ETR_FSCK_HOLD: 'A legal hold that was placed and not lifted is not in force.';
    readonly ETR_FSCK_KEY: 'A data key is there whose erasure is in the log.';
    readonly ETR_BUNDLE_SIGNATURE: 'The first line is not a bundle envelope signed by a trusted log key.';
    readonly ETR_BUNDLE_LINE: 'A line is missing, surplus, altered, or not in the form its kind has.';
    readonly ETR_BUNDLE_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_BUNDLE_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_BUNDLE_INCLUSION: 'An entry, or the whole log, does not lead to the root of the tree head.';
    readonly ETR_BUNDLE_HEAD: 'The tree head is missing, not signed by the log key, or for another tree.';
    readonly ETR_BUNDLE_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
    readonly ETR_BUNDLE_MODE: "A trace's mode was relaxed, or a bundle of a standard trace does not say that it is one.";
    readonly ETR_BUNDLE_PAYLOAD: 'A disclosed payload does not match its commitment, or no entry commits to it.';
};
export type EtrErrorCode = keyof typeof ETR_ERRORS;
export declare const GONE: readonly ['superseded', 'deleted', 'archived'];
export interface InclusionProof {
    readonly proofType: 'inclusion';
    readonly leafIndex: number;
    readonly treeSize: number;
    readonly hashes: readonly Hash[];
}
export interface LogKey {
    readonly kid: string;
    readonly publicKey: Uint8Array;
}
