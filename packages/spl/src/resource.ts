import { TtpError } from '@ttp/core';
import { RESOURCE_MAX_BYTES } from './limits.js';

/** A resource in its one canonical spelling (decision D15). */
export class Resource {
  /** Lowercase, without the colon; empty for none. */
  readonly scheme: string;
  /** `scheme:a/b`, or `a/b`. */
  readonly text: string;
  /** Where the path begins in `text`. */
  readonly start: number;
  #segments: readonly string[] | undefined;

  constructor(scheme: string, text: string) {
    this.scheme = scheme;
    this.text = text;
    this.start = scheme === '' ? 0 : scheme.length + 1;
  }

  /** Split when first asked for: most verdicts need none of them. */
  get segments(): readonly string[] {
    this.#segments ??= this.text.slice(this.start).split('/');
    return this.#segments;
  }
}

const [SLASH, DOT, COLON, BACKSLASH, PERCENT] = [0x2f, 0x2e, 0x3a, 0x5c, 0x25] as const;
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
function readPlain(text: string): Resource | undefined {
  if (text.length > RESOURCE_MAX_BYTES) return undefined;
  const colon = text.indexOf(':');
  const scheme = colon < 0 ? '' : (SCHEME.exec(text)?.[1] ?? '');
  let start = scheme === '' ? 0 : scheme.length + 1;
  if (scheme !== '' && text.startsWith('//', start)) start += 2;
  else if (text.charCodeAt(start) === SLASH) start++;
  if (!isPlainPath(text, start, scheme === '' && start === 1)) return undefined;
  const name = scheme.toLowerCase();
  if (start === (scheme === '' ? 0 : scheme.length + 1) && name === scheme) return new Resource(name, text);
  const path = text.slice(start);
  return new Resource(name, name === '' ? path : `${name}:${path}`);
}

/** Whether the rest of a text is segments of plain characters; `noColon`: whether it could look like a scheme. */
function isPlainPath(text: string, from: number, noColon: boolean): boolean {
  let segment = from;
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === SLASH) {
      if (isBadSegment(text, segment, i)) return false;
      segment = i + 1;
    } else if (unit < 0x20 || unit > 0x7e || unit === BACKSLASH || unit === PERCENT) return false;
    else if (noColon && unit === COLON) return false;
  }
  return !isBadSegment(text, segment, text.length);
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
  return new Resource(name, name === '' ? path : `${name}:${path}`);
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
