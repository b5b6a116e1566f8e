import type { JsonObject, Obligation } from '@ttp/core';
import type { OutputTransformations, PolicyDocument, Rule } from './document.js';
import { APPROVAL_TIMEOUT_SECONDS } from './limits.js';

/** What a rule obliges to when it permits (decision D12). */
export function obligationsOfRule(rule: Rule): readonly Obligation[] {
  const from = `rule:${rule.id}`;
  const list: Obligation[] = [];
  if (rule.effect === 'warn') list.push({ kind: 'alert', from, params: {} });
  if (rule.effect === 'allow_with_approval') list.push({ kind: 'approval', from, params: approvalOf(rule) });
  if (rule.outputTransformations !== undefined) list.push(transform(rule.outputTransformations, from));
  if (rule.audit !== undefined) list.push({ kind: 'audit', from, params: { ...rule.audit } });
  return list;
}

/** What the policy as a whole obliges every permit to. */
export function obligationsOfPolicy(document: PolicyDocument): readonly Obligation[] {
  const from = 'policy';
  const list: Obligation[] = [];
  const rate = document.offers?.rateLimit;
  if (rate !== undefined) list.push({ kind: 'rate', from, params: { ...rate } });
  if (document.outputTransformations !== undefined)
    list.push(transform(document.outputTransformations, from));
  const tags = document.requirements?.compliance ?? [];
  if (document.audit !== undefined || tags.length > 0)
    list.push({
      kind: 'audit',
      from,
      params: { ...document.audit, ...(tags.length > 0 ? { compliance: tags } : {}) },
    });
  return list;
}

function approvalOf({ id, description, humanApproval = {} }: Rule): JsonObject {
  return {
    reason: humanApproval.reason ?? description ?? `rule ${id} asks for approval`,
    level: humanApproval.escalationLevel ?? 1,
    timeoutMs: (humanApproval.timeout ?? APPROVAL_TIMEOUT_SECONDS) * 1000,
    requireJustification: humanApproval.requireJustification ?? false,
    requireOperatorId: humanApproval.requireOperatorId ?? false,
    notifyChannels: humanApproval.notifyChannels ?? [],
  };
}

const transform = (wanted: OutputTransformations, from: string): Obligation => ({
  kind: 'transform',
  from,
  params: { ...wanted },
});
