import { type Evidence, isJsonObject, type Json, type JsonObject, WALL_CLOCK_TOLERANCE_MS } from '@ttp/core';
import { isTrustReport, type TrustReport } from '@ttp/score';
import { windowOf } from '@ttp/spl';

/**
 * What the evidence holds under one name. Only `fresh` backs a factor; `stale` keeps its value for checks that
 * can only make the decision stricter; `silent` means that no such source was asked.
 */
export type Reading<V> =
  | { readonly state: 'fresh' | 'stale'; readonly value: V }
  | { readonly state: 'malformed' | 'silent' }
  | { readonly state: 'failed'; readonly code: string };

/** What a source found, from 0 (nothing) to 10000, and the names of what shows it. */
export type Signals = { readonly risk: number; readonly signals: readonly string[] };

/** An override that its source has verified, and what it was given for. */
export type OverrideFact = {
  /** Id of the envelope. */
  readonly envelope: string;
  /** Hash of the denial. */
  readonly decision: string;
  readonly operator: string;
  readonly epoch: number;
  /** Hash of the policy that denied. */
  readonly policy: string;
  /** Wall clock, ms: not in force any more from then on. */
  readonly notAfter: number;
  /** What the denial rests on, by the codes of its reasons: what the operator saw. */
  readonly grounds: readonly string[];
};

/** The facts that a decision knows, by the name of their source. */
export interface Facts {
  readonly identity: Reading<{ readonly verified: boolean; readonly method: string }>;
  readonly trust: Reading<TrustReport>;
  readonly fraud: Reading<Signals>;
  /** What is out of the ordinary in the times and volumes of an agent's requests. */
  readonly anomalies: Reading<Signals>;
  /** What a directory says about the agent: SPL's `agent.*`. */
  readonly agent: Reading<JsonObject>;
  /** What a registry or the call map says about the resource. */
  readonly resource: Reading<JsonObject>;
  readonly activity: Reading<{ readonly requestRate?: number; readonly errorRate?: number }>;
  readonly capabilities: Reading<readonly string[]>;
  /** Capabilities that operators granted, each until its `notAfter`, ms (decision D27). */
  readonly grants: Reading<readonly { readonly capability: string; readonly notAfter: number }[]>;
  /** What another decision point answered (AuthZEN): SPL's `pdp.decision`. */
  readonly pdp: Reading<{ readonly decision: boolean }>;
  readonly labels: Reading<readonly string[]>;
  /** Sums and counts over time, by the name of the attribute: `sum(request.amount, 24h)`, this interaction included. */
  readonly windows: Reading<JsonObject>;
  /** A soft denial of exactly this call that an operator has overruled. */
  readonly override: Reading<OverrideFact>;
  /** Whether an operator or the publisher vouched for the agent (decision D24). */
  readonly vouch: Reading<{ readonly vouched: boolean }>;
}

/**
 * Reads the facts that a decision knows. A value of another shape is `malformed`, a fact older than its `validFor`
 * or stamped more than a minute after `evidence.now` does not count either: nothing here throws, and nothing that
 * could not be read makes a decision milder (tre.missing-evidence).
 */
export function readFacts(evidence: Evidence): Facts {
  return {
    identity: read(evidence, 'identity', isIdentity),
    trust: read(evidence, 'trust', isTrustReport),
    fraud: read(evidence, 'fraud', isSignals),
    anomalies: read(evidence, 'anomalies', isSignals),
    agent: read(evidence, 'agent', isJsonObject),
    resource: read(evidence, 'resource', isJsonObject),
    activity: read(evidence, 'activity', isActivity),
    capabilities: read(evidence, 'capabilities', isTexts),
    pdp: read(evidence, 'pdp', isDecision),
    labels: read(evidence, 'labels', isTexts),
    vouch: read(evidence, 'vouch', isVouch),
    override: read(evidence, 'override', isOverride),
    windows: read(evidence, 'windows', isWindows),
    grants: read(evidence, 'grants', isGrants),
  };
}

/** The value of a fact that may be relied on now, or undefined. */
export const fresh = <V>(reading: Reading<V>): V | undefined =>
  reading.state === 'fresh' ? reading.value : undefined;

const SILENT = { state: 'silent' } as const;
const MALFORMED = { state: 'malformed' } as const;

function read<V extends Json>(
  { facts, absent, now }: Evidence,
  name: keyof Facts,
  is: (value: Json) => value is V,
): Reading<V> {
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (fact === undefined) {
    const code = Object.hasOwn(absent, name) ? absent[name] : undefined;
    return code === undefined ? SILENT : { state: 'failed', code };
  }
  if (typeof fact !== 'object' || fact === null) return MALFORMED;
  const { value, at, validFor } = fact;
  if (!isTime(at) || !isTime(validFor) || at > now + WALL_CLOCK_TOLERANCE_MS || !is(value)) return MALFORMED;
  return { state: now > at + validFor ? 'stale' : 'fresh', value };
}

const isTime = (n: Json): boolean => Number.isSafeInteger(n) && typeof n === 'number' && n >= 0;

const isTexts = (value: Json): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

function isIdentity(value: Json): value is { readonly verified: boolean; readonly method: string } {
  return (
    isJsonObject(value) &&
    typeof own(value, 'verified') === 'boolean' &&
    typeof own(value, 'method') === 'string'
  );
}

function isSignals(value: Json): value is Signals {
  if (!isJsonObject(value)) return false;
  const risk = own(value, 'risk');
  return isAmount(risk) && Number.isInteger(risk) && risk <= 10_000 && isTexts(own(value, 'signals'));
}

function isActivity(value: Json): value is { readonly requestRate?: number; readonly errorRate?: number } {
  if (!isJsonObject(value)) return false;
  return ['requestRate', 'errorRate'].every(
    (name) => !Object.hasOwn(value, name) || isAmount(own(value, name)),
  );
}

/** A name that is no window could pass off something else as observed, so the whole fact does not count. */
const isWindows = (value: Json): value is JsonObject =>
  isJsonObject(value) &&
  Object.entries(value).every(([name, sum]) => windowOf(name) !== undefined && isAmount(sum));

const isGrants = (
  value: Json,
): value is readonly { readonly capability: string; readonly notAfter: number }[] =>
  Array.isArray(value) &&
  value.every(
    (grant) =>
      isJsonObject(grant) &&
      typeof own(grant, 'capability') === 'string' &&
      typeof own(grant, 'notAfter') === 'number',
  );

function isOverride(value: Json): value is OverrideFact {
  if (!isJsonObject(value)) return false;
  const texts = ['envelope', 'decision', 'operator', 'policy'].every(
    (name) => typeof own(value, name) === 'string',
  );
  const numbers = ['epoch', 'notAfter'].every((name) => isTime(own(value, name)));
  return texts && numbers && isTexts(own(value, 'grounds'));
}

const isVouch = (value: Json): value is { readonly vouched: boolean } =>
  isJsonObject(value) && typeof own(value, 'vouched') === 'boolean';

const isDecision = (value: Json): value is { readonly decision: boolean } =>
  isJsonObject(value) && typeof own(value, 'decision') === 'boolean';

const isAmount = (value: Json): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** An own member, or null: inherited ones are nobody's evidence. */
const own = (value: JsonObject, name: string): Json =>
  Object.hasOwn(value, name) ? (value[name] ?? null) : null;
