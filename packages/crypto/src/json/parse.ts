import { type Json, TtpError } from '@ttp/core';
import { fromUtf8, isWellFormed, utf8 } from '../bytes.js';
import type { CryptoErrorCode } from '../errors.js';
import { JSON_FOREIGN_MAX_DEPTH, JSON_MAX_BYTES, JSON_MAX_DEPTH, JSON_MAX_VALUES } from '../limits.js';
import { canonicalize } from './canonical.js';
import { fieldOf } from './field.js';

/**
 * How strictly to read (decision D7): `strict` for our own wire bytes, `foreign` for other systems' (deeper),
 * `envelope` for what is signed (integers only, canonical bytes, no key that could reach a prototype).
 */
export type JsonProfile = 'strict' | 'envelope' | 'foreign';

/** Options of {@link parseJson}. */
export interface ParseJsonOptions {
  readonly profile?: JsonProfile;
  /** Longest text, bytes; {@link JSON_MAX_BYTES} unless given. */
  readonly maxBytes?: number;
}

/**
 * Reads JSON as RFC 8259 has it, and refuses what two readers could understand differently (flaw.J1). Linear in
 * the length of the text. Objects of the result have no prototype.
 *
 * @param input UTF-8 bytes, or their text
 * @throws the CRYPTO_JSON_* codes, one for each kind of refusal, with the path in `field`
 */
export function parseJson(input: Uint8Array | string, options: ParseJsonOptions = {}): Json {
  const { profile = 'strict', maxBytes = JSON_MAX_BYTES } = options;
  const text = textOf(input, maxBytes);
  const reader = new Reader(text, profile);
  const value = reader.document();
  if (profile === 'envelope') {
    if (reader.values > JSON_MAX_VALUES) canonicalize(value); // refuses it
    if (!reader.canonical)
      throw new TtpError('CRYPTO_JSON_NOT_CANONICAL', 'the bytes are not the canonical form of their value');
  }
  return value;
}

function textOf(input: Uint8Array | string, maxBytes: number): string {
  // Callers without types hand over what a peer left out.
  if (typeof input !== 'string' && !ArrayBuffer.isView(input))
    throw new TtpError('CRYPTO_JSON_SYNTAX', 'neither text nor bytes');
  // A text has at least as many bytes as UTF-16 code units, so this bounds the work before it is done.
  if (input.length > maxBytes) throw tooLarge(maxBytes);
  if (typeof input === 'string') {
    if (!isWellFormed(input))
      throw new TtpError('CRYPTO_JSON_LONE_SURROGATE', 'the text holds a lone surrogate');
    // A code unit has three bytes at most, so a short text need not be written out to be measured.
    if (input.length * 3 > maxBytes && utf8(input).length > maxBytes) throw tooLarge(maxBytes);
    return input;
  }
  try {
    return fromUtf8(input);
  } catch (cause) {
    throw new TtpError('CRYPTO_JSON_BAD_UTF8', 'the bytes are not UTF-8', { cause });
  }
}

const tooLarge = (maxBytes: number): TtpError =>
  new TtpError('CRYPTO_JSON_TOO_LARGE', `more than ${maxBytes} bytes`);

const WHITE_SPACE = /[ \t\n\r]*/y;
// What may stand in a string as it is: control characters must be escaped (RFC 8259 section 7).
// oxlint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** One pass over one text, by recursive descent: the depth is capped far below what a stack can hold. */
class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #envelope: boolean;
  readonly #path: (string | number)[] = [];
  #at = 0;
  /** Values read so far. */
  values = 0;
  /**
   * Whether the text so far is the canonical form of what it says, where all its numbers are integers: no white space,
   * keys in order, integers and escapes in their one spelling. To write the value again and compare takes as long as
   * to read it.
   */
  canonical = true;

  constructor(text: string, profile: JsonProfile) {
    this.#text = text;
    this.#maxDepth = profile === 'foreign' ? JSON_FOREIGN_MAX_DEPTH : JSON_MAX_DEPTH;
    this.#envelope = profile === 'envelope';
  }

  document(): Json {
    if (this.#text.startsWith('\uFEFF')) throw this.#refuse('CRYPTO_JSON_BOM', 'a byte order mark');
    const value = this.#value();
    this.#skip();
    if (this.#at < this.#text.length) throw this.#refuse('CRYPTO_JSON_TRAILING', 'text after the value');
    return value;
  }

  #value(): Json {
    this.values++;
    this.#skip();
    const first = this.#text[this.#at];
    if (first === '{') return this.#nested(() => this.#object());
    if (first === '[') return this.#nested(() => this.#array());
    return first === '"' ? this.#string() : this.#literalOrNumber();
  }

  #nested<T>(read: () => T): T {
    if (this.#path.length >= this.#maxDepth)
      throw this.#refuse('CRYPTO_JSON_DEPTH', `nested deeper than ${this.#maxDepth}`);
    this.#at++;
    return read();
  }

  #object(): Json {
    const object: Record<string, Json> = Object.create(null);
    if (this.#next('}')) return object;
    let before = '';
    do {
      this.#skip();
      if (this.#text[this.#at] !== '"') throw this.#syntax('a key in double quotes');
      const key = this.#string();
      this.#path.push(key);
      this.#check(object, key);
      if (key < before) this.canonical = false; // by UTF-16 code units, as RFC 8785 3.2.3 has it
      before = key;
      if (!this.#next(':')) throw this.#syntax('":"');
      object[key] = this.#value();
      this.#path.pop();
    } while (this.#next(','));
    if (!this.#next('}')) throw this.#syntax('"," or "}"');
    return object;
  }

  #check(object: Readonly<Record<string, Json>>, key: string): void {
    if (key === '__proto__' || (this.#envelope && (key === 'constructor' || key === 'prototype')))
      throw this.#refuse('CRYPTO_JSON_FORBIDDEN_KEY', `the key ${JSON.stringify(key)}`);
    if (key in object)
      throw this.#refuse('CRYPTO_JSON_DUPLICATE_KEY', `the key ${JSON.stringify(key)} again`);
  }

  #array(): Json {
    const array: Json[] = [];
    if (this.#next(']')) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#next(','));
    if (!this.#next(']')) throw this.#syntax('"," or "]"');
    return array;
  }

  #string(): string {
    const start = this.#at++;
    let value = '';
    let escaped = false;
    for (;;) {
      value += this.#plain();
      const end = this.#text[this.#at];
      if (end === '"') break;
      if (end !== '\\') throw this.#syntax('the rest of a string');
      escaped = true;
      value += this.#escape();
    }
    this.#at++;
    // The text itself is well formed, so only an escape can have brought half of a pair.
    if (escaped && !isWellFormed(value)) throw this.#refuse('CRYPTO_JSON_LONE_SURROGATE', 'a lone surrogate');
    // Likewise only an escape can be needless, or be spelled in another way: what needs one is refused without.
    if (escaped && JSON.stringify(value) !== this.#text.slice(start, this.#at)) this.canonical = false;
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    this.#at += 2;
    if (letter === 'u') {
      const digits = this.#match(HEX4);
      if (digits === null) throw this.#syntax('four hexadecimal digits');
      return String.fromCharCode(Number.parseInt(digits[0], 16));
    }
    const character = ESCAPES.get(letter);
    if (character === undefined) throw this.#syntax('an escape of JSON');
    return character;
  }

  #literalOrNumber(): Json {
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    const token = this.#match(NUMBER);
    if (token === null) throw this.#syntax('a value');
    const number = Number(token[0]);
    if (token[1] === undefined && token[2] === undefined) {
      if (!Number.isSafeInteger(number))
        throw this.#refuse('CRYPTO_JSON_UNSAFE_INTEGER', 'an integer beyond 2^53-1');
      if (token[0] === '-0') this.canonical = false; // any other integer has one spelling in JSON
      return number;
    }
    if (this.#envelope) throw this.#refuse('CRYPTO_JSON_FRACTION', 'a number that is not an integer');
    if (!Number.isFinite(number))
      throw this.#refuse('CRYPTO_JSON_NUMBER_RANGE', 'a number that is not finite');
    return number;
  }

  /** Skips white space, then takes `character` if it comes next. */
  #next(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Over white space. A look at the next character is enough nearly always: our own texts have none. */
  #skip(): void {
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    const from = this.#at;
    WHITE_SPACE.lastIndex = from;
    WHITE_SPACE.test(this.#text);
    this.#at = WHITE_SPACE.lastIndex;
    if (this.#at > from) this.canonical = false;
  }

  /** The characters up to the next that has a meaning in a string. */
  #plain(): string {
    const from = this.#at;
    PLAIN.lastIndex = from;
    PLAIN.test(this.#text);
    this.#at = PLAIN.lastIndex;
    return this.#text.slice(from, this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #syntax(expected: string): TtpError {
    return this.#refuse('CRYPTO_JSON_SYNTAX', `expected ${expected}`);
  }

  #refuse(code: CryptoErrorCode, what: string): TtpError {
    return new TtpError(code, `${what} at character ${this.#at}`, { field: fieldOf(this.#path) });
  }
}
