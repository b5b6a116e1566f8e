import { EFFECTS, type Effect, type Hash } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import type { CompiledPolicy, CompiledRule } from '../compile.js';
import type { PolicyDocument, Rule } from '../document.js';
import type { PolicyVerdict } from '../evaluate.js';
import type { PolicyRequest } from '../facts.js';
import { evaluatePolicies, type PolicyLayers, policiesOf } from '../layers.js';
import { DIFF_FLIPS_MAX, DIFF_REQUESTS_MAX } from '../limits.js';
import { compiledOf, type Policy } from '../load.js';
import { assignmentsOf } from './assignments.js';
import { rulesFor, type Target, targetsOf } from './targets.js';
import { type Assignment, domainsOf, requestOf } from './values.js';

/** What a comparison of policies did not try, by code. */
export const DIFF_CODES = {
  SPL_DIFF_COMBINATIONS: 'For this action and resource not every combination of values was tried.',
  SPL_DIFF_PATTERNS: 'There are too many patterns with wildcards to try where each two of them meet.',
  SPL_DIFF_REQUESTS: 'The limit of requests was reached before all actions and resources were tried.',
  SPL_DIFF_FLIPS: 'There are more kinds of change than are listed.',
} as const;

/** The closed list of codes of what was not tried. */
export type DiffCode = keyof typeof DIFF_CODES;

/** A request that the two policies answer differently, and as few facts as that takes. */
export interface PolicyFlip {
  /** `opened`: the new one is less strict. `tightened`: it is stricter. `obligations`: it obliges to something else. */
  readonly change: 'opened' | 'tightened' | 'obligations';
  readonly request: PolicyRequest;
  readonly before: { readonly effect: Effect; readonly rules: readonly string[] };
  readonly after: { readonly effect: Effect; readonly rules: readonly string[] };
  /** How many of the requests that were tried change in the same way. */
  readonly count: number;
}

/** What changes from one policy to another. */
export interface PolicyDiff {
  readonly before: Hash;
  readonly after: Hash;
  readonly flips: readonly PolicyFlip[];
  /** How many requests both were asked. */
  readonly tried: number;
  /** What was not tried; where this is empty and there is no flip, the values tried show no difference. */
  readonly untried: readonly {
    readonly code: DiffCode;
    readonly action?: string;
    readonly resource?: string;
  }[];
}

/** Where the two verdicts of a request differ. */
interface Difference {
  readonly change: PolicyFlip['change'];
  readonly before: PolicyVerdict;
  readonly after: PolicyVerdict;
}

/** A policy, or layers that are in force together. */
type Compared = Policy | PolicyLayers;

/**
 * Compares two policies by asking both: requests at and beside everything that either of them names, each of which is
 * evaluated by both. A flip is a fact; that there are no others is only as true as what was tried is complete, and
 * `untried` says where it was not.
 *
 * @param before one, or layers: their rules are named `<layer>/<rule>` then
 * @throws SPL_NOT_LOADED
 */
export function diffPolicies(before: Compared, after: Compared): PolicyDiff {
  const found = new Map<string, PolicyFlip>();
  const untried: { code: DiffCode; action?: string; resource?: string }[] = [];
  const { targets, complete } = targetsOf([...compiledIn(before), ...compiledIn(after)]);
  if (!complete) untried.push({ code: 'SPL_DIFF_PATTERNS' });
  let tried = 0;
  const differs = different(before, after);
  for (const target of before.hash === after.hash ? [] : targets) {
    const [old, now] = [sidesOf(target, before), sidesOf(target, after)];
    if (!differs(old, now)) continue;
    const sides = [...old, ...now];
    const conditions = sides.flatMap(({ rules, compiled }) => [
      ...rules.flatMap((rule) => rule.conditions.map(({ source }) => source)),
      ...compiled.requirements.map(({ source }) => source),
    ]);
    const domains = domainsOf(
      conditions,
      sides.map(({ compiled }) => compiled.clock),
    );
    const plan = assignmentsOf(target, domains, sides);
    if (!plan.complete) untried.push({ code: 'SPL_DIFF_COMBINATIONS', ...target });
    for (const assignment of plan.assignments) {
      if (tried >= DIFF_REQUESTS_MAX) break;
      tried++;
      const difference = compare(before, after, requestOf(target, assignment));
      if (difference === undefined) continue;
      const key = keyOf(target, difference);
      const known = found.get(key);
      if (known !== undefined) found.set(key, { ...known, count: known.count + 1 });
      else if (found.size < DIFF_FLIPS_MAX)
        found.set(key, flipOf(difference, smallest(before, after, target, assignment, key)));
      else if (!untried.some(({ code }) => code === 'SPL_DIFF_FLIPS'))
        untried.push({ code: 'SPL_DIFF_FLIPS' });
    }
    if (tried >= DIFF_REQUESTS_MAX) {
      untried.push({ code: 'SPL_DIFF_REQUESTS' });
      break;
    }
  }
  return { before: before.hash, after: after.hash, flips: [...found.values()], tried, untried };
}

const compiledIn = (policy: Compared): readonly CompiledPolicy[] =>
  policiesOf(policy).map((one) => compiledOf(one.policy));

/** One policy of a side, with its rules for a target. */
interface Side {
  readonly compiled: CompiledPolicy;
  readonly rules: readonly CompiledRule[];
}

const sidesOf = (target: Target, policy: Compared): readonly Side[] =>
  compiledIn(policy).map((compiled) => ({ compiled, rules: rulesFor(compiled, target) }));

/** Tells whether the policies can differ about a target: by the rules for it, or by what holds for all. */
function different(
  before: Compared,
  after: Compared,
): (old: readonly Side[], now: readonly Side[]) => boolean {
  const everywhere = aroundRules(before) !== aroundRules(after);
  const textsOf = (policy: Compared): readonly ReadonlyMap<string, string>[] =>
    policiesOf(policy).map(
      ({ policy: { document } }) => new Map(document.rules.map((rule) => [rule.id, canonicalText(rule)])),
    );
  const [olds, nows] = [textsOf(before), textsOf(after)];
  const text = (sides: readonly Side[], texts: typeof olds): string =>
    JSON.stringify(sides.map(({ rules }, i) => rules.map(({ id }) => texts[i]?.get(id))));
  return (old, now) => everywhere || text(old, olds) !== text(now, nows);
}

const aroundRules = (policy: Compared): string =>
  JSON.stringify(
    policiesOf(policy).map(({ policy: { document } }) =>
      canonicalText({ ...document, rules: [], description: '' }),
    ),
  );

/** Of a part of a policy: parts that say the same have the same text. */
const canonicalText = (part: PolicyDocument | Rule): string => canonicalize(JSON.parse(JSON.stringify(part)));

function compare(before: Compared, after: Compared, request: PolicyRequest): Difference | undefined {
  const [old, now] = [evaluatePolicies(before, request), evaluatePolicies(after, request)];
  const stricter = EFFECTS.indexOf(now.effect) - EFFECTS.indexOf(old.effect);
  if (stricter !== 0) return { change: stricter > 0 ? 'tightened' : 'opened', before: old, after: now };
  const none = old.obligations.length + now.obligations.length === 0;
  const same = none || dutiesOf(old) === dutiesOf(now);
  return same ? undefined : { change: 'obligations', before: old, after: now };
}

/** What it obliges to, whichever rule or layer says so and in whatever order. */
const dutiesOf = ({ obligations }: PolicyVerdict): string =>
  JSON.stringify(obligations.map(({ kind, params }) => JSON.stringify([kind, params])).sort());

const keyOf = ({ action }: Target, { change, before, after }: Difference): string =>
  JSON.stringify([change, action, before.effect, before.rules, after.effect, after.rules]);

const flipOf = ({ change, before, after }: Difference, request: PolicyRequest): PolicyFlip => ({
  change,
  request,
  before: { effect: before.effect, rules: before.rules },
  after: { effect: after.effect, rules: after.rules },
  count: 1,
});

/** Leaves out one fact after another, as long as the same thing changes. */
function smallest(
  before: Compared,
  after: Compared,
  target: Target,
  assignment: Assignment,
  key: string,
): PolicyRequest {
  let kept = new Map(assignment);
  for (const name of assignment.keys()) {
    if (name === 'now') continue;
    const fewer = new Map(kept);
    fewer.delete(name);
    const difference = compare(before, after, requestOf(target, fewer));
    if (difference !== undefined && keyOf(target, difference) === key) kept = fewer;
  }
  return requestOf(target, kept);
}
