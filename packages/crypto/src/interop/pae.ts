import { concatBytes, utf8 } from '../bytes.js';

/** What every pre-authentication encoding begins with. */
export const PAE_PREFIX = 'DSSEv1 ';

/** What is signed of a DSSE envelope: its payload and what type it is of, each behind its length (DSSE 1.0.0 PAE). */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concatBytes(utf8(`${PAE_PREFIX}${type.length} `), type, utf8(` ${payload.length} `), payload);
}

/** Whether the bytes are the pre-authentication encoding of a payload with a type. */
export function isPae(bytes: Uint8Array): boolean {
  const type = measured(bytes, PAE_PREFIX.length);
  if (type === undefined || type.end === type.start || bytes[type.end] !== SPACE) return false;
  const body = measured(bytes, type.end + 1);
  if (body?.end !== bytes.length) return false;
  // What is decoded and written again equals what came only if the prefix, the lengths and the UTF-8 are right.
  const text = new TextDecoder().decode(bytes.subarray(type.start, type.end));
  const again = pae(text, bytes.subarray(body.start));
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
}

const SPACE = 0x20;
const ZERO = 0x30;

/** The range of a field whose decimal length and a space stand at `at`; undefined for one that is not there whole. */
function measured(
  bytes: Uint8Array,
  at: number,
): { readonly start: number; readonly end: number } | undefined {
  let length = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === SPACE && i > at)
      return i + 1 + length <= bytes.length ? { start: i + 1, end: i + 1 + length } : undefined;
    if (byte < ZERO || byte > ZERO + 9 || length > bytes.length) return undefined;
    length = 10 * length + byte - ZERO;
  }
  return undefined;
}
