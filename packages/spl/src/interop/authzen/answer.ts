import { codeOf, isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { own } from '../../attributes.js';
import type { PolicyVerdict } from '../../evaluate.js';
import { evaluatePolicies, type PolicyLayers } from '../../layers.js';
import type { Policy } from '../../load.js';
import {
  type AuthZenBatch,
  type AuthZenRequest,
  type AuthZenResponse,
  parseAuthZenBatch,
  parseAuthZenRequest,
} from './model.js';
import { type AuthZenMapping, policyRequestOf } from './request.js';

/** A decision point: which policy answers for whom, and what those who ask can do. */
export interface AuthZenPoint extends AuthZenMapping {
  /** The policy for a subject, or the layers; without one it is denied. */
  readonly policyOf: (subject: AuthZenRequest['subject']) => Policy | PolicyLayers | undefined;
  /**
   * Kinds of obligations that every enforcement point that asks fulfils. A permission with any other is answered
   * `false`: an obligation that nobody fulfils denies (decision D12).
   */
  readonly fulfils?: readonly string[];
}

/**
 * Answers an access evaluation request with a policy. The context says the effect, the rules, the reasons, the
 * obligations, and the hash of the policy.
 *
 * @throws SPL_AUTHZEN_INVALID for a request that cannot be put to a policy: section 10.1.4 answers it with 400
 */
export function answerAuthZen(request: AuthZenRequest, point: AuthZenPoint): AuthZenResponse {
  const policy = point.policyOf(request.subject);
  if (policy === undefined) {
    const reason = { code: 'SPL_AUTHZEN_NO_POLICY', text: 'no policy governs the subject' };
    return { decision: false, context: { effect: 'deny', reasons: [reason] } };
  }
  return responseOf(evaluatePolicies(policy, policyRequestOf(request, point)), point.fulfils ?? []);
}

/**
 * Answers an access evaluations request, in its order, as far as its semantic asks: `deny_on_first_deny` ends after
 * the first denial, `permit_on_first_permit` after the first permission.
 */
export function answerAuthZenBatch(
  { requests, semantic }: AuthZenBatch,
  point: AuthZenPoint,
): { readonly evaluations: readonly AuthZenResponse[] } {
  const evaluations: AuthZenResponse[] = [];
  for (const request of requests) {
    const response = answerOne(request, point);
    evaluations.push(response);
    const last = response.decision ? 'permit_on_first_permit' : 'deny_on_first_deny';
    if (semantic === last) break;
  }
  return { evaluations };
}

/**
 * Answers the body of an access evaluations request, whichever it is: without evaluations, or with none in the list,
 * it is a single request and has the answer of one (section 7.1).
 *
 * @param json the parsed body
 * @throws SPL_AUTHZEN_INVALID for a body that is none, and for a single request that is wrong: a 400
 */
export function answerAuthZenEvaluations(
  json: Json | undefined,
  point: AuthZenPoint,
): AuthZenResponse | { readonly evaluations: readonly AuthZenResponse[] } {
  const evaluations = json !== undefined && isJsonObject(json) ? own(json, 'evaluations') : undefined;
  const isSingle = evaluations === undefined || (Array.isArray(evaluations) && evaluations.length === 0);
  return isSingle
    ? answerAuthZen(parseAuthZenRequest(json), point)
    : answerAuthZenBatch(parseAuthZenBatch(json), point);
}

/** One that cannot be answered is a denial that says why (section 7.2.1). */
function answerOne(request: AuthZenRequest | TtpError, point: AuthZenPoint): AuthZenResponse {
  try {
    if (request instanceof TtpError) throw request;
    return answerAuthZen(request, point);
  } catch (error) {
    const code = codeOf(error, 'SPL_AUTHZEN_FAULT');
    const status = code === 'SPL_AUTHZEN_INVALID' ? 400 : 500;
    const message = error instanceof TtpError ? error.message : 'the evaluation broke off';
    return { decision: false, context: { code, error: { status, message } } };
  }
}

function responseOf(verdict: PolicyVerdict, fulfils: readonly string[]): AuthZenResponse {
  const { effect, rules, obligations, policy } = verdict;
  const open = obligations.filter(({ kind }) => !fulfils.includes(kind));
  const unfulfilled = open.map(({ kind, from }) => ({
    code: 'SPL_AUTHZEN_UNFULFILLED',
    text: `nobody who asks fulfils ${kind} of ${from}`,
  }));
  const context: JsonObject = {
    effect,
    rules,
    reasons: [...verdict.reasons, ...unfulfilled].map((reason) => ({ ...reason })),
    obligations: obligations.map(({ kind, from, params }) => ({ kind, from, params })),
    policy,
  };
  return { decision: effect !== 'deny' && open.length === 0, context };
}
