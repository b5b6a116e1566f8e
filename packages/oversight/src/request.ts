import type { Decision, Did, Epoch, Hash, Interaction, Json, Obligation } from '@ttp/core';
import { TtpError } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
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
  readonly reason: string;
  /** 1 operator, 2 senior, 3 security or compliance. */
  readonly level: 1 | 2 | 3;
  /** Time to the decision, ms. */
  readonly timeoutMs: number;
}

/**
 * The terms of an `approval` obligation. The shorter of the rule's time and ours counts (decision D35).
 *
 * @throws OVERSIGHT_BAD_OBLIGATION: what cannot be understood is never waived
 */
export function termsOf({ params, from }: Obligation): ReviewTerms {
  const { reason = '', level = 1, timeoutMs = REVIEW_DEFAULT_MS } = params;
  if (typeof reason !== 'string') throw bad('reason', from);
  if (level !== 1 && level !== 2 && level !== 3) throw bad('level', from);
  if (typeof timeoutMs !== 'number' || !Number.isInteger(timeoutMs) || timeoutMs <= 0)
    throw bad('timeoutMs', from);
  return { reason, level, timeoutMs: Math.min(timeoutMs, REVIEW_MAX_MS) };
}

const bad = (field: string, from: string): TtpError =>
  new TtpError('OVERSIGHT_BAD_OBLIGATION', `the approval that ${from} asks for has a wrong ${field}`, {
    field,
  });

/** The request for an interaction under a decision, opened at `now` (wall clock, ms). */
export function requestOf(
  { agent, target, action, resource, input }: Interaction,
  { inputs, epoch }: Decision,
  terms: ReviewTerms,
  { now, nonce }: { readonly now: number; readonly nonce: string },
): ReviewRequest {
  const notAfter = now + terms.timeoutMs + APPROVAL_VALID_MS;
  const { policy } = inputs;
  return {
    nonce,
    agent,
    target,
    action,
    resource,
    input,
    policy,
    epoch,
    notAfter,
    maxUses: APPROVAL_MAX_USES,
  };
}

/** What makes two calls the same for oversight: the same review answers both. */
export const sameness = (
  { agent, target, action, resource, input }: Interaction,
  { inputs, epoch }: Decision,
): Hash => hashJson({ agent, target, action, resource, input, policy: inputs.policy, epoch });
