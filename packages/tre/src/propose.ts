import { TtpError } from '@ttp/core';
import {
  PROPOSAL_HARM_MAX_PERCENT,
  PROPOSAL_OUTCOMES_MIN,
  PROPOSAL_OVERTURNED_MIN_PERCENT,
  THRESHOLD_WINDOW_MS,
} from './limits.js';
import { reachable, type ThresholdHistory } from './threshold-history.js';
import { parseThresholds, type Thresholds, thresholdBounds } from './thresholds.js';

/** What became of a decision, as people saw it afterwards. */
export interface JudgedOutcome {
  /** Wall clock, ms. */
  readonly at: number;
  /** The assessed risk of the decision, 0 to 10000. */
  readonly risk: number;
  /**
   * `upheld`: a soft denial that people confirmed. `overturned`: one that they let through, and nothing came of it.
   * `harmless`: a permitted call that was looked at, and found in order. `harmful`: a permitted or overturned call that
   * did harm.
   */
  readonly verdict: 'upheld' | 'overturned' | 'harmless' | 'harmful';
}

/** A change that is proposed: nothing is in force by it before an operator has signed it. */
export interface ThresholdProposal {
  readonly to: Thresholds;
  readonly changes: readonly {
    readonly name: 'medium' | 'high';
    readonly from: number;
    readonly to: number;
    /** What it rests on: how many of how many. */
    readonly because: 'harm' | 'overturned';
    readonly found: number;
    readonly among: number;
  }[];
}

/**
 * What the outcomes of the last seven days speak for: thresholds moved by as much as may be moved now, at most
 * THRESHOLD_STEP_PERCENT a window (flaw.S13). Harm is heard before anything else: where too many permitted calls did
 * harm, `medium` and `high` fall; only without that, and where people let nearly every soft denial through, does `high`
 * rise. `critical`, from which nobody can let anything through, and the confidence are never proposed to move.
 *
 * Pure. It is a proposal: `signThresholdChange` of an operator puts it in force, and can be rolled back.
 *
 * @param outcomes what people judged; those outside the window count for nothing
 * @param now wall clock, ms
 * @returns undefined where the outcomes speak for nothing, or nothing may be moved now
 * @throws TRE_BAD_OUTCOME with the field
 */
export function proposeThresholds(
  history: ThresholdHistory,
  outcomes: readonly JudgedOutcome[],
  now: number,
): ThresholdProposal | undefined {
  outcomes.forEach(check);
  const { current } = history;
  const recent = outcomes.filter(
    ({ at, risk }) => at > now - THRESHOLD_WINDOW_MS && at <= now && risk < current.critical,
  );
  const denied = recent.filter(({ risk }) => risk >= current.high);
  const harmful = recent.filter(({ verdict }) => verdict === 'harmful').length;
  const overturned = denied.filter(({ verdict }) => verdict === 'overturned').length;
  const isHarmful =
    recent.length >= PROPOSAL_OUTCOMES_MIN && harmful * 100 >= PROPOSAL_HARM_MAX_PERCENT * recent.length;
  const isTooStrict =
    denied.length >= PROPOSAL_OUTCOMES_MIN &&
    overturned * 100 >= PROPOSAL_OVERTURNED_MIN_PERCENT * denied.length;
  if (isHarmful) {
    const because = { because: 'harm', found: harmful, among: recent.length } as const;
    return moved(history, now, [
      { name: 'medium', direction: 'min', ...because },
      { name: 'high', direction: 'min', ...because },
    ]);
  }
  if (!isTooStrict) return undefined;
  const because = { because: 'overturned', found: overturned, among: denied.length } as const;
  return moved(history, now, [{ name: 'high', direction: 'max', ...because }]);
}

type Change = ThresholdProposal['changes'][number];
type Move = Omit<Change, 'from' | 'to'> & { readonly direction: 'min' | 'max' };

/** The thresholds with each move made as far as it may be made now; what cannot move is left out. */
function moved(
  history: ThresholdHistory,
  now: number,
  moves: readonly Move[],
): ThresholdProposal | undefined {
  const { current } = history;
  const changes: Change[] = [];
  for (const { direction, ...move } of moves) {
    const { name } = move;
    const [from, reach, bounds] = [current[name], reachable(history, name, now), thresholdBounds(name)];
    const to = direction === 'min' ? Math.max(reach.min, bounds.min) : Math.min(reach.max, bounds.max);
    if (direction === 'min' ? to < from : to > from) changes.push({ ...move, from, to });
  }
  const to = { ...current, ...Object.fromEntries(changes.map((change) => [change.name, change.to])) };
  return changes.length === 0 || !rises(to) ? undefined : { to: parseThresholds(to), changes };
}

/** Whether the levels still rise: one that would meet another is not moved. */
const rises = ({ low, medium, high, critical }: Readonly<Record<keyof Thresholds, number>>): boolean =>
  low < medium && medium < high && high < critical;

function check({ at, risk, verdict }: JudgedOutcome, i: number): void {
  const isKnown = ['upheld', 'overturned', 'harmless', 'harmful'].includes(verdict);
  if (isKnown && Number.isSafeInteger(at) && Number.isInteger(risk) && risk >= 0 && risk <= 10_000) return;
  throw new TtpError('TRE_BAD_OUTCOME', 'an outcome has a member that is none', { field: `outcomes[${i}]` });
}
