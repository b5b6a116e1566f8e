// @ttp/testkit

export declare const CALM: LinkQuality;
export interface ContractCheck {
    readonly name: string;
    readonly needs?: 'reopen' | 'fail' | 'connect';
    run(subject: Required<StorageSubject>): Promise<void>;
}
export declare const DISK_FAULTS: readonly ['eio', 'enospc', 'short-write', 'crash', 'dropped', 'torn', 'reordered'];
export type DiskFault = (typeof DISK_FAULTS)[number];
export interface ExploreOptions {
    readonly preemptions: number;
    readonly setup: SetUp;
    readonly maxSchedules?: number;
}
export interface FakeClock extends Clock, Timer {
    advance(ms: number): Promise<void>;
    setWall(ms: number): void;
    readonly pending: number;
}
export interface FaultCounter<Kind extends string> {
    hit(kind: Kind, times?: number): void;
    count(kind: Kind): number;
    missing(): Kind[];
}
export interface LinkQuality {
    readonly drop: number;
    readonly delay: number;
    readonly reorder: number;
    readonly duplicate: number;
    readonly minMs: number;
    readonly maxMs: number;
    readonly lateMs: number;
}
export interface LockCheck {
    readonly name: string;
    run(subject: LockSubject): Promise<void>;
}
export interface LockSubject {
    readonly lock: Lock;
    readonly another: () => Promise<Lock>;
    readonly advance: (ms: number) => unknown;
    readonly close: () => Promise<void>;
}
export declare const NETWORK_FAULTS: readonly ['drop', 'delay', 'reorder', 'duplicate', 'partition'];
export type NetworkFault = (typeof NETWORK_FAULTS)[number];
export type OpenSubject = () => Promise<StorageSubject>;
export interface PlannedFault {
    readonly at: number;
    readonly kind: 'eio' | 'enospc' | 'short-write' | 'crash';
}
export interface RunTrace {
    note(line: string): void;
    hash(): Hash;
}
export interface Scenario {
    readonly tasks: readonly (() => Promise<void>)[];
    check(): void | Promise<void>;
    readonly state?: () => string;
}
export declare class ScheduleFailure extends TtpError<'TESTKIT_SCHEDULE_FAILED'> {
    readonly schedule: readonly string[];
    constructor(schedule: readonly string[], cause: unknown);
}
export interface Scheduler {
    step(label: string): Promise<void>;
    store(store: Store): Store;
    log(log: AppendLog, name?: string): AppendLog;
    storage(storage: Storage): Storage;
}
export interface SeededRandom extends Random {
    readonly seed: number | string;
    int(below: number): number;
    chance(p: number): boolean;
    pick<T>(list: readonly T[]): T;
    shuffle<T>(list: readonly T[]): T[];
}
export type SetUp = (sched: Scheduler) => Scenario | Promise<Scenario>;
export interface SimulatedDisk extends Disk {
    crash(): void;
    restart(): void;
    readonly operations: number;
    readonly counter: FaultCounter<DiskFault>;
}
export interface SimulatedDiskOptions {
    readonly faults?: readonly PlannedFault[];
    readonly counter?: FaultCounter<DiskFault>;
    readonly trace?: RunTrace;
}
export interface SimulatedNetwork {
    join(name: string): PubSub;
    partition(...groups: readonly (readonly string[])[]): void;
    heal(): void;
    setQuality(quality: LinkQuality): void;
    readonly counter: FaultCounter<NetworkFault>;
}
export interface SimulatedNetworkOptions {
    readonly clock: Clock & Timer;
    readonly quality?: LinkQuality;
    readonly counter?: FaultCounter<NetworkFault>;
    readonly trace?: RunTrace;
}
export interface StorageSubject {
    readonly storage: Storage;
    reopen?(): Promise<Storage>;
    connect?(): Promise<Storage>;
    fail?(): void;
}
export declare const TESTKIT_ERRORS: {
    readonly TESTKIT_BAD_ARGUMENT: 'A number, probability or list given to a test helper is out of its range.';
    readonly TESTKIT_BAD_REQUIREMENT: 'The text is not a requirement id such as "flaw.H1" or "spl.operators.between".';
    readonly TESTKIT_BAD_VECTOR: 'A vector file is not JSON, or a case lacks a unique name or exactly one of expect and code.';
    readonly TESTKIT_NO_FILE: 'A vector folder or file that a test names does not exist.';
    readonly TESTKIT_NEEDS_NODE: 'The helper reads files or tracks tasks with means that only Node has.';
    readonly TESTKIT_SCHEDULE_FAILED: 'Under this order of steps a task failed, the check failed or the tasks waited for each other.';
    readonly TESTKIT_DEADLOCK: 'Tasks are left that wait for something which no other task will do.';
    readonly TESTKIT_TOO_MANY_SCHEDULES: 'There are more schedules than the exploration may run: nothing is left out silently.';
    readonly TESTKIT_NOT_DETERMINISTIC: 'The same choices led to other steps than before: the scenario reads time or randomness.';
    readonly TESTKIT_DISK_EIO: 'The simulated disk reports an input/output error.';
    readonly TESTKIT_DISK_ENOSPC: 'The simulated disk is full; nothing was written.';
    readonly TESTKIT_DISK_SHORT_WRITE: 'The simulated disk wrote only the beginning of the bytes.';
    readonly TESTKIT_DISK_CRASHED: 'The handle or the operation belongs to a machine that lost power.';
    readonly TESTKIT_DISK_CLOSED: 'The file is closed.';
    readonly TESTKIT_DISK_NO_FILE: 'There is no file of this name on the simulated disk.';
};
export declare const THIRD_PARTY_ABSENT = "third-party vectors are not on this machine: set TTP_VECTORS to their folder";
export interface TestSigner extends Signer {
    readonly did: Did;
    readonly seed: Uint8Array;
}
export type TestkitErrorCode = keyof typeof TESTKIT_ERRORS;
export interface VectorCase {
    readonly name: string;
    readonly file: string;
}
export declare function codeRejectedBy(promise: Promise<unknown>): Promise<string | undefined>;
export declare function codeThrownBy(fn: () => unknown): string | undefined;
export declare function drawLinkQuality(random: SeededRandom): LinkQuality;
export declare function explore(options: ExploreOptions): Promise<{
    readonly schedules: number;
}>;
export declare function exploreAtRandom(options: {
    readonly random: SeededRandom;
    readonly runs: number;
    readonly setup: SetUp;
}): Promise<void>;
export declare function fakeClock(startWall?: number): FakeClock;
export declare function faultCounter<Kind extends string>(kinds: readonly Kind[]): FaultCounter<Kind>;
export declare function keysOf(...signers: readonly Signer[]): (kid: string) => Uint8Array | undefined;
export declare const lockChecks: readonly LockCheck[];
export declare function lockContract(name: string, open: () => Promise<LockSubject>): void;
export declare const logChecks: readonly ContractCheck[];
export declare function logContract(name: string, open: OpenSubject): void;
export declare function proves(...ids: readonly string[]): void;
export declare function replay(schedule: readonly string[], setup: SetUp): Promise<void>;
export declare function runTrace(): RunTrace;
export declare function seededRandom(seed: number | string): SeededRandom;
export declare function simulatedDisk(random: SeededRandom, options?: SimulatedDiskOptions): SimulatedDisk;
export declare function simulatedNetwork(random: SeededRandom, options: SimulatedNetworkOptions): SimulatedNetwork;
export declare const storeChecks: readonly ContractCheck[];
export declare function storeContract(name: string, open: OpenSubject): void;
export declare function testSigner(number: number, did?: Did, purposes?: readonly string[]): TestSigner;
export declare function thirdParty(relativePath: string): string | undefined;
export declare function thirdPartyDir(): string | undefined;
export declare function vectors<T>(area: string): readonly (T & VectorCase)[];
export declare function withSeed(name: string, runs: number, fn: (random: SeededRandom, run: number) => void | Promise<void>): Promise<void>;
