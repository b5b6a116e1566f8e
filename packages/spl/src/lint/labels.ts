import { isLabel, LABELS } from '@ttp/core';
import type { CompiledCondition, CompiledRule } from '../compile.js';
import { compiledOf, type Policy } from '../load.js';
import { hint } from '../suggest.js';
import type { LintFinding } from './finding.js';

const ATTRIBUTE = 'trace.labels';

/** Conditions on the labels of a trace that do not do what they seem to. */
export function lintLabels(policy: Policy): readonly LintFinding[] {
  const { rules } = compiledOf(policy);
  return rules.flatMap((rule) =>
    rule.conditions
      .filter(({ source: { attribute } }) => attribute === ATTRIBUTE)
      .flatMap((condition) => [...grants(rule, condition), ...misspelt(rule, condition)]),
  );
}

/** Labels only grow, so whatever one permits, whoever reads something gets at will. */
function grants(rule: CompiledRule, { source: { tests } }: CompiledCondition): readonly LintFinding[] {
  if (rule.effect !== 'allow' || !tests.some(({ op }) => op === 'contains')) return [];
  return [
    {
      code: 'SPL_LABEL_GRANTS',
      rule: rule.id,
      message: `${ATTRIBUTE} permits it, and whatever the agent reads adds labels`,
      suggestion: 'permit it without the label, and deny what a label rules out in a rule of its own',
    },
  ];
}

function misspelt(rule: CompiledRule, { source: { tests } }: CompiledCondition): readonly LintFinding[] {
  return tests.flatMap(({ op, operand }): readonly LintFinding[] => {
    if (op !== 'contains' || typeof operand !== 'string') return [];
    if (LABELS.some((label) => label === operand)) return [];
    const meant = hint(operand, LABELS);
    if (isLabel(operand) && meant === '') return [];
    const what = isLabel(operand) ? 'is a label of your own' : 'is no label, so no trace ever has it';
    return [
      { code: 'SPL_UNKNOWN_LABEL', rule: rule.id, message: `${JSON.stringify(operand)} ${what}${meant}` },
    ];
  });
}
