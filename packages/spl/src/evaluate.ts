import type { Effect, Hash, Obligation } from '@ttp/core';
import type { CompiledPolicy, CompiledRule } from './compile.js';
import { type Facts, factsOf, type PolicyRequest } from './facts.js';
import type { Policy } from './load.js';
import type { Truth } from './operators.js';
import { type DroppedAttribute, droppedOf } from './provenance.js';
import type { PolicyReason } from './reasons.js';
import { type Resource, readResource } from './resource.js';

/** What a policy says to a request, with why. Everything in it is in the order of rule ids. */
export interface PolicyVerdict {
  readonly effect: Effect;
  /** The rules the effect and the obligations come from; none for a default or a refused resource. */
  readonly rules: readonly string[];
  /** What has to be done for the permission to hold; none for a deny. */
  readonly obligations: readonly Obligation[];
  readonly reasons: readonly PolicyReason[];
  /** Values that stood under a name of another source, and counted for nothing. */
  readonly dropped: readonly DroppedAttribute[];
  /** Hash of the policy. */
  readonly policy: Hash;
}

/** Rules that are true or unknown, by what they would do. */
interface Tally {
  readonly denies: CompiledRule[];
  readonly permits: CompiledRule[];
  /** The strongest effect among `permits`. */
  permit: 'allow' | 'warn' | 'allow_with_approval';
  /** Whether one of `permits` is true, and not unknown. */
  granted: boolean;
  readonly reasons: PolicyReason[];
}

/**
 * Evaluates a request: synchronous, pure, total, independent of the order of rules (decisions D12, D13).
 * An attribute that is missing or of another type makes a condition unknown, and unknown never grants: it denies
 * in a deny rule, and adds its obligations to what something else granted.
 *
 * @param policy from `loadPolicy`
 * @param request resource and action as the call map names them, and the facts by source
 */
export function evaluate(policy: Policy, request: PolicyRequest): PolicyVerdict {
  const { compiled, hash } = policy;
  const dropped = droppedOf(request);
  const resource = readResource(request.resource);
  if (typeof resource === 'string')
    return verdict('deny', [], [], [{ code: 'SPL_BAD_RESOURCE', text: resource }], dropped, hash);
  const facts = factsOf(request, compiled.clock);
  const tally = tallyOf(compiled, resource, request.action, facts);
  const { denies, permits, granted, permit, reasons } = tally;
  if (denies.length > 0) return verdict('deny', denies, [], reasons, dropped, hash);

  const unmet = compiled.requirements.filter(({ test }) => test(facts) !== true);
  for (const { ifUnmet } of unmet) reasons.push(ifUnmet);
  const byDefault = !granted && compiled.defaultEffect === 'allow';
  if (unmet.length > 0 || !(granted || byDefault)) {
    reasons.push({ code: 'SPL_NO_PERMIT', text: 'nothing permits it' });
    return verdict('deny', [], [], reasons, dropped, hash);
  }
  if (byDefault) reasons.push({ code: 'SPL_DEFAULT_ALLOW', text: 'no rule permits it; the default does' });
  const obligations = [...compiled.obligations, ...permits.flatMap((rule) => rule.obligations)];
  return verdict(permit, permits, obligations, reasons, dropped, hash);
}

function tallyOf(policy: CompiledPolicy, resource: Resource, action: string, facts: Facts): Tally {
  const tally: Tally = { denies: [], permits: [], permit: 'allow', granted: false, reasons: [] };
  const named = policy.byAction.get(action) ?? [];
  const any = policy.anyAction;
  // Both lists are in order of rank: taking the lower head each time keeps the whole in order.
  for (let i = 0, j = 0; i < named.length || j < any.length; ) {
    const [a, b] = [named[i], any[j]];
    const rule = b === undefined || (a !== undefined && a.rank < b.rank) ? a : b;
    if (rule === undefined) break;
    if (rule === a) i++;
    else j++;
    if (rule.patterns?.some((pattern) => pattern.matches(resource)) ?? true) count(tally, rule, facts);
  }
  return tally;
}

/** Adds a rule whose resource and action match. */
function count(tally: Tally, rule: CompiledRule, facts: Facts): void {
  const truth = judge(rule, facts, tally.reasons);
  if (truth === false) return;
  if (rule.effect === 'deny') {
    tally.denies.push(rule);
    return;
  }
  tally.permits.push(rule);
  if (truth === true) tally.granted = true;
  if (rule.effect !== 'allow' && tally.permit !== 'allow_with_approval') tally.permit = rule.effect;
}

/** One false condition makes the rule false, otherwise one unknown makes it unknown (decision D13). */
function judge(rule: CompiledRule, facts: Facts, reasons: PolicyReason[]): Truth {
  let unknown: PolicyReason | undefined;
  for (const { test, ifFalse, ifUnknown } of rule.conditions) {
    const truth = test(facts);
    if (truth === false) {
      reasons.push(ifFalse);
      return false;
    }
    if (truth === 'unknown') unknown ??= ifUnknown;
  }
  reasons.push(unknown ?? rule.applies);
  return unknown === undefined ? true : 'unknown';
}

function verdict(
  effect: Effect,
  rules: readonly CompiledRule[],
  obligations: readonly Obligation[],
  reasons: readonly PolicyReason[],
  dropped: readonly DroppedAttribute[],
  policy: Hash,
): PolicyVerdict {
  return { effect, rules: rules.map((rule) => rule.id), obligations, reasons, dropped, policy };
}
