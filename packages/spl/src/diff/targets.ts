import type { CompiledPolicy, CompiledRule } from '../compile.js';
import type { Pattern } from '../pattern.js';
import { type Resource, readResource } from '../resource.js';
import { matchingRules } from '../rule-index.js';

/** An action on a resource, to be asked about. */
export interface Target {
  readonly action: string;
  readonly resource: string;
}

/** Segments and verbs that stand for all that no pattern names. */
const OTHER = 'other';
/** Pairs of patterns are quadratic: beyond so many patterns with wildcards only each by itself is tried. */
const PAIRED_MAX = 100;

/**
 * Actions and resources at and around the borders of what policies speak of: for every pattern resources that it
 * covers, its literal beginning and what is below it, where two patterns meet, and names that no policy knows.
 *
 * @returns with `complete` false where patterns were too many to be tried against each other
 */
export function targetsOf(policies: readonly CompiledPolicy[]): {
  readonly targets: readonly Target[];
  readonly complete: boolean;
} {
  const rules = policies.flatMap((policy) => policy.rules);
  const actions = [...new Set(rules.flatMap((rule) => rule.actions ?? []))];
  const strange = unused(actions);
  const found = new Map<string, Target>();
  const add = (resource: string, verbs: readonly string[]): void => {
    const parsed = readResource(resource);
    if (typeof parsed === 'string') return;
    for (const action of verbs)
      found.set(JSON.stringify([action, parsed.text]), { action, resource: parsed.text });
  };
  for (const rule of rules) {
    const verbs = rule.actions ?? [...actions, strange];
    const resources = rule.patterns?.flatMap(resourcesOf) ?? [`${OTHER}/${OTHER}`];
    for (const resource of resources) add(resource, verbs);
  }
  const wild = rules.flatMap((rule) => wildPatternsOf(rule).map((pattern) => ({ rule, pattern })));
  const complete = wild.length <= PAIRED_MAX;
  if (complete)
    for (const [i, one] of wild.entries())
      for (const other of wild.slice(i + 1)) {
        const resource = meetingOf(one.pattern, other.pattern);
        if (resource !== undefined) add(resource, one.rule.actions ?? other.rule.actions ?? actions);
      }
  add(`${OTHER}/${OTHER}`, [...actions, strange]);
  return { targets: [...found.values()], complete };
}

/** The rules of a policy for a target. */
export function rulesFor({ index }: CompiledPolicy, { action, resource }: Target): readonly CompiledRule[] {
  const parsed = readResource(resource);
  return typeof parsed === 'string' ? [] : matchingRules(index, action, parsed).rules;
}

const unused = (names: readonly string[]): string => {
  let name = OTHER;
  while (names.includes(name)) name += 'x';
  return name;
};

const wildPatternsOf = ({ patterns = [] }: CompiledRule): readonly Pattern[] =>
  patterns.filter(({ everything, literal, text }) => !everything && segmentsOf(text).length > literal.length);

const segmentsOf = (text: string): readonly string[] => parts(text)?.segments ?? [];

const parts = (text: string): Resource | undefined => {
  const parsed = readResource(text);
  return typeof parsed === 'string' ? undefined : parsed;
};

/** Resources that a pattern covers, and those beside them. */
function resourcesOf({ everything, text, scheme, literal }: Pattern): readonly string[] {
  if (everything) return [`${OTHER}/${OTHER}`];
  const lead = scheme === '' ? '' : `${scheme}:`;
  const segments = segmentsOf(text);
  const filled = (wildcard: string, many: readonly string[]): readonly string[] =>
    segments.flatMap((segment, i) => {
      if (segment === '**') return many;
      return [fill(segment, i === segments.length - 1, wildcard)];
    });
  const begin = literal.length < segments.length ? [[...literal], [...literal, OTHER]] : [];
  const lists = [filled('', []), filled(OTHER, [OTHER]), [...filled(OTHER, [OTHER]), OTHER], ...begin];
  return lists.filter((list) => list.length > 0).map((list) => lead + list.join('/'));
}

function fill(segment: string, isLast: boolean, wildcard: string): string {
  if (segment === '*' || (isLast && segment === '+')) return OTHER;
  return segment.replaceAll('*', wildcard);
}

/** A resource that two patterns with wildcards both cover, where taking the literal one of each segment finds it. */
function meetingOf(one: Pattern, other: Pattern): string | undefined {
  if (one.scheme !== other.scheme) return undefined;
  const [a, b] = [segmentsOf(one.text), segmentsOf(other.text)];
  const segments: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const pair = [a[i] ?? '*', b[i] ?? '*'];
    const literal = pair.find((segment) => !segment.includes('*') && segment !== '+');
    const partly = pair.find((segment) => segment !== '**' && segment !== '*' && segment !== '+');
    segments.push(literal ?? (partly === undefined ? OTHER : partly.replaceAll('*', OTHER)));
  }
  const text = (one.scheme === '' ? '' : `${one.scheme}:`) + segments.join('/');
  const parsed = parts(text);
  return parsed !== undefined && one.matches(parsed) && other.matches(parsed) ? text : undefined;
}
