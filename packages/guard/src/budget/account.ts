import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import {
  BUDGET_ALERT_PERCENTS,
  BUDGET_HISTORY_PERIODS,
  BUDGET_OPEN_MAX,
  BUDGET_OPEN_MS,
  BUDGET_RECORD_MAX_BYTES,
  BUDGET_USAGE_ROWS,
} from '../limits.js';
import { isMicros, plus } from './money.js';

/** An amount that is reserved and not yet settled. */
export interface OpenReservation {
  readonly id: string;
  readonly micros: number;
  /** Wall clock, ms. */
  readonly at: number;
}

/** What was spent under one name, such as a provider and model. */
export interface UsageRow {
  readonly name: string;
  readonly calls: number;
  readonly micros: number;
}

/** What was spent in a period that is over. */
export interface PastPeriod {
  readonly period: string;
  readonly calls: number;
  readonly spent: number;
}

/** What is known of the spending of one account: the period that runs, and those before. */
export interface Account {
  /** `2026-11`, or `all` for an account without periods. Never goes back, whatever the clock does. */
  readonly period: string;
  /** Settled in this period, in micro-units. */
  readonly spent: number;
  /** Calls that were settled in this period. */
  readonly calls: number;
  readonly open: readonly OpenReservation[];
  /** Shares of the limit, in percent, that were told in this period. */
  readonly alerted: readonly number[];
  /** The highest limit in this period of which shares were told, in micro-units. */
  readonly alertedOf: number;
  /** By `model:<provider>/<model>` and by `endpoint:<endpoint>`: every call stands under one of each. */
  readonly usage: readonly UsageRow[];
  /** Periods before, latest first. */
  readonly history: readonly PastPeriod[];
}

const NEW_ACCOUNT: Account = {
  period: '',
  spent: 0,
  calls: 0,
  open: [],
  alerted: [],
  alertedOf: 0,
  usage: [],
  history: [],
};

/** The calendar month of a time, UTC. */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

/** What an account has given away: what was spent, and what is reserved. */
export const committedOf = ({ spent, open }: Account): number =>
  open.reduce((sum, { micros }) => plus(sum, micros), spent);

/**
 * The account at a time: a period that is over goes into the history, with its alerts, and a reservation that nobody
 * ended within BUDGET_OPEN_MS counts as spent. What is still reserved goes on in the new period.
 *
 * @param period the one that runs by the clock; one before that of the account changes nothing
 */
export function accountAt(account: Account, period: string, now: number): Account {
  let current = account;
  if (period > account.period) {
    const { period: past, calls, spent, open, history } = account;
    const ended = past === '' ? history : [{ period: past, calls, spent }, ...history];
    current = { ...NEW_ACCOUNT, period, open, history: ended.slice(0, BUDGET_HISTORY_PERIODS) };
  }
  const lost = current.open.filter(({ at }) => now - at > BUDGET_OPEN_MS);
  return lost.reduce((left, { id, micros }) => charged(left, id, { micros, names: LOST }), current);
}

/** The names under which reservations appear that nobody ended. */
const LOST: readonly string[] = ['model:unknown', 'endpoint:unknown'];

/**
 * The account with a reservation more. Throws GUARD_BUDGET_EXCEEDED where it would come above `limit`, and
 * GUARD_BUDGET_CROWDED where too many calls are under way to be told apart, GUARD_OBLIGATION_INVALID for a second
 * reservation of one call.
 */
export function reserved(account: Account, reservation: OpenReservation, limit: number): Account {
  if (plus(committedOf(account), reservation.micros) > limit)
    throw new TtpError('GUARD_BUDGET_EXCEEDED', `more than ${limit} micro-units in ${account.period}`);
  if (account.open.some(({ id }) => id === reservation.id))
    throw new TtpError('GUARD_OBLIGATION_INVALID', 'one call reserves once in a budget');
  if (account.open.length >= BUDGET_OPEN_MAX)
    throw new TtpError('GUARD_BUDGET_CROWDED', `${BUDGET_OPEN_MAX} reservations are open`);
  return { ...account, open: [...account.open, reservation] };
}

/**
 * The account with every share of `limit` told that it has come to, and the shares that were not told before: each is
 * told once in a period, by whoever wrote this record, and again of a limit that was raised since.
 */
export function alerting(
  account: Account,
  limit: number,
): { readonly account: Account; readonly due: readonly number[] } {
  const committed = BigInt(committedOf(account)) * 100n;
  const told = limit > account.alertedOf ? [] : account.alerted;
  const due = BUDGET_ALERT_PERCENTS.filter(
    (share) => limit > 0 && committed >= BigInt(limit) * BigInt(share) && !told.includes(share),
  );
  if (due.length === 0 && told.length === account.alerted.length) return { account, due };
  const alertedOf = Math.max(limit, account.alertedOf);
  return { account: { ...account, alertedOf, alerted: [...told, ...due] }, due };
}

/** The account without a reservation: nothing happened. One that is not open any more changes nothing. */
export function givenBack(account: Account, id: string): Account {
  const open = account.open.filter((one) => one.id !== id);
  return open.length === account.open.length ? account : { ...account, open };
}

/**
 * The account after a reservation became a cost, whatever was reserved. One that is not open any more changes nothing:
 * it was settled, given back or counted as spent before, so nothing is ever charged twice.
 */
export function charged(
  account: Account,
  id: string,
  { micros, names }: { readonly micros: number; readonly names: readonly string[] },
): Account {
  const left = givenBack(account, id);
  if (left === account) return account;
  return {
    ...left,
    spent: plus(left.spent, micros),
    calls: left.calls + 1,
    usage: names.reduce((rows, name) => withUsage(rows, name, micros), left.usage),
  };
}

function withUsage(rows: readonly UsageRow[], name: string, micros: number): readonly UsageRow[] {
  const isFull = rows.length >= BUDGET_USAGE_ROWS && !rows.some((row) => row.name === name);
  // What has no row of its own is still counted among its kind.
  const known = isFull ? name.replace(/:.*/s, ':others') : name;
  const before = rows.find((row) => row.name === known) ?? { calls: 0, micros: 0 };
  const after = { name: known, calls: before.calls + 1, micros: plus(before.micros, micros) };
  return [...rows.filter((row) => row.name !== known), after];
}

/** The bytes that a store keeps. */
export const encodeAccount = ({ open, usage, history, ...rest }: Account): Uint8Array =>
  canonicalBytes({
    v: 1,
    ...rest,
    open: open.map(({ id, micros, at }) => [id, micros, at]),
    usage: usage.map(({ name, calls, micros }) => [name, calls, micros]),
    history: history.map(({ period, calls, spent }) => [period, calls, spent]),
  });

/**
 * What a store kept; nothing spent where it kept nothing.
 * @throws GUARD_BUDGET_UNREADABLE for anything else: what nobody can read may have been spent
 */
export function decodeAccount(bytes: Uint8Array | undefined): Account {
  if (bytes === undefined) return NEW_ACCOUNT;
  const account = read(bytes);
  if (account === undefined)
    throw new TtpError('GUARD_BUDGET_UNREADABLE', 'the record of a budget cannot be read');
  return account;
}

function read(bytes: Uint8Array): Account | undefined {
  let record: Json;
  try {
    record = parseJson(bytes, { maxBytes: BUDGET_RECORD_MAX_BYTES });
  } catch {
    return undefined; // which the caller refuses
  }
  if (!isJsonObject(record)) return undefined;
  const { v, period, spent, calls, alerted, alertedOf } = record;
  const open = triples(record['open']);
  const usage = triples(record['usage']);
  const history = triples(record['history']);
  if (v !== 1 || typeof period !== 'string' || !isCount(spent) || !isCount(calls)) return undefined;
  if (!isCount(alertedOf)) return undefined;
  if (!Array.isArray(alerted) || !alerted.every((share) => isCount(share))) return undefined;
  if (open === undefined || usage === undefined || history === undefined) return undefined;
  if (open.some(([, micros]) => !isMicros(micros)) || new Set(open.map(([id]) => id)).size !== open.length)
    return undefined;
  return {
    period,
    spent,
    calls,
    alerted,
    alertedOf,
    open: open.map(([id, micros, at]) => ({ id, micros, at })),
    usage: usage.map(([name, times, micros]) => ({ name, calls: times, micros })),
    history: history.map(([past, times, total]) => ({ period: past, calls: times, spent: total })),
  };
}

function triples(list: Json | undefined): readonly (readonly [string, number, number])[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const found: (readonly [string, number, number])[] = [];
  for (const triple of list) {
    const [name, first, second, ...rest]: readonly (Json | undefined)[] = Array.isArray(triple) ? triple : [];
    if (typeof name !== 'string' || !isCount(first) || !isCount(second) || rest.length > 0) return undefined;
    found.push([name, first, second]);
  }
  return found;
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
