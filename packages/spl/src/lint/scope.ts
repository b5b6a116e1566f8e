import type { CompiledRule } from '../compile.js';
import { compiledOf, type Policy } from '../load.js';
import type { Pattern } from '../pattern.js';
import type { LintFinding } from './finding.js';
import { isPermit } from './rules.js';

/** Patterns that reach further than they look, and rules that another rule covers whole. */
export function lintScope(policy: Policy): readonly LintFinding[] {
  const { rules } = compiledOf(policy);
  const walls = rules.filter((rule) => !isPermit(rule) && rule.conditions.length === 0);
  return rules.flatMap((rule) => (isPermit(rule) ? lintPermit(rule, walls) : lintDeny(rule)));
}

function lintPermit(rule: CompiledRule, walls: readonly CompiledRule[]): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const { text, everything, tail } of rule.patterns ?? []) {
    if (everything || text.startsWith('**'))
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
  const wall = walls.find((deny) => coversRule(deny, rule));
  if (wall !== undefined)
    findings.push({ code: 'SPL_SHADOWED_RULE', rule: rule.id, message: `${wall.id} denies all of it` });
  return findings;
}

function lintDeny(rule: CompiledRule): readonly LintFinding[] {
  if (rule.patterns !== undefined || rule.actions !== undefined) return [];
  const message = 'it names neither resources nor actions, so it applies to all of them';
  return [{ code: 'SPL_UNSCOPED_DENY', rule: rule.id, message }];
}

/** Whether the first rule applies wherever the second does, as far as the spelling of their patterns shows. */
function coversRule(wide: CompiledRule, narrow: CompiledRule): boolean {
  const actions =
    wide.actions === undefined || narrow.actions?.every((action) => wide.actions?.includes(action));
  const patterns =
    wide.patterns === undefined ||
    narrow.patterns?.every((pattern) => wide.patterns?.some((other) => coversPattern(other, pattern)));
  return actions === true && patterns === true;
}

function coversPattern(wide: Pattern, narrow: Pattern): boolean {
  if (wide.everything || wide.text === narrow.text) return true;
  const trunk = /^([^*]*\/)\*{1,2}$/.exec(wide.text)?.[1];
  return trunk !== undefined && narrow.text.startsWith(trunk);
}
