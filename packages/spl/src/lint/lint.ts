import type { Policy } from '../load.js';
import { lintCare } from './care.js';
import type { LintFinding } from './finding.js';
import { lintGuards } from './guards.js';
import { lintLabels } from './labels.js';
import { lintWholePolicy } from './policy-level.js';
import { lintRanges } from './ranges.js';
import { lintReach } from './reach.js';
import { lintScope } from './scope.js';
import { lintSubjects } from './subjects.js';
import { lintWeek } from './week.js';

/**
 * The defects of a policy that loads: dead, shadowed and unsafe rules, guards that can be left out, gaps, and what
 * is missing (decision D17). A finding is advice and never changes a verdict. First the policy as a whole, then the
 * rules in the order of their ids.
 */
export function lintPolicy(policy: Policy): readonly LintFinding[] {
  const checks = [lintScope, lintReach, lintGuards, lintLabels, lintCare, lintWeek, lintRanges, lintSubjects];
  const byRule = checks.flatMap((check) => check(policy));
  return [...lintWholePolicy(policy), ...byRule.sort((a, b) => compare(a.rule ?? '', b.rule ?? ''))];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
