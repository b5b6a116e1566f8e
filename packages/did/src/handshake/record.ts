import { concatBytes } from '@ttp/crypto';
import { SESSION_MESSAGE_MAX_BYTES } from '../limits.js';
import { refuse } from './refuse.js';
import type { Role } from './transcript.js';

/** What a record carries: a message, nothing but a new key, or the end of the session. */
export type RecordKind = 'message' | 'rekey' | 'close';

/** What stands in front of the ciphertext of a record, readable and authenticated. */
export interface RecordHeader {
  readonly kind: RecordKind;
  /** How often the key of this direction was replaced, from 0. */
  readonly epoch: number;
  /** Position among all records of this direction, from 0; it never starts again. */
  readonly sequence: bigint;
}

const KINDS: readonly RecordKind[] = ['message', 'rekey', 'close'];
/** One byte of kind, four of epoch, eight of sequence, big-endian. */
const HEADER_BYTES = 13;
const TAG_BYTES = 16;

/** The bytes of a header. */
export function encodeHeader({ kind, epoch, sequence }: RecordHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KINDS.indexOf(kind));
  view.setUint32(1, epoch);
  view.setBigUint64(5, sequence);
  return bytes;
}

/** A record in its parts. Throws DID_SESSION_RECORD. */
export function readRecord(bytes: Uint8Array): RecordHeader & { readonly ciphertext: Uint8Array } {
  const body = bytes.length - HEADER_BYTES - TAG_BYTES;
  if (!(body >= 0 && body <= SESSION_MESSAGE_MAX_BYTES))
    throw refuse('DID_SESSION_RECORD', 'length', 'shorter or longer than a record is');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const kind = KINDS[view.getUint8(0)];
  if (kind === undefined || (kind !== 'message' && body > 0))
    throw refuse('DID_SESSION_RECORD', 'kind', 'no kind of record, or one that carries nothing');
  return {
    kind,
    epoch: view.getUint32(1),
    sequence: view.getBigUint64(5),
    ciphertext: bytes.subarray(HEADER_BYTES),
  };
}

/** The nonce of AES-256-GCM: the sequence, which under one key comes once. */
export function ivOf({ sequence }: RecordHeader): Uint8Array {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setBigUint64(4, sequence);
  return iv;
}

/**
 * What is authenticated beside the text: session, direction, kind, epoch and sequence. A record of another session,
 * of the other direction or of another place is none.
 *
 * @param session the 32 bytes of its name
 */
export const aadOf = (session: Uint8Array, sender: Role, header: RecordHeader): Uint8Array =>
  concatBytes(session, Uint8Array.of(sender === 'initiator' ? 1 : 2), encodeHeader(header));
