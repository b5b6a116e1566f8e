import type { Decision, Did, Epoch, Hash, Interaction, Json, JsonObject, Obligation } from '@ttp/core';
import { isJsonObject, TtpError } from '@ttp/core';
import { hashJson, plainCopy } from '@ttp/crypto';
import { APPROVAL_MAX_USES, APPROVAL_VALID_MS, REVIEW_DEFAULT_MS, REVIEW_MAX_MS } from './limits.js';

/**
 * What an operator approves, and nothing else (decision D35, flaw.O1). The digest is over all of it, with the
 * arguments by their hash; change one byte of any of it and the approval does not fit.
 */
export interface ReviewRequest {
  /** Random, and so part of the digest: two reviews of the same call are two. */
  readonly nonce: string;
  readonly agent: Did;
  readonly target: string;
  readonly action: string;
  readonly resource: string;
  /** The arguments, to be shown; {@link digestOf} binds their hash. */
  readonly input: Json;
  /** What was said beside the arguments, and may be handed on with them (MCP's `_meta`); left out where that is nothing. */
  readonly claims?: JsonObject;
  readonly policy: Hash;
  readonly epoch: Epoch;
  /** Until when an approval may be used, wall clock, ms. */
  readonly notAfter: number;
  /** Most uses that can be granted. */
  readonly maxUses: number;
}

/** The digest that decisions are signed over. */
export const digestOf = ({ input, ...rest }: ReviewRequest): Hash =>
  hashJson({ ...rest, arguments: hashJson(input) });

/** What a rule asks of a review. */
export interface ReviewTerms {
  /** Who asks: `rule:<id>`, or another source of obligations. */
  readonly from: string;
  readonly reason: string;
  /** 1 operator, 2 senior, 3 security or compliance. */
  readonly level: 1 | 2 | 3;
  /** Time to the decision, ms. */
  readonly timeoutMs: number;
}

/**
 * What an `approval` obligation may say. A reason and the operator's id are always required; channels are the
 * business of whoever listens to requests.
 */
const PARAMS = [
  'reason',
  'level',
  'timeoutMs',
  'requireJustification',
  'requireOperatorId',
  'notifyChannels',
];

/**
 * The terms of an `approval` obligation. The shorter of the rule's time and ours counts (decision D35).
 *
 * @throws OVERSIGHT_BAD_OBLIGATION: what cannot be understood is never waived; a `defaultAction` least of all (flaw.O2)
 */
export function termsOf({ params, from }: Obligation): ReviewTerms {
  const unknown = Object.keys(params).find((name) => !PARAMS.includes(name));
  if (unknown !== undefined) throw bad(unknown, from);
  const { reason = '', level = 1, timeoutMs = REVIEW_DEFAULT_MS } = params;
  if (typeof reason !== 'string') throw bad('reason', from);
  if (level !== 1 && level !== 2 && level !== 3) throw bad('level', from);
  if (typeof timeoutMs !== 'number' || !Number.isSafeInteger(timeoutMs) || timeoutMs <= 0)
    throw bad('timeoutMs', from);
  return { from, reason, level, timeoutMs: Math.min(timeoutMs, REVIEW_MAX_MS) };
}

const bad = (field: string, from: string): TtpError =>
  new TtpError('OVERSIGHT_BAD_OBLIGATION', `the approval that ${from} asks for has a wrong ${field}`, {
    field,
  });

/** What a call is about to do, under which policy and kill epoch. */
export type Action = Omit<ReviewRequest, 'nonce' | 'notAfter' | 'maxUses'>;

/** The action of an interaction under a decision, copied: what is shown to a human cannot change afterwards. */
export function actionOf(
  { agent, target, action, resource, input, claims }: Interaction,
  { inputs, epoch }: Decision,
): Action {
  const said = plainCopy(claims);
  const call = { agent, target, action, resource, input: plainCopy(input), policy: inputs.policy, epoch };
  return isJsonObject(said) && Object.keys(said).length > 0 ? { ...call, claims: said } : call;
}

/** The request to approve an action, opened at `now` (wall clock, ms). */
export const requestOf = (
  action: Action,
  { timeoutMs }: ReviewTerms,
  { now, nonce }: { readonly now: number; readonly nonce: string },
): ReviewRequest => ({
  ...action,
  nonce,
  notAfter: now + timeoutMs + APPROVAL_VALID_MS,
  maxUses: APPROVAL_MAX_USES,
});

/**
 * What makes two calls the same, so that one review answers both. Who asks and for which level is part of it: the
 * approval that one rule got must not stand for another rule's, which may ask for somebody higher.
 */
export const sameness = (
  { agent, target, action, resource, input, claims = {}, policy, epoch }: Action,
  { from, level }: ReviewTerms,
): Hash => hashJson({ agent, target, action, resource, input, claims, policy, epoch, from, level });
