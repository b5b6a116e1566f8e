import { TtpError } from '@ttp/core';
import { ANOMALIES, type Anomaly, type BaselineRule, type OffHours } from '@ttp/guard';
import {
  type AnomalyDetection,
  durationMs,
  localMinutes,
  type Policy,
  type PolicyLayers,
  policiesOf,
} from '@ttp/spl';

/**
 * What follows from an alarm (ttp-protocol.txt L1459-1465). `log`: a finding with its evidence, which there always is;
 * `alert`: the notifier is told; `throttle`: 10 requests a minute; `approve`: a human is asked first; `suspend`: nothing
 * happens. The last three last as long as the alarm stands.
 */
export const ANOMALY_RESPONSES = ['log', 'alert', 'throttle', 'approve', 'suspend'] as const;
export type AnomalyResponse = (typeof ANOMALY_RESPONSES)[number];

/** How anomalies are looked for, beside what the policy says. */
export interface AnomalyOptions {
  /** By pattern; where one is left out, the actions of the policy's `anomalyDetection`, or else `log` and `alert`. */
  readonly responses?: { readonly [anomaly in Anomaly]?: readonly AnomalyResponse[] };
  /** Hours in which nobody should see confidential data, `HH:MM`; 22:00 to 06:00 unless given. */
  readonly offHours?: { readonly from: string; readonly to: string };
  /** Where those hours are, an IANA name; the time zone of the policy unless given. */
  readonly timezone?: string;
}

/** What the watch is opened with. */
export interface BehaviorSettings {
  readonly responses: ReadonlyMap<Anomaly, readonly AnomalyResponse[]>;
  readonly hours: OffHours | undefined;
  readonly baseline: BaselineRule | undefined;
  /** Minutes since midnight of a wall clock, ms. */
  readonly minuteOf: (now: number) => number | undefined;
}

/** A deviation of more than this many standard deviations means the same as this many. */
const DEVIATION_CEILING = 1_000_000;

/**
 * Reads what host and policy say together. Of several layers the smallest deviation, the longest period and all actions
 * count.
 *
 * @throws SDK_BAD_ANOMALIES for an unknown pattern, response, time or time zone
 */
export function behaviorSettings(given: AnomalyOptions, policy: Policy | PolicyLayers): BehaviorSettings {
  const documents = policiesOf(policy).map((one) => one.policy.document);
  const detections = documents.flatMap(({ anomalyDetection }) => anomalyDetection ?? []);
  const minuteOf = localMinutes(given.timezone ?? documents[0]?.timezone ?? 'UTC');
  if (minuteOf === undefined) throw bad('timezone', 'the runtime knows no such time zone');
  return {
    responses: responsesOf(given.responses ?? {}, detections),
    hours: given.offHours && { from: minutes(given.offHours.from), to: minutes(given.offHours.to) },
    baseline: baselineOf(detections),
    minuteOf,
  };
}

function baselineOf(detections: readonly AnomalyDetection[]): BaselineRule | undefined {
  if (detections.length === 0) return undefined;
  const deviation = Math.min(...detections.map(({ thresholdDeviation }) => thresholdDeviation));
  return {
    periodMs: Math.max(...detections.map(({ baselinePeriod }) => durationMs(baselinePeriod) ?? 0)),
    deviationMilli: Math.max(1, Math.floor(Math.min(deviation, DEVIATION_CEILING) * 1000)),
  };
}

function responsesOf(
  given: NonNullable<AnomalyOptions['responses']>,
  detections: readonly AnomalyDetection[],
): ReadonlyMap<Anomaly, readonly AnomalyResponse[]> {
  for (const name of Object.keys(given))
    if (!ANOMALIES.some((anomaly) => anomaly === name)) throw bad('responses', `${name} is no anomaly`);
  const written: readonly AnomalyResponse[] =
    detections.length === 0 ? ['log', 'alert'] : detections.flatMap(({ actions }) => actions);
  return new Map(ANOMALIES.map((anomaly) => [anomaly, checked(given[anomaly] ?? written)]));
}

function checked(responses: readonly AnomalyResponse[]): readonly AnomalyResponse[] {
  if (!Array.isArray(responses)) throw bad('responses', 'responses are a list');
  const unknown: unknown = responses.find((one) => !ANOMALY_RESPONSES.includes(one));
  if (unknown !== undefined) throw bad('responses', `${JSON.stringify(unknown)} is no response`);
  // What is not in the log has not happened.
  return ANOMALY_RESPONSES.filter((one) => one === 'log' || responses.includes(one));
}

function minutes(text: unknown): number {
  const [whole, hour = '', minute = ''] =
    typeof text === 'string' ? (/^(\d{2}):(\d{2})$/.exec(text) ?? []) : [];
  if (whole === undefined || Number(hour) > 23 || Number(minute) > 59)
    throw bad('offHours', 'a time of day is HH:MM');
  return Number(hour) * 60 + Number(minute);
}

const bad = (field: string, message: string): TtpError =>
  new TtpError('SDK_BAD_ANOMALIES', message, { field: `anomalies.${field}` });
