import { TtpError } from '@ttp/core';
import { fromBase58btc } from '@ttp/crypto';
import type { DidErrorCode } from './errors.js';
import {
  HOST_MAX_CHARS,
  ISNAD_MAX_DIGITS,
  ISNAD_MIN_DIGITS,
  NAME_MAX_CHARS,
  NAME_MIN_CHARS,
  SEMVER_MAX_CHARS,
  VERSION_MAX_DIGITS,
} from './limits.js';

/** What an identity or a name can be of (ttp-protocol.txt L1593). */
export const DID_TYPES = ['agent', 'skill', 'tool', 'service', 'publisher'] as const;
export type DidType = (typeof DID_TYPES)[number];

const SCID = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/;
const NAME = /^[a-z0-9-]+$/;
const TAG = /^v[1-9][0-9]*$/;
const HEX = /^[0-9a-f]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LABEL = /^[a-z]/;
const PORT = /^[1-9][0-9]{0,4}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const NUMBER = /^(?:0|[1-9][0-9]*)$/;
const PRERELEASE = /^(?:0|[1-9][0-9]*|[0-9]*[a-z-][0-9a-z-]*)$/;
/** The multihash prefix of sha2-256 with 32 bytes. */
const SHA2_256 = [0x12, 0x20] as const;
const HTTPS_PORT = 443;
const PORT_MAX = 65_535;

/** Throws unless `type` is one of {@link DID_TYPES}. */
export function checkType(type: string): DidType {
  const known = DID_TYPES.find((t) => t === type);
  if (known === undefined) throw bad('type', `none of ${DID_TYPES.join(', ')}`, 'DID_UNKNOWN_TYPE');
  return known;
}

/** Throws unless `scid` is base58btc of a sha2-256 multihash: `Qm` and 44 characters fix 34 bytes, but not the second. */
export function checkScid(scid: string): string {
  if (!SCID.test(scid)) throw bad('scid', 'not Qm and 44 characters of base58btc');
  const bytes = fromBase58btc(scid);
  if (SHA2_256.some((byte, i) => bytes[i] !== byte)) throw bad('scid', 'not a sha2-256 multihash');
  return scid;
}

/** Throws unless `text` is {@link NAME_MIN_CHARS} to {@link NAME_MAX_CHARS} of `[a-z0-9-]`. */
export function checkIdentifier(text: string): string {
  checkName('identifier', text);
  if (text.length < NAME_MIN_CHARS) throw bad('identifier', `fewer than ${NAME_MIN_CHARS} characters`);
  return text;
}

/** Throws unless `text` is 1 to {@link NAME_MAX_CHARS} of `[a-z0-9-]`. */
export function checkName(field: string, text: string): string {
  cap(field, text, NAME_MAX_CHARS);
  if (!NAME.test(text)) throw bad(field, 'not lowercase letters, digits and hyphens');
  return text;
}

/** Throws unless `tag` is `v1`, `v2` ... */
export function checkTag(tag: string): string {
  cap('version', tag, VERSION_MAX_DIGITS + 1);
  if (!TAG.test(tag)) throw bad('version', 'not v and a number from 1');
  return tag;
}

/**
 * Throws unless `text` is a semantic version 2.0.0 in lowercase. Build metadata is refused: it does not distinguish
 * versions (semver.org 10), and `+` has no place in a DID.
 */
export function checkSemver(text: string): string {
  cap('version', text, SEMVER_MAX_CHARS);
  const dash = text.indexOf('-');
  const core = (dash < 0 ? text : text.slice(0, dash)).split('.');
  if (core.length !== 3 || !core.every((n) => NUMBER.test(n) && n.length <= VERSION_MAX_DIGITS))
    throw bad('version', 'not three numbers without leading zeros');
  const prerelease = dash < 0 ? [] : text.slice(dash + 1).split('.');
  if (!prerelease.every((part) => PRERELEASE.test(part)))
    throw bad('version', 'not a pre-release in lowercase');
  return text;
}

/** Throws unless `hex` is {@link ISNAD_MIN_DIGITS} to {@link ISNAD_MAX_DIGITS} lowercase hexadecimal digits. */
export function checkHex(hex: string): string {
  cap('hex', hex, ISNAD_MAX_DIGITS);
  if (!HEX.test(hex)) throw bad('hex', 'not lowercase hexadecimal digits');
  if (hex.length < ISNAD_MIN_DIGITS) throw bad('hex', `fewer than ${ISNAD_MIN_DIGITS} digits`);
  return hex;
}

/**
 * Throws unless `host` is a fully qualified domain name in lowercase, with `:port` where the port is not 443.
 * An IP address is none (did:web 3.1): its last label would begin with a digit.
 */
export function checkHost(host: string): string {
  const [name = '', port, ...more] = host.split(':');
  cap('host', name, HOST_MAX_CHARS);
  const labels = name.split('.');
  if (
    labels.length < 2 ||
    !labels.every((label) => LABEL.test(label)) ||
    !TOP_LABEL.test(labels.at(-1) ?? '')
  )
    throw bad('host', 'not a domain name in lowercase');
  if (more.length > 0) throw bad('host', 'more than one port');
  if (port !== undefined && !(PORT.test(port) && Number(port) <= PORT_MAX && Number(port) !== HTTPS_PORT))
    throw bad('host', 'not a port other than 443');
  return host;
}

/** Throws unless `segment` is a path segment of unreserved characters, and neither `.` nor `..`. */
export function checkSegment(segment: string): string {
  if (!SEGMENT.test(segment) || segment === '.' || segment === '..')
    throw bad('path', 'not a segment of unreserved characters');
  return segment;
}

/** The error of a bad part; `field` names it. */
export function bad(field: string, message: string, code: DidErrorCode = 'DID_BAD_SYNTAX'): TtpError {
  return new TtpError(code, `${field}: ${message}`, { field });
}

function cap(field: string, text: string, chars: number): void {
  if (text.length > chars) throw bad(field, `more than ${chars} characters`, 'DID_TOO_LONG');
}
