/** Codes of a call that was stopped here, on its way: `enter()` threw one of them, or the signal aborted with it. */
const STOPPED: ReadonlySet<string> = new Set([
  'GUARD_KILLED',
  'GUARD_STALE_EPOCH',
  'GUARD_LEASE_EXPIRED',
  'GUARD_SUSPENDED',
  'GUARD_STORE_FAILED',
  'GUARD_ANOMALY_UNREADABLE',
  'GUARD_ANOMALY_CONTENTION',
  'SDK_CLOSED',
  'SDK_PERMIT_ENDED',
]);

/** Whether a call ended by what was done to its agent: that says nothing of the tool, and nothing of the agent. */
export const isStopped = ({
  status,
  code = '',
}: {
  readonly status: string;
  readonly code?: string;
}): boolean => status === 'failed' && STOPPED.has(code);
