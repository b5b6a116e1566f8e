import { TtpError } from '@ttp/core';
import { RESOURCE_MAX_BYTES } from './limits.js';

/** A resource in its one canonical spelling (decision D15). */
export class Resource {
  /** `scheme:a/b`, or `a/b`. */
  readonly text: string;
  /** Where the path begins in `text`. */
  readonly start: number;
  /**
   * Hashes of the scheme alone, then with one segment more each time, up to the whole text: an index finds beginnings
   * by them without cutting the text up.
   */
  readonly hashes: readonly number[];
  #segments: readonly string[] | undefined;

  constructor(text: string, start: number, hashes: readonly number[]) {
    this.text = text;
    this.start = start;
    this.hashes = hashes;
  }

  /** Lowercase, without the colon; empty for none. */
  get scheme(): string {
    return this.start === 0 ? '' : this.text.slice(0, this.start - 1);
  }

  /** Split when first asked for: most verdicts need none of them. */
  get segments(): readonly string[] {
    this.#segments ??= this.text.slice(this.start).split('/');
    return this.#segments;
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const TILDE = 0x7e;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const FORBIDDEN = /[\p{Cc}\p{Cs}\\]/u;
/**
 * Escapes that spell something differently which could be written plainly (unreserved characters), or that become
 * a separator, a dot, a control character or another escape when somebody decodes them; `c0` and `c1` begin
 * overlong UTF-8, which has no other use (flaw.P5).
 */
const ESCAPE = /%(?:[01][0-9a-f]|2[5def]|3[0-9a]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef]|c[01])/i;

/**
 * The canonical spelling of a resource: an optional `scheme:` (whose `//`, or one leading `/`, is no empty
 * segment) and segments. Two spellings of one resource come out equal, so they get one verdict (law.P-7).
 *
 * @param text such as `s3://bucket/key`, `api/v1/data/x`, `db:customers/7`; at most 2048 bytes of UTF-8
 * @throws SPL_BAD_RESOURCE for `.` and `..`, empty segments, encoded separators, backslash, NUL and other control
 * characters, text that is not in Unicode NFC, and whatever is too long (decision D15, flaw.P5)
 */
export function normalizeResource(text: string): string {
  const resource = readResource(text);
  if (typeof resource === 'string') throw new TtpError('SPL_BAD_RESOURCE', resource, { field: 'resource' });
  return resource.text;
}

/** Like {@link normalizeResource}, in parts; or a text that says what is wrong with it. */
export function readResource(text: string): Resource | string {
  return readPlain(text) ?? readAny(text);
}

/**
 * The same in one pass, for what is nearly every resource: printable ASCII without escapes and bad segments.
 * Whatever is not is left to `readAny`, which alone refuses.
 */
function readPlain(given: string): Resource | undefined {
  if (given.length > RESOURCE_MAX_BYTES) return undefined;
  let text = given;
  let hash = 0;
  let at = 0;
  let start = 0;
  let unit = text.charCodeAt(0);
  if (unit === SLASH) text = text.slice(1);
  else {
    for (; unit >= LOWER_A && unit <= LOWER_Z; unit = text.charCodeAt(++at)) hash = hashed(hash, unit);
    if (unit === COLON && at > 0) {
      hash = hashed(hash, COLON);
      start = ++at;
      if (text.charCodeAt(at) === SLASH) text = withoutSlashes(text, at);
    }
  }
  const hashes = start === 0 ? [0] : [hash];
  let segment = start;
  for (; at < text.length; at++) {
    unit = text.charCodeAt(at);
    // Most are lowercase letters, and need no second look.
    if (unit < LOWER_A || unit > LOWER_Z) {
      if (unit === SLASH) {
        if (isBadSegment(text, segment, at)) return undefined;
        hashes.push(hash);
        segment = at + 1;
      } else if (!isPlain(unit)) return undefined;
      // In the first segment it could belong to a scheme.
      else if (unit === COLON && segment === 0) return undefined;
    }
    hash = hashed(hash, unit);
  }
  if (isBadSegment(text, segment, text.length)) return undefined;
  hashes.push(hash);
  return new Resource(text, start, hashes);
}

/** The text without the `//`, or the one `/`, that stands after its scheme. */
function withoutSlashes(text: string, at: number): string {
  return text.slice(0, at) + text.slice(text.charCodeAt(at + 1) === SLASH ? at + 2 : at + 1);
}

const isPlain = (unit: number): boolean =>
  unit >= 0x20 && unit <= TILDE && unit !== PERCENT && unit !== BACKSLASH;

/** One step of a hash that is found again by comparing texts: it needs to be quick, not strong. */
const hashed = (hash: number, unit: number): number => (Math.imul(hash, 31) + unit) | 0;

/** The hashes of a text in its canonical spelling, whose path begins at `start`. */
function hashesOf(text: string, start: number): readonly number[] {
  const hashes: number[] = [];
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (at === start || (unit === SLASH && at > start)) hashes.push(hash);
    hash = hashed(hash, unit);
  }
  hashes.push(hash);
  return hashes;
}

/** Whether `prefix`, a scheme or whole segments, is the beginning of a resource in whole segments. */
export function beginsWith({ text, start }: Resource, prefix: string): boolean {
  const { length } = prefix;
  return (
    (length === text.length || length === start || text.charCodeAt(length) === SLASH) &&
    text.startsWith(prefix)
  );
}

/** Whether a segment is empty, `.` or `..`. */
function isBadSegment(text: string, from: number, to: number): boolean {
  if (to - from > 2) return false;
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== DOT) return false;
  return true;
}

function readAny(text: string): Resource | string {
  // A code unit takes at most three bytes, so short texts need no encoding to be measured.
  if (
    text.length > RESOURCE_MAX_BYTES ||
    (text.length * 3 > RESOURCE_MAX_BYTES && utf8Length(text) > RESOURCE_MAX_BYTES)
  )
    return `the resource has more than ${RESOURCE_MAX_BYTES} bytes`;
  if (FORBIDDEN.test(text)) return 'the resource holds a control character, a backslash or half a character';
  if (text.normalize('NFC') !== text) return 'the resource is not in Unicode NFC';
  if (ESCAPE.test(text)) return 'the resource holds an escaped separator or letter';
  const scheme = SCHEME.exec(text)?.[1] ?? '';
  const path = withoutLead(scheme === '' ? text : text.slice(scheme.length + 1), scheme !== '');
  // `/s3:x` would come out spelled like the scheme s3.
  if (scheme === '' && SCHEME.test(path)) return 'the first segment of the resource looks like a scheme';
  const segments = path.split('/');
  if (segments.includes('')) return 'the resource has an empty segment';
  if (segments.some((segment) => segment === '.' || segment === '..'))
    return 'the resource has a dot segment';
  const name = scheme.toLowerCase();
  const canonical = name === '' ? path : `${name}:${path}`;
  const start = canonical.length - path.length;
  return new Resource(canonical, start, hashesOf(canonical, start));
}

function withoutLead(path: string, afterScheme: boolean): string {
  if (afterScheme && path.startsWith('//')) return path.slice(2);
  return path.startsWith('/') ? path.slice(1) : path;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
