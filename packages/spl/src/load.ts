import { type Hash, isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize, fromUtf8, hashJson, parseJson, utf8 } from '@ttp/crypto';
import { type CompiledPolicy, compilePolicy } from './compile.js';
import type { PolicyDocument } from './document.js';
import type { SplErrorCode } from './errors.js';
import { fail } from './fail.js';
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
import type { Window } from './window.js';

/** A policy that passed every check, ready to be evaluated. */
export interface Policy {
  /** Of the canonical form of the text: spacing and the order of keys do not change it. */
  readonly hash: Hash;
  readonly document: PolicyDocument;
  /** Exactly as it was given; canonical where an object was given. */
  readonly text: string;
  readonly killTriggers: readonly KillTrigger[];
  /** The sums and counts that its rules look at: whoever enforces it keeps them (decision D18). */
  readonly windows: readonly Window[];
}

/** What `loadPolicy` makes: the compiled form stays with the policy, and nobody else can give it one. */
class LoadedPolicy implements Policy {
  readonly hash: Hash;
  readonly document: PolicyDocument;
  readonly text: string;
  readonly killTriggers: readonly KillTrigger[];
  readonly windows: readonly Window[];
  readonly #compiled: CompiledPolicy;

  constructor(parts: Policy, compiled: CompiledPolicy) {
    this.hash = parts.hash;
    this.document = parts.document;
    this.text = parts.text;
    this.killTriggers = parts.killTriggers;
    this.windows = parts.windows;
    this.#compiled = compiled;
    Object.freeze(this);
  }

  static compiledOf(policy: Policy): CompiledPolicy {
    if (#compiled in policy) return policy.#compiled;
    throw new TtpError('SPL_NOT_LOADED', 'a policy comes from loadPolicy of this copy of the package');
  }
}

/**
 * The compiled form of a policy, for this package alone.
 * @throws SPL_NOT_LOADED
 */
export const compiledOf = (policy: Policy): CompiledPolicy => LoadedPolicy.compiledOf(policy);

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
  if (!isWithin(json, 0)) measure(json, []);
  const document = deepFreeze(parseDocument(json));
  const killTriggers = parseTriggers(document.killSwitch);
  const compiled = compilePolicy(document);
  const windows = compiled.windows?.windows ?? [];
  return new LoadedPolicy({ hash: hashJson(json), document, text, killTriggers, windows }, compiled);
}

function textOf(input: string | Uint8Array | JsonObject, maxBytes: number): string {
  if (input instanceof Uint8Array) {
    assertSize(input.length, maxBytes);
    return nonEmpty(fromUtf8(input));
  }
  const text = typeof input === 'string' ? input : canonicalize(input);
  // A code unit is one to three bytes: where that decides it already, nothing has to be encoded.
  assertSize(text.length, maxBytes);
  if (text.length * 3 > maxBytes) assertSize(utf8(text).length, maxBytes);
  return nonEmpty(text);
}

function assertSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new TtpError('SPL_TOO_LARGE', `more than ${maxBytes} bytes`);
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new TtpError('SPL_EMPTY', 'the policy is empty');
  return text;
}

/** Whether nothing in a value is too deep or too long. It is no deeper than strict JSON allows, so recursion is safe. */
function isWithin(value: Json, depth: number): boolean {
  if (typeof value === 'string') return value.length <= TEXT_MAX_CHARACTERS;
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= POLICY_MAX_DEPTH) return false;
  if (!Array.isArray(value)) {
    for (const member of Object.values(value)) if (!isWithin(member, depth + 1)) return false;
    return true;
  }
  if (value.length > LIST_MAX_ELEMENTS) return false;
  for (const element of value) if (!isWithin(element, depth + 1)) return false;
  return true;
}

/**
 * Says what {@link isWithin} found, and where.
 *
 * @param path the keys that lead to the value
 */
function measure(value: Json, path: (string | number)[]): void {
  if (typeof value === 'string' && value.length > TEXT_MAX_CHARACTERS)
    refuse('SPL_TOO_LONG', `a text of more than ${TEXT_MAX_CHARACTERS} characters`, path);
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= POLICY_MAX_DEPTH) refuse('SPL_TOO_DEEP', `nested deeper than ${POLICY_MAX_DEPTH}`, path);
  if (Array.isArray(value) && value.length > LIST_MAX_ELEMENTS)
    refuse('SPL_TOO_LONG', `a list of more than ${LIST_MAX_ELEMENTS} elements`, path);
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    path.push(key);
    measure(member, path);
    path.pop();
  }
}

function refuse(code: SplErrorCode, message: string, path: readonly (string | number)[]): never {
  return fail(code, message, path.reduce<string>(at, ''));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  // Most members are texts and numbers, and a call for each would take longer than to see that.
  for (const member of Array.isArray(value) ? value : Object.values(value))
    if (typeof member === 'object') deepFreeze<unknown>(member);
  return Object.freeze(value);
}
