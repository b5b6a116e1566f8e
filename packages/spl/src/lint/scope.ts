import type { CompiledRule } from '../compile.js';
import { compiledOf, type Policy } from '../load.js';
import type { LintFinding } from './finding.js';
import { coversRule, isImplied, isPermit } from './rules.js';

/** A first segment that is anything, with a scheme or without. */
const BROAD = /^(?:[^/*]*:)?\*{1,2}(?:\/|$)/;

/** Patterns that reach further than they look, and rules that another rule covers whole. */
export function lintScope(policy: Policy): readonly LintFinding[] {
  const { rules } = compiledOf(policy);
  const walls = rules.filter((rule) => !isPermit(rule));
  return rules.flatMap((rule) => (isPermit(rule) ? lintPermit(rule, walls) : lintDeny(rule)));
}

function lintPermit(rule: CompiledRule, walls: readonly CompiledRule[]): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const { text, everything, tail } of rule.patterns ?? []) {
    if (everything || BROAD.test(text))
      findings.push({
        code: 'SPL_BROAD_PATTERN',
        rule: rule.id,
        message: `${text} begins with a wildcard`,
        suggestion: 'name the scheme and the first segments',
      });
    else if (tail)
      findings.push({
        code: 'SPL_TAIL_SUBTREE',
        rule: rule.id,
        message: `${text} reaches every level below`,
        suggestion: text.endsWith('/*')
          ? `${text.slice(0, -1)}+ for exactly one segment, ${text}* if the subtree is meant`
          : `${text}/** if the subtree is meant`,
      });
  }
  const wall = walls.find((deny) => coversRule(deny, rule) && isImplied(deny, rule));
  if (wall !== undefined)
    findings.push({ code: 'SPL_SHADOWED_RULE', rule: rule.id, message: `${wall.id} denies all of it` });
  return findings;
}

function lintDeny(rule: CompiledRule): readonly LintFinding[] {
  if (rule.patterns !== undefined || rule.actions !== undefined) return [];
  const message = 'it names neither resources nor actions, so it applies to all of them';
  return [{ code: 'SPL_UNSCOPED_DENY', rule: rule.id, message }];
}
