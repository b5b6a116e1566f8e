import type { Did, DidDocument, Hash } from '@ttp/core';
import type { DidType } from './grammar.js';
import type { InceptionBody } from './operation.js';
import type { RecoveryCommitment } from './recovery/commitment.js';
import type { ServiceEntry } from './service.js';

/** What an entry turned out to be: a recovery is vetoed by the entry after it, pending, or in force. */
export type EntryKind =
  | 'inception'
  | 'rotate'
  | 'services'
  | 'deactivate'
  | 'recovery-vetoed'
  | 'recovery-pending'
  | 'recovered';

/** A recovery that is not in force yet: its owner can still veto it. */
export interface PendingRecovery {
  /** The id of its entry. */
  readonly id: Hash;
  /** The Multikey it would put in force. */
  readonly key: string;
  /** Whether it is the backup key that recovers; the guardians otherwise. */
  readonly byBackup: boolean;
}

/** What a verified key log says. */
export interface KeyState {
  readonly did: Did;
  readonly type: DidType;
  readonly inception: InceptionBody;
  /** The Multikeys so far, oldest first. The last one is in force, under the id `#key-{length}`. */
  readonly keys: readonly [string, ...string[]];
  /** When each key but the last ceased to be in force, ms, as the entry says that replaced it. */
  readonly retiredAt: readonly number[];
  /** The hash of the Multikey after it. */
  readonly next: Hash;
  readonly recovery?: RecoveryCommitment;
  readonly pending?: PendingRecovery;
  readonly services: readonly ServiceEntry[];
  /** Ids of the entries, in order: two logs agree as far as these do. */
  readonly ids: readonly [Hash, ...Hash[]];
  readonly kinds: readonly EntryKind[];
  readonly deactivated: boolean;
}

/** What a key log says nothing about itself. */
export interface LogContext {
  /**
   * The verified document of another identity: with the keys that may have signed the entry with this id.
   */
  readonly documentOf: (did: Did, entry: Hash) => DidDocument | undefined;
  /** Whether the delay of the recovery with this id has passed without a veto. */
  readonly settled: (entry: Hash) => boolean;
}

/** A context of documents that are given: the first of each identity counts. */
export function contextOf(documents: readonly DidDocument[], settled: readonly Hash[] = []): LogContext {
  return {
    documentOf: (did) => documents.find(({ id }) => id === did),
    settled: (entry) => settled.includes(entry),
  };
}
