import type { Timer } from '@ttp/core';
import { KILL_REPORT_MS } from '../limits.js';
import type { Contained } from './containment.js';
import { type Latch, snapshotOf } from './latch.js';
import type { Enforced } from './propagation.js';
import type { KillReport, KillStatus } from './types.js';

const NOTHING: Contained = { sessionsTerminated: 0, requestsBlocked: 0, circuitsOpened: 0, faults: [] };

/** What came of a kill, once it is asked for: at most {@link KILL_REPORT_MS} later, whatever hangs. */
export const reportOf =
  ({
    durable,
    timer,
    contained,
    enforced,
  }: {
    readonly durable: Promise<void>;
    readonly timer: Timer;
    readonly contained: Promise<Contained> | undefined;
    readonly enforced: Promise<Enforced> | Enforced;
  }) =>
  async (): Promise<KillReport> => {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const cancel = timer.after(KILL_REPORT_MS, () => resolve(false));
    const written = durable.then(
      () => true,
      () => false,
    );
    const isDurable = await Promise.race([written, late]);
    cancel();
    return { durable: isDurable, ...((await contained) ?? NOTHING), enforced: await enforced };
  };

/** What is known of a target, for people. */
export function statusOf(latch: Latch): KillStatus {
  const { known, unsaved, fault, killed, reasons } = latch;
  const suspended = killed && reasons.every((reason) => reason === 'cascade_failure');
  const status = { ...snapshotOf(latch), suspended, durable: known && !unsaved };
  return fault === undefined ? status : { ...status, fault };
}
