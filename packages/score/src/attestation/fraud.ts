import type { GamingVerdict } from '../gaming/analyse.js';
import { FRAUD_FLAG_RISK, FRAUD_QUARANTINE_RISK } from '../limits.js';

/** What the fraud factor of a decision is given: shape of the fact `fraud` of @ttp/tre. */
export type FraudFact = {
  /** 0 to 10000. */
  readonly risk: number;
  readonly signals: readonly string[];
};

/**
 * How much of an agent's ratings look made up (ttp-protocol.txt L2337). Few raters are a sign of youth and no risk by
 * themselves; a quarantine waits for a human.
 *
 * @param verdict of the analysis; undefined where nothing was found
 */
export function fraudOf(verdict: GamingVerdict | undefined): FraudFact {
  if (verdict === undefined) return { risk: 0, signals: [] };
  const { flags, quarantined } = verdict;
  const made = flags.filter((flag) => flag !== 'low-diversity').length;
  return { risk: quarantined ? FRAUD_QUARANTINE_RISK : FRAUD_FLAG_RISK * made, signals: flags };
}
