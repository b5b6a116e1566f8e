import type { CompiledRule } from '../compile.js';
import { type Condition, isReference } from '../condition.js';
import { compiledOf, type Policy } from '../load.js';
import type { LintFinding } from './finding.js';

/** What an attribute is called that names one subject, and not a kind of them. */
const NAME = /(?:^|[._-])(?:id|did|name|email|login|user|username)$|(?:Id|Did|Name|Email|Login|User)$/;
/** A value that names somebody wherever it stands. */
const SUBJECT = /^did:[a-z0-9]+:|^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/** Rules that list who may, where an attribute could say it (spl.linter.hardcoding). */
export function lintSubjects(policy: Policy): readonly LintFinding[] {
  const named = compiledOf(policy).rules.flatMap((rule) =>
    rule.conditions.flatMap(({ source }) => subjectsOf(rule, source)),
  );
  return named.flatMap(({ rule, attribute, subjects }): readonly LintFinding[] => {
    // One subject in one rule is a decision; many of them, or a rule for each, are a list that nobody keeps.
    const everywhere = named
      .filter((other) => other.attribute === attribute)
      .flatMap((other) => other.subjects);
    if (new Set(everywhere).size < 2) return [];
    return [
      {
        code: 'SPL_LITERAL_SUBJECTS',
        rule,
        message: `it names ${subjects.length === 1 ? 'a subject' : `${subjects.length} subjects`} by ${attribute}`,
        suggestion: 'test what they have in common, such as agent.roles, or compare with {agent.id}',
      },
    ];
  });
}

function subjectsOf(
  { id }: CompiledRule,
  { attribute, tests }: Condition,
): readonly { readonly rule: string; readonly attribute: string; readonly subjects: readonly string[] }[] {
  const subjects = tests.flatMap(({ op, operand }) => {
    if (isReference(operand) || !(op === 'eq' || op === 'neq' || op === 'in' || op === 'not_in')) return [];
    const texts = [operand].flat().filter((value) => typeof value === 'string');
    return attribute.startsWith('agent.') && NAME.test(attribute)
      ? texts
      : texts.filter((text) => SUBJECT.test(text));
  });
  return subjects.length === 0 ? [] : [{ rule: id, attribute, subjects }];
}
