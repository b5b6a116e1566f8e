import { TtpError } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';

/** What is relayed without a decision stops with the agent all the same. Throws GUARD_KILLED. */
export function requireAlive(ttp: Pick<Ttp, 'isKilled'>): void {
  if (ttp.isKilled()) throw new TtpError('GUARD_KILLED', 'the agent is killed');
}
