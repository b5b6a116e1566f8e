import { type Storage, TtpError } from '@ttp/core';
import { KILL_LEASE_MAX_MS, KILL_LEASE_MS, KILL_POLL_MS } from '../limits.js';
import { KILL_PREFIX } from './record.js';

/** Whether any kill record was ever written here. */
export async function holdsRecords({ store }: Storage): Promise<boolean> {
  for await (const key of store.list(KILL_PREFIX)) return key !== '';
  return false;
}

/** How long permits hold without a read, and how often is read, ms. Throws GUARD_BAD_LEASE. */
export function leaseOf({
  leaseMs = KILL_LEASE_MS,
  pollMs = KILL_POLL_MS,
}: {
  readonly leaseMs?: number;
  readonly pollMs?: number;
}): { readonly leaseMs: number; readonly pollMs: number } {
  if (!(leaseMs > 0 && leaseMs <= KILL_LEASE_MAX_MS))
    throw new TtpError('GUARD_BAD_LEASE', `a lease of ${leaseMs} ms`, { field: 'leaseMs' });
  if (!(pollMs > 0 && pollMs < leaseMs))
    throw new TtpError('GUARD_BAD_LEASE', `a read every ${pollMs} ms`, { field: 'pollMs' });
  return { leaseMs, pollMs };
}
