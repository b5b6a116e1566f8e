import type { LogKey } from '../signed-tree-head.js';
import type { CheckResult, Finding } from './findings.js';

/** A log key the verifier trusts, and the enforcement point whose logs it signs. */
export interface TrustedLog extends LogKey {
  /** The DID of the enforcement point: what stands in front of `/log/<n>` in the origins of its logs. */
  readonly origin: string;
}

/** What a verifier believes beforehand. A bundle carries its key for people to read; it is never believed. */
export interface TraceTrust {
  readonly logKeys: readonly TrustedLog[];
  /** Wall clock, ms; where it is given, nothing may be stamped more than a minute after it. */
  readonly now?: number;
}

/** What `verifyTrace` found out. */
export interface TraceReport {
  /** Nothing was found, and every line was looked at. */
  readonly valid: boolean;
  /**
   * Valid, and no trace in it was ever in standard mode, in which payloads may be changed and deleted: only then may it
   * be called tamper-evident, given a witness or a checkpoint that somebody else kept.
   */
  readonly tamperEvident: boolean;
  /** Which log; absent where the first line cannot be believed. */
  readonly origin?: string;
  /** When the bundle was made, as its signer says. */
  readonly at?: number;
  /** The tree head that every entry was held against. */
  readonly head?: { readonly size: bigint; readonly root: Uint8Array; readonly at: number };
  /** Entries in the bundle. */
  readonly entries: number;
  readonly checks: readonly CheckResult[];
  readonly findings: readonly Finding[];
}
