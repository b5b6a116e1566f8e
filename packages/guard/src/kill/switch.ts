import {
  advanceClock,
  asEpoch,
  asTerm,
  asTime,
  type Did,
  type Dispose,
  type Epoch,
  KILL_REASONS,
  type Storage,
  TtpError,
} from '@ttp/core';
import { KILL_LEASE_MAX_MS, KILL_LEASE_MS, KILL_POLL_MS } from '../limits.js';
import { createKeeper } from './keeper.js';
import {
  type Change,
  closeLatch,
  cooldownOf,
  endOf,
  type Latch,
  newLatch,
  revivesByItself,
  snapshotOf,
} from './latch.js';
import { verifyOrder } from './orders.js';
import { KILL_PREFIX, type KillTarget, keyOf, shortened } from './record.js';
import { checkReinstatement } from './reinstate.js';
import type { KillEvent, KillInput, KillResult, KillStatus, KillSwitch, KillSwitchOptions } from './types.js';

/**
 * Opens the kill switch over the records of a storage.
 *
 * The record of `*` is created alive in a store that holds no kill record at all; where others exist and it does
 * not, everybody is killed.
 *
 * @throws GUARD_BAD_LEASE, and what the store throws
 */
export async function createKillSwitch(options: KillSwitchOptions): Promise<KillSwitch> {
  const { storage, clock, timer, operators, emit } = options;
  const { leaseMs, pollMs } = leaseOf(options);
  const everybody = newLatch('*');
  const latches = new Map<string, Latch>([['*', everybody]]);
  /** The latches that stop an agent besides its own. */
  const lineages = new Map<Did, readonly Latch[]>();
  const noLineage: readonly Latch[] = [everybody];
  /** One for the permits of each agent at its current epoch. */
  const inFlight = new Map<Did, AbortController>();
  const cooldowns = new Map<Latch, Dispose>();
  let nextPoll: Dispose | undefined;
  let isClosed = false;

  const keeper = createKeeper(storage.store, clock, {
    changed: announce,
    faulted(latch, code) {
      if (code !== undefined) tell(latch, 'finding-raised', { code });
    },
  });

  function latchOf(target: KillTarget): Latch {
    keyOf(target);
    let latch = latches.get(target);
    if (latch === undefined) latches.set(target, (latch = newLatch(target)));
    return latch;
  }

  const above = (agent: Did): readonly Latch[] => lineages.get(agent) ?? noLineage;

  const isKilled = (agent: Did): boolean =>
    (latches.get(agent)?.killed ?? true) || above(agent).some((latch) => latch.killed);
  /** Epochs only go up, so the sum changes with each. */
  const epochOf = (agent: Did): Epoch =>
    asEpoch(above(agent).reduce((sum, { epoch }) => sum + epoch, latches.get(agent)?.epoch ?? 0));

  function hasLease(agent: Did): boolean {
    if (isClosed) return false;
    if (!storage.shared) return true;
    const own = latches.get(agent)?.readAt ?? -Infinity;
    const readAt = Math.min(own, ...above(agent).map((latch) => latch.readAt));
    return clock.monotonic() - readAt < leaseMs;
  }

  function refusal(agent: Did, epoch: Epoch): TtpError | undefined {
    if (isKilled(agent)) return new TtpError('GUARD_KILLED', `${agent} is killed`);
    if (epochOf(agent) !== epoch)
      return new TtpError('GUARD_STALE_EPOCH', `decided in epoch ${epoch}, it is ${epochOf(agent)}`);
    if (!hasLease(agent)) return new TtpError('GUARD_LEASE_EXPIRED', 'the kill record was not read in time');
    return undefined;
  }

  /** Aborts what is under way: the permits of an agent that was killed, or whose epoch went on. */
  function abort(latch: Latch): void {
    for (const agent of inFlight.keys()) {
      if (latches.get(agent) !== latch && !above(agent).includes(latch)) continue;
      const controller = inFlight.get(agent);
      inFlight.delete(agent);
      controller?.abort(new TtpError('GUARD_KILLED', `${agent} was killed`));
    }
  }

  /** A clock that fails must not keep a latch open, nor a kill out of the log: then the last time known stands. */
  function stamp(latch: Latch): number {
    try {
      return asTime(clock.now());
    } catch {
      return latch.at;
    }
  }

  function tell(latch: Latch, type: KillEvent['type'], data: KillEvent['data']): void {
    emit?.({
      type,
      at: stamp(latch),
      subject: latch.target,
      data: { ...data, epoch: latch.epoch, by: latch.by },
    });
  }

  /** After every change of a latch, wherever it came from. */
  function announce(latch: Latch, change: Change): void {
    abort(latch);
    cooldowns.get(latch)?.();
    cooldowns.delete(latch);
    if (latch.killed && revivesByItself(latch)) coolDown(latch);
    // What is read at boot was told when it happened.
    if (change === 'boot') return;
    if (latch.killed) tell(latch, 'agent-killed', { reasons: [...latch.reasons] });
    else tell(latch, 'agent-reinstated', {});
  }

  /** On the Timer, which is monotonic: no jump of the wall clock, and no restart, shortens it (flaw.K2). */
  function coolDown(latch: Latch): void {
    const { epoch } = latch;
    const waited = cooldownOf(latch);
    const dispose = timer.after(waited, () => {
      cooldowns.delete(latch);
      void keeper
        .reopen(latch, () => {
          if (latch.epoch === epoch && latch.killed && revivesByItself(latch) && cooldownOf(latch) <= waited)
            return { by: 'cooldown', at: asTime(clock.now()) };
          throw new TtpError('GUARD_ORDER_STALE', 'killed again during the cooldown');
        })
        // Still killed, then: the fault is told by the keeper, and a further kill has a cooldown of its own.
        .catch(() => (latch.epoch === epoch && latch.killed && !isClosed ? coolDown(latch) : undefined));
    });
    cooldowns.set(latch, dispose);
  }

  function close(target: KillTarget, input: KillInput, seen: number): KillResult {
    const reason = asTerm(KILL_REASONS, input.reason, 'reason');
    const latch = latchOf(target);
    const { by, message = '', cooldownMs, operatorOnly } = input;
    const why = { reason, by: shortened(by), message: shortened(message), at: stamp(latch) };
    closeLatch(latch, { ...why, ...endOf({ cooldownMs, operatorOnly }) }, seen);
    const epoch = asEpoch(latch.epoch);
    const durable = keeper.save(latch);
    // Nothing is lost: the fault is in the status and the events, and `durable` itself still rejects. Nobody has to
    // wait for it, so it must not end the process.
    durable.catch(() => undefined);
    announce(latch, 'moved');
    return { epoch, durable, enforced: { confirmed: 0, configured: 0 } };
  }

  async function readAll(): Promise<readonly PromiseSettledResult<void>[]> {
    return Promise.allSettled([...latches.values()].map((latch) => keeper.read(latch)));
  }

  function poll(): void {
    if (isClosed) return;
    // Not before the last one has ended: a store that hangs is asked once, and the leases run out.
    nextPoll = timer.after(pollMs, () => void readAll().then(poll));
  }

  if (!(await holdsRecords(storage))) await keeper.create(everybody);
  else await keeper.read(everybody);
  if (storage.shared) poll();

  return {
    async enrol(agent, fresh, ancestors = []) {
      const latch = latchOf(agent);
      latch.mayBeAbsent = false;
      const lineage = ancestors.map((ancestor) => {
        const known = latches.has(ancestor);
        const each = latchOf(ancestor);
        if (!known) each.mayBeAbsent = true;
        return each;
      });
      // Before anything of them is read: whatever cannot be read stops the agent.
      lineages.set(agent, [everybody, ...lineage]);
      for (const each of lineage) await keeper.read(each);
      await (fresh ? keeper.create(latch) : keeper.read(latch));
    },
    epochOf,
    isKilled,
    permit(agent, epoch) {
      let controller = inFlight.get(agent);
      const refused = refusal(agent, epoch);
      if (refused !== undefined) (controller = new AbortController()).abort(refused);
      else if (controller === undefined) inFlight.set(agent, (controller = new AbortController()));
      return {
        epoch,
        signal: controller.signal,
        enter() {
          const code = refusal(agent, epoch);
          if (code !== undefined) throw code;
        },
      };
    },
    kill: (target, input) => close(target, input, 0),
    async obey(order) {
      const { target, epoch, reason, operator } = await verifyOrder(
        'ttp/kill-order@1',
        order,
        operators,
        clock.now(),
      );
      const latch = latchOf(target);
      // An agent that nobody enrolled here has no permits: there is time to look. An unreadable store does not protect it;
      // the keeper has told its fault.
      if (!latch.known) await keeper.read(latch).catch(() => undefined);
      // For a later epoch than is known here, somebody else got further: stopping is cheap.
      if (epoch < latch.epoch)
        throw new TtpError('GUARD_ORDER_STALE', `an order for epoch ${epoch}, it is ${latch.epoch}`);
      return close(target, { reason, by: operator.id }, epoch);
    },
    async reinstate(orders) {
      const verified = await Promise.all(
        orders.map((order) => verifyOrder('ttp/reinstate-order@1', order, operators, clock.now())),
      );
      const { target, by } = checkReinstatement(verified);
      const latch = latchOf(target);
      await keeper.reopen(latch, () => {
        checkReinstatement(verified, latch);
        // A clock set back would make an expired order valid again (flaw.H10).
        return { by: shortened(by), at: advanceClock(latch.at, clock.now()) };
      });
      return statusOf(latch);
    },
    status: (target) => statusOf(latches.get(target) ?? (keyOf(target), newLatch(target))),
    async refresh() {
      for (const result of await readAll()) if (result.status === 'rejected') throw result.reason;
    },
    close() {
      isClosed = true;
      nextPoll?.();
      for (const dispose of cooldowns.values()) dispose();
      cooldowns.clear();
    },
  };
}

/** Whether any kill record was ever written here. */
async function holdsRecords({ store }: Storage): Promise<boolean> {
  for await (const key of store.list(KILL_PREFIX)) return key !== '';
  return false;
}

function leaseOf({ leaseMs = KILL_LEASE_MS, pollMs = KILL_POLL_MS }: KillSwitchOptions): {
  leaseMs: number;
  pollMs: number;
} {
  if (!(leaseMs > 0 && leaseMs <= KILL_LEASE_MAX_MS))
    throw new TtpError('GUARD_BAD_LEASE', `a lease of ${leaseMs} ms`, { field: 'leaseMs' });
  if (!(pollMs > 0 && pollMs < leaseMs))
    throw new TtpError('GUARD_BAD_LEASE', `a read every ${pollMs} ms`, { field: 'pollMs' });
  return { leaseMs, pollMs };
}

function statusOf(latch: Latch): KillStatus {
  const { known, unsaved, fault } = latch;
  const status = { ...snapshotOf(latch), durable: known && !unsaved };
  return fault === undefined ? status : { ...status, fault };
}
