import {
  asTraceId,
  type Hash,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { canonicalize, decodeEnvelope, fromBase64url, parseJson, utf8 } from '@ttp/crypto';
import { SALT_BYTES } from '../limits.js';
import { parseHashes } from '../proof.js';
import type { SignedTreeHead } from '../signed-tree-head.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { GONE } from './payload-store.js';

/** Envelope type of the first line. */
export const BUNDLE = 'ttp/bundle@1';

/** What a bundle holds: a whole log, a whole trace, or entries somebody picked. */
export type Scope = 'log' | 'trace' | 'selection';

/** The body of the first line. */
export interface Manifest {
  readonly origin: string;
  /** Entries of the log that the tree head covers. */
  readonly treeSize: bigint;
  readonly scope: Scope;
  /** The trace of scope `trace`. */
  readonly trace?: TraceId;
  /** False where a trace in it was in standard mode at any time, whose payloads may have been changed (flaw.E7). */
  readonly tamperEvident: boolean;
  /** The hash of the bytes of every other line, in order, without its newline. */
  readonly lines: readonly Hash[];
}

/** Why a payload that an entry commits to is not in the bundle. */
export type Absence = (typeof ABSENCES)[number];

/**
 * Its key was destroyed; the exporter kept it back; it is stored but damaged; it was replaced, deleted or moved out as
 * the trace's mode allows.
 */
const ABSENCES: readonly ['erased', 'withheld', 'unreadable', ...typeof GONE] = [
  'erased',
  'withheld',
  'unreadable',
  ...GONE,
];

/** A line after the first. */
export type BundleLine =
  | { readonly kind: 'key'; readonly kid: string; readonly key: string }
  | ({ readonly kind: 'head' } & SignedTreeHead)
  | {
      readonly kind: 'entry';
      readonly index: bigint;
      readonly bytes: Uint8Array;
      readonly leaf: Leaf;
      readonly proof?: readonly Uint8Array[];
    }
  | { readonly kind: 'payload'; readonly hash: Hash; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  | { readonly kind: 'sealed'; readonly hash: Hash; readonly stored: Uint8Array }
  | { readonly kind: 'absent'; readonly hash: Hash; readonly reason: Absence };

const SCOPES: readonly string[] = ['log', 'trace', 'selection'] satisfies Scope[];

/** Parses the body of a bundle's first line. Throws ETR_BUNDLE_LINE. */
export function parseManifest(body: JsonObject): Manifest {
  const { v, origin, treeSize, scope, trace, tamperEvident, lines, ...surplus } = body;
  if (v !== 1 || typeof origin !== 'string' || !isScope(scope) || Object.keys(surplus).length > 0)
    throw malformed('the body is not a manifest');
  if ((scope === 'trace') !== (typeof trace === 'string')) throw malformed('trace');
  // Said only where it is not so: a bundle of append-only traces needs no such member.
  if (tamperEvident !== undefined && tamperEvident !== false) throw malformed('tamperEvident');
  if (!isArray(lines) || !lines.every(isHashText)) throw malformed('lines');
  return {
    origin,
    treeSize: position(treeSize, 'treeSize'),
    scope,
    ...(typeof trace === 'string' ? { trace: asTraceId(trace) } : {}),
    tamperEvident: tamperEvident !== false,
    lines,
  };
}

/**
 * Parses any other line: strict JSON, exactly the members of its kind. A leaf and a payload stand in it as text, so
 * that their hash needs no canonical form.
 *
 * @throws ETR_BUNDLE_LINE, ETR_BAD_LEAF, ETR_BAD_PROOF, and the CRYPTO_* codes of JSON and envelopes
 */
export function parseLine(line: Uint8Array): BundleLine {
  const json = parseJson(line, { maxBytes: line.length });
  if (!isJsonObject(json)) throw malformed('not an object');
  switch (text(json['kind'], 'kind')) {
    case 'key': {
      const { kid, key } = only(json, ['kid', 'key']);
      return { kind: 'key', kid: text(kid, 'kid'), key: text(key, 'key') };
    }
    case 'head': {
      const { checkpoint, treeHead } = only(json, ['checkpoint', 'treeHead']);
      const envelope = decodeEnvelope(canonicalize(treeHead ?? null));
      return { kind: 'head', checkpoint: text(checkpoint, 'checkpoint'), treeHead: envelope };
    }
    case 'entry': {
      const { index, leaf, proof } = only(json, ['index', 'leaf', 'proof']);
      const bytes = utf8(text(leaf, 'leaf'));
      const entry = {
        kind: 'entry',
        index: position(index, 'index'),
        bytes,
        leaf: parseLeaf(bytes),
      } as const;
      return proof === undefined ? entry : { ...entry, proof: parseHashes(proof, 'proof') };
    }
    case 'payload': {
      const { hash, salt, json: value } = only(json, ['hash', 'salt', 'json']);
      const saltBytes = fromBase64url(text(salt, 'salt'));
      if (saltBytes.length !== SALT_BYTES) throw malformed('salt');
      return { kind: 'payload', hash: hashOf(hash), salt: saltBytes, bytes: utf8(text(value, 'json')) };
    }
    case 'sealed': {
      const { hash, stored } = only(json, ['hash', 'stored']);
      return { kind: 'sealed', hash: hashOf(hash), stored: fromBase64url(text(stored, 'stored')) };
    }
    case 'absent': {
      const { hash, reason } = only(json, ['hash', 'reason']);
      const known = ABSENCES.find((absence) => absence === reason);
      if (known === undefined) throw malformed('reason');
      return { kind: 'absent', hash: hashOf(hash), reason: known };
    }
    default:
      throw malformed('kind');
  }
}

function only(json: JsonObject, members: readonly string[]): JsonObject {
  const surplus = Object.keys(json).find((name) => name !== 'kind' && !members.includes(name));
  if (surplus !== undefined) throw malformed(surplus);
  return json;
}

function text(value: Json | undefined, field: string): string {
  if (typeof value !== 'string') throw malformed(field);
  return value;
}

function position(value: Json | undefined, field: string): bigint {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(field);
  return BigInt(value);
}

function hashOf(value: Json | undefined): Hash {
  if (!isHashText(value)) throw malformed('hash');
  return value;
}

const isHashText = (value: Json | undefined): value is Hash => typeof value === 'string' && isHash(value);
const isScope = (value: Json | undefined): value is Scope =>
  typeof value === 'string' && SCOPES.includes(value);
const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const malformed = (field: string): TtpError<'ETR_BUNDLE_LINE'> =>
  new TtpError('ETR_BUNDLE_LINE', `not a line of a bundle: ${field}`, { field });
