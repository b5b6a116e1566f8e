import type { Did } from '@ttp/core';
import type { GamingFinding, GamingReport } from '@ttp/score';
import type { Signals } from './facts.js';
import { QUARANTINE_RISK_BP, RATING_RISK_MAX_BP } from './limits.js';

/**
 * What each pattern in the ratings of an agent is worth as risk, basis points (ttp-protocol.txt L2337-2338). From 5000
 * on it is high by itself: ratings that are clustered, come in bursts or are uniform, and rings of accounts that rate
 * each other. That few or young accounts rated it is what every beginning looks like.
 */
export const RATING_RISKS_BP: Readonly<Record<GamingFinding['pattern'], number>> = {
  'low-diversity': 1000,
  'new-issuers': 2000,
  'self-dealing': 3000,
  burst: 5000,
  'perfect-scores': 5000,
  'account-clustering': 5000,
  reciprocal: 6000,
};

/**
 * What each anomaly in the requests of an agent is worth as risk, basis points, by the names of `ANOMALIES` of
 * @ttp/guard: of their volume, their times, and what they try (ttp-protocol.txt L2340).
 */
export const REQUEST_RISKS_BP: Readonly<Record<string, number>> = {
  high_error_rate: 4000,
  off_hours: 5000,
  baseline_deviation: 5000,
  bulk_access: 6000,
  privilege_escalation: 7000,
  data_exfiltration: 8000,
};

/**
 * The fact `fraud` from an analysis of all ratings: the patterns in what an agent received, fraud and collusion. Others
 * rate, so others can bring patterns about: they come to a soft denial at most, about which a human decides. Ratings in
 * quarantine come to one at least.
 *
 * @param report what `analyseGaming` of @ttp/score found
 * @param subject whose ratings
 */
export function ratingSignals({ findings, verdicts }: GamingReport, subject: Did): Signals {
  const patterns = findings.filter((one) => one.subject === subject).map(({ pattern }) => pattern);
  const { risk, signals } = together(patterns, RATING_RISKS_BP);
  const least = verdicts.get(subject)?.quarantined === true ? QUARANTINE_RISK_BP : 0;
  return { risk: Math.min(RATING_RISK_MAX_BP, Math.max(risk, least)), signals };
}

/**
 * The fact `anomalies` from the anomalies that are open about an agent's requests. One that has no name here is all the
 * risk there is.
 *
 * @param anomalies names, such as those of `ANOMALIES` of @ttp/guard; twice the same counts once
 */
export const requestSignals = (anomalies: readonly string[]): Signals =>
  together(anomalies, REQUEST_RISKS_BP);

/** Each signal leaves as much of the rest as it is not worth itself: one more never lowers the risk. In integers, rounded up. */
function together(names: readonly string[], risks: Readonly<Record<string, number>>): Signals {
  const signals = [...new Set(names)].sort();
  let rest = 10_000;
  for (const name of signals) {
    const risk = Object.hasOwn(risks, name) ? (risks[name] ?? 10_000) : 10_000;
    rest = Math.floor((rest * (10_000 - risk)) / 10_000);
  }
  return { risk: 10_000 - rest, signals };
}
