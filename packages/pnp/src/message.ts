import {
  asHash,
  type EnvelopeHead,
  type EnvelopeSignature,
  type Hash,
  type JsonObject,
  TtpError,
} from '@ttp/core';
import { canonicalize, parseJson } from '@ttp/crypto';
import { type Policy, TEXT_MAX_CHARACTERS } from '@ttp/spl';
import * as z from 'zod/mini';
import { CONFLICT_CODES, type Conflict, type ConflictCode } from './conflict.js';
import type { PnpErrorCode } from './errors.js';
import { fail } from './fail.js';
import { AGREEMENT_MAX_LAYERS, CONFLICTS_MAX, MAX_ROUNDS, MESSAGE_MAX_BYTES } from './limits.js';
import { policyOf } from './policies.js';

/** The six messages, by the type of their envelopes. */
export const MESSAGE_TYPES = {
  offer: 'ttp/pnp-offer@1',
  counter: 'ttp/pnp-counter@1',
  accept: 'ttp/pnp-accept@1',
  reject: 'ttp/pnp-reject@1',
  finalize: 'ttp/pnp-finalize@1',
  ack: 'ttp/pnp-ack@1',
} as const;

/** A kind of message. */
export type MessageKind = keyof typeof MESSAGE_TYPES;

/** A policy on its way: its exact text, since policies have fractions, and its hash (decision D7). */
export type PolicyText = { readonly hash: Hash; readonly text: string };

/** What every message says first. */
interface Common {
  readonly v: 1;
  /** 32 bytes, base64url. */
  readonly session: string;
  readonly round: number;
}

/** What the bodies of the messages say, as they are read. */
export interface MessageBodies {
  /** `deadline`: wall clock of the initiator at which the negotiation is over, ms. */
  readonly offer: Common & { readonly deadline: number; readonly policy: PolicyText };
  readonly counter: Common & { readonly policy: PolicyText };
  /** `policy`: of who accepts; `agreement`: hash of the meet of the last policies of both. */
  readonly accept: Common & { readonly policy: PolicyText; readonly agreement: Hash };
  readonly reject: Common & { readonly conflicts: readonly Conflict[] };
  /** `transcript`: of all messages up to the acceptance; `signature`: over the certificate. */
  readonly finalize: Common & {
    readonly agreement: Hash;
    readonly transcript: Hash;
    readonly signature: EnvelopeSignature;
  };
  readonly ack: Common & { readonly agreement: Hash; readonly signature: EnvelopeSignature };
}

/** A message or certificate before it is signed. Its id follows from it already. */
export interface Unsigned {
  readonly type: (typeof MESSAGE_TYPES)[MessageKind] | 'ttp/agreement@1';
  readonly head: EnvelopeHead;
  readonly body: JsonObject;
}

type Schemas = { readonly [K in MessageKind]: z.ZodMiniType<MessageBodies[K]> };

let built: Schemas | undefined;

/** Made when the first message is read: a process that never negotiates does not pay for it. */
function build(): Schemas {
  const hash = z.pipe(
    z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
    z.transform((text) => asHash(text)),
  );
  const common = {
    v: z.literal(1),
    session: z.string().check(z.regex(SESSION)),
    round: z.int().check(z.minimum(1), z.maximum(MAX_ROUNDS)),
  };
  const policy = z.strictObject({ hash, text: z.string() });
  const signature = z.strictObject({
    kid: z.string().check(z.maxLength(TEXT_MAX_CHARACTERS)),
    sig: z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/)),
  });
  const conflicts = z.pipe(
    z.string(),
    z.transform((text) => readConflicts(text)),
  );
  return {
    offer: z.strictObject({ ...common, deadline: z.int().check(z.minimum(0)), policy }),
    counter: z.strictObject({ ...common, policy }),
    accept: z.strictObject({ ...common, policy, agreement: hash }),
    reject: z.strictObject({ ...common, conflicts }),
    finalize: z.strictObject({ ...common, agreement: hash, transcript: hash, signature }),
    ack: z.strictObject({ ...common, agreement: hash, signature }),
  };
}

const SESSION = /^[A-Za-z0-9_-]{43}$/;

/** Whether the text is the name of a session: 32 bytes in base64url. */
export const isSession = (text: unknown): text is string => typeof text === 'string' && SESSION.test(text);

/**
 * Reads the body of a message that was verified. Every member is critical: one that is not known refuses the message
 * (flaw.N4).
 *
 * @throws PNP_UNKNOWN_VERSION, PNP_UNKNOWN_FIELD, PNP_ROUNDS_EXCEEDED, PNP_BAD_MESSAGE
 */
export function readBody<K extends MessageKind>(kind: K, body: JsonObject): MessageBodies[K] {
  if (body['v'] !== 1) fail('PNP_UNKNOWN_VERSION', 'the version of the protocol is 1', 'body.v');
  if (typeof body['round'] === 'number' && body['round'] > MAX_ROUNDS)
    fail('PNP_ROUNDS_EXCEEDED', `round ${body['round']} of ${MAX_ROUNDS}`, 'body.round');
  built ??= build();
  const schema: z.ZodMiniType<MessageBodies[K]> = built[kind];
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const unknown = issues.find(({ code }) => code === 'unrecognized_keys');
  const { path, message } = unknown ?? issues[0] ?? { path: [], message: 'not a message' };
  const code: PnpErrorCode = unknown === undefined ? 'PNP_BAD_MESSAGE' : 'PNP_UNKNOWN_FIELD';
  return fail(code, message, ['body', ...path].join('.'));
}

/** Conflicts as they are sent: values of policies may have fractions, so they go as text (decision D7). */
export const conflictsText = (conflicts: readonly Conflict[]): string =>
  canonicalize(conflicts.map(({ code, left, right }) => ({ code, left: { ...left }, right: { ...right } })));

let conflictsSchema: z.ZodMiniType | undefined;

function buildConflicts(): z.ZodMiniType {
  const side = z.strictObject({
    layers: z
      .array(z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)))
      .check(z.maxLength(AGREEMENT_MAX_LAYERS)),
    field: z.string().check(z.maxLength(TEXT_MAX_CHARACTERS)),
    value: z.unknown(),
  });
  return z
    .array(z.strictObject({ code: z.enum(Object.keys(CONFLICT_CODES)), left: side, right: side }))
    .check(z.maxLength(CONFLICTS_MAX));
}

/** What a peer says of conflicts. It is shown to people and acted on by nobody. Throws PNP_BAD_MESSAGE, CRYPTO_JSON_*. */
function readConflicts(text: string): readonly Conflict[] {
  conflictsSchema ??= buildConflicts();
  const json = parseJson(text, { maxBytes: MESSAGE_MAX_BYTES });
  const result = z.safeParse(conflictsSchema, json);
  if (!result.success || !areConflicts(json))
    return fail('PNP_BAD_MESSAGE', 'not conflicts', 'body.conflicts');
  return json;
}

/** What the schema above has checked. */
const areConflicts = (json: unknown): json is readonly Conflict[] =>
  Array.isArray(json) && json.every((one: { code: ConflictCode }) => one.code in CONFLICT_CODES);

/**
 * Loads the policy of a message, which has to have the hash beside it. The limit of policies from elsewhere holds,
 * whatever the host loads itself (decision D16).
 *
 * @throws PNP_POLICY_HASH, PNP_UNKNOWN_CAPABILITY, the codes of `loadPolicy`
 */
export function loadSent({ hash, text }: PolicyText): Policy {
  const policy = policyOf(text);
  if (policy.hash !== hash) fail('PNP_POLICY_HASH', `the text hashes to ${policy.hash}`, 'body.policy.hash');
  return policy;
}

/** Refuses what is no message of a negotiation. Throws PNP_UNKNOWN_TYPE. */
export function kindOf(type: string): MessageKind {
  const kind = KINDS.find((one) => MESSAGE_TYPES[one] === type);
  if (kind === undefined)
    throw new TtpError<PnpErrorCode>('PNP_UNKNOWN_TYPE', `${type} is no message of a negotiation`, {
      field: 'type',
    });
  return kind;
}

const KINDS = ['offer', 'counter', 'accept', 'reject', 'finalize', 'ack'] as const;
