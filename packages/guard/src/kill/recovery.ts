import { type Did, TtpError } from '@ttp/core';
import { CASCADE_MAX } from '../limits.js';
import type { Latch } from './latch.js';
import { ownHardness } from './reasons.js';
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
 * Everybody that a target waits for, directly or through others that are stopped, each once, nearest first. Each is
 * looked up when it is asked for: whoever reads them on the way follows what the records say now.
 */
export function* waitedFor<L extends Pick<Latch, 'causes'>>(
  latch: Pick<Latch, 'causes'>,
  latchOf: (cause: Did) => L | undefined,
): Generator<L> {
  const reached = new Set(latch.causes);
  // A set that grows while it is gone through is gone through to its end.
  for (const cause of reached) {
    const found = latchOf(cause);
    if (found === undefined) continue;
    yield found;
    for (const next of found.causes) if (reached.size < CASCADE_MAX) reached.add(next);
  }
}

/**
 * Throws GUARD_DEPENDENCY_STOPPED while anybody that the target was suspended with is stopped, or is not known to act.
 * Where two wait for each other, by cascades from different kills, the one that was itself killed for what is harder
 * to lift goes first: it does not wait.
 *
 * @param latchOf what is known of a dependency, read a moment ago
 */
export function requireDependencies(
  { target, causes, reasons }: Pick<Latch, 'target' | 'causes' | 'reasons'>,
  latchOf: (cause: Did) => Pick<Latch, 'target' | 'known' | 'killed' | 'causes' | 'reasons'> | undefined,
): void {
  for (const cause of causes) {
    const latch = latchOf(cause);
    if (latch?.known === true && !latch.killed) continue;
    const isMutual = latch !== undefined && waitsFor(latch, target, latchOf);
    if (!isMutual || ownHardness(reasons) < ownHardness(latch.reasons))
      throw new TtpError('GUARD_DEPENDENCY_STOPPED', `${target} depends on ${cause}, which is stopped`);
  }
}

function waitsFor(
  latch: Pick<Latch, 'causes'>,
  target: KillTarget,
  latchOf: (cause: Did) => Pick<Latch, 'target' | 'causes'> | undefined,
): boolean {
  for (const one of waitedFor(latch, latchOf)) if (one.target === target) return true;
  return false;
}
