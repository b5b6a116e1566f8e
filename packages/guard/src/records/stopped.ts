import type { Outcome } from '@ttp/core';

/** Codes of a call that was stopped here, on its way. */
const STOPPED: ReadonlySet<string> = new Set([
  'GUARD_KILLED',
  'GUARD_STALE_EPOCH',
  'GUARD_LEASE_EXPIRED',
  'SDK_CLOSED',
  'SDK_PERMIT_ENDED',
]);

/** Whether a call ended by what was done to its agent: that says nothing of the tool, and nothing of the agent. */
export const isStopped = (outcome: Outcome<unknown>): boolean =>
  outcome.status === 'failed' && STOPPED.has(outcome.code);
