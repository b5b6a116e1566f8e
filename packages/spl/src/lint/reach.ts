import { atLeast, type Json, STAGES } from '@ttp/core';
import type { CompiledCondition, CompiledRule } from '../compile.js';
import type { Requirements } from '../document.js';
import { compiledOf, type Policy } from '../load.js';
import { candidatesOf, domainOf, factsWith } from './domain.js';
import type { LintFinding } from './finding.js';
import { isPermit } from './rules.js';

/** Rules and conditions that can never make a difference. */
export function lintReach(policy: Policy): readonly LintFinding[] {
  return compiledOf(policy).rules.flatMap((rule) =>
    rule.conditions.flatMap((condition) =>
      lintCondition(rule, condition, policy.document.requirements ?? {}),
    ),
  );
}

function lintCondition(
  rule: CompiledRule,
  condition: CompiledCondition,
  requirements: Requirements,
): readonly LintFinding[] {
  const { attribute, tests } = condition.source;
  // Absence fulfils it, and absence is no value to try.
  if (tests.some(({ op, operand }) => op === 'exists' && operand === false)) return [];
  const requirement = requirementOn(attribute, requirements);
  const domain = domainOf([condition.source, ...(requirement === undefined ? [] : [requirement.bound])]);
  const candidates = domain === undefined ? candidatesOf(condition.source) : undefined;
  const values = domain ?? requirement?.only;
  const what = `${attribute} ${tests.map(({ op, operand }) => `${op} ${JSON.stringify(operand)}`).join(', ')}`;
  const truth = (value: Json): boolean => condition.test(factsWith(attribute, value)) !== false;
  // A value of another type is unknown, which fulfils nothing.
  const fulfils = (value: Json): boolean => condition.test(factsWith(attribute, value)) === true;
  if (domain?.some(truth) === false || candidates?.some(fulfils) === false)
    return [{ code: 'SPL_UNSATISFIABLE', rule: rule.id, message: `nothing is ${what}` }];
  if (values === undefined) return [];
  if (requirement === undefined) return [];
  const enough = values.filter(requirement.meets);
  if (!enough.some(truth))
    return [
      {
        code: 'SPL_DEAD_RULE',
        rule: rule.id,
        message: `${what} holds only where ${requirement.name} already denies`,
      },
    ];
  const weaker = values.some((value) => truth(value) && !requirement.meets(value));
  if (isPermit(rule) && weaker && enough.every(truth))
    return [
      {
        code: 'SPL_DEAD_CONDITION',
        rule: rule.id,
        message: `${what} is less than ${requirement.name} demands of everybody`,
        suggestion: 'raise the condition, or lower the requirement',
      },
    ];
  return [];
}

interface Requirement {
  readonly name: string;
  readonly meets: (value: Json) => boolean;
  /** The requirement as a condition: its bound is one of the values to try. */
  readonly bound: CompiledCondition['source'];
  /** All values that meet it, where they can be listed. */
  readonly only?: readonly Json[];
}

function requirementOn(attribute: string, requirements: Requirements): Requirement | undefined {
  const { minTrustScore, minTrustStage, purpose, requireIdentityVerification } = requirements;
  if (attribute === 'trustScore' && minTrustScore !== undefined)
    return {
      name: `minTrustScore ${minTrustScore}`,
      meets: (value) => typeof value === 'number' && value >= minTrustScore,
      bound: { attribute, tests: [{ op: 'gte', operand: minTrustScore }] },
    };
  if (attribute === 'trustStage' && minTrustStage !== undefined)
    return {
      name: `minTrustStage ${minTrustStage}`,
      meets: (value) => STAGES.some((stage) => stage === value && atLeast(STAGES, stage, minTrustStage)),
      bound: { attribute, tests: [] },
    };
  if (attribute === 'identityVerified' && requireIdentityVerification === true)
    return {
      name: 'requireIdentityVerification',
      meets: (value) => value === true,
      bound: { attribute, tests: [] },
    };
  if (attribute === 'purpose' && purpose !== undefined)
    return {
      name: `purpose ${purpose}`,
      meets: (value) => value === purpose,
      bound: { attribute, tests: [] },
      only: [purpose],
    };
  return undefined;
}
