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
import { type Counts, isAccess, type Seen, totalAt } from './counts.js';

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

/**
 * The patterns that the counts show, and the one that the last observation shows by itself. Pure and total: no data is
 * no pattern.
 *
 * @param counts with the observation in them
 * @param seen the observation
 * @param now the time of the counts, ms
 */
export function detect(
  counts: Counts,
  seen: Seen,
  now: number,
  hours: OffHours = OFF_HOURS,
): readonly AnomalyFinding[] {
  const found: AnomalyFinding[] = [];
  const windowMs = ANOMALY_WINDOW_MS;
  const accesses = totalAt(counts, 'accesses', now);
  if (accesses > BULK_ACCESS_MAX)
    found.push({ anomaly: 'bulk_access', evidence: { accesses, atMost: BULK_ACCESS_MAX, windowMs } });
  const { minute, classification } = seen;
  if (isAccess(seen) && isSensitive(seen) && minute !== undefined && isWithin(minute, hours))
    found.push({ anomaly: 'off_hours', evidence: { minute, classification, ...hours } });
  const bytes = totalAt(counts, 'bytes', now);
  if (bytes > EXFILTRATION_MAX_BYTES)
    found.push({
      anomaly: 'data_exfiltration',
      evidence: { bytes, atMost: EXFILTRATION_MAX_BYTES, windowMs },
    });
  const ended = totalAt(counts, 'ended', now);
  const failed = totalAt(counts, 'failed', now);
  if (ended >= ANOMALY_MIN_VOLUME && failed * 100 > ended * ERROR_RATE_MAX_PERCENT)
    found.push({
      anomaly: 'high_error_rate',
      evidence: { failed, ended, atMostPercent: ERROR_RATE_MAX_PERCENT, windowMs },
    });
  const denials = totalAt(counts, 'denials', now);
  if (denials >= ESCALATION_DENIALS)
    found.push({
      anomaly: 'privilege_escalation',
      evidence: { denials, below: ESCALATION_DENIALS, windowMs: ESCALATION_WINDOW_MS },
    });
  return found;
}

const isSensitive = ({ classification }: Seen): boolean =>
  atLeast(CLASSIFICATIONS, classification, 'confidential');

const isWithin = (minute: number, { from, to }: OffHours): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to;
