import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import type { KillReason, Storage } from '@ttp/core';
import { createKillSwitch, type KillSwitch, type Order, signKillOrder, signReinstateOrder } from '@ttp/guard';
import { createOversight, signReview } from '@ttp/oversight';
import type { Stage } from './stage.ts';

/** What the people at the operators' desk do: from another process, through the store that the wrapper uses. */
export interface Desk {
  /** Signs the one pending review, for one use. Returns what was approved. */
  approveOnce(): Promise<string>;
  /** Kills the agent by an order that one operator signs. Resolves when it is durable. */
  kill(reason: KillReason): Promise<void>;
  /** Both operators sign an order each. */
  reinstate(): Promise<void>;
}

/** How long an order is obeyed, and how long the desk looks for a review, ms. */
const ORDER_VALID_MS = 60_000;
const REVIEW_WAIT_MS = 15_000;

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
  const orderFor = (kill: KillSwitch, reason: KillReason): Order => ({
    target: identity.did,
    epoch: kill.status(identity.did).epoch,
    reason,
    notAfter: clock.now() + ORDER_VALID_MS,
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
    kill: (reason) =>
      withKillSwitch(async (kill) => {
        const order = await signKillOrder(orderFor(kill, reason), people[0].signer, clock.now());
        await (await kill.obey(order)).durable;
      }),
    reinstate: () =>
      withKillSwitch(async (kill) => {
        const [reason = 'security_violation'] = kill.status(identity.did).reasons;
        const order = orderFor(kill, reason);
        await kill.reinstate(
          await Promise.all(people.map(({ signer }) => signReinstateOrder(order, signer, clock.now()))),
        );
      }),
  };
}

/** The review that the waiting call has opened, as soon as it is there. */
async function pendingReview(oversight: Pick<ReturnType<typeof createOversight>, 'pending'>) {
  for (const end = clock.now() + REVIEW_WAIT_MS; clock.now() < end; ) {
    const [review] = await oversight.pending();
    if (review !== undefined) return review;
    await new Promise<void>((resolve) => void timer.after(20, resolve));
  }
  throw new Error('no call has asked for an approval');
}
