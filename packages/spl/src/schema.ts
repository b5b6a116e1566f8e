import { EFFECTS, isDid, type Json, type JsonObject, KILL_REASONS, STAGES, TtpError } from '@ttp/core';
import * as z from 'zod/mini';
import { ACTION } from './action.js';
import type { LANGUAGE_VERSION, PolicyDocument } from './document.js';
import { DURATION } from './duration.js';
import type { SplErrorCode } from './errors.js';
import { at } from './field.js';
import { APPROVAL_CEILING_SECONDS } from './limits.js';
import { hint } from './suggest.js';

const RULE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const FIELD_PATH = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*){0,15}$/;

/** "blocked" is no stage anybody can require. */
const REQUIRABLE = STAGES.filter((stage) => stage !== 'blocked');

/** The documents' other spellings (decision D19). */
const EFFECT_SYNONYM = 'requireHumanApproval';
const REASON_SYNONYM = 'threat_detected';

/** A policy before its defaults are filled in. */
type Written = Omit<PolicyDocument, 'timezone' | 'defaultEffect'> &
  Partial<Pick<PolicyDocument, 'timezone' | 'defaultEffect'>>;

/** The language as zod reads it. */
export interface PolicySchema {
  readonly document: z.ZodMiniType<Written>;
  /** Every key of the language, to tell what a misspelt one was meant to be. */
  readonly keys: ReadonlySet<string>;
  /** Places of which the shape alone does not say everything: a JSON Schema says more of them. */
  readonly places: { readonly [place in SchemaPlace]: z.core.$ZodType };
}

/** Where the shape is not all. */
export type SchemaPlace = 'rule' | 'rules' | 'conditions' | 'agentDid' | 'trigger' | 'timezone';

let built: PolicySchema | undefined;

/**
 * Reads a policy as strict JSON parsed it: its whole shape, and nothing beside it (decision D16).
 * @throws SPL_MISSING_KEY, SPL_UNKNOWN_KEY, SPL_UNKNOWN_VERSION, SPL_UNKNOWN_EFFECT, SPL_BAD_TYPE, SPL_BAD_VALUE
 */
export function parseDocument(json: JsonObject): PolicyDocument {
  const schema = policySchema();
  const result = z.safeParse(schema.document, json);
  // Zero trust where the policy says nothing.
  if (result.success) return { timezone: 'UTC', defaultEffect: 'deny', ...result.data };
  // A misspelt mandatory key is also a missing one: the misspelling is what the author wants to hear of.
  const issues = result.error.issues;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) throw new TtpError('SPL_BAD_TYPE', 'not a policy');
  throw faultOf(issue, json, schema);
}

/** The schema, built when the first policy is loaded: a process that never loads one does not pay for it. */
export const policySchema = (): PolicySchema => (built ??= build());

function build(): PolicySchema {
  const keys = new Set<string>();
  const object = <Shape extends z.core.$ZodShape>(shape: Shape) => {
    for (const key of Object.keys(shape)) keys.add(key);
    return z.strictObject(shape);
  };
  const maybe = z.exactOptional;
  const text = z.string().check(z.minLength(1));
  const texts = z.array(text);
  const flag = maybe(z.boolean());
  const count = z.int().check(z.positive());
  const paths = z.array(z.string().check(z.regex(FIELD_PATH)));
  const duration = z.string().check(z.regex(DURATION));
  const effect = z.pipe(
    z.enum([...EFFECTS, EFFECT_SYNONYM]),
    z.transform((name) => (name === EFFECT_SYNONYM ? 'allow_with_approval' : name)),
  );
  const reason = z.pipe(
    z.enum([...KILL_REASONS, REASON_SYNONYM]),
    z.transform((name) => (name === REASON_SYNONYM ? 'pattern_threat_detected' : name)),
  );
  const outputTransformations = object({
    redact: maybe(paths),
    mask: maybe(paths),
    truncate: maybe(object({ field: z.string().check(z.regex(FIELD_PATH)), length: count })),
    watermark: flag,
    addFooter: maybe(text),
  });
  const conditions = z.record(
    z.string(),
    z.custom<Json>(() => true),
  );
  const rule = object({
    id: z.string().check(z.regex(RULE_ID)),
    effect,
    description: maybe(z.string()),
    resources: maybe(texts.check(z.minLength(1))),
    actions: maybe(z.array(z.string().check(z.regex(ACTION))).check(z.minLength(1))),
    conditions: maybe(conditions),
    humanApproval: maybe(
      object({
        required: maybe(z.literal(true)),
        reason: maybe(text),
        escalationLevel: maybe(z.literal([1, 2, 3])),
        timeout: maybe(count.check(z.maximum(APPROVAL_CEILING_SECONDS))),
        defaultAction: maybe(z.literal('deny')),
        requireJustification: flag,
        requireOperatorId: flag,
        notifyChannels: maybe(texts),
      }),
    ),
    outputTransformations: maybe(outputTransformations),
    audit: maybe(
      object({
        level: maybe(z.enum(['basic', 'standard', 'detailed'])),
        logPatientId: flag,
        logQuery: flag,
        alertOnAccess: flag,
        preserveReasoning: flag,
      }),
    ),
  });
  const rules = z.array(rule);
  const agentDid = z.string().check(z.refine(isDid));
  const trigger = z.string().check(z.minLength(1));
  const timezone = z.string();
  const version: typeof LANGUAGE_VERSION = '1.0.0';
  const document = object({
    version: z.literal(version),
    agentDid: maybe(agentDid),
    description: maybe(z.string()),
    requirements: maybe(
      object({
        minTrustScore: maybe(z.number().check(z.minimum(0), z.maximum(100))),
        minTrustStage: maybe(z.literal(REQUIRABLE)),
        requiredCapabilities: maybe(texts),
        requireIdentityVerification: flag,
        purpose: maybe(text),
        compliance: maybe(texts),
      }),
    ),
    offers: maybe(
      object({ capabilities: maybe(texts), rateLimit: maybe(object({ requests: count, windowMs: count })) }),
    ),
    rules,
    outputTransformations: maybe(outputTransformations),
    audit: maybe(object({ retainDecisions: maybe(duration), includeReasoningTrace: flag })),
    killSwitch: maybe(
      object({
        triggers: z.array(
          object({
            condition: trigger,
            reason,
            action: z.literal('kill'),
            cooldown: maybe(z.int().check(z.minimum(0))),
            autoReinstate: flag,
            requireOperatorApproval: flag,
          }),
        ),
        notify: maybe(texts),
      }),
    ),
    anomalyDetection: maybe(
      object({
        baselinePeriod: duration,
        thresholdDeviation: z.number().check(z.positive()),
        actions: z.array(z.enum(['log', 'alert', 'throttle'])),
      }),
    ),
    timezone: maybe(timezone),
    defaultEffect: maybe(z.enum(['allow', 'deny'])),
  });
  return { document, keys, places: { rule, rules, conditions, agentDid, trigger, timezone } };
}

function faultOf(issue: z.core.$ZodIssue, json: JsonObject, { document, keys }: PolicySchema): TtpError {
  const field = issue.path.reduce<string>(at, '');
  const fault = (code: SplErrorCode, message: string): TtpError =>
    new TtpError(code, `${field}: ${message}`, { field });
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const path = at(field, key);
    // What belongs at this place is likelier to be meant than what belongs elsewhere.
    const meant = hint(key, keysAt(document, issue.path)) || hint(key, keys);
    return new TtpError('SPL_UNKNOWN_KEY', `no key ${path}${meant}`, { field: path });
  }
  const value = valueAt(json, issue.path);
  if (value === undefined) return fault('SPL_MISSING_KEY', 'missing');
  const key = issue.path[issue.path.length - 1];
  if (issue.code === 'invalid_type') return fault('SPL_BAD_TYPE', `expected ${issue.expected}`);
  if (field === 'version') return fault('SPL_UNKNOWN_VERSION', 'the language version is "1.0.0"');
  if (issue.code !== 'invalid_value') return fault('SPL_BAD_VALUE', issue.message);
  const choices = issue.values.map(String);
  const meant = `one of ${choices.join(', ')}${typeof value === 'string' ? hint(value, choices) : ''}`;
  const effect = key === 'effect' || key === 'defaultEffect';
  return fault(effect ? 'SPL_UNKNOWN_EFFECT' : 'SPL_BAD_VALUE', meant);
}

/** The keys of the object at a path. */
function keysAt(document: unknown, path: readonly PropertyKey[]): readonly string[] {
  let type: unknown = required(document);
  for (const key of path)
    type = required(
      typeof key === 'number' ? partOf(type, 'element') : Reflect.get(Object(partOf(type, 'shape')), key),
    );
  return Object.keys(Object(partOf(type, 'shape')));
}

/** What may be left out, without that. */
const required = (type: unknown): unknown => partOf(type, 'innerType') ?? type;

/** A part of a type, which zod/mini shows by no function that would not bring all of zod along. */
const partOf = (type: unknown, part: string): unknown =>
  Reflect.get(Object(Reflect.get(Object(Reflect.get(Object(type), '_zod')), 'def')), part);

function valueAt(json: Json, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map(Object.entries(value)).get(String(key));
  }
  return value;
}
