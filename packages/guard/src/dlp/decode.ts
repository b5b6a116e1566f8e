import { sequenceLength } from './escapes.js';
import { SHORTEST_FINDING } from './rules.js';
import { runView, type View } from './view.js';

/**
 * Runs of base64, both alphabets. Lines of 60 and more characters may be joined by line breaks, as MIME and PEM do.
 * 15 characters hold the shortest thing that is searched for, an SSN of 11. Linear: from any start, a run is
 * walked at most twice.
 */
const BASE64 = /(?:(?:[A-Za-z0-9+/]{60,}\r?\n)+[A-Za-z0-9+/]*|[A-Za-z0-9+/]{15,})={0,2}/g;
const BASE64URL = /[A-Za-z0-9_-]{15,}/g;
/** What a text needs to hold a run of any of the three: the longest pairs that {@link HEX} finds are apart by one. */
const RUN = /[A-Za-z0-9+/_-]{15}|[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2}){10}/;
/** Pairs of hexadecimal digits, also apart by one space or colon. 11 bytes are the shortest thing searched for. */
const HEX = /[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2}){10,}[0-9A-Fa-f]?/g;

const utf8 = /* @__PURE__ */ new TextDecoder();

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Value of each ASCII character in either alphabet; 255 for none. */
const SEXTETS = new Uint8Array(128).fill(255);
for (let i = 0; i < ALPHABET.length; i++) SEXTETS[ALPHABET.charCodeAt(i)] = i;
for (const [character, value] of [
  ['+', 62],
  ['-', 62],
  ['/', 63],
  ['_', 63],
] as const)
  SEXTETS[character.charCodeAt(0)] = value;

/** What the base64 and hex runs of a view decode to, but noise; what is found in one stands for its whole run. */
export function* decodeRuns(view: View): Generator<View> {
  if (!RUN.test(view.text)) return;
  yield* decoded(view, BASE64, /[+/]/g, decodeBase64);
  yield* decoded(view, BASE64URL, /[-_]/g, decodeBase64);
  yield* decoded(view, HEX, undefined, decodeHex);
}

function* decoded(
  view: View,
  pattern: RegExp,
  joints: RegExp | undefined,
  decode: (run: string) => Iterable<Uint8Array>,
): Generator<View> {
  for (const match of view.text.matchAll(pattern)) {
    const [run] = match;
    // Without its own characters, a run of the URL alphabet was already found as one of the standard alphabet.
    if (pattern === BASE64URL && !/[-_]/.test(run)) continue;
    const end = view.end(match.index + run.length - 1);
    for (const alignment of joints === undefined ? [0] : alignments(run, joints))
      for (const bytes of decode(run.slice(alignment)))
        if (mayHold(bytes)) yield runView(utf8.decode(bytes), view.start(match.index + alignment), end);
  }
}

/** What one character of two UTF-8 bytes can stand for (NFKC), in characters; a longer one for more than any finding needs. */
const SHORT_CHARACTER_UNITS = 3;

/**
 * Whether bytes can be text that holds anything. Most paths and names decode to noise, in which most bytes beyond
 * ASCII read as U+FFFD; nothing that is searched for, and no encoding of it, goes across one of those.
 */
function mayHold(bytes: Uint8Array): boolean {
  let units = 0;
  for (let i = 0; i < bytes.length; ) {
    const isAscii = (bytes[i] ?? 0) < 0x80;
    const length = isAscii ? 1 : sequenceLength(bytes, i);
    if (length > 2) return true;
    if (length === 2) units += SHORT_CHARACTER_UNITS;
    else units = isAscii ? units + 1 : 0;
    if (units >= SHORTEST_FINDING) return true;
    i += length;
  }
  return false;
}

/**
 * Where base64 may begin inside a run: `/` and `_` also join words and paths, so `files/NTE2...` is not in step
 * from its start. Of all beginnings after a joint, the first in each of the four steps reads the most.
 */
function alignments(run: string, joints: RegExp): number[] {
  const found = [0];
  const seen = new Set([0]);
  for (const joint of run.matchAll(joints)) {
    const begin = joint.index + 1;
    if (seen.has(begin % 4)) continue;
    seen.add(begin % 4);
    found.push(begin);
    if (seen.size === 4) break;
  }
  return found;
}

/** Forgiving: line breaks and padding are passed over, left-over bits dropped. */
function* decodeBase64(run: string): Generator<Uint8Array> {
  const bytes = new Uint8Array(Math.ceil((run.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < run.length; i++) {
    const sextet = SEXTETS[run.charCodeAt(i)] ?? 255;
    if (sextet === 255) continue;
    bits = ((bits << 6) | sextet) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = (bits >> count) & 0xff;
  }
  yield bytes.subarray(0, length);
}

/** In both steps, since a digit may stand before the first pair. */
function* decodeHex(run: string): Generator<Uint8Array> {
  const digits = run.replaceAll(/[ :]/g, '');
  for (const offset of [0, 1]) {
    const bytes = new Uint8Array((digits.length - offset) >> 1);
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = (nibble(digits, offset + i * 2) << 4) | nibble(digits, offset + i * 2 + 1);
    yield bytes;
  }
}

/** Value of a hexadecimal digit: `0`-`9` are 0x30-0x39, `A`-`F` and `a`-`f` end in 1 to 6. */
function nibble(digits: string, i: number): number {
  const code = digits.charCodeAt(i);
  return code < 0x40 ? code & 0xf : (code & 0xf) + 9;
}
