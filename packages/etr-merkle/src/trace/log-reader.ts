import { type Hash, type Json, type Random, type Signer, type Storage, TtpError } from '@ttp/core';
import { fromUtf8 } from '@ttp/crypto';
import { type InclusionProof, inclusionProofOf } from '../proof.js';
import type { LogKey } from '../signed-tree-head.js';
import { type ExportOptions, exportLedger } from './export.js';
import type { Entry, EntryFilter } from './filter.js';
import { readHead } from './head-store.js';
import { openLedger } from './ledger.js';
import { originOf } from './open.js';
import { payloadValue } from './payload.js';
import { createPayloadStore } from './payload-store.js';
import { readEntries } from './reader.js';

/** What a log is read with. */
export interface LogReaderOptions {
  readonly storage: Storage;
  /** The DID of the enforcement point. */
  readonly origin: string;
  /** The public log key: the stored tree head has to verify with it. */
  readonly key: LogKey;
  readonly random: Random;
}

/** One log as it was when it was opened, for somebody who never writes to it. */
export interface LogReader {
  /** The log's own origin: `<origin>/log/<n>`. */
  readonly origin: string;
  /** Entries that were durable. */
  readonly size: bigint;
  /** Entries that the stored tree head covers; 0 where none is signed yet. */
  readonly signedSize: bigint;
  /** The signed checkpoint over {@link signedSize} entries. */
  readonly checkpoint: string | undefined;
  /** The durable entries that match, in order, those without a tree head too. */
  events(filter?: EntryFilter): AsyncIterable<Entry>;
  /** An entry as the tree hashes it, and that it is in the tree of the checkpoint. Throws ETR_NO_ENTRY beyond it. */
  prove(index: bigint): Promise<{ readonly leaf: string; readonly proof: InclusionProof }>;
  /** The payload of a commitment; undefined where none is kept, or it was erased. Throws ETR_PAYLOAD_UNREADABLE. */
  read(hash: Hash): Promise<Json | undefined>;
  /**
   * What the checkpoint covers, or what the options select of it, as a bundle.
   *
   * @param signer the log key, for the first line of the bundle
   * @param at wall clock, ms
   * @throws ETR_NO_ENTRY where no tree head is signed yet
   */
  exportBundle(signer: Signer, at: number, options?: ExportOptions): Promise<string>;
}

/**
 * Opens the nth log of an enforcement point to read it, while that appends to it or not. Nothing is written: no intent
 * is taken for interrupted, no erasure completed and no tree head signed, so the newest entries may have none yet. The
 * log is rebuilt and held against the stored tree head as it is for whoever writes.
 *
 * @returns undefined where there is no such log
 * @throws ETR_LOG_INCONSISTENT, ETR_BAD_LEAF, and what the storage throws
 */
export async function openLogReader(
  { storage, origin: point, key, random }: LogReaderOptions,
  n = 0,
): Promise<LogReader | undefined> {
  const origin = originOf(point, n);
  const { held } = await readHead(storage.store, origin, key);
  const ledger = await openLedger(storage, origin, key);
  const { tree } = ledger;
  const { size } = tree;
  if (size === 0n) return undefined;
  const payloads = createPayloadStore(storage.store, random);
  const signedSize = held?.open.size ?? 0n;
  return {
    origin,
    size,
    signedSize,
    checkpoint: held?.signed.checkpoint,
    async *events(filter = {}) {
      for await (const { entry } of readEntries(ledger, filter, size)) yield entry;
    },
    async prove(index) {
      if (index < 0n || index >= signedSize)
        throw new TtpError('ETR_NO_ENTRY', `the tree head of ${origin} covers no entry ${index}`);
      const [leaf = new Uint8Array()] = await collect(ledger.log.read(index, index + 1n));
      const proof = inclusionProofOf(index, signedSize, tree.inclusionProof(index, signedSize));
      return { leaf: fromUtf8(leaf), proof };
    },
    async read(hash) {
      const kept = await payloads.read(hash);
      return kept.state === 'kept' ? payloadValue(kept.bytes) : undefined;
    },
    async exportBundle(signer, at, options = {}) {
      if (held === undefined) throw new TtpError('ETR_NO_ENTRY', `no tree head of ${origin} is signed yet`);
      return exportLedger({ ledger, head: held, payloads, at, signer }, options);
    },
  };
}

async function collect(entries: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
