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
    readonly ETR_NO_ENTRY: 'The log has no durable entry at this index.';
    readonly ETR_LOG_INCONSISTENT: 'The log does not extend the tree head that was signed before, or its entries do not chain.';
    readonly ETR_POISONED: 'A write failed before; nothing more is recorded until the recorder is opened again.';
    readonly ETR_CLOSED: 'The recorder was closed.';
    readonly ETR_BUNDLE_SIGNATURE: 'The first line is not a bundle envelope signed by a trusted log key.';
    readonly ETR_BUNDLE_LINE: 'A line is missing, surplus, altered, or not in the form its kind has.';
    readonly ETR_BUNDLE_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_BUNDLE_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_BUNDLE_INCLUSION: 'An entry, or the whole log, does not lead to the root of the tree head.';
    readonly ETR_BUNDLE_HEAD: 'The tree head is missing, not signed by the log key, or for another tree.';
    readonly ETR_BUNDLE_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
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
export declare function signHead(head: Pick<TreeHead, 'origin' | 'size' | 'root'>, now: number, before: OpenTreeHead | undefined, signer: Signer): Promise<HeldTreeHead>;
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

export type Absence = (typeof ABSENCES)[number];
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
}
export interface EraseContext {
    readonly agent: Did;
    readonly trace: TraceId;
}
export interface ExportOptions extends EntryFilter {
    readonly disclose?: (hash: Hash) => boolean;
}
export interface Finding {
    readonly line: number;
    readonly check: TraceCheck;
    readonly code: EtrErrorCode;
    readonly message: string;
}
export interface Leaf extends TtpEvent {
    readonly v: 1;
    readonly agentSeq: number;
    readonly agentPrev: Hash | null;
    readonly traceSeq: number;
}
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
    readonly lines: readonly Hash[];
}
export interface Payload {
    readonly hash: Hash;
    readonly subject: Did;
    readonly salted: Uint8Array;
}
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
    readonly checkpointEntries?: number;
}
export type Scope = 'log' | 'trace' | 'selection';
export interface SealedTrace {
    readonly receipt: Receipt;
    readonly root: Hash;
    readonly count: number;
    readonly checkpoint: string;
}
export declare const TRACE_CHECKS: readonly ['signature', 'lines', 'head', 'form', 'chain', 'trace', 'inclusion', 'seal', 'payload'];
export type TraceCheck = (typeof TRACE_CHECKS)[number];
export interface TraceRecorder extends Recorder {
    readonly origin: string;
    readonly size: bigint;
    readonly faults: RecorderFaults;
    record(events: readonly TtpEvent[], payloads?: readonly Payload[]): Promise<readonly bigint[]>;
    payload(subject: Did, value: Json): Payload;
    queue(event: TtpEvent, payloads?: readonly Payload[]): Promise<void>;
    receipt(index: bigint, log?: string): Receipt;
    proof(index: bigint, size?: bigint, log?: string): InclusionProof;
    checkpoint(): Promise<string>;
    seal(trace: TraceId): Promise<SealedTrace>;
    events(filter?: EntryFilter): AsyncIterable<Entry>;
    read(hash: Hash): Promise<Json | undefined>;
    erase(subject: Did, context: EraseContext): Promise<Receipt | undefined>;
    exportBundle(options?: ExportOptions): Promise<string>;
    onEvent(fn: (entry: Entry) => void): Dispose;
    flush(): Promise<void>;
    close(): Promise<void>;
}
export interface TraceReport {
    readonly valid: boolean;
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
export declare function bundleEntries(bundle: string | Uint8Array): Entry[];
export declare function bundlePayloads(bundle: string | Uint8Array): ReadonlyMap<Hash, Json>;
export declare const commitment: (salt: Uint8Array, bytes: Uint8Array) => Hash;
export declare function openLogReader({ storage, origin: point, key, random }: LogReaderOptions, n?: number): Promise<LogReader | undefined>;
export declare function openRecorder(options: RecorderOptions): Promise<TraceRecorder>;
export declare function parseLeaf(bytes: Uint8Array): Leaf;
export declare function verifyTrace(bundle: string | Uint8Array, trust: TraceTrust): TraceReport;

// referred to

declare const ABSENCES: readonly ['erased', 'withheld', 'unreadable'];
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
    readonly ETR_NO_ENTRY: 'The log has no durable entry at this index.';
    readonly ETR_LOG_INCONSISTENT: 'The log does not extend the tree head that was signed before, or its entries do not chain.';
    readonly ETR_POISONED: 'A write failed before; nothing more is recorded until the recorder is opened again.';
    readonly ETR_CLOSED: 'The recorder was closed.';
    readonly ETR_BUNDLE_SIGNATURE: 'The first line is not a bundle envelope signed by a trusted log key.';
    readonly ETR_BUNDLE_LINE: 'A line is missing, surplus, altered, or not in the form its kind has.';
    readonly ETR_BUNDLE_CHAIN: "An entry does not follow the agent's entry before it.";
    readonly ETR_BUNDLE_TRACE: 'An entry does not follow the entry of its trace before it.';
    readonly ETR_BUNDLE_INCLUSION: 'An entry, or the whole log, does not lead to the root of the tree head.';
    readonly ETR_BUNDLE_HEAD: 'The tree head is missing, not signed by the log key, or for another tree.';
    readonly ETR_BUNDLE_SEAL: "A seal does not match the trace's entries, or an entry follows a seal.";
    readonly ETR_BUNDLE_PAYLOAD: 'A disclosed payload does not match its commitment, or no entry commits to it.';
};
export type EtrErrorCode = keyof typeof ETR_ERRORS;
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
