import { atLeast, CAPABILITIES, type Effect, type Obligation, STAGES, TtpError } from '@ttp/core';
import { type Condition, parseConditions, type Test } from './condition.js';
import type { PolicyDocument, Requirements, Rule } from './document.js';
import { Slots } from './facts.js';
import { at } from './field.js';
import { obligationsOfPolicy, obligationsOfRule } from './obligations.js';
import { compileCondition, type Predicate, type Threshold, thresholdOf } from './operators.js';
import { type Pattern, parsePattern } from './pattern.js';
import { Provenance } from './provenance.js';
import type { PolicyReason } from './reasons.js';
import { indexRules, type RuleIndex } from './rule-index.js';
import { type LocalClock, localClock } from './time.js';
import { type CompiledWindows, compileWindows } from './window-limits.js';

/** A condition with what to say where it does not hold. */
export interface CompiledCondition {
  readonly source: Condition;
  readonly test: Predicate;
  /** Where it is nothing but the comparison with a number: `Screen` reads it. */
  readonly threshold: Threshold | undefined;
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
  /** Those of the policy and of this rule, for where it permits alone. */
  readonly allObligations: readonly Obligation[];
  readonly applies: PolicyReason;
}

/** A precondition of every permit. */
interface CompiledRequirement {
  readonly source: Condition;
  readonly test: Predicate;
  readonly ifUnmet: PolicyReason;
}

/** A policy as closures and an index. */
export interface CompiledPolicy {
  readonly clock: LocalClock;
  readonly provenance: Provenance;
  readonly requirements: readonly CompiledRequirement[];
  /** In order of rank. */
  readonly rules: readonly CompiledRule[];
  readonly index: RuleIndex;
  readonly obligations: readonly Obligation[];
  readonly defaultEffect: 'allow' | 'deny';
  /** Undefined where no rule looks at a window: most policies do not pay for them. */
  readonly windows: CompiledWindows | undefined;
}

/**
 * Turns a document into closures, and refuses what its shape alone does not show.
 * @throws SPL_DUPLICATE_RULE, SPL_UNSCOPED_PERMIT, SPL_NOT_AN_APPROVAL, SPL_BAD_PATTERN, SPL_BAD_VALUE for a time
 * zone, SPL_TOO_MANY_WINDOWS, and the codes of conditions
 */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const clock = localClock(document.timezone);
  if (clock === undefined)
    throw new TtpError('SPL_BAD_VALUE', `no time zone ${JSON.stringify(document.timezone)}`, {
      field: 'timezone',
    });
  const slots = new Slots();
  const tests = new Tests(slots);
  const obligations = Object.freeze(obligationsOfPolicy(document));
  const ranks = ranksOf(document.rules);
  const rules: CompiledRule[] = [];
  for (const [i, rule] of document.rules.entries())
    rules.push(compileRule(rule, { where: () => at('rules', i), rank: ranks[i] ?? i, tests, obligations }));
  rules.sort((a, b) => a.rank - b.rank);
  for (const [i, { id }] of rules.entries())
    if (rules[i + 1]?.id === id)
      throw new TtpError('SPL_DUPLICATE_RULE', `two rules are called ${id}`, { field: 'rules' });
  const requirements = compileRequirements(document.requirements ?? {}, slots);
  const windows = compileWindows(rules, slots);
  return {
    clock,
    provenance: new Provenance(),
    requirements,
    rules,
    index: indexRules(rules),
    obligations,
    defaultEffect: document.defaultEffect,
    windows: windows.windows.length === 0 ? undefined : windows,
  };
}

/** For each rule its place in the order of ids. */
function ranksOf(rules: readonly Rule[]): readonly number[] {
  const order = rules.map((rule, i) => ({ id: rule.id, i })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const ranks: number[] = [];
  for (const [rank, { i }] of order.entries()) ranks[i] = rank;
  return ranks;
}

/** What a rule is compiled with. */
interface Setting {
  /** Path of the rule, put together only for an error. */
  readonly where: () => string;
  readonly rank: number;
  readonly tests: Tests;
  /** Those of the policy. */
  readonly obligations: readonly Obligation[];
}

function compileRule(rule: Rule, { where, rank, tests, obligations: common }: Setting): CompiledRule {
  const { id, effect } = rule;
  if (effect !== 'deny' && (rule.resources === undefined || rule.actions === undefined))
    throw new TtpError('SPL_UNSCOPED_PERMIT', `${id}: a rule that permits names resources and actions`, {
      field: where(),
    });
  if (effect !== 'allow_with_approval' && rule.humanApproval !== undefined)
    throw new TtpError('SPL_NOT_AN_APPROVAL', `${id}: the effect ${effect} asks nobody`, {
      field: at(where(), 'humanApproval'),
    });
  return new LoadedRule(rule, rank, {
    patterns: rule.resources?.map((text, i) => parsePattern(text, () => at(at(where(), 'resources'), i))),
    conditions: parseConditions(rule.conditions ?? {}, () => at(where(), 'conditions')).map(
      (condition) => new RuleCondition(condition, id, tests),
    ),
    obligations: effect === 'deny' ? NO_OBLIGATIONS : obligationsOfRule(rule),
    common,
  });
}

const NO_OBLIGATIONS: readonly Obligation[] = Object.freeze([]);

/** A rule; what says that it applies is made when first asked for. */
class LoadedRule implements CompiledRule {
  readonly id: string;
  readonly effect: Effect;
  readonly rank: number;
  readonly patterns: readonly Pattern[] | undefined;
  readonly actions: readonly string[] | undefined;
  readonly conditions: readonly CompiledCondition[];
  readonly obligations: readonly Obligation[];
  readonly allObligations: readonly Obligation[];
  #applies: PolicyReason | undefined;

  constructor(
    { id, effect, actions }: Rule,
    rank: number,
    {
      patterns,
      conditions,
      obligations,
      common,
    }: Pick<CompiledRule, 'patterns' | 'conditions' | 'obligations'> & {
      readonly common: readonly Obligation[];
    },
  ) {
    this.id = id;
    this.effect = effect;
    this.rank = rank;
    this.patterns = patterns;
    this.actions = actions;
    this.conditions = conditions;
    this.obligations = obligations;
    this.allObligations = obligations.length === 0 ? common : Object.freeze([...common, ...obligations]);
  }

  get applies(): PolicyReason {
    const { id, effect } = this;
    this.#applies ??= reason({ code: 'SPL_RULE_APPLIES', text: `${effect} rule ${id} applies`, rule: id });
    return this.#applies;
  }
}

/** Reasons are shared by all verdicts, so nobody may write into one. */
const reason = (made: PolicyReason): PolicyReason => Object.freeze(made);

/** The functions of the conditions of one policy. */
class Tests {
  readonly #slots: Slots;
  readonly #known = new Map<string, Predicate>();

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Many rules test the same: one predicate for all of them is quicker to come by in an evaluation. */
  predicateOf(condition: Condition): Predicate {
    const [test, second] = condition.tests;
    if (test === undefined || second !== undefined || typeof test.operand === 'object')
      return compileCondition(condition, this.#slots);
    const key = `${typeof test.operand} ${condition.attribute} ${test.op} ${test.operand}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = compileCondition(condition, this.#slots);
    this.#known.set(key, made);
    return made;
  }

  thresholdOf(condition: Condition): Threshold | undefined {
    return thresholdOf(condition, this.#slots);
  }
}

/**
 * The condition of a rule, read and found in order. What an evaluation needs of it is made when first asked for: of a
 * large policy most conditions never are.
 */
class RuleCondition implements CompiledCondition {
  readonly source: Condition;
  readonly #rule: string;
  readonly #tests: Tests;
  #test: Predicate | undefined;
  #ifFalse: PolicyReason | undefined;
  #ifUnknown: PolicyReason | undefined;

  constructor(source: Condition, rule: string, tests: Tests) {
    this.source = source;
    this.#rule = rule;
    this.#tests = tests;
  }

  get test(): Predicate {
    this.#test ??= this.#tests.predicateOf(this.source);
    return this.#test;
  }

  get threshold(): Threshold | undefined {
    return this.#tests.thresholdOf(this.source);
  }

  get ifFalse(): PolicyReason {
    this.#ifFalse ??= reason({
      code: 'SPL_CONDITION_FALSE',
      text: `${this.#rule}: ${this.#what()} does not hold`,
      rule: this.#rule,
    });
    return this.#ifFalse;
  }

  get ifUnknown(): PolicyReason {
    this.#ifUnknown ??= reason({
      code: 'SPL_CONDITION_UNKNOWN',
      text: `${this.#rule}: ${this.#what()} cannot be told: missing or of another type`,
      rule: this.#rule,
    });
    return this.#ifUnknown;
  }

  #what(): string {
    const { attribute, tests } = this.source;
    return `${attribute} ${tests.map(({ op }) => op).join(' and ')}`;
  }
}

function compileRequirements(wanted: Requirements, slots: Slots): readonly CompiledRequirement[] {
  const list: CompiledRequirement[] = [];
  const add = (name: string, attribute: string, test: Test, isHopeless = false): void => {
    const source = { attribute, tests: [test] };
    const ifUnmet = reason({ code: 'SPL_REQUIREMENT_UNMET', text: `requirement ${name} is not met` });
    list.push({ source, test: isHopeless ? () => false : compileCondition(source, slots), ifUnmet });
  };
  const { minTrustScore, minTrustStage, requiredCapabilities = [], purpose } = wanted;
  if (minTrustScore !== undefined) add('minTrustScore', 'trustScore', { op: 'gte', operand: minTrustScore });
  if (minTrustStage !== undefined) {
    const enough = STAGES.filter((stage) => atLeast(STAGES, stage, minTrustStage));
    add('minTrustStage', 'trustStage', { op: 'in', operand: enough });
  }
  for (const capability of new Set(requiredCapabilities)) {
    // What is in no registry is never granted, whoever claims to hold it (flaw.P18).
    const isHopeless = !CAPABILITIES.some((name) => name === capability);
    const test = { op: 'contains', operand: capability } as const;
    add(`requiredCapabilities ${capability}`, 'capabilities', test, isHopeless);
  }
  if (wanted.requireIdentityVerification === true)
    add('requireIdentityVerification', 'identityVerified', { op: 'eq', operand: true });
  if (purpose !== undefined) add('purpose', 'purpose', { op: 'eq', operand: purpose });
  return list;
}
