import { type Did, isTtpError, type Permit } from '@ttp/core';
import { within } from './evidence.js';
import { LEASE_RENEWAL_MS } from './limits.js';
import { type OwnPermit, ownPermit } from './permit.js';
import type { Flow } from './run.js';

/** What a permit is asked of. */
type Begins = Pick<Flow, 'kill' | 'closing' | 'timer'>;

/** Reads of the kill records that calls wait for: one at a time, however many calls there are. */
const renewals = new WeakMap<Flow['kill'], Promise<void>>();

/**
 * The permit of a call that begins. Where nothing was read for so long that the lease ran out, because a store could not
 * be reached or because the host let no timer run, the kill records are read first. Where they cannot be read, or not
 * within LEASE_RENEWAL_MS, the permit stays one without a lease: its `enter()` throws GUARD_LEASE_EXPIRED.
 */
export async function permitToBegin(agent: Did, flow: Begins): Promise<OwnPermit> {
  const permit = permitNow(agent, flow);
  if (!isTtpError(permit.signal.reason, 'GUARD_LEASE_EXPIRED')) return ownPermit(permit, flow.closing);
  // Nothing is lost: the switch has told the fault, and the permit is asked for again whatever came of it.
  await within(LEASE_RENEWAL_MS, renewed(flow), flow.timer).catch(() => undefined);
  return ownPermit(permitNow(agent, flow), flow.closing);
}

const permitNow = (agent: Did, { kill }: Begins): Permit => kill.permit(agent, kill.epochOf(agent));

function renewed({ kill }: Begins): Promise<void> {
  const running = renewals.get(kill) ?? kill.refresh().finally(() => renewals.delete(kill));
  renewals.set(kill, running);
  return running;
}
