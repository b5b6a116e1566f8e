import { atLeast, CLASSIFICATIONS, type JsonObject } from '@ttp/core';
import {
  ANOMALY_MIN_VOLUME,
  ANOMALY_WINDOW_MS,
  BULK_ACCESS_MAX,
  ERROR_RATE_MAX_PERCENT,
  ESCALATION_DENIALS,
  ESCALATION_WINDOW_MS,
  EXFILTRATION_MAX_BYTES,
  OFF_HOURS_FROM,
  OFF_HOURS_TO,
} from '../limits.js';
import { isAccess, type Seen } from './counts.js';
import type { Totals } from './live.js';

/** The patterns that are looked for: the five of the documents, and what is unusual for this one agent. */
export const ANOMALIES = [
  'bulk_access',
  'off_hours',
  'data_exfiltration',
  'high_error_rate',
  'privilege_escalation',
  'baseline_deviation',
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

/** A pattern that was found, with the figures that show it. */
export interface AnomalyFinding {
  readonly anomaly: Anomaly;
  readonly evidence: JsonObject;
}

/** Hours in minutes since midnight, `[from, to)`; a beginning after the end goes past midnight, one that equals it is the whole day. */
export interface OffHours {
  readonly from: number;
  readonly to: number;
}

/** From 22:00 to 06:00. */
export const OFF_HOURS: OffHours = { from: OFF_HOURS_FROM, to: OFF_HOURS_TO };

const NOTHING: readonly AnomalyFinding[] = Object.freeze([]);

/**
 * The patterns that the counts show, and the one that the last observation shows by itself. Pure and total: no data is
 * no pattern.
 *
 * @param totals with the observation in them
 * @param seen the observation
 */
export function detect(totals: Totals, seen: Seen, hours: OffHours = OFF_HOURS): readonly AnomalyFinding[] {
  const { accesses, bytes, ended, failed, denials } = totals;
  const isBulk = accesses > BULK_ACCESS_MAX;
  const isLate = isOffHours(seen, hours);
  const isMuch = bytes > EXFILTRATION_MAX_BYTES;
  const isWrong = ended >= ANOMALY_MIN_VOLUME && failed * 100 > ended * ERROR_RATE_MAX_PERCENT;
  const isProbing = denials >= ESCALATION_DENIALS;
  // Nearly always there is nothing, and then nothing is made.
  if (!(isBulk || isLate || isMuch || isWrong || isProbing)) return NOTHING;
  const windowMs = ANOMALY_WINDOW_MS;
  const { minute = 0, classification } = seen;
  const found: readonly (AnomalyFinding | undefined)[] = [
    isBulk
      ? { anomaly: 'bulk_access', evidence: { accesses, atMost: BULK_ACCESS_MAX, windowMs } }
      : undefined,
    isLate ? { anomaly: 'off_hours', evidence: { minute, classification, ...hours } } : undefined,
    isMuch
      ? { anomaly: 'data_exfiltration', evidence: { bytes, atMost: EXFILTRATION_MAX_BYTES, windowMs } }
      : undefined,
    isWrong
      ? {
          anomaly: 'high_error_rate',
          evidence: { failed, ended, atMostPercent: ERROR_RATE_MAX_PERCENT, windowMs },
        }
      : undefined,
    isProbing
      ? {
          anomaly: 'privilege_escalation',
          evidence: { denials, below: ESCALATION_DENIALS, windowMs: ESCALATION_WINDOW_MS },
        }
      : undefined,
  ];
  return found.filter((one) => one !== undefined);
}

function isOffHours(seen: Seen, { from, to }: OffHours): boolean {
  const { minute } = seen;
  if (minute === undefined || !isAccess(seen) || !isSensitive(seen)) return false;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

const isSensitive = ({ classification }: Seen): boolean =>
  atLeast(CLASSIFICATIONS, classification, 'confidential');
