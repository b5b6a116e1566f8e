import { type Signer, TtpError } from '@ttp/core';
import { base64 } from '@ttp/crypto';
import { requireHash } from './hash.js';
import { HASH_BYTES, TREE_SIZE_MAX } from './limits.js';
import { decodeBase64, isKeyName, type NoteKey, signNote, verifyNote } from './note.js';

/** What a checkpoint says about a log (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log, such as `<did:ttp of the enforcement point>/log/0` (decision D28). */
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Lines after the root; opaque, and none are written here. */
  readonly extensions: readonly string[];
}

const SIZE = /^(?:0|[1-9][0-9]{0,19})$/;

/**
 * The checkpoint of a log as a signed note. The key's name is the origin.
 *
 * @param signer the log key, purpose `signed-note`
 * @throws ETR_BAD_ORIGIN, ETR_BAD_HASH, ETR_BAD_POSITION, CRYPTO_PURPOSE_NOT_ALLOWED
 */
export async function signCheckpoint(
  head: { readonly origin: string; readonly size: bigint; readonly root: Uint8Array },
  signer: Signer,
): Promise<string> {
  const { origin, size, root } = head;
  if (!isKeyName(origin))
    throw new TtpError('ETR_BAD_ORIGIN', `not an origin: ${JSON.stringify(origin.slice(0, 80))}`);
  if (size < 0n || size > TREE_SIZE_MAX) throw new TtpError('ETR_BAD_POSITION', `not a tree size: ${size}`);
  requireHash(root);
  return signNote(`${origin}\n${size}\n${base64(root)}\n`, origin, signer);
}

/**
 * Reads the text of a note as a checkpoint. It says nothing about signatures: see {@link openCheckpoint}.
 *
 * @param text the note's text, as `verifyNote` returns it
 * @throws ETR_BAD_CHECKPOINT
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', decimal = '', encoded = ''] = lines;
  if (lines.at(-1) !== '' || lines.length < 4 || lines.slice(0, -1).includes(''))
    throw malformed('it is at least three lines, none of them empty');
  const size = SIZE.test(decimal) ? BigInt(decimal) : undefined;
  if (size === undefined || size > TREE_SIZE_MAX) throw malformed('the second line is a decimal size');
  const root = decodeBase64(encoded);
  if (root?.length !== HASH_BYTES) throw malformed('the third line is a root in base64');
  return { origin, size, root, extensions: lines.slice(3, -1) };
}

/**
 * Verifies a checkpoint with the key of its log.
 *
 * @param note the signed note
 * @param key the log's key, named by the log's origin
 * @throws ETR_BAD_NOTE, ETR_NOTE_SIGNATURE, ETR_NOTE_UNTRUSTED, ETR_BAD_CHECKPOINT, ETR_BAD_ORIGIN where the key
 * signed for another log
 */
export function openCheckpoint(note: string, key: NoteKey): Checkpoint {
  const checkpoint = parseCheckpoint(verifyNote(note, [key]).text);
  if (checkpoint.origin !== key.name)
    throw new TtpError('ETR_BAD_ORIGIN', `a checkpoint of ${checkpoint.origin}, not of ${key.name}`);
  return checkpoint;
}

const malformed = (what: string): TtpError<'ETR_BAD_CHECKPOINT'> =>
  new TtpError('ETR_BAD_CHECKPOINT', `not a checkpoint: ${what}`);
