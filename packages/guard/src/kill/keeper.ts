import {
  asEpoch,
  asTime,
  type Clock,
  type Epoch,
  type ErrorCode,
  isTtpError,
  type KillReason,
  type Store,
  TtpError,
} from '@ttp/core';
import { KILL_WRITE_ATTEMPTS } from '../limits.js';
import { adoptRecord, type Change, killedRecord, type Latch, snapshotOf } from './latch.js';
import { decodeRecord, encodeRecord, type KillRecord, keyOf } from './record.js';

/** Keeps latches and their records in a store together. The operations of one latch run one after the other. */
export interface Keeper {
  /** Reads the record again, writing an unsaved kill first. Throws what the store throws. */
  read(latch: Latch): Promise<void>;
  /** Creates the record, alive, where there is none; whatever there is, is obeyed. */
  create(latch: Latch): Promise<void>;
  /** Writes the kill that the latch holds. Throws GUARD_KILL_NOT_DURABLE; the latch stays closed. */
  save(latch: Latch): Promise<void>;
  /**
   * Lifts the kill, in the store first: all of it, or all but the reasons that are left. `check` runs on what the store
   * said last; it throws to refuse, and returns who lifts what.
   */
  lift(latch: Latch, check: () => Lifted): Promise<void>;
}

/** Who lifts a kill, and when on the wall clock, ms. */
export interface Lifted {
  readonly by: string;
  readonly at: number;
  /** The reasons that go on; the target is alive where there are none. */
  readonly left: readonly KillReason[];
}

/** What the keeper tells: a latch closed or opened, or the store failed (code) or answers again (undefined). */
export interface KeeperEvents {
  changed(latch: Latch, change: Change): void;
  faulted(latch: Latch, code: ErrorCode | undefined): void;
}

/**
 * @param store where the records are
 * @param clock for the time of a read
 * @param events called synchronously
 */
export function createKeeper(store: Store, clock: Clock, events: KeeperEvents): Keeper {
  const queues = new WeakMap<Latch, Promise<void>>();

  /** Runs `operation` after those before it on the same latch, whatever became of them. */
  function queued(latch: Latch, operation: () => Promise<void>): Promise<void> {
    const run = (queues.get(latch) ?? Promise.resolve()).then(operation).then(() => fault(latch, undefined));
    // Nothing is lost: `run` rejects for the caller, and `ask` has told the fault; only the next in line goes on.
    queues.set(
      latch,
      run.catch(() => undefined),
    );
    return run;
  }

  /** Every call of the store goes through here, so that its faults show and have a code. */
  async function ask<T>(latch: Latch, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (cause) {
      const error = isTtpError(cause)
        ? cause
        : new TtpError('GUARD_STORE_FAILED', 'the store failed', { cause });
      fault(latch, error.code);
      throw error;
    }
  }

  function fault(latch: Latch, code: ErrorCode | undefined): void {
    const isNew = latch.fault !== code;
    latch.fault = code;
    if (isNew) events.faulted(latch, code);
  }

  async function readNow(latch: Latch): Promise<void> {
    // The lease counts from before the read: what is written while it runs may not be in its answer.
    const began = clock.monotonic();
    const found = await ask(latch, store.get(keyOf(latch.target)));
    const change = adoptRecord(latch, found);
    latch.readAt = began;
    if (change !== 'none') events.changed(latch, change);
  }

  const write = (latch: Latch, record: KillRecord, expected: number): Promise<boolean> =>
    ask(latch, store.put(keyOf(latch.target), encodeRecord(record), expected));

  async function saveNow(latch: Latch): Promise<void> {
    for (let attempt = 0; attempt < KILL_WRITE_ATTEMPTS && latch.unsaved; attempt++) {
      const found = await ask(latch, store.get(keyOf(latch.target)));
      const stored = found && decodeRecord(found.value, latch.target);
      const past = stored?.epoch ?? found?.version ?? 0;
      // Another process may have got further: the kill goes on top, never below what anybody has seen.
      if (latch.told && stored !== undefined && holds(stored, latch)) {
        latch.epoch = stored.epoch;
        latch.unsaved = false;
        return;
      }
      if (latch.epoch <= past) latch.epoch = past + 1;
      if (stored?.killed === true) {
        latch.reasons = [...new Set([...stored.reasons, ...latch.reasons])];
        latch.causes = [...new Set([...(stored.causes ?? []), ...latch.causes])];
        latch.cooldownMs = Math.max(stored.cooldownMs ?? 0, latch.cooldownMs);
        latch.operatorOnly ||= stored.operatorOnly === true;
      }
      const record = killedRecord(latch);
      const isWritten = await write(latch, record, found?.version ?? 0);
      // A further kill while this one was written is written by the next round.
      if (isWritten && latch.epoch === record.epoch) latch.unsaved = false;
    }
    if (latch.unsaved) throw new TtpError('GUARD_KILL_NOT_DURABLE', 'other writers kept getting in between');
  }

  async function save(latch: Latch): Promise<void> {
    try {
      await saveNow(latch);
    } catch (cause) {
      throw new TtpError('GUARD_KILL_NOT_DURABLE', `the kill of ${latch.target} is not in the store`, {
        cause,
      });
    }
  }

  async function refresh(latch: Latch): Promise<void> {
    if (latch.unsaved) await save(latch);
    await readNow(latch);
  }

  return {
    read: (latch) => queued(latch, () => refresh(latch)),
    create: (latch) =>
      queued(latch, async () => {
        const who = { by: 'guard', at: asTime(clock.now()), left: [] };
        await write(latch, recordAfter(latch, asEpoch(0), who), 0);
        await refresh(latch);
      }),
    save: (latch) => queued(latch, () => save(latch)),
    lift: (latch, check) =>
      queued(latch, async () => {
        await refresh(latch);
        const who = check();
        const epoch = asEpoch(latch.epoch + 1);
        const written = await write(latch, recordAfter(latch, epoch, who), latch.version);
        await readNow(latch);
        if (!written || latch.epoch !== epoch)
          throw new TtpError('GUARD_ORDER_STALE', `${latch.target} was killed again meanwhile`);
      }),
  };
}

/** Whether a stored kill says all that a latch was told, in an epoch at least as high. */
const holds = (stored: KillRecord, latch: Latch): boolean =>
  stored.killed &&
  stored.epoch >= latch.epoch &&
  latch.reasons.every((reason) => stored.reasons.includes(reason)) &&
  latch.causes.every((cause) => stored.causes?.includes(cause)) &&
  (stored.cooldownMs ?? 0) >= latch.cooldownMs &&
  (stored.operatorOnly ?? false) >= latch.operatorOnly;

/** The record once a kill was lifted as far as `left` says. */
function recordAfter(latch: Latch, epoch: Epoch, { by, at, left }: Lifted): KillRecord {
  const { target } = latch;
  if (left.length === 0) return { target, epoch, killed: false, reasons: [], by, message: '', at };
  return { ...snapshotOf(latch), epoch, reasons: left, by, at };
}
