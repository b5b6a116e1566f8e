import { TtpError } from '@ttp/core';
import { base64, fromBase64 } from '../encoding/base64.js';
import { HTTP_FIELD_MAX_CHARS } from '../limits.js';

/** A value without parameters (RFC 8941 section 3.3). */
export type BareItem =
  | { readonly type: 'integer' | 'decimal'; readonly value: number }
  | { readonly type: 'string' | 'token'; readonly value: string }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean };
/** Parameters in their order; no key twice. */
export type Parameters = ReadonlyMap<string, BareItem>;
/** A value with its parameters. */
export interface Item {
  readonly item: BareItem;
  readonly params: Parameters;
}
/** Items in parentheses with the parameters of the whole. */
export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Parameters;
}
/** A member of a dictionary or list. */
export type Member = Item | InnerList;
/** Members by key, in their order; no key twice. */
export type Dictionary = ReadonlyMap<string, Member>;

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?/y;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][\w!#$%&'*+.^|~:/\x60-]*/y;
const BINARY = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;
const SPACES = / */y;
const BLANKS = /[ \t]*/y;

const syntax = (what: string): TtpError => new TtpError('CRYPTO_HTTP_SYNTAX', what);

/**
 * Reads structured fields as RFC 8941 says, which is what RFC 9421 and 9530 are written in, and refuses two things
 * that it allows: a key twice, where readers could differ in which one they take, and a second spelling of base64.
 * Every step consumes what it read: linear time.
 */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    if (text.length > HTTP_FIELD_MAX_CHARS) throw syntax(`longer than ${HTTP_FIELD_MAX_CHARS} characters`);
    this.#text = text;
    this.#take(SPACES);
  }

  /** What the pattern matches here, which is then read. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(char: string): boolean {
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at++;
    return true;
  }

  #key(): string {
    const key = this.#take(KEY);
    if (key === undefined) throw syntax(`no key at ${this.#at}`);
    return key;
  }

  /** Refuses whatever follows but spaces. */
  end(): void {
    this.#take(SPACES);
    if (this.#at < this.#text.length) throw syntax(`not expected at ${this.#at}`);
  }

  bare(): BareItem {
    const string = this.#take(STRING);
    if (string !== undefined)
      return { type: 'string', value: string.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') };
    const token = this.#take(TOKEN);
    if (token !== undefined) return { type: 'token', value: token };
    const number = this.#take(NUMBER);
    if (number !== undefined) return numberOf(number);
    const binary = this.#take(BINARY);
    if (binary !== undefined) return { type: 'binary', value: bytesOf(binary.slice(1, -1)) };
    const boolean = this.#take(BOOLEAN);
    if (boolean !== undefined) return { type: 'boolean', value: boolean === '?1' };
    throw syntax(`no value at ${this.#at}`);
  }

  params(): Parameters {
    const params = new Map<string, BareItem>();
    while (this.#skip(';')) {
      this.#take(SPACES);
      const key = this.#key();
      if (params.has(key)) throw syntax(`the parameter ${key} twice`);
      params.set(key, this.#skip('=') ? this.bare() : { type: 'boolean', value: true });
    }
    return params;
  }

  item(): Item {
    const item = this.bare();
    return { item, params: this.params() };
  }

  #innerList(): InnerList {
    const items: Item[] = [];
    for (;;) {
      this.#take(SPACES);
      if (this.#skip(')')) return { items, params: this.params() };
      items.push(this.item());
      const next = this.#text.charAt(this.#at);
      if (next !== ' ' && next !== ')') throw syntax(`neither space nor parenthesis at ${this.#at}`);
    }
  }

  dictionary(): Dictionary {
    const members = new Map<string, Member>();
    if (this.#at === this.#text.length) return members;
    for (;;) {
      const key = this.#key();
      if (members.has(key)) throw syntax(`the member ${key} twice`);
      members.set(key, this.#member());
      this.#take(BLANKS);
      if (this.#at === this.#text.length) return members;
      if (!this.#skip(',')) throw syntax(`not expected at ${this.#at}`);
      this.#take(BLANKS);
    }
  }

  #member(): Member {
    if (!this.#skip('=')) return { item: { type: 'boolean', value: true }, params: this.params() };
    return this.#skip('(') ? this.#innerList() : this.item();
  }
}

function numberOf(text: string): BareItem {
  const [whole = '', fraction] = text.replace('-', '').split('.');
  const value = Number(text);
  if (fraction === undefined) {
    if (whole.length > 15) throw syntax('an integer of more than 15 digits');
    return { type: 'integer', value: value === 0 ? 0 : value };
  }
  if (whole.length > 12 || fraction.length > 3)
    throw syntax('a decimal of more than 12 digits before the point, or 3 after it');
  return { type: 'decimal', value };
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new TtpError('CRYPTO_HTTP_SYNTAX', 'not canonical base64', { cause });
  }
}

/** Reads a field that is one item. Throws CRYPTO_HTTP_SYNTAX. */
export function parseItem(text: string): Item {
  const reader = new Reader(text);
  const item = reader.item();
  reader.end();
  return item;
}

/** Reads a field that is a dictionary. Throws CRYPTO_HTTP_SYNTAX, also for a key that stands there twice. */
export const parseDictionary = (text: string): Dictionary => new Reader(text).dictionary();

/** Whether a member is an inner list. */
export const isInnerList = (member: Member): member is InnerList => 'items' in member;

/** The one spelling of a string. Throws CRYPTO_HTTP_SYNTAX where it holds what is not printable ASCII. */
export function writeString(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw syntax('a string of structured fields is printable ASCII');
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function writeBare({ type, value }: BareItem): string {
  if (type === 'string') return writeString(value);
  if (type === 'binary') return `:${base64(value)}:`;
  if (type === 'boolean') return value ? '?1' : '?0';
  return type === 'decimal' && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** The one spelling of parameters. */
function writeParams(params: Parameters): string {
  let text = '';
  for (const [key, value] of params)
    text += value.type === 'boolean' && value.value ? `;${key}` : `;${key}=${writeBare(value)}`;
  return text;
}

/** The one spelling of an item or inner list (RFC 8941 section 4.1). */
export function writeMember(member: Member): string {
  const text = isInnerList(member)
    ? `(${member.items.map((item) => writeMember(item)).join(' ')})`
    : writeBare(member.item);
  return text + writeParams(member.params);
}
