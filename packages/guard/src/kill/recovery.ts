import { type Did, TtpError } from '@ttp/core';
import type { Latch } from './latch.js';
import type { KillTarget } from './record.js';

/** What a reinstatement has to ask others, besides people (decision D33). What it cannot ask counts as no. */
export interface Recovery {
  /** Whether the agent, were it not killed, would have a score above the threshold again (`trust_score_critical`). */
  scoreRecovered?(target: KillTarget): Promise<boolean>;
  /** Id of the ruling on appeal that lifts what it was revoked for (`revocation_received`); undefined: there is none. */
  rulingOn?(target: KillTarget): Promise<string | undefined>;
}

/** Throws GUARD_NOT_RECOVERED where the score that led to the kill has not recovered. */
export async function requireScore({ target, reasons }: Latch, recovery: Recovery): Promise<void> {
  if (!reasons.includes('trust_score_critical')) return;
  if ((await recovery.scoreRecovered?.(target)) !== true)
    throw new TtpError('GUARD_NOT_RECOVERED', `the score of ${target} is not known to have recovered`);
}

/**
 * Throws GUARD_DEPENDENCY_STOPPED while anybody that the target was suspended with is stopped, or is not known to act.
 *
 * @param latchOf what is known of a dependency, read a moment ago
 */
export function requireDependencies(
  { target, causes }: Latch,
  latchOf: (cause: Did) => Pick<Latch, 'known' | 'killed'> | undefined,
): void {
  for (const cause of causes) {
    const latch = latchOf(cause);
    if (latch?.known !== true || latch.killed)
      throw new TtpError('GUARD_DEPENDENCY_STOPPED', `${target} depends on ${cause}, which is stopped`);
  }
}
