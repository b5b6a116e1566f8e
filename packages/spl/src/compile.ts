import { atLeast, CAPABILITIES, type Effect, type Obligation, STAGES, TtpError } from '@ttp/core';
import { type Condition, parseConditions } from './condition.js';
import type { PolicyDocument, Requirements, Rule } from './document.js';
import { at } from './field.js';
import { obligationsOfPolicy, obligationsOfRule } from './obligations.js';
import { compileCondition, type Predicate } from './operators.js';
import { type Pattern, parsePattern } from './pattern.js';
import type { PolicyReason } from './reasons.js';
import { type LocalClock, localClock } from './time.js';

/** A condition with what to say where it does not hold; nothing is put together during evaluation. */
export interface CompiledCondition {
  readonly source: Condition;
  readonly test: Predicate;
  readonly ifFalse: PolicyReason;
  readonly ifUnknown: PolicyReason;
}

/** A rule as closures. */
export interface CompiledRule {
  readonly id: string;
  readonly effect: Effect;
  /** Position in the order of ids, which every result follows: the order of the document never shows. */
  readonly rank: number;
  /** Undefined: every resource. */
  readonly patterns: readonly Pattern[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly conditions: readonly CompiledCondition[];
  readonly obligations: readonly Obligation[];
  readonly applies: PolicyReason;
}

/** A precondition of every permit. */
interface CompiledRequirement {
  readonly test: Predicate;
  readonly ifUnmet: PolicyReason;
}

/** A policy as closures and an index by action. */
export interface CompiledPolicy {
  readonly clock: LocalClock;
  readonly requirements: readonly CompiledRequirement[];
  readonly rules: readonly CompiledRule[];
  /** The rules that name an action, in order of rank. */
  readonly byAction: ReadonlyMap<string, readonly CompiledRule[]>;
  /** The rules for every action, in order of rank. */
  readonly anyAction: readonly CompiledRule[];
  readonly obligations: readonly Obligation[];
  readonly defaultEffect: 'allow' | 'deny';
}

/**
 * Turns a document into closures, and refuses what its shape alone does not show.
 * @throws SPL_DUPLICATE_RULE, SPL_UNSCOPED_PERMIT, SPL_NOT_AN_APPROVAL, SPL_BAD_PATTERN, SPL_BAD_VALUE for a time
 * zone, and the codes of conditions
 */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const clock = localClock(document.timezone);
  if (clock === undefined)
    throw new TtpError('SPL_BAD_VALUE', `no time zone ${JSON.stringify(document.timezone)}`, {
      field: 'timezone',
    });
  const rules = document.rules.map((rule, i) => compileRule(rule, at('rules', i)));
  rules.sort((a, b) => (a.id < b.id ? -1 : 1));
  const ranked = rules.map((rule, rank) => ({ ...rule, rank }));
  for (const [i, { id }] of ranked.entries())
    if (ranked[i + 1]?.id === id)
      throw new TtpError('SPL_DUPLICATE_RULE', `two rules are called ${id}`, { field: 'rules' });
  return {
    clock,
    requirements: compileRequirements(document.requirements ?? {}),
    rules: ranked,
    byAction: indexByAction(ranked),
    anyAction: ranked.filter((rule) => rule.actions === undefined),
    obligations: obligationsOfPolicy(document),
    defaultEffect: document.defaultEffect,
  };
}

function compileRule(rule: Rule, field: string): CompiledRule {
  const { id, effect } = rule;
  if (effect !== 'deny' && (rule.resources === undefined || rule.actions === undefined))
    throw new TtpError('SPL_UNSCOPED_PERMIT', `${id}: a rule that permits names resources and actions`, {
      field,
    });
  if (effect !== 'allow_with_approval' && rule.humanApproval !== undefined)
    throw new TtpError('SPL_NOT_AN_APPROVAL', `${id}: the effect ${effect} asks nobody`, {
      field: at(field, 'humanApproval'),
    });
  const resources = at(field, 'resources');
  return {
    id,
    effect,
    rank: 0,
    patterns: rule.resources?.map((text, i) => parsePattern(text, at(resources, i))),
    actions: rule.actions,
    conditions: parseConditions(rule.conditions ?? {}, at(field, 'conditions')).map((condition) =>
      compileRuleCondition(condition, id),
    ),
    obligations: effect === 'deny' ? [] : obligationsOfRule(rule),
    applies: { code: 'SPL_RULE_APPLIES', text: `${effect} rule ${id} applies`, rule: id },
  };
}

function compileRuleCondition(source: Condition, rule: string): CompiledCondition {
  const { attribute, tests } = source;
  const what = `${attribute} ${tests.map(({ op }) => op).join(' and ')}`;
  return {
    source,
    test: compileCondition(source),
    ifFalse: { code: 'SPL_CONDITION_FALSE', text: `${rule}: ${what} does not hold`, rule },
    ifUnknown: {
      code: 'SPL_CONDITION_UNKNOWN',
      text: `${rule}: ${what} cannot be told: missing or of another type`,
      rule,
    },
  };
}

function compileRequirements(wanted: Requirements): readonly CompiledRequirement[] {
  const list: CompiledRequirement[] = [];
  const add = (name: string, test: Predicate): void => {
    list.push({ test, ifUnmet: { code: 'SPL_REQUIREMENT_UNMET', text: `requirement ${name} is not met` } });
  };
  const { minTrustScore, minTrustStage, requiredCapabilities = [], purpose } = wanted;
  if (minTrustScore !== undefined)
    add(
      'minTrustScore',
      compileCondition({ attribute: 'trustScore', tests: [{ op: 'gte', operand: minTrustScore }] }),
    );
  if (minTrustStage !== undefined) {
    const enough = STAGES.filter((stage) => atLeast(STAGES, stage, minTrustStage));
    add(
      'minTrustStage',
      compileCondition({ attribute: 'trustStage', tests: [{ op: 'in', operand: enough }] }),
    );
  }
  for (const capability of new Set(requiredCapabilities)) {
    const held = compileCondition({
      attribute: 'capabilities',
      tests: [{ op: 'contains', operand: capability }],
    });
    // What is in no registry is never granted, whoever claims to hold it (flaw.P18).
    const known = CAPABILITIES.some((name) => name === capability);
    add(`requiredCapabilities ${capability}`, known ? held : () => false);
  }
  if (wanted.requireIdentityVerification === true)
    add(
      'requireIdentityVerification',
      compileCondition({ attribute: 'identityVerified', tests: [{ op: 'eq', operand: true }] }),
    );
  if (purpose !== undefined)
    add('purpose', compileCondition({ attribute: 'purpose', tests: [{ op: 'eq', operand: purpose }] }));
  return list;
}

function indexByAction(rules: readonly CompiledRule[]): ReadonlyMap<string, readonly CompiledRule[]> {
  const index = new Map<string, CompiledRule[]>();
  for (const rule of rules)
    for (const action of new Set(rule.actions)) {
      const list = index.get(action) ?? [];
      index.set(action, list);
      list.push(rule);
    }
  return index;
}
