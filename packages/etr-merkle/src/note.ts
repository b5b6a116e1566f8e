import { type Signer, TtpError } from '@ttp/core';
import {
  base64,
  concatBytes,
  equalBytes,
  fromBase64,
  hex,
  registerKey,
  sha256,
  utf8,
  verifySignature,
} from '@ttp/crypto';
import { NOTE_MAX_BYTES, NOTE_SIGNATURES_MAX } from './limits.js';

/** The purpose of decision D6 under which a key signs the text of a note. */
const NOTE_PURPOSE = 'signed-note';

/** A key as notes know it: a name, usually the origin of a log, and an Ed25519 public key. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  /** Four bytes that tell keys of one name apart; a hint, not a hash to rely on. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signed note taken apart. Nothing of it is to be believed before {@link verifyNote}. */
export interface Note {
  /** What was signed, with its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Signature type of Ed25519 (C2SP signed-note). */
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const DASH = '\u2014';
const NAME = /^[^\s\p{Cc}+]+$/u;
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;

/** Whether `name` can name a key: not empty, no spaces, no plus sign (C2SP signed-note). */
export const isKeyName = (name: string): boolean => NAME.test(name);

/** The first four bytes of SHA-256(name || newline || 0x01 || public key) (C2SP signed-note, Ed25519). */
export function noteKeyId({ name, publicKey }: NoteKey): Uint8Array {
  const input = concatBytes(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey);
  return sha256(input).slice(0, KEY_ID_BYTES);
}

/** The key in the form operators exchange: `name+id+key`, id in hexadecimal, key in base64 after its type byte. */
export function formatNoteKey(key: NoteKey): string {
  return `${key.name}+${hex(noteKeyId(key))}+${base64(concatBytes(Uint8Array.of(ED25519), key.publicKey))}`;
}

/** A key read from {@link formatNoteKey}'s form. Throws ETR_BAD_NOTE, and CRYPTO_WEAK_KEY for a key nobody may use. */
export function parseNoteKey(text: string): NoteKey {
  // Neither a name nor an id holds a plus sign; base64 does.
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) ?? [];
  const bytes = decodeBase64(encoded);
  if (!isKeyName(name) || bytes?.[0] !== ED25519 || bytes.length !== 33)
    throw new TtpError('ETR_BAD_NOTE', 'not a key of a signed note');
  const key = { name, publicKey: bytes.slice(1) };
  registerKey(key.publicKey);
  if (hex(noteKeyId(key)) !== id) throw new TtpError('ETR_BAD_NOTE', 'the id is not the one of this key');
  return key;
}

/**
 * Takes a signed note apart (C2SP signed-note). Strict: one encoding, no control characters, canonical base64.
 *
 * @throws ETR_BAD_NOTE
 */
export function parseNote(note: string): Note {
  // The length in UTF-16 bounds the work of what follows; there are never fewer bytes than that.
  if (note.length > NOTE_MAX_BYTES) throw malformed('too long');
  if (FORBIDDEN.test(note)) throw malformed('a control character or lone surrogate');
  if (utf8(note).length > NOTE_MAX_BYTES) throw malformed('too long');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) throw malformed('no blank line, or no newline at the end');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > NOTE_SIGNATURES_MAX) throw malformed('too many signatures');
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

/**
 * Signs the text as a note.
 *
 * @param text ends in a newline; what C2SP signed-note allows
 * @param name the key's name in the note
 * @param signer a key with the purpose `signed-note`
 * @throws ETR_BAD_NOTE, CRYPTO_PURPOSE_NOT_ALLOWED
 */
export async function signNote(text: string, name: string, signer: Signer): Promise<string> {
  if (!isKeyName(name)) throw malformed('the name of a key has no spaces and no plus sign');
  const signature = await signer.sign(NOTE_PURPOSE, utf8(text));
  const keyId = noteKeyId({ name, publicKey: signer.publicKey });
  const note = `${text}\n${DASH} ${name} ${base64(concatBytes(keyId, signature))}\n`;
  if (parseNote(note).text !== text) throw malformed('the text');
  return note;
}

/**
 * Verifies a note against the keys the caller trusts. Signatures of other keys are ignored; one of a trusted key that
 * does not verify rejects the note; a key counts once however often it signed.
 *
 * @returns the text, which may be believed as far as the keys are, and the keys that signed it
 * @throws ETR_BAD_NOTE, ETR_NOTE_SIGNATURE, ETR_NOTE_UNTRUSTED
 */
export function verifyNote(note: string, keys: readonly NoteKey[]): { text: string; signers: NoteKey[] } {
  const { text, signatures } = parseNote(note);
  const payload = utf8(text);
  const known = keys.map((key) => ({ key, id: noteKeyId(key) }));
  const signers = new Set<NoteKey>();
  for (const { name, keyId, signature } of signatures) {
    for (const { key, id } of known) {
      if (key.name !== name || !equalBytes(id, keyId)) continue;
      const { publicKey } = key;
      if (!verifySignature({ purpose: NOTE_PURPOSE, payload, signature, publicKey }))
        throw new TtpError('ETR_NOTE_SIGNATURE', `the signature of ${name} does not verify`);
      signers.add(key);
    }
  }
  if (signers.size === 0) throw new TtpError('ETR_NOTE_UNTRUSTED', 'no trusted key signed the note');
  return { text, signers: [...signers] };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name, encoded, ...surplus] = line.split(' ');
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (dash !== DASH || name === undefined || !isKeyName(name) || surplus.length > 0)
    throw malformed('a signature line');
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) throw malformed('a signature');
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** Undefined for what is not canonical base64: the caller names what it was meant to be. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

const malformed = (what: string): TtpError<'ETR_BAD_NOTE'> =>
  new TtpError('ETR_BAD_NOTE', `not a signed note: ${what}`);
