import { type Hash, isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize, fromUtf8, hashJson, parseJson, utf8 } from '@ttp/crypto';
import { type CompiledPolicy, compilePolicy } from './compile.js';
import type { PolicyDocument } from './document.js';
import { at } from './field.js';
import {
  LIST_MAX_ELEMENTS,
  POLICY_CEILING_BYTES,
  POLICY_MAX_BYTES,
  POLICY_MAX_DEPTH,
  POLICY_MAX_RULES,
  TEXT_MAX_CHARACTERS,
} from './limits.js';
import { parseDocument } from './schema.js';
import { type KillTrigger, parseTriggers } from './trigger.js';

/** A policy that passed every check, ready to be evaluated. */
export interface Policy {
  /** Of the canonical form of the text: spacing and the order of keys do not change it. */
  readonly hash: Hash;
  readonly document: PolicyDocument;
  /** Exactly as it was given; canonical where an object was given. */
  readonly text: string;
  readonly killTriggers: readonly KillTrigger[];
  /** Private to this package. */
  readonly compiled: CompiledPolicy;
}

/**
 * Loads a policy, or refuses all of it: an unknown key, operator, effect or version is never ignored (decision D16).
 *
 * @param input JSON text, its UTF-8 bytes, or the parsed object
 * @param options `maxBytes`: the size limit in bytes of UTF-8, 51 200 unless the host says otherwise, 1 MiB at most
 * @throws TtpError with a code of {@link SplErrorCode} and the path as `field`; CRYPTO_JSON_* where the text is not
 * strict JSON, CRYPTO_BAD_UTF8
 */
export function loadPolicy(
  input: string | Uint8Array | JsonObject,
  options: { readonly maxBytes?: number } = {},
): Policy {
  const maxBytes = options.maxBytes ?? POLICY_MAX_BYTES;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1 || maxBytes > POLICY_CEILING_BYTES)
    throw new TtpError('SPL_BAD_LIMIT', `not a size limit: ${maxBytes}`, { field: 'maxBytes' });
  const text = textOf(input, maxBytes);
  const json = parseJson(text, { maxBytes });
  if (!isJsonObject(json)) throw new TtpError('SPL_EMPTY', 'a policy is an object');
  const { rules } = Object.fromEntries(Object.entries(json));
  if (rules === undefined && Object.keys(json).length === 0)
    throw new TtpError('SPL_EMPTY', 'the policy is empty');
  if (Array.isArray(rules) && rules.length === 0)
    throw new TtpError('SPL_EMPTY', 'a policy without rules permits nothing', { field: 'rules' });
  if (Array.isArray(rules) && rules.length > POLICY_MAX_RULES)
    throw new TtpError('SPL_TOO_MANY_RULES', `${rules.length} rules`, { field: 'rules' });
  measure(json, 1, '');
  const document = deepFreeze(parseDocument(json));
  return {
    hash: hashJson(json),
    document,
    text,
    killTriggers: parseTriggers(document.killSwitch),
    compiled: compilePolicy(document),
  };
}

function textOf(input: string | Uint8Array | JsonObject, maxBytes: number): string {
  if (input instanceof Uint8Array) {
    assertSize(input.length, maxBytes);
    return nonEmpty(fromUtf8(input));
  }
  const text = typeof input === 'string' ? input : canonicalize(input);
  // A text has at least as many bytes as code units: the cheap test first.
  assertSize(text.length, maxBytes);
  assertSize(utf8(text).length, maxBytes);
  return nonEmpty(text);
}

function assertSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new TtpError('SPL_TOO_LARGE', `more than ${maxBytes} bytes`);
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new TtpError('SPL_EMPTY', 'the policy is empty');
  return text;
}

/** Walks the whole tree once; it is no deeper than strict JSON allows, so recursion is safe. */
function measure(value: Json, depth: number, field: string): void {
  if (typeof value === 'string' && value.length > TEXT_MAX_CHARACTERS)
    throw new TtpError('SPL_TOO_LONG', `a text of more than ${TEXT_MAX_CHARACTERS} characters`, { field });
  if (typeof value !== 'object' || value === null) return;
  if (depth > POLICY_MAX_DEPTH)
    throw new TtpError('SPL_TOO_DEEP', `nested deeper than ${POLICY_MAX_DEPTH}`, { field });
  if (Array.isArray(value) && value.length > LIST_MAX_ELEMENTS)
    throw new TtpError('SPL_TOO_LONG', `a list of more than ${LIST_MAX_ELEMENTS} elements`, { field });
  for (const [key, member] of Object.entries(value))
    measure(member, depth + 1, at(field, Array.isArray(value) ? Number(key) : key));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
