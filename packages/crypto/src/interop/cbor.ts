import { TtpError } from '@ttp/core';
import { concatBytes, fromUtf8, utf8 } from '../bytes.js';
import { hex } from '../encoding/hex.js';
import { CBOR_MAX_DEPTH, FOREIGN_MAX_BYTES } from '../limits.js';

/** What COSE headers are made of: no tags, floats, big numbers or `undefined`; keys are numbers and texts. */
export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap;
/** A map, in the order of its encoded keys. */
export type CborMap = ReadonlyMap<number | string, Cbor>;

/** Major types of RFC 8949 section 3.1. */
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE] = [0, 1, 2, 3, 4, 5, 6, 7];
const [FALSE, TRUE, NULL] = [20, 21, 22];

/** Whether the value is a map. */
export const isCborMap = (value: Cbor | undefined): value is CborMap => value instanceof Map;

/** The deterministic encoding of a value (RFC 8949 section 4.2.1). Throws CRYPTO_CBOR for a number beyond +-(2^53-2) or with a fraction, CRYPTO_BAD_UTF8. */
export function encodeCbor(value: Cbor): Uint8Array {
  if (value === null) return head(SIMPLE, NULL);
  if (typeof value === 'boolean') return head(SIMPLE, value ? TRUE : FALSE);
  if (typeof value === 'number') return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  if (typeof value === 'string') return withHead(TEXT, utf8(value));
  if (value instanceof Uint8Array) return withHead(BYTES, value);
  if (isCborMap(value)) {
    const pairs = [...value].map(([key, member]) => ({ key: encodeCbor(key), member: encodeCbor(member) }));
    const sorted = pairs.sort((a, b) => (hex(a.key) < hex(b.key) ? -1 : 1));
    return concatBytes(head(MAP, pairs.length), ...sorted.flatMap(({ key, member }) => [key, member]));
  }
  return concatBytes(head(ARRAY, value.length), ...value.map(encodeCbor));
}

/** The encoding of a value under a tag. */
export const encodeTagged = (tag: number, value: Cbor): Uint8Array =>
  concatBytes(head(TAG, tag), encodeCbor(value));

const withHead = (major: number, bytes: Uint8Array): Uint8Array =>
  concatBytes(head(major, bytes.length), bytes);

/** Major type and argument, in the fewest bytes. */
function head(major: number, argument: number): Uint8Array {
  if (!Number.isSafeInteger(argument + 1)) throw refused('a number beyond 2^53-2, or no integer');
  const extra =
    argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 2 ** 32 ? 4 : 8;
  const bytes = new Uint8Array(1 + extra);
  bytes[0] = (major << 5) | (extra === 0 ? argument : 24 + Math.log2(extra));
  for (let i = extra, rest = argument; i > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

/** What was read, and under which tag. */
export interface ReadCbor {
  readonly value: Cbor;
  readonly tag: number | undefined;
}

/**
 * Reads one value in deterministic encoding (RFC 8949 section 4.2.1), under a tag or not: numbers and lengths in the
 * fewest bytes, keys in order and none twice, nothing of indefinite length. Two readers then cannot understand it
 * differently. Linear in the length.
 *
 * @throws CRYPTO_CBOR; CRYPTO_FOREIGN_TOO_LARGE beyond {@link FOREIGN_MAX_BYTES}
 */
export function readCbor(bytes: Uint8Array): ReadCbor {
  if (bytes.length > FOREIGN_MAX_BYTES)
    throw new TtpError('CRYPTO_FOREIGN_TOO_LARGE', `more than ${FOREIGN_MAX_BYTES} bytes`);
  const reader = new Reader(bytes);
  const tag = reader.tag();
  const value = reader.value(CBOR_MAX_DEPTH);
  reader.end();
  return { value, tag };
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The tag that comes next, if one does. */
  tag(): number | undefined {
    return (this.#bytes[this.#at] ?? 0) >> 5 === TAG ? this.#head().argument : undefined;
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw refused('bytes after the value');
  }

  value(depth: number): Cbor {
    const { major, argument } = this.#head();
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return -1 - argument;
    if (major === BYTES) return this.#take(argument).slice();
    if (major === TEXT) return this.#text(argument);
    if (major === ARRAY) return this.#array(argument, depth);
    if (major === MAP) return this.#map(argument, depth);
    if (major === SIMPLE && argument === NULL) return null;
    if (major === SIMPLE && (argument === FALSE || argument === TRUE)) return argument === TRUE;
    throw refused('a tag, a float, or a simple value');
  }

  #head(): { readonly major: number; readonly argument: number } {
    const first = this.#take(1)[0] ?? 0;
    const [major, short] = [first >> 5, first & 31];
    if (short < 24) return { major, argument: short };
    // Of the simple values none but the short ones are read, and floats would follow these bytes.
    if (short > 27 || major === SIMPLE) throw refused('an indefinite length, a float, or no head');
    const extra = 1 << (short - 24);
    let argument = 0;
    for (const byte of this.#take(extra)) argument = 256 * argument + byte;
    const least = extra === 1 ? 24 : 2 ** (4 * extra);
    if (argument < least) throw refused('more bytes than the number needs');
    if (!Number.isSafeInteger(argument + 1)) throw refused('a number beyond 2^53-2');
    return { major, argument };
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw refused('the end comes too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #text(length: number): string {
    try {
      return fromUtf8(this.#take(length));
    } catch (cause) {
      throw refused('a text that is not UTF-8', cause);
    }
  }

  #array(length: number, depth: number): readonly Cbor[] {
    const members: Cbor[] = [];
    const within = this.#within(length, depth);
    while (members.length < length) members.push(this.value(within));
    return members;
  }

  #map(size: number, depth: number): CborMap {
    const members = new Map<number | string, Cbor>();
    const within = this.#within(size, depth);
    let before = '';
    while (members.size < size) {
      const start = this.#at;
      const key = this.value(within);
      if (typeof key !== 'number' && typeof key !== 'string') throw refused('a key of another type');
      const encoded = hex(this.#bytes.subarray(start, this.#at));
      if (encoded <= before) throw refused('a key again, or out of order');
      before = encoded;
      members.set(key, this.value(within));
    }
    return members;
  }

  /** The depth that is left inside of an array or map of so many members. */
  #within(members: number, depth: number): number {
    if (depth === 0) throw refused(`nested deeper than ${CBOR_MAX_DEPTH}`);
    // Each member takes a byte at least: a count beyond that is refused before anything is made room for.
    if (members > this.#bytes.length - this.#at) throw refused('the end comes too early');
    return depth - 1;
  }
}

const refused = (why: string, cause?: unknown): TtpError =>
  new TtpError('CRYPTO_CBOR', why, cause === undefined ? {} : { cause });
