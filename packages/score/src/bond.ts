import { asBasisPoints, type BasisPoints, TtpError } from '@ttp/core';
import { bondDecay, daysBetween, FIXED_ONE, isTime } from './fixed.js';
import { BOND_START_BP } from './limits.js';
import { isList } from './reputation.js';

/** What happens in a bond, and what each event does to its score, basis points (decisions.md, table of numbers). */
export const BOND_DELTAS_BP = {
  activated: 500,
  'interaction-completed': 100,
  'commitment-kept': 200,
  'consent-renewed': 200,
  'interaction-failed': -200,
  'commitment-broken': -800,
  suspended: -1000,
  'violation-minor': -500,
  'violation-major': -2500,
} as const;
export type BondEventType = keyof typeof BOND_DELTAS_BP;

/** One event of a bond. */
export interface BondEvent {
  readonly type: BondEventType;
  /** Wall clock, ms. */
  readonly at: number;
}

/** A bond's score: 0 to 10000 basis points, and when an event last moved it. */
export interface BondScore {
  readonly bp: BasisPoints;
  /** Undefined before the first event. */
  readonly lastEventAt?: number;
}

/** One move of the score, for `trust:update` (symbi-plan-fragment.txt L59). */
export interface BondMove {
  readonly event: BondEvent;
  readonly delta: number;
  readonly bp: BasisPoints;
}

/**
 * The score of a bond (score engine version 1): from 50, moved by the table of deltas, and between events half-way back
 * to 50 in 30 days. Without events nothing moves it but time, and time moves it towards the middle only.
 *
 * @param events in the order of the bond's log
 * @param now wall clock, ms
 * @throws SCORE_BAD_BOND_EVENT with the field
 */
export function bondScore(events: readonly BondEvent[], now: number): BondScore {
  const last = bondHistory(events).at(-1);
  if (!isTime(now)) throw bad('now');
  if (last === undefined) return { bp: asBasisPoints(BOND_START_BP) };
  return decayedBond({ bp: last.bp, lastEventAt: last.event.at }, now);
}

/** Every move of a bond's score, in order: its history. Throws SCORE_BAD_BOND_EVENT. */
export function bondHistory(events: readonly BondEvent[]): readonly BondMove[] {
  if (!isList(events)) throw bad('events');
  let score: BondScore = { bp: asBasisPoints(BOND_START_BP) };
  return events.map((event, i) => {
    check(event, `events[${i}]`);
    const before = decayedBond(score, event.at);
    const bp = asBasisPoints(Math.min(10_000, Math.max(0, before.bp + BOND_DELTAS_BP[event.type])));
    score = { bp, lastEventAt: event.at };
    return { event, delta: bp - before.bp, bp };
  });
}

/**
 * The score at a later time, as the nightly job shows it. It is computed from the last event each time, and not from
 * the job's last result: two runs in one night, or none for a week, make no difference.
 */
export function decayedBond(score: BondScore, now: number): BondScore {
  if (score.lastEventAt === undefined) return score;
  const distance = score.bp - BOND_START_BP;
  const left = (BigInt(Math.abs(distance)) * bondDecay(daysBetween(score.lastEventAt, now))) / FIXED_ONE;
  return { ...score, bp: asBasisPoints(BOND_START_BP + Math.sign(distance) * Number(left)) };
}

function check(event: BondEvent, field: string): void {
  if (typeof event !== 'object' || event === null) throw bad(field);
  if (typeof event.type !== 'string' || !Object.hasOwn(BOND_DELTAS_BP, event.type))
    throw bad(`${field}.type`);
  if (!isTime(event.at)) throw bad(`${field}.at`);
}

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_BOND_EVENT', 'not an event of a bond, or not a time', { field });
