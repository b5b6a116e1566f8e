import type { CallMap } from '../call-map.js';
import { ROUTINE_CALLS_MIN } from '../limits.js';
import { compiledOf, type Policy } from '../load.js';
import type { ObservedCalls } from '../observation.js';
import { replayPolicy } from '../replay-policy.js';
import type { LintFinding } from './finding.js';

/**
 * The defects that only traffic shows: an approval rule that decides more than half of the calls of a trace asks people
 * about routine, and they stop looking.
 *
 * @param observed recorded calls; fewer than {@link ROUTINE_CALLS_MIN} say nothing
 * @throws SPL_NOT_LOADED
 */
export function lintTraffic(
  policy: Policy,
  callMap: CallMap,
  observed: ObservedCalls,
): readonly LintFinding[] {
  const { calls } = replayPolicy(policy, callMap, observed);
  if (calls.length < ROUTINE_CALLS_MIN) return [];
  return compiledOf(policy).rules.flatMap(({ id, effect }): readonly LintFinding[] => {
    if (effect !== 'allow_with_approval') return [];
    const asked = calls.filter((call) => call.effect === 'allow_with_approval' && call.rules.includes(id));
    if (asked.length * 2 <= calls.length) return [];
    return [
      {
        code: 'SPL_ROUTINE_APPROVAL',
        rule: id,
        message: `it would ask a human about ${asked.length} of ${calls.length} recorded calls`,
        suggestion: 'allow what is routine, and ask about the rest',
      },
    ];
  });
}
