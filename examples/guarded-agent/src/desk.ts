import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import type { KillReason, Storage } from '@ttp/core';
import { createKillSwitch, type KillSwitch, signReinstateOrder } from '@ttp/guard';
import { createOversight, signReview } from '@ttp/oversight';
import type { Stage } from './stage.ts';

/** What the people at the operators' desk do: from another process, through the store that the wrapper uses. */
export interface Desk {
  /** Signs the one pending review, for one use. Returns what was approved. */
  approveOnce(): Promise<string>;
  kill(reason: KillReason, message: string): Promise<void>;
  /** Both operators sign an order each. */
  reinstate(): Promise<void>;
}

export function openDesk({ path, identity, people, operators }: Stage): Desk {
  const withStorage = async <T>(work: (storage: Storage) => Promise<T>): Promise<T> => {
    const storage = sqlite(path('ttp.db'));
    try {
      return await work(storage);
    } finally {
      await storage.close();
    }
  };
  const withKillSwitch = <T>(work: (kill: KillSwitch) => Promise<T>): Promise<T> =>
    withStorage(async (storage) => {
      const kill = await createKillSwitch({ storage, clock, timer, operators });
      try {
        await kill.enrol(identity.did, false);
        return await work(kill);
      } finally {
        kill.close();
      }
    });

  return {
    approveOnce: () =>
      withStorage(async (storage) => {
        // The desk decides; the wrapper, whose log it is, records.
        const recorder = { record: () => Promise.reject(new Error('the desk has no log')) };
        const oversight = createOversight({ storage, clock, timer, random, operators, recorder });
        const review = await pendingReview(oversight);
        const decision = await signReview({
          review,
          verdict: 'modify',
          reason: 'Read it, publish it once',
          conditions: { maxUses: 1 },
          signer: people[0].signer,
          now: clock.now(),
        });
        await oversight.submit(decision);
        oversight.close();
        return `${review.request.action} on ${review.request.resource}`;
      }),
    kill: (reason, message) =>
      withKillSwitch(
        (kill) => kill.kill(identity.did, { reason, message, by: people[0].operator.id }).durable,
      ),
    reinstate: () =>
      withKillSwitch(async (kill) => {
        const { target, epoch, reasons } = kill.status(identity.did);
        const order = {
          target,
          epoch,
          reason: reasons[0] ?? 'security_violation',
          notAfter: clock.now() + 60_000,
        };
        await kill.reinstate(
          await Promise.all(people.map(({ signer }) => signReinstateOrder(order, signer, clock.now()))),
        );
      }),
  };
}

/** The review that the waiting call has opened, as soon as it is there. */
async function pendingReview(oversight: Pick<ReturnType<typeof createOversight>, 'pending'>) {
  for (;;) {
    const [review] = await oversight.pending();
    if (review !== undefined) return review;
    await new Promise<void>((resolve) => void timer.after(20, resolve));
  }
}
