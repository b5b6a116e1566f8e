import { type Envelope, type Hash, isTtpError, type Json, type JsonObject, type Signer } from '@ttp/core';
import {
  base64url,
  canonicalize,
  encodeEnvelope,
  fromUtf8,
  hashBytes,
  issuerOf,
  signEnvelope,
  utf8,
} from '@ttp/crypto';
import { formatNoteKey } from '../note.js';
import { positionToJson } from '../position.js';
import { hashText } from '../proof.js';
import type { HeldTreeHead } from '../signed-tree-head.js';
import { BUNDLE, type Scope } from './bundle.js';
import { collectHashes } from './data-hashes.js';
import type { EntryFilter } from './filter.js';
import type { Ledger } from './ledger.js';
import type { Kept, PayloadStore } from './payload-store.js';
import { readEntries } from './reader.js';

/** What goes into a bundle: entries by filter, payloads by choice. */
export interface ExportOptions extends EntryFilter {
  /** Whether the payload of this commitment is disclosed; left out, all are. What is not, is named as withheld. */
  readonly disclose?: (hash: Hash) => boolean;
}

/** What a bundle is made from. */
export interface ExportSource {
  readonly ledger: Ledger;
  /** A head that covers the entries to export. */
  readonly head: HeldTreeHead;
  readonly payloads: PayloadStore;
  /** Wall clock, ms. */
  readonly at: number;
  readonly signer: Signer;
  /** Payloads that go along as they are stored, encrypted: for archives. */
  readonly sealed?: ReadonlySet<Hash>;
}

/**
 * Writes a bundle (decision D30): lines of canonical JSON, each with a newline. The first is an envelope with the
 * hash of every other one; then key, tree head, entries, payloads and what is absent of them. The whole log needs no
 * inclusion proofs, its root can be recomputed; everything less has one for each entry.
 *
 * @throws ETR_BAD_LEAF
 */
export async function exportLedger(source: ExportSource, options: ExportOptions): Promise<string> {
  const { ledger, head, at, signer } = source;
  const { origin, size } = head.open;
  const { scope, trace } = scopeOf(options);
  const { signed } = head;
  const lines: JsonObject[] = [
    { kind: 'key', kid: signer.kid, key: formatNoteKey({ name: origin, publicKey: signer.publicKey }) },
    { kind: 'head', checkpoint: signed.checkpoint, treeHead: envelopeJson(signed.treeHead) },
  ];
  const hashes = new Set<Hash>();
  let isStandard = false;
  for await (const { entry, bytes } of readEntries(ledger, options, size)) {
    const index = positionToJson(entry.index, 'index');
    const line = { kind: 'entry', index, leaf: fromUtf8(bytes) };
    const proof = scope === 'log' ? undefined : ledger.tree.inclusionProof(entry.index, size).map(hashText);
    lines.push(proof === undefined ? line : { ...line, proof });
    collectHashes(entry.data, hashes);
    isStandard ||= ledger.standard.has(entry.trace);
  }
  for (const hash of hashes) {
    const line = await payloadLine(source, hash, options.disclose ?? (() => true));
    if (line !== undefined) lines.push(line);
  }
  const texts = lines.map(canonicalize);
  const envelope = await signEnvelope({
    type: BUNDLE,
    head: { iss: issuerOf(signer), iat: at },
    body: {
      v: 1,
      origin,
      treeSize: positionToJson(size, 'treeSize'),
      scope,
      ...(trace === undefined ? {} : { trace }),
      ...(isStandard ? { tamperEvident: false } : {}),
      lines: texts.map((line) => hashBytes(utf8(line))),
    },
    signers: [signer],
    maxBytes: Number.MAX_SAFE_INTEGER,
  });
  const first = encodeEnvelope(envelope, { maxBytes: Number.MAX_SAFE_INTEGER });
  return [first, ...texts].map((line) => `${line}\n`).join('');
}

function scopeOf({ trace, agent, types, subject }: ExportOptions): { scope: Scope; trace?: string } {
  if (agent !== undefined || types !== undefined || subject !== undefined) return { scope: 'selection' };
  return trace === undefined ? { scope: 'log' } : { scope: 'trace', trace };
}

/** Undefined where the hash is not the commitment to a payload, but names something else. */
async function payloadLine(
  { payloads, sealed }: ExportSource,
  hash: Hash,
  disclose: (hash: Hash) => boolean,
): Promise<JsonObject | undefined> {
  const stored = sealed?.has(hash) === true ? await payloads.take(hash) : undefined;
  if (stored !== undefined) return { kind: 'sealed', hash, stored: base64url(stored) };
  const kept = await readKept(payloads, hash);
  if (kept.state === 'unknown') return undefined;
  if (kept.state !== 'kept') return { kind: 'absent', hash, reason: kept.state };
  if (!disclose(hash)) return { kind: 'absent', hash, reason: 'withheld' };
  return { kind: 'payload', hash, salt: base64url(kept.salt), json: fromUtf8(kept.bytes) };
}

/** One damaged payload must not keep a whole log from being shown: it is named as absent. */
async function readKept(
  payloads: PayloadStore,
  hash: Hash,
): Promise<Kept | { readonly state: 'unreadable' }> {
  try {
    return await payloads.read(hash);
  } catch (error) {
    if (isTtpError(error, 'ETR_PAYLOAD_UNREADABLE')) return { state: 'unreadable' };
    throw error;
  }
}

const envelopeJson = ({ type, head, body, sigs }: Envelope): Json => ({
  type,
  head: { ...head },
  body,
  sigs: sigs.map((signature) => ({ ...signature })),
});
