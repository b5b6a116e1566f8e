import type { CompiledRule } from '../compile.js';
import { compiledOf, type Policy } from '../load.js';
import type { LintFinding } from './finding.js';
import { isPermit, isSensitive, limits } from './rules.js';

/** What a permit should oblige to and does not. */
export function lintCare(policy: Policy): readonly LintFinding[] {
  const { document } = policy;
  const audited = document.audit !== undefined;
  const transformed = document.outputTransformations !== undefined;
  const limited = document.offers?.rateLimit !== undefined;
  const findings: LintFinding[] = [];
  const { rules } = compiledOf(policy);
  for (const rule of rules.filter(isPermit)) {
    const { id } = rule;
    const sensitive = isSensitive(rule);
    if ((sensitive || rule.effect === 'allow_with_approval') && !audited && !obliges(rule, 'audit'))
      findings.push({
        code: 'SPL_NO_AUDIT',
        rule: id,
        message: 'it asks for no audit',
        suggestion: 'add audit.level',
      });
    if (sensitive && !transformed && !obliges(rule, 'transform'))
      findings.push({
        code: 'SPL_NO_TRANSFORMATION',
        rule: id,
        message: 'it gives out sensitive data as it is',
        suggestion: 'redact or mask what the task does not need',
      });
    if (!limited && !rules.some((one) => limits(one, rule, undefined)))
      findings.push({
        code: 'SPL_NO_RATE_LIMIT',
        rule: id,
        message: 'nothing limits how often it is used',
        // An obligation that nobody can fulfil denies; the rate itself is a fact wherever attempts are counted.
        suggestion:
          'add a condition on request.rate; offers.rateLimit blocks every call where no handler enforces rate limits',
      });
  }
  return findings;
}

const obliges = ({ obligations }: CompiledRule, kind: string): boolean =>
  obligations.some((obligation) => obligation.kind === kind);
