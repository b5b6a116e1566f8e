import {
  asTime,
  type Envelope,
  type Hash,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { issuerOf, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { hashThresholds } from './hashes.js';
import {
  OVERRIDE_REASON_MAX_CHARS,
  THRESHOLD_CHANGE_MAX_BYTES,
  THRESHOLD_STEP_PERCENT,
  THRESHOLD_WINDOW_MS,
} from './limits.js';
import { parseThresholds, type Thresholds } from './thresholds.js';

/** Thresholds that were in force, from when on. */
export interface ThresholdEntry {
  readonly thresholds: Thresholds;
  /** Wall clock of the enforcement point that took them, ms. */
  readonly at: number;
  /** The envelope that put them in force, and its operator; none for what the host configured. */
  readonly by?: { readonly envelope: Hash; readonly operator: string };
}

/** All thresholds that were in force, in order: at least those that the host configured. */
export interface ThresholdHistory {
  readonly current: Thresholds;
  readonly entries: readonly ThresholdEntry[];
}

/** What an operator signs to change thresholds. */
export interface ThresholdChange {
  /** What they are changed to; of a rollback, thresholds that were in force before. */
  readonly to: Thresholds;
  /** Goes back to earlier thresholds, however far that is. */
  readonly rollback?: boolean;
  readonly reason: string;
}

const TYPE = 'ttp/threshold-change@1';
const NAMES = ['low', 'medium', 'high', 'critical', 'confidence', 'overridable'] as const;

/** The history of what the host configured, in force from `at` on (wall clock, ms). */
export const thresholdHistory = (configured: Thresholds, at: number): ThresholdHistory => ({
  current: configured,
  entries: [{ thresholds: configured, at: asTime(at) }],
});

/**
 * Between which values a threshold may be moved at `now` (wall clock, ms): within THRESHOLD_STEP_PERCENT of every value
 * that it had in the last THRESHOLD_WINDOW_MS, so that no sequence of changes adds up to more.
 */
export function reachable(
  { entries }: ThresholdHistory,
  name: keyof Thresholds,
  now: number,
): { readonly min: number; readonly max: number } {
  let [min, max] = [0, 10_000];
  entries.forEach(({ thresholds }, i) => {
    const until = entries[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (until <= now - THRESHOLD_WINDOW_MS) return;
    const value = thresholds[name];
    const step = Math.floor((value * THRESHOLD_STEP_PERCENT) / 100);
    min = Math.max(min, value - step);
    max = Math.min(max, value + step);
  });
  return { min, max };
}

/**
 * Signs a change of thresholds, as the next one of this history, with the key of an operator who may sign policies.
 *
 * @param now wall clock, ms
 * @throws what {@link applyThresholdChange} throws for a change that it would refuse, and what the signer throws
 */
export async function signThresholdChange(
  history: ThresholdHistory,
  { to, rollback = false, reason }: ThresholdChange,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const body = {
    from: hashThresholds(history.current),
    serial: history.entries.length,
    to: { ...to },
    ...(rollback ? { rollback } : {}),
    reason,
  };
  check(history, parseChange(body), asTime(now));
  return signEnvelope({ type: TYPE, head: { iss: issuerOf(signer), iat: now }, body, signers: [signer] });
}

/**
 * The history with one change more, after `verifyOperatorEnvelope` found which operator signed it and that he may sign
 * policies (decision D22, flaw.S13). Each change is made of the thresholds in force and of their number, so that none
 * is applied twice or after another; a change moves no threshold further than {@link reachable}, but for a rollback to
 * thresholds that were in force before.
 *
 * @param input the envelope or its text, as hostile as anything from outside
 * @param options `now`: wall clock, ms, of the enforcement point: what an operator says about the time moves no window
 * @throws TRE_OPERATORS_ABSENT, TRE_CHANGE_INVALID, TRE_CHANGE_STALE, TRE_CHANGE_TOO_FAR with the threshold,
 *   TRE_BAD_THRESHOLDS, and the codes of `verifyOperatorEnvelope`
 */
export async function applyThresholdChange(
  history: ThresholdHistory,
  input: Envelope | string,
  { operators, now }: { readonly operators: Operators | undefined; readonly now: number },
): Promise<ThresholdHistory> {
  if (operators === undefined)
    throw new TtpError('TRE_OPERATORS_ABSENT', 'changes of thresholds need a roster of operators');
  const { id, body, operator } = await verifyOperatorEnvelope(input, {
    type: TYPE,
    parse: parseChange,
    operators,
    now,
    privileges: ['policy:sign'],
    maxBytes: THRESHOLD_CHANGE_MAX_BYTES,
  });
  check(history, body, now);
  const entry = { thresholds: body.to, at: asTime(now), by: { envelope: id, operator: operator.id } };
  return { current: body.to, entries: [...history.entries, entry] };
}

interface SignedChange extends ThresholdChange {
  readonly from: Hash;
  readonly serial: number;
}

function check(history: ThresholdHistory, { from, serial, to, rollback }: SignedChange, now: number): void {
  const { current, entries } = history;
  if (serial !== entries.length || from !== hashThresholds(current))
    throw new TtpError('TRE_CHANGE_STALE', `change ${serial} of other thresholds than those in force`, {
      field: 'body.from',
    });
  const last = entries.at(-1)?.at ?? 0;
  if (now < last) throw new TtpError('TRE_CHANGE_STALE', 'the clock stands before the last change');
  if (rollback === true) {
    const hash = hashThresholds(to);
    if (entries.some(({ thresholds }) => hashThresholds(thresholds) === hash)) return;
    throw new TtpError('TRE_CHANGE_INVALID', 'these thresholds were never in force', { field: 'body.to' });
  }
  for (const name of NAMES) {
    const { min, max } = reachable(history, name, now);
    // What stays where it is moves nothing, even where a rollback has left it outside.
    if (to[name] === current[name] || (to[name] >= min && to[name] <= max)) continue;
    throw new TtpError('TRE_CHANGE_TOO_FAR', `${name} may be moved to between ${min} and ${max} now`, {
      field: `body.to.${name}`,
    });
  }
}

function parseChange({ from, serial, to, rollback, reason, ...rest }: JsonObject): SignedChange {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof from !== 'string' || !isHash(from)) throw invalid('from');
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 1) throw invalid('serial');
  // Every one of them stands there: what is left out would mean a default that may change.
  if (!isWhole(to)) throw invalid('to');
  if (rollback !== undefined && rollback !== true) throw invalid('rollback');
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > OVERRIDE_REASON_MAX_CHARS)
    throw invalid('reason');
  return {
    from,
    serial,
    to: parseThresholds(to),
    reason,
    ...(rollback === undefined ? {} : { rollback }),
  };
}

const isWhole = (to: Json | undefined): to is JsonObject =>
  to !== undefined && isJsonObject(to) && NAMES.every((name) => Object.hasOwn(to, name));

const invalid = (member: string): TtpError =>
  new TtpError('TRE_CHANGE_INVALID', `the body of the change has a wrong ${member}`, {
    field: `body.${member}`,
  });
