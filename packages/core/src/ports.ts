import type { TtpEvent } from './event.js';
import type { Did, Hash } from './ids.js';
import type { JsonObject } from './json.js';
import type { Privilege } from './terms.js';

/** Undoes what returned it. Calling it again does nothing. */
export type Dispose = () => void;

/** Time. Wall clock for stamps, monotonic for durations (decision D10). */
export interface Clock {
  /** Wall clock, integer ms since 1970. May jump either way. */
  now(): number;
  /** Milliseconds since some point in this process; never goes back. */
  monotonic(): number;
}

/** Randomness. */
export interface Random {
  /** `n` bytes from a cryptographically secure source. */
  bytes(n: number): Uint8Array;
}

/** Timers, on monotonic time. */
export interface Timer {
  /** Calls `fn` once, not before `ms` have gone by. A thrown error is the caller's to prevent. */
  after(ms: number, fn: () => void): Dispose;
}

/** A value and the version it has; versions of a key only ever grow, also over a deletion. */
export interface Versioned {
  readonly value: Uint8Array;
  readonly version: number;
}

/**
 * Keys and values with compare-and-set. Atomic per key; durable when the promise resolves; a reader sees every
 * write that was acknowledged before. Any write or sync fault poisons the store: it is read-only, and every write
 * throws STORE_POISONED, until it is opened again (decision D29). Keys are 1 to 512 printable ASCII characters.
 */
export interface Store {
  get(key: string): Promise<Versioned | undefined>;
  /**
   * @param expected the version the key must have now; 0: it must be absent; left out: whatever it is
   * @returns false, with nothing changed, when the version is another
   */
  put(key: string, value: Uint8Array, expected?: number): Promise<boolean>;
  /** Like {@link Store.put}; deleting what is absent is true without `expected`. */
  delete(key: string, expected?: number): Promise<boolean>;
  /** The keys that begin with `prefix`, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
}

/**
 * One append-only sequence of byte strings. A batch is durable and whole, or not there at all; acknowledged
 * entries never change. After a fault it is poisoned like a {@link Store}.
 */
export interface AppendLog {
  /**
   * @param expectedSize the size the log must have now; another one throws LOG_CONFLICT
   * @returns the index of the first entry of the batch, when all of it is durable
   */
  append(entries: readonly Uint8Array[], expectedSize?: bigint): Promise<bigint>;
  /** Entries `from` (inclusive) to `to` (exclusive), in order; `to` beyond the end stops at the end. */
  read(from: bigint, to: bigint): AsyncIterable<Uint8Array>;
  size(): Promise<bigint>;
}

/** One place that keeps everything: keys and values, and logs by name. */
export interface Storage {
  readonly store: Store;
  /** The log of this name; made by its first append. The name may be any text up to 512 characters. */
  log(name: string): AppendLog;
  /** The names of the logs that have entries, for who copies a storage. A wrapper of a storage may leave it out. */
  logs?(): AsyncIterable<string>;
  /** Whether another process can write here: then a kill may come from there, and permits need a lease (decision D32). */
  readonly shared: boolean;
  /** Waits for what is under way. Everything throws STORE_CLOSED afterwards. */
  close(): Promise<void>;
}

/** One open file of a {@link Disk}. */
export interface DiskFile {
  append(bytes: Uint8Array): Promise<void>;
  read(position: number, length: number): Promise<Uint8Array>;
  size(): Promise<number>;
  /** What was appended before is durable when this resolves. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** Files, as little of them as a log needs, so that a simulated disk can be complete. */
export interface Disk {
  open(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/** A private key that signs by purpose (decision D6); KMS, passkey and key file fit behind it. */
export interface Signer {
  /** Full DID URL of the key. */
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly purposes: readonly string[];
  /** 64 bytes. Throws CRYPTO_PURPOSE_NOT_ALLOWED for a purpose the key does not carry. */
  sign(purpose: string, payload: Uint8Array): Promise<Uint8Array>;
}

/** A key or controller of a DID document. */
export interface VerificationMethod {
  readonly id: string;
  readonly type: 'Ed25519VerificationKey2020' | 'Multikey';
  readonly controller: Did;
  readonly publicKeyMultibase: string;
}

/** A service of a DID document. */
export interface DidService {
  readonly id: string;
  readonly type: string;
  readonly serviceEndpoint: string;
}

/** A DID document (W3C DID Core), as far as TTP reads it. */
export interface DidDocument {
  readonly '@context': readonly string[];
  readonly id: Did;
  readonly verificationMethod: readonly VerificationMethod[];
  readonly authentication: readonly string[];
  readonly assertionMethod?: readonly string[];
  readonly service?: readonly DidService[];
}

/** Finds and verifies the document of a DID, or throws a coded error. */
export interface Resolver {
  resolve(did: Did): Promise<DidDocument>;
}

/** A look-up of signed things by id. */
export interface Registry<T> {
  get(id: string): Promise<T | undefined>;
  search(query: JsonObject): AsyncIterable<T>;
}

/** A request of the {@link Fetch} port. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/** An answer of the {@link Fetch} port. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** HTTP, guarded against SSRF: https, one resolution, pinned IP, private ranges refused, redirects re-checked (flaw.G3). */
export interface Fetch {
  fetch(request: FetchRequest): Promise<FetchResponse>;
}

/** Topics. */
export interface PubSub {
  publish(topic: string, bytes: Uint8Array): Promise<void>;
  subscribe(topic: string, fn: (bytes: Uint8Array, from: string) => void): Dispose;
}

/** A connection of messages, in order, with back-pressure. */
export interface Duplex {
  readonly remote: string;
  send(bytes: Uint8Array): Promise<void>;
  receive(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A held lock. `fence` grows with every grant, so that whoever is late can be told by it (flaw.W1). */
export interface Lease {
  readonly fence: bigint;
  readonly until: number;
  renew(ttl: number): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * How often something may be done: `requests` in any span of `windowMs`, or as long as a bucket of `capacity` tokens
 * lasts, which fills up evenly by `refill` in `perMs`. All are positive safe integers.
 */
export type Rate =
  | { readonly requests: number; readonly windowMs: number }
  | { readonly capacity: number; readonly refill: number; readonly perMs: number };

/** What a {@link RateMeter} answers. */
export interface RateAnswer {
  readonly granted: boolean;
  /** Whole requests or tokens that are left. */
  readonly remaining: number;
  /** After how many ms it may be granted; 0 where it was, Infinity where it never will be. */
  readonly retryMs: number;
  /** What {@link RateMeter.giveBack} needs to find it again. */
  readonly mark: number | string;
}

/** Counts what is used of rates, atomically for all who share the meter. What is refused is not counted. */
export interface RateMeter {
  /** @param units how many requests or tokens; 0 only looks */
  take(key: string, rate: Rate, units: number): RateAnswer | Promise<RateAnswer>;
  /** Takes back what was granted: nothing happened. What has left the window, or is full again, stays as it is. */
  giveBack(key: string, rate: Rate, units: number, mark: RateAnswer['mark']): void | Promise<void>;
}

/** Named locks. */
export interface Lock {
  /** @returns undefined when somebody else holds it */
  acquire(name: string, ttl: number): Promise<Lease | undefined>;
}

/** The audit log, as those see it who record. Durable when it resolves; a fault blocks. */
export interface Recorder {
  record(events: readonly TtpEvent[]): Promise<readonly bigint[]>;
}

/** Listeners. Never blocks; its faults are counted, not thrown. */
export interface EventSink {
  emit(event: TtpEvent): void;
}

/** An operator, by the key that signs (decision D33). */
export interface Operator {
  readonly id: string;
  readonly kid: string;
  readonly publicKey: Uint8Array;
  /** The human behind the key: two keys of one human count once (flaw.O3). */
  readonly human: string;
  readonly level: 1 | 2 | 3;
  readonly privileges: readonly Privilege[];
}

/** The roster of operators. */
export interface Operators {
  byKid(kid: string): Promise<Operator | undefined>;
}

/** What became known about when an envelope existed, so that a retired key can be judged (decision D2). */
export interface Dating {
  /** A time before which the envelope with this id is proved to have existed. */
  before(id: Hash): Promise<number | undefined>;
}

/** What a witness says of a checkpoint that it has seen. */
export interface Testimony {
  /** The witness, by the name of its key. */
  readonly witness: string;
  /** Wall clock of the witness, ms. */
  readonly at: number;
  /** The signature line that it adds to the checkpoint (C2SP cosignature/v1). */
  readonly cosignature: string;
}

/** Sees the checkpoints of a log, and persists what it saw before it answers (flaw.E2). */
export interface Witness {
  testify(checkpoint: string): Promise<Testimony>;
}

/** Where a leaf is, in which signed tree. */
export interface LogPlace {
  readonly index: bigint;
  /** Leaves of the tree whose head was signed. */
  readonly size: bigint;
  /** The RFC 9162 root of that tree. */
  readonly root: Hash;
}

/** Proofs of the audit log, for packages of its own layer. */
export interface LogProofs {
  /** Where a leaf is in a log whose tree head this key signed; undefined where the proof does not show it. Never throws. */
  verify(leafHash: Hash, proof: JsonObject, logKey: Uint8Array): LogPlace | undefined;
}

/** A message to people. */
export interface Notification {
  readonly subject: string;
  readonly text: string;
  /** Addresses and channels that it is for; whom the notifier tells otherwise, where absent. */
  readonly to?: readonly string[];
  readonly link?: string;
}

/** Slack, PagerDuty, mail, push. */
export interface Notifier {
  notify(message: Notification): Promise<void>;
}

/** Runs a tool in isolation. */
export interface SandboxRunner {
  /** Which tier it gives; a missing engine throws, it never gives less (decision D38). */
  readonly tier: 0 | 1 | 2 | 3;
  call(
    code: Uint8Array,
    input: Uint8Array,
    limits: { readonly ms: number; readonly bytes: number },
  ): Promise<Uint8Array>;
}
