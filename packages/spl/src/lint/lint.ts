import type { Policy } from '../load.js';

/** A defect that the language allows. */
export interface LintFinding {
  readonly code: string;
  readonly rule?: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** Lints. */
export function lintPolicy(_policy: Policy): readonly LintFinding[] {
  return [];
}
