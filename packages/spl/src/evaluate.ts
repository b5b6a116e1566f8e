import type { Effect, Hash, Obligation } from '@ttp/core';
import type { CompiledPolicy, CompiledRule } from './compile.js';
import { Facts, type PolicyRequest } from './facts.js';
import { compiledOf, type Policy } from './load.js';
import type { DroppedAttribute } from './provenance.js';
import type { PolicyReason } from './reasons.js';
import { readResource } from './resource.js';
import { matchingRules } from './rule-index.js';
import { windowObligations } from './window-limits.js';

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

const NO_PERMIT: PolicyReason = Object.freeze({ code: 'SPL_NO_PERMIT', text: 'nothing permits it' });
const BY_DEFAULT: PolicyReason = Object.freeze({
  code: 'SPL_DEFAULT_ALLOW',
  text: 'no rule permits it; the default does',
});
const NO_RULES: readonly string[] = Object.freeze([]);
const NO_OBLIGATIONS: readonly Obligation[] = Object.freeze([]);

/**
 * Evaluates a request: synchronous, pure, total, independent of the order of rules (decisions D12, D13).
 * An attribute that is missing or of another type makes a condition unknown, and unknown never grants: it denies
 * in a deny rule, and adds its obligations to what something else granted.
 *
 * @param policy from `loadPolicy`
 * @param request resource and action as the call map names them, and the facts by source
 * @throws SPL_NOT_LOADED for a policy that `loadPolicy` did not make
 */
export function evaluate(policy: Policy, request: PolicyRequest): PolicyVerdict {
  const compiled = compiledOf(policy);
  const { hash } = policy;
  const dropped = compiled.provenance.droppedOf(request);
  const resource = readResource(request.resource);
  if (typeof resource === 'string') {
    const reasons = [{ code: 'SPL_BAD_RESOURCE', text: resource } as const];
    return verdict('deny', NO_RULES, NO_OBLIGATIONS, reasons, dropped, hash);
  }
  const facts = new Facts(request, compiled.clock);
  const { rules: found, screen } = matchingRules(compiled.index, request.action, resource);
  const tally = new Tally();
  const reasons = screen === undefined ? [] : [...screen.reasons];
  if (screen === undefined) for (const rule of found) reasons.push(tally.count(rule, facts));
  else
    for (const position of screen.rest(facts)) {
      const rule = found[position];
      if (rule !== undefined) reasons[position] = tally.count(rule, facts);
    }
  const { denies, permits, granted, permit } = tally;
  if (denies !== undefined) return verdict('deny', idsOf(denies), NO_OBLIGATIONS, reasons, dropped, hash);

  let met = true;
  for (const { test, ifUnmet } of compiled.requirements)
    if (test(facts) !== true) {
      met = false;
      reasons.push(ifUnmet);
    }
  const byDefault = !granted && compiled.defaultEffect === 'allow';
  if (!met || !(granted || byDefault)) {
    reasons.push(NO_PERMIT);
    return verdict('deny', NO_RULES, NO_OBLIGATIONS, reasons, dropped, hash);
  }
  if (byDefault) reasons.push(BY_DEFAULT);
  const obligations = obligationsOf(compiled, permits);
  const { windows } = compiled;
  const reserved = windows === undefined ? NO_OBLIGATIONS : windowObligations(windows, found, facts);
  const united = reserved.length === 0 ? obligations : [...obligations, ...reserved];
  return verdict(permit, idsOf(permits), united, reasons, dropped, hash);
}

/** Rules that are true or unknown, by what they would do. */
class Tally {
  denies: CompiledRule[] | undefined;
  permits: CompiledRule[] | undefined;
  /** The strongest effect among `permits`. */
  permit: Exclude<Effect, 'deny'> = 'allow';
  /** Whether one of `permits` is true, and not unknown. */
  granted = false;

  /** Adds a rule whose resource and action match, and says how it stands. */
  count(rule: CompiledRule, facts: Facts): PolicyReason {
    let unknown: PolicyReason | undefined;
    // One false condition makes the rule false, otherwise one unknown makes it unknown (decision D13).
    for (const condition of rule.conditions) {
      const truth = condition.test(facts);
      if (truth === false) return condition.ifFalse;
      if (truth === 'unknown') unknown ??= condition.ifUnknown;
    }
    if (rule.effect === 'deny') this.denies = withRule(this.denies, rule);
    else {
      this.permits = withRule(this.permits, rule);
      if (unknown === undefined) this.granted = true;
      if (rule.effect !== 'allow' && this.permit !== 'allow_with_approval') this.permit = rule.effect;
    }
    return unknown ?? rule.applies;
  }
}

/** Nearly always there is one rule, and a list of one is made quicker than an empty one grows. */
function withRule(rules: CompiledRule[] | undefined, rule: CompiledRule): CompiledRule[] {
  if (rules === undefined) return [rule];
  rules.push(rule);
  return rules;
}

function idsOf(rules: readonly CompiledRule[] | undefined): readonly string[] {
  return rules === undefined ? NO_RULES : rules.map((rule) => rule.id);
}

/** Those of the policy, then those of each permit; put together beforehand for a single one. */
function obligationsOf(
  compiled: CompiledPolicy,
  permits: readonly CompiledRule[] = [],
): readonly Obligation[] {
  const [first, second] = permits;
  if (second === undefined) return first?.allObligations ?? compiled.obligations;
  return [...compiled.obligations, ...permits.flatMap((rule) => rule.obligations)];
}

function verdict(
  effect: Effect,
  rules: readonly string[],
  obligations: readonly Obligation[],
  reasons: readonly PolicyReason[],
  dropped: readonly DroppedAttribute[],
  policy: Hash,
): PolicyVerdict {
  return { effect, rules, obligations, reasons, dropped, policy };
}
