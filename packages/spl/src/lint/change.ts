import type { Hash } from '@ttp/core';
import type { LintFinding } from './finding.js';

/** A policy as it was published. */
export interface PublishedPolicy {
  readonly policy: { readonly hash: Hash };
  readonly serial: number;
}

/**
 * What is wrong with publishing one policy after another, both as `openSignedPolicy` gives them: a changed policy that
 * keeps its serial is refused wherever the first one was armed (decision D20).
 */
export function lintChange(before: PublishedPolicy, after: PublishedPolicy): readonly LintFinding[] {
  if (before.policy.hash === after.policy.hash || after.serial > before.serial) return [];
  return [
    {
      code: 'SPL_SAME_SERIAL',
      message: `the policy changed and its serial went from ${before.serial} to ${after.serial}`,
      suggestion: `sign it with serial ${before.serial + 1} or higher`,
    },
  ];
}
