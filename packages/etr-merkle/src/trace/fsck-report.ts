import type { EtrErrorCode } from '../errors.js';
import { FSCK_FINDINGS_MAX } from '../limits.js';

/** Something that is wrong in a storage, and where. */
export interface Fault {
  readonly code: Extract<EtrErrorCode, `ETR_FSCK_${string}`>;
  /** Origin of the log; left out for what is not of one. */
  readonly log?: string;
  /** The entry, where it is about one. */
  readonly index?: bigint;
  /** For people. */
  readonly message: string;
}

/** What a check of a storage found. */
export interface FsckReport {
  /** Nothing was found. */
  readonly sound: boolean;
  readonly logs: readonly { readonly origin: string; readonly entries: bigint; readonly signed: bigint }[];
  /** Payloads that were opened and held against their commitments. */
  readonly payloads: number;
  /** In the order of logs and entries; 1000 at most. */
  readonly faults: readonly Fault[];
  /** Further faults that are not listed. */
  readonly omitted: number;
}

/** Collects faults, as many as are worth listing. */
export class Faults {
  readonly list: Fault[] = [];
  omitted = 0;

  add(fault: Fault): void {
    if (this.list.length < FSCK_FINDINGS_MAX) this.list.push(fault);
    else this.omitted++;
  }
}
