import { asEpoch, type Did, type ErrorCode, type KillReason, type Versioned } from '@ttp/core';
import { KILL_COOLDOWN_MS, KILL_EPOCH_RAISE_MAX } from '../limits.js';
import { endsByItself } from './reasons.js';
import { decodeRecord, type KillRecord, type KillTarget } from './record.js';

/** What this process knows of one target. It begins closed: nobody acts before the record was read. */
export interface Latch {
  readonly target: KillTarget;
  /** Whether anything was read or decided yet. */
  known: boolean;
  epoch: number;
  killed: boolean;
  reasons: readonly KillReason[];
  causes: readonly Did[];
  by: string;
  message: string;
  at: number;
  /** What its kills demand before time lifts them, ms. */
  cooldownMs: number;
  /** Whether time never lifts them. */
  operatorOnly: boolean;
  /** Whether its record may be absent: of one that only others descend from, until it is enrolled, killed or found. */
  mayBeAbsent: boolean;
  /** Version of the record as last read or written; 0: absent. */
  version: number;
  /** Killed here, and not yet in the store: nothing in the store reopens it. */
  unsaved: boolean;
  /** The unsaved kill is only what another enforcement point told: where the store has it by now, nothing is written. */
  told: boolean;
  /** When the last successful read began, on the monotonic clock; -Infinity: never. */
  readAt: number;
  /** Code of the last store fault, until the store answers again. */
  fault: ErrorCode | undefined;
}

/** Why a target without a readable record is killed: two people have to look at it. */
const UNREADABLE: readonly KillReason[] = ['security_violation'];

/** A closed latch of a target that nothing is known about. */
export const newLatch = (target: KillTarget): Latch => ({
  target,
  known: false,
  epoch: 0,
  killed: true,
  reasons: UNREADABLE,
  causes: [],
  by: 'guard',
  message: 'no kill record was read yet',
  at: 0,
  cooldownMs: 0,
  operatorOnly: false,
  mayBeAbsent: false,
  version: 0,
  unsaved: false,
  told: false,
  readAt: -Infinity,
  fault: undefined,
});

/** Why a latch closes. */
export interface Closing
  extends Pick<
    Latch,
    'reasons' | 'causes' | 'by' | 'message' | 'at' | 'cooldownMs' | 'operatorOnly' | 'told'
  > {}

/**
 * Closes the latch: in memory, now. The epoch goes past `seen` too, so that an order is obeyed once, but no further
 * than KILL_EPOCH_RAISE_MAX at a time.
 */
export function closeLatch(latch: Latch, why: Closing, seen = 0): void {
  const isKilled = latch.known && latch.killed;
  // What was killed here and is not saved yet has to be written, whatever somebody else tells of it.
  latch.told = why.told && (latch.told || !latch.unsaved);
  // Of several kills the strictest counts.
  latch.cooldownMs = Math.max(isKilled ? latch.cooldownMs : 0, why.cooldownMs);
  latch.operatorOnly = (isKilled && latch.operatorOnly) || why.operatorOnly;
  latch.epoch = Math.max(latch.epoch, Math.min(seen, latch.epoch + KILL_EPOCH_RAISE_MAX)) + 1;
  latch.known = true;
  latch.killed = true;
  latch.unsaved = true;
  latch.mayBeAbsent = false;
  latch.reasons = [...new Set([...(isKilled ? latch.reasons : []), ...why.reasons])];
  latch.causes = [...new Set([...(isKilled ? latch.causes : []), ...why.causes])];
  latch.by = why.by;
  latch.message = why.message;
  latch.at = why.at;
}

/** What a look at the store did: `boot`: the first one that found a record; `shut`: it found none that can be read. */
export type Change = 'none' | 'boot' | 'moved' | 'shut';

/**
 * Takes over what the store says. Epochs only go up: an older record changes nothing, one of the same epoch can
 * only close, and none reopens what was killed here and not yet saved.
 *
 * @param found what the store has under the target's key
 */
export function adoptRecord(latch: Latch, found: Versioned | undefined): Change {
  const record = found && decodeRecord(found.value, latch.target);
  latch.version = found?.version ?? 0;
  if (latch.unsaved) return 'none';
  if (found === undefined && latch.mayBeAbsent) return openUnrecorded(latch);
  latch.mayBeAbsent = false;
  if (record === undefined) return shutUnreadable(latch, found);
  const closes = record.epoch === latch.epoch && record.killed && !latch.killed;
  if (latch.known && record.epoch <= latch.epoch && !closes) return 'none';
  const {
    epoch,
    killed,
    reasons,
    causes = [],
    by,
    message,
    at,
    cooldownMs = 0,
    operatorOnly = false,
  } = record;
  const change = latch.known ? 'moved' : 'boot';
  Object.assign(latch, {
    known: true,
    epoch,
    killed,
    reasons,
    causes,
    by,
    message,
    at,
    cooldownMs,
    operatorOnly,
  });
  return change;
}

/** Nobody ever killed it here: those who descend from it go on. */
function openUnrecorded(latch: Latch): Change {
  if (latch.known) return 'none';
  Object.assign(latch, { known: true, killed: false, reasons: [], causes: [], message: '' });
  return 'boot';
}

/**
 * Every write raises the epoch by at least one and the version too, so the version of a torn record is at least the
 * epoch it had: from there on, no order of an earlier epoch can fit.
 */
function shutUnreadable(latch: Latch, found: Versioned | undefined): Change {
  const version = found?.version ?? 0;
  const before = latch.known && latch.killed ? latch.reasons : [];
  const reasons = [...new Set([...before, ...UNREADABLE])];
  if (reasons.length === before.length && latch.epoch >= version) return 'none';
  const raised = latch.known && !latch.killed ? latch.epoch + 1 : latch.epoch;
  const message = found === undefined ? 'the kill record is absent' : 'the kill record is not readable';
  const epoch = Math.max(raised, version);
  Object.assign(latch, { known: true, killed: true, epoch, reasons, by: 'guard', message });
  return 'shut';
}

/** What is known, in the form of a record. */
export const snapshotOf = (latch: Latch): KillRecord => {
  const { target, epoch, killed, reasons, causes, by, message, at, cooldownMs, operatorOnly } = latch;
  return {
    target,
    epoch: asEpoch(epoch),
    killed,
    reasons,
    by,
    message,
    at,
    ...(killed && causes.length > 0 ? { causes } : {}),
    ...(killed && cooldownMs > 0 ? { cooldownMs } : {}),
    ...(killed && operatorOnly ? { operatorOnly } : {}),
  };
};

/** What a kill demands before it ends. A cooldown that is no time is never over: the kill itself must not fail. */
export function endOf({
  cooldownMs = 0,
  operatorOnly = false,
}: {
  readonly cooldownMs: number | undefined;
  readonly operatorOnly: boolean | undefined;
}): Pick<Latch, 'cooldownMs' | 'operatorOnly'> {
  const isTime = Number.isSafeInteger(cooldownMs) && cooldownMs >= 0;
  return { cooldownMs: isTime ? cooldownMs : 0, operatorOnly: operatorOnly || !isTime };
}

/** How long a kill lasts before time lifts it, ms. */
export const cooldownOf = ({ cooldownMs }: Latch): number => Math.max(KILL_COOLDOWN_MS, cooldownMs);

/** Whether time alone lifts the kill of a latch. */
export const revivesByItself = ({ reasons, operatorOnly }: Latch): boolean =>
  !operatorOnly && endsByItself(reasons);

/** The record of a closed latch. */
export const killedRecord = (latch: Latch): KillRecord => ({ ...snapshotOf(latch), killed: true });
