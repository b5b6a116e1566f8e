import {
  advanceClock,
  asEpoch,
  asTerm,
  asTime,
  type Did,
  type Dispose,
  KILL_REASONS,
  TtpError,
} from '@ttp/core';
import { type Contained, contain } from './containment.js';
import { createGates } from './gates.js';
import { createKeeper } from './keeper.js';
import { createKeyHolders } from './key-holders.js';
import {
  type Change,
  type Closing,
  closeLatch,
  cooldownOf,
  endOf,
  type Latch,
  newLatch,
  revivesByItself,
  snapshotOf,
} from './latch.js';
import { holdsRecords, leaseOf } from './lease.js';
import { requireReach, verifyOrder } from './orders.js';
import { type Enforced, LOCAL } from './propagation.js';
import { type KillTarget, keyOf, shortened } from './record.js';
import { requireDependencies, requireScore, waitedFor } from './recovery.js';
import { checkReinstatement } from './reinstate.js';
import { reportOf, statusOf } from './report.js';
import type { KillEvent, KillInput, KillResult, KillSwitch, KillSwitchOptions } from './types.js';
import { createUnsaved } from './unsaved.js';

/**
 * Opens the kill switch over the records of a storage.
 *
 * The record of `*` is created alive in a store that holds no kill record at all; where others exist and it does
 * not, everybody is killed.
 *
 * @throws GUARD_BAD_LEASE, and what the store throws
 */
export async function createKillSwitch(options: KillSwitchOptions): Promise<KillSwitch> {
  const { storage, clock, timer, operators, propagation, emit, steps = {}, recovery = {} } = options;
  const { leaseMs, pollMs } = leaseOf(options);
  const gates = createGates(clock, storage.shared ? leaseMs : undefined);
  const { everybody, latchOf } = gates;
  const holders = createKeyHolders(storage.store);
  /** Agents that were taken in, with the latches of those that they descend from. */
  const lineages = new Map<Did, readonly Latch[]>();
  const cooldowns = new Map<Latch, Dispose>();
  const contained = new WeakMap<Latch, Promise<Contained>>();
  let nextPoll: Dispose | undefined;
  let isClosed = false;

  const keeper = createKeeper(storage.store, clock, {
    changed: announce,
    faulted(latch, code) {
      if (code !== undefined) tell(latch, 'finding-raised', { code });
    },
  });
  const unsaved = createUnsaved(keeper, timer, pollMs);

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
    gates.abort(latch);
    cooldowns.get(latch)?.();
    cooldowns.delete(latch);
    if (latch.killed && revivesByItself(latch)) coolDown(latch);
    // What is read at boot was told, and ended what it had to, when it happened.
    if (change === 'boot') return;
    if (!latch.killed) {
      tell(latch, 'agent-reinstated', {});
      return;
    }
    const { target, reasons, causes } = latch;
    const isSuspended = reasons.every((reason) => reason === 'cascade_failure');
    if (isSuspended) tell(latch, 'kill-cascaded', { reasons: [...reasons], causes: [...causes] });
    else tell(latch, 'agent-killed', { reasons: [...reasons] });
    const includes = (agent: Did): boolean => gates.reaches(latch, agent);
    contained.set(
      latch,
      contain(steps, { target, includes }, timer).then((done) => told(latch, done)),
    );
  }

  function told(latch: Latch, done: Contained): Contained {
    if (done.circuitsOpened > 0) tell(latch, 'breaker-tripped', { circuits: done.circuitsOpened });
    for (const code of done.faults) tell(latch, 'finding-raised', { code });
    return done;
  }

  /** On the Timer, which is monotonic: no jump of the wall clock, and no restart, shortens it (flaw.K2). */
  function coolDown(latch: Latch): void {
    const { epoch } = latch;
    const waited = cooldownOf(latch);
    const dispose = timer.after(waited, () => {
      cooldowns.delete(latch);
      void keeper
        .lift(latch, () => {
          if (latch.epoch === epoch && latch.killed && revivesByItself(latch) && cooldownOf(latch) <= waited)
            return { by: 'cooldown', at: asTime(clock.now()), left: [] };
          throw new TtpError('GUARD_ORDER_STALE', 'killed again during the cooldown');
        })
        // Still killed, then: the fault is told by the keeper, and a further kill has a cooldown of its own.
        .catch(() => (latch.epoch === epoch && latch.killed && !isClosed ? coolDown(latch) : undefined));
    });
    cooldowns.set(latch, dispose);
  }

  /** Closes, aborts and ends what has to end, all before it returns; then it is written. */
  function shut(latch: Latch, why: Closing, seen: number): Promise<void> {
    closeLatch(latch, why, seen);
    const durable = keeper.save(latch);
    // Nothing is lost: the fault is in the status and the events, `durable` itself still rejects, and it is written as
    // soon as the store takes it: the reads of a shared store begin with that.
    durable.catch(() => (storage.shared ? undefined : unsaved.retry(latch)));
    announce(latch, 'moved');
    return durable;
  }

  function close(
    target: KillTarget,
    input: KillInput,
    seen: number,
    causes: readonly Did[] = [],
  ): KillResult {
    const reason = asTerm(KILL_REASONS, input.reason, 'reason');
    const latch = latchOf(target);
    const { by, message = '', cooldownMs, operatorOnly } = input;
    const why = { reasons: [reason], causes, by: shortened(by), message: shortened(message) };
    const durable = shut(
      latch,
      { ...why, at: stamp(latch), told: false, ...endOf({ cooldownMs, operatorOnly }) },
      seen,
    );
    // Beside the write and not after it: a store that hangs must not keep the others alive.
    const enforced = propagation?.announce(snapshotOf(latch)).then((reached) => judged(latch, reached));
    return {
      epoch: asEpoch(latch.epoch),
      durable,
      report: reportOf({ durable, timer, contained: contained.get(latch), enforced: enforced ?? LOCAL }),
    };
  }

  function judged(latch: Latch, enforced: Enforced): Enforced {
    const { confirmed, configured, quorum } = enforced;
    if (confirmed < quorum)
      tell(latch, 'finding-raised', { code: 'GUARD_NOTICE_UNANSWERED', confirmed, configured });
    return enforced;
  }

  /** Whoever holds a key of the agent stops with it, and it with them. They are read first: nobody stops for no reason. */
  async function linkHolders(agent: Did, others: readonly Did[]): Promise<void> {
    const latches = others.map(gates.besides);
    for (const latch of latches) if (!latch.known) await keeper.read(latch);
    gates.stopWith(agent, [...(lineages.get(agent) ?? []), ...latches]);
    for (const latch of latches) if (latch.killed) gates.abort(latch);
  }

  async function readAll(): Promise<readonly PromiseSettledResult<void>[]> {
    const linking = [...lineages.keys()].map(async (agent) =>
      linkHolders(agent, await holders.others(agent)),
    );
    return Promise.allSettled([...gates.all().map((latch) => keeper.read(latch)), ...linking]);
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
    async enrol(agent, fresh, ancestors = [], key) {
      const latch = latchOf(agent);
      latch.mayBeAbsent = false;
      const lineage = ancestors.map(gates.besides);
      lineages.set(agent, lineage);
      // Before anything of them is read: whatever cannot be read stops the agent.
      gates.stopWith(agent, lineage);
      for (const each of lineage) await keeper.read(each);
      const others = key === undefined ? [] : await holders.enter(agent, key);
      await linkHolders(agent, others);
      await (fresh ? keeper.create(latch) : keeper.read(latch));
      // Those of this process learn of it now, those of others with their next read.
      for (const other of others)
        if (lineages.has(other)) await linkHolders(other, await holders.others(other));
    },
    epochOf: gates.epochOf,
    isKilled: gates.isKilled,
    permit: gates.permit,
    kill: (target, input) => close(target, input, 0),
    suspend(plan, by) {
      const root = gates.find(plan.root);
      if (root?.killed !== true) throw new TtpError('GUARD_NOT_KILLED', `${plan.root} is alive`);
      if (plan.beyond > 0)
        tell(root, 'finding-raised', { code: 'GUARD_CASCADE_CAPPED', beyond: plan.beyond });
      return plan.steps.map(({ agent, causes }) =>
        close(agent, { reason: 'cascade_failure', by }, 0, causes),
      );
    },
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
      requireReach(epoch, latch);
      return close(target, { reason, by: operator.id }, epoch);
    },
    async receive(notice) {
      if (propagation === undefined)
        throw new TtpError('GUARD_BAD_POINTS', 'no other enforcement points are configured');
      const heard = propagation.open(notice);
      const latch = latchOf(heard.target);
      await shut(latch, heard.why, heard.epoch - 1);
      return await propagation.acknowledge(heard, latch.epoch);
    },
    async reinstate(orders) {
      const verified = await Promise.all(
        orders.map((order) => verifyOrder('ttp/reinstate-order@1', order, operators, clock.now())),
      );
      const { target, by } = checkReinstatement(verified);
      const latch = latchOf(target);
      await keeper.read(latch);
      checkReinstatement(verified, latch);
      await requireScore(latch, recovery);
      for (const cause of waitedFor(latch, gates.latchOf)) await keeper.read(cause);
      await keeper.lift(latch, () => {
        checkReinstatement(verified, latch);
        requireDependencies(latch, gates.find);
        // A clock set back would make an expired order valid again (flaw.H10).
        return { by: shortened(by), at: advanceClock(latch.at, clock.now()), left: [] };
      });
      return statusOf(latch);
    },
    async appeal(target) {
      const latch = latchOf(target);
      await keeper.read(latch);
      const { epoch } = latch;
      const ruling = await recovery.rulingOn?.(target);
      await keeper.lift(latch, () => {
        if (!latch.killed || !latch.reasons.includes('revocation_received'))
          throw new TtpError('GUARD_NOT_KILLED', `${target} is not killed for a revocation`);
        if (ruling === undefined)
          throw new TtpError('GUARD_APPEAL_ONLY', 'no ruling on appeal lifts the revocation');
        if (latch.epoch !== epoch)
          throw new TtpError(
            'GUARD_ORDER_STALE',
            `${target} was killed again since the ruling was looked up`,
          );
        const left = latch.reasons.filter((reason) => reason !== 'revocation_received');
        return { by: shortened(`ruling ${ruling}`), at: advanceClock(latch.at, clock.now()), left };
      });
      return statusOf(latch);
    },
    status: (target) => statusOf(gates.find(target) ?? (keyOf(target), newLatch(target))),
    async refresh() {
      for (const result of await readAll()) if (result.status === 'rejected') throw result.reason;
    },
    close() {
      isClosed = true;
      gates.close();
      nextPoll?.();
      unsaved.close();
      for (const dispose of cooldowns.values()) dispose();
    },
  };
}
