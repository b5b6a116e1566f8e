import { TtpError } from '@ttp/core';
import { fromMultikey, multikey } from '@ttp/crypto';
import {
  bad,
  checkHex,
  checkHost,
  checkIdentifier,
  checkName,
  checkScid,
  checkSegment,
  checkSemver,
  checkTag,
  checkType,
  type DidType,
} from './grammar.js';
import { DID_MAX_CHARS } from './limits.js';

/** The root of trust: `did:ttp:{type}:{scid}`. */
export interface TtpDid {
  readonly method: 'ttp';
  readonly type: DidType;
  /** base58btc of the sha2-256 multihash of the inception body: 46 characters. */
  readonly scid: string;
}

/** A name that people read: `did:tessorium:{type}:{identifier}:{version}`. It is no identity (flaw.D1). */
export interface TessoriumName {
  readonly method: 'tessorium';
  readonly type: DidType;
  readonly identifier: string;
  /** `v1`, `v2` ... */
  readonly version: string;
}

/** The name of a service: `did:service:{provider}:{name}:{semver}`. */
export interface ServiceName {
  readonly method: 'service';
  readonly provider: string;
  readonly name: string;
  /** Semantic version 2.0.0 in lowercase, without build metadata. */
  readonly version: string;
}

/** The name of an isnad chain: `isnad:{hex}`. By its prefix it is not even a DID. */
export interface IsnadName {
  readonly method: 'isnad';
  readonly hex: string;
}

/** An outsider whose identity is its Ed25519 key: `did:key:z6Mk...`. */
export interface KeyDid {
  readonly method: 'key';
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** An outsider whose identity is a web address: `did:web:{host}[%3A{port}][:{segment}...]`. */
export interface WebDid {
  readonly method: 'web';
  /** As in a URL: the domain name, and `:port` where it is not 443. */
  readonly host: string;
  readonly path: readonly string[];
}

/** What {@link parseDid} understands, told apart by `method`. */
export type ParsedDid = TtpDid | TessoriumName | ServiceName | IsnadName | KeyDid | WebDid;

/**
 * Reads an identifier of any form of decision D1. Each identifier has exactly one spelling: another case, a
 * percent-encoding, a leading zero or a stray character is refused, never repaired (flaw.D6).
 *
 * @param text the identifier alone: no fragment, query or path
 * @throws DID_BAD_SYNTAX, DID_TOO_LONG, DID_UNKNOWN_METHOD, DID_UNKNOWN_TYPE, DID_BAD_KEY; `field` names the part
 */
export function parseDid(text: string): ParsedDid {
  if (text.length > DID_MAX_CHARS) throw bad('did', `more than ${DID_MAX_CHARS} characters`, 'DID_TOO_LONG');
  const [scheme, ...rest] = text.split(':');
  if (scheme === 'isnad') {
    const [hex = ''] = parts(rest, 1);
    return { method: 'isnad', hex: checkHex(hex) };
  }
  if (scheme !== 'did') throw bad('did', 'begins with neither did: nor isnad:');
  const [method = '', ...body] = rest;
  switch (method) {
    case 'ttp': {
      const [type = '', scid = ''] = parts(body, 2);
      return { method, type: checkType(type), scid: checkScid(scid) };
    }
    case 'tessorium': {
      const [type = '', identifier = '', version = ''] = parts(body, 3);
      return {
        method,
        type: checkType(type),
        identifier: checkIdentifier(identifier),
        version: checkTag(version),
      };
    }
    case 'service': {
      const [provider = '', name = '', version = ''] = parts(body, 3);
      return {
        method,
        provider: checkName('provider', provider),
        name: checkName('name', name),
        version: checkSemver(version),
      };
    }
    case 'key': {
      const [key = ''] = parts(body, 1);
      return { method, publicKey: readKey(key) };
    }
    case 'web': {
      const [host = '', ...path] = body;
      return { method, host: readHost(host), path: path.map(checkSegment) };
    }
    default:
      throw bad('method', 'none of ttp, tessorium, service, key and web', 'DID_UNKNOWN_METHOD');
  }
}

/**
 * Writes an identifier: `parseDid(formatDid(parts))` gives the parts again. Every part is checked first, so that none
 * can smuggle in a separator.
 *
 * @throws the codes of {@link parseDid}
 */
export function formatDid(parsed: ParsedDid): string {
  const text = join(parsed);
  if (text.length > DID_MAX_CHARS) throw bad('did', `more than ${DID_MAX_CHARS} characters`, 'DID_TOO_LONG');
  return text;
}

function join(parsed: ParsedDid): string {
  switch (parsed.method) {
    case 'ttp':
      return `did:ttp:${checkType(parsed.type)}:${checkScid(parsed.scid)}`;
    case 'tessorium':
      return [
        'did:tessorium',
        checkType(parsed.type),
        checkIdentifier(parsed.identifier),
        checkTag(parsed.version),
      ].join(':');
    case 'service':
      return [
        'did:service',
        checkName('provider', parsed.provider),
        checkName('name', parsed.name),
        checkSemver(parsed.version),
      ].join(':');
    case 'isnad':
      return `isnad:${checkHex(parsed.hex)}`;
    case 'key':
      return `did:key:${writeKey(parsed.publicKey)}`;
    case 'web':
      return ['did:web', checkHost(parsed.host).replace(':', '%3A'), ...parsed.path.map(checkSegment)].join(
        ':',
      );
    default:
      throw bad('method', 'none that has a form', 'DID_UNKNOWN_METHOD');
  }
}

/** The parts of an identifier, which must be `count`. */
function parts(list: readonly string[], count: number): readonly string[] {
  if (list.length !== count) throw bad('did', `${list.length} parts instead of ${count}`);
  return list;
}

/** Undoes the percent-encoding of the colon before a port; no other one is allowed. */
function readHost(text: string): string {
  return checkHost(text.replace('%3A', ':'));
}

function readKey(text: string): Uint8Array {
  try {
    return fromMultikey(text);
  } catch (cause) {
    throw new TtpError('DID_BAD_KEY', 'publicKey: not the Multikey of an Ed25519 key', {
      field: 'publicKey',
      cause,
    });
  }
}

function writeKey(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw bad('publicKey', 'not 32 bytes', 'DID_BAD_KEY');
  return multikey(publicKey);
}
