import { asEpoch, type Clock, type Did, type Epoch, type Permit, TtpError } from '@ttp/core';
import { type Latch, newLatch } from './latch.js';
import { type KillTarget, keyOf } from './record.js';

/** The latches of one process, and the permits that ask them. All of it is synchronous and in memory. */
export interface Gates {
  readonly everybody: Latch;
  /** The latch of a target; made, closed, where there is none yet. Throws GUARD_BAD_TARGET. */
  readonly latchOf: (target: KillTarget) => Latch;
  readonly find: (target: KillTarget) => Latch | undefined;
  readonly all: () => readonly Latch[];
  /**
   * The latch of another agent that stops this one too: one that it descends from, or that has the same key. Its record
   * may be absent where nobody here knows it: then it was never killed here.
   */
  readonly besides: (other: Did) => Latch;
  /** From here on, exactly these stop the agent besides its own latch and `*`. */
  readonly stopWith: (agent: Did, others: readonly Latch[]) => void;
  /** Whether this latch stops the agent. */
  readonly reaches: (latch: Latch, agent: Did) => boolean;
  readonly isKilled: (agent: Did) => boolean;
  readonly epochOf: (agent: Did) => Epoch;
  readonly permit: (agent: Did, epoch: Epoch) => Permit;
  /** Aborts the permits of those whom the latch stops, or whose epoch it raised. */
  readonly abort: (latch: Latch) => void;
  /** No permit is entered any more. */
  readonly close: () => void;
}

/** All that stops one agent: the same object for as long as there are gates. */
interface Lane {
  latches: readonly Latch[];
}

/**
 * @param clock for leases, on monotonic time
 * @param leaseMs how long permits hold after a read of all that stops an agent; undefined where nobody else can write
 */
export function createGates(clock: Clock, leaseMs: number | undefined): Gates {
  const everybody = newLatch('*');
  const latches = new Map<string, Latch>([['*', everybody]]);
  /** All that stops an agent: its own latch first, then `*`, then others. */
  const lanes = new Map<string, Lane>();
  /** One for the permits of each agent at its current epoch. */
  const inFlight = new Map<Did, AbortController>();
  let isClosed = false;

  function latchOf(target: KillTarget): Latch {
    const known = latches.get(target);
    if (known !== undefined) return known;
    keyOf(target);
    const latch = newLatch(target);
    latches.set(target, latch);
    lanes.set(target, { latches: [latch, everybody] });
    return latch;
  }

  function isKilled(agent: Did): boolean {
    const lane = lanes.get(agent);
    if (lane === undefined) return true;
    for (const latch of lane.latches) if (latch.killed) return true;
    return false;
  }

  /** Epochs only go up, so the sum changes with each. */
  function epochOf(agent: Did): Epoch {
    const lane = lanes.get(agent);
    if (lane === undefined) return asEpoch(everybody.epoch);
    let sum = 0;
    for (const { epoch } of lane.latches) sum += epoch;
    return asEpoch(sum);
  }

  function hasLease(agent: Did): boolean {
    if (isClosed) return false;
    if (leaseMs === undefined) return true;
    const until = clock.monotonic() - leaseMs;
    // Written so that a clock which gives no number refuses.
    return (lanes.get(agent)?.latches ?? []).every(({ readAt }) => readAt > until);
  }

  function refusal(agent: Did, epoch: Epoch): TtpError | undefined {
    if (isKilled(agent)) return new TtpError('GUARD_KILLED', `${agent} is killed`);
    if (epochOf(agent) !== epoch)
      return new TtpError('GUARD_STALE_EPOCH', `decided in epoch ${epoch}, it is ${epochOf(agent)}`);
    if (!hasLease(agent)) return new TtpError('GUARD_LEASE_EXPIRED', 'the kill record was not read in time');
    return undefined;
  }

  /**
   * Whether {@link refusal} has nothing to say, in one pass and with nothing made: each effect asks this.
   * Whatever it does not allow is judged there.
   */
  function mayEnter(lane: Lane | undefined, epoch: Epoch): boolean {
    if (lane === undefined || isClosed) return false;
    const until = leaseMs === undefined ? undefined : clock.monotonic() - leaseMs;
    let sum = 0;
    for (const { killed, epoch: own, readAt } of lane.latches) {
      if (killed || !(until === undefined || readAt > until)) return false;
      sum += own;
    }
    return sum === epoch;
  }

  return {
    everybody,
    latchOf,
    find: (target) => latches.get(target),
    all: () => [...latches.values()],
    besides(other) {
      const isNew = !latches.has(other);
      const latch = latchOf(other);
      if (isNew) latch.mayBeAbsent = true;
      return latch;
    },
    stopWith(agent, others) {
      const all = [...new Set([latchOf(agent), everybody, ...others])];
      const lane = lanes.get(agent);
      if (lane === undefined) lanes.set(agent, { latches: all });
      else lane.latches = all; // its permits hold it
    },
    reaches: (latch, agent) =>
      latch.target === agent || (lanes.get(agent)?.latches ?? [everybody]).includes(latch),
    isKilled,
    epochOf,
    permit(agent, epoch) {
      const lane = lanes.get(agent);
      let controller = inFlight.get(agent);
      const refused = refusal(agent, epoch);
      if (refused !== undefined) (controller = new AbortController()).abort(refused);
      else if (controller === undefined) inFlight.set(agent, (controller = new AbortController()));
      return {
        epoch,
        signal: controller.signal,
        enter() {
          if (mayEnter(lane, epoch)) return;
          const fault = refusal(agent, epoch);
          if (fault !== undefined) throw fault;
        },
      };
    },
    abort(latch) {
      for (const [agent, controller] of inFlight) {
        if (!(lanes.get(agent)?.latches ?? []).includes(latch)) continue;
        inFlight.delete(agent);
        controller.abort(new TtpError('GUARD_KILLED', `${agent} was killed`));
      }
    },
    close() {
      isClosed = true;
    },
  };
}
