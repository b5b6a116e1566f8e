import { CAPABILITIES } from '@ttp/core';
import { compiledOf, type Policy } from '../load.js';
import type { LintFinding } from './finding.js';
import { conditionOn, isPermit, isSensitive } from './rules.js';

/** What a policy as a whole leaves open. */
export function lintWholePolicy(policy: Policy): readonly LintFinding[] {
  const { document, killTriggers } = policy;
  const findings: LintFinding[] = [];
  const permits = compiledOf(policy).rules.filter(isPermit);
  const { requirements = {}, defaultEffect } = document;
  if (defaultEffect !== 'deny')
    findings.push({
      code: 'SPL_DEFAULT_ALLOW',
      message: 'the default effect is allow',
      suggestion: 'set defaultEffect to "deny" and permit what is needed',
    });
  const regulated = (requirements.compliance ?? []).length > 0 || permits.some(isSensitive);
  const bound =
    requirements.purpose !== undefined || permits.every((rule) => conditionOn(rule, 'purpose') !== undefined);
  if (regulated && !bound)
    findings.push({
      code: 'SPL_NO_PURPOSE',
      message: 'no purpose is required',
      suggestion: 'name one under requirements.purpose (GDPR purpose limitation)',
    });
  if (killTriggers.length === 0)
    findings.push({
      code: 'SPL_NO_KILL_TRIGGER',
      message: 'there are no kill triggers',
      suggestion: 'add killSwitch.triggers, such as "request.rate > 500"',
    });
  for (const capability of requirements.requiredCapabilities ?? [])
    if (!CAPABILITIES.some((known) => known === capability))
      findings.push({
        code: 'SPL_UNKNOWN_CAPABILITY',
        message: `nobody ever holds ${JSON.stringify(capability)}, so the policy permits nothing`,
      });
  return findings;
}
