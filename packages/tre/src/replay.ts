import {
  asDid,
  asEpoch,
  asTerm,
  asTime,
  asTraceId,
  type Decision,
  type ErrorCode,
  type Evidence,
  type Fact,
  type Interaction,
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  MODES,
  TtpError,
} from '@ttp/core';
import { loadPolicies, POLICY_CEILING_BYTES } from '@ttp/spl';
import { decide } from './decide.js';
import { parseThresholds } from './thresholds.js';

/** The payloads of one recorded decision; undefined is one that was erased or not disclosed (decision D30). */
export interface ReplayInput {
  readonly interaction: Json | undefined;
  readonly evidence: Json | undefined;
  /** The exact text of the policy, or of the layers of several. */
  readonly policyText: string | undefined;
  readonly thresholds: Json | undefined;
}

/**
 * Decides again from the payloads of the audit trail, to the same bytes: equal canonical JSON, so an equal
 * `decisionHash`. Payloads are somebody else's words until the result's hash equals the recorded one, so they are
 * parsed, not trusted. What a decision made under another version of this package says is compared by the caller.
 *
 * @throws TRE_REPLAY_INPUT_ABSENT with the field; TRE_REPLAY_BAD_INPUT with the field; TRE_BAD_THRESHOLDS;
 *   SPL_* where the policy does not load; what {@link decide} throws
 */
export function replay(input: ReplayInput): Decision {
  return decide({
    interaction: parseInteraction(present(input.interaction, 'interaction')),
    evidence: parseEvidence(present(input.evidence, 'evidence')),
    // As long as any host may have allowed: whether it may be that long was decided when it was armed.
    policy: loadPolicies(present(input.policyText, 'policyText'), { maxBytes: POLICY_CEILING_BYTES }),
    thresholds: parseThresholds(present(input.thresholds, 'thresholds')),
  });
}

function present<T>(payload: T | undefined, field: string): T {
  if (payload !== undefined) return payload;
  throw new TtpError('TRE_REPLAY_INPUT_ABSENT', `the ${field} is absent`, { field });
}

/** Throws TRE_REPLAY_BAD_INPUT. Keeps members beyond those of every interaction: a mode's own are part of what was hashed. */
export function parseInteraction(json: Json): Interaction {
  const from = reader(json, 'interaction');
  return {
    ...from.object,
    id: from.take('id', asText),
    mode: from.take('mode', (value) => asTerm(MODES, asText(value))),
    trace: from.take('trace', (value) => asTraceId(asText(value))),
    agent: from.take('agent', (value) => asDid(asText(value))),
    target: from.take('target', asText),
    action: from.take('action', asText),
    resource: from.take('resource', asText),
    input: from.take('input', (value) => value),
    claims: from.take('claims', asObject),
    at: from.take('at', (value) => asTime(asNumber(value))),
  };
}

/** Throws TRE_REPLAY_BAD_INPUT. */
export function parseEvidence(json: Json): Evidence {
  const from = reader(json, 'evidence');
  return {
    now: from.take('now', (value) => asTime(asNumber(value))),
    epoch: from.take('epoch', (value) => asEpoch(asNumber(value))),
    facts: from.take('facts', (value) => mapValues(asObject(value), asFact)),
    absent: from.take('absent', (value) => mapValues(asObject(value), asCode)),
  };
}

interface Reader {
  readonly object: JsonObject;
  take<T>(name: string, as: (value: Json) => T): T;
}

function reader(json: Json, kind: string): Reader {
  if (!isJsonObject(json)) throw new TtpError('TRE_REPLAY_BAD_INPUT', `not an ${kind}`, { field: kind });
  return {
    object: json,
    take(name, as) {
      const field = `${kind}.${name}`;
      const value = Object.hasOwn(json, name) ? json[name] : undefined;
      if (value === undefined) throw new TtpError('TRE_REPLAY_BAD_INPUT', 'missing', { field });
      try {
        return as(value);
      } catch (cause) {
        if (!isTtpError(cause)) throw cause;
        throw new TtpError('TRE_REPLAY_BAD_INPUT', cause.message, { field, cause });
      }
    },
  };
}

const refuse = (what: string): TtpError => new TtpError('TRE_REPLAY_BAD_INPUT', `not ${what}`);

function asText(value: Json): string {
  if (typeof value === 'string') return value;
  throw refuse('a text');
}

function asNumber(value: Json): number {
  if (typeof value === 'number') return value;
  throw refuse('a number');
}

function asObject(value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  throw refuse('an object');
}

/** Only its shape: times that make no sense are for `decide` to judge, as it did the first time. */
function asFact(json: Json): Fact {
  const { value, at, validFor } = asObject(json);
  if (value === undefined || typeof at !== 'number' || typeof validFor !== 'number') throw refuse('a fact');
  return { value, at, validFor };
}

const isCode = (text: string): text is ErrorCode => /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(text);

function asCode(json: Json): ErrorCode {
  const text = asText(json);
  if (isCode(text)) return text;
  throw refuse('a code');
}

const mapValues = <T>(object: JsonObject, as: (value: Json) => T): { readonly [key: string]: T } =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, as(value)]));
