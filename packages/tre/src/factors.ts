import { asBasisPoints, type BasisPoints, type Effect, type Factor } from '@ttp/core';
import { type Facts, fresh, type Reading } from './facts.js';
import { BEHAVIORAL_WEIGHT_BP, FRAUD_WEIGHT_BP, IDENTITY_WEIGHT_BP, REPUTATION_WEIGHT_BP } from './limits.js';
import type { Thresholds } from './thresholds.js';

/** All the risk of a factor: what it has while no fresh evidence backs it. */
const ALL = 10_000;

/** What a factor is made of: its risk, and the words for it, which are put together only where somebody reads them. */
interface FactorRow {
  readonly name: Exclude<Factor['name'], 'policy'>;
  readonly weight: number;
  /** 0 to 10000; undefined where no fresh evidence backs it. */
  risk(facts: Facts): number | undefined;
  words(facts: Facts): string;
}

/** A factor that one fact backs. */
function row<V>(
  name: FactorRow['name'],
  weight: number,
  reading: (facts: Facts) => Reading<V>,
  reads: { readonly risk: (value: V) => number; readonly words: (value: V) => string },
): FactorRow {
  return {
    name,
    weight,
    risk(facts) {
      const value = fresh(reading(facts));
      return value === undefined ? undefined : reads.risk(value);
    },
    words(facts) {
      const found = reading(facts);
      const value = fresh(found);
      return value === undefined ? `no usable evidence (${found.state})` : reads.words(value);
    },
  };
}

const behavior = /* @__PURE__ */ row('behavioral', BEHAVIORAL_WEIGHT_BP, ({ trust }) => trust, {
  risk: ({ conduct }) => fromOpinion(conduct),
  words: ({ conduct, observed }) =>
    observed === 0 ? 'nothing observed yet' : `${observed} observations say ${conduct} of 10000`,
});

/**
 * The factors that have a share of the mean (decision D22). Identity is all or nothing; reputation and behavior stand
 * in the middle while nothing is known and move with what was said and observed, behavior up to what was found out of
 * the ordinary in time and volume; fraud is what its source found, collusion included.
 */
const ROWS: readonly FactorRow[] = /* @__PURE__ */ [
  row('identity', IDENTITY_WEIGHT_BP, ({ identity }) => identity, {
    risk: ({ verified }) => (verified ? 0 : ALL),
    words: ({ verified, method }) => (verified ? `verified by ${method}` : `not verified by ${method}`),
  }),
  row('reputation', REPUTATION_WEIGHT_BP, ({ trust }) => trust, {
    risk: ({ posterior }) => fromOpinion(posterior),
    words: ({ posterior, attestationCount }) =>
      attestationCount === 0
        ? 'nobody rated it yet'
        : `${attestationCount} issuers say ${posterior} of 10000`,
  }),
  {
    ...behavior,
    risk(facts) {
      const conduct = behavior.risk(facts);
      return conduct === undefined ? undefined : Math.max(conduct, anomalyRisk(facts));
    },
    words: (facts) => behavior.words(facts) + anomalyWords(facts.anomalies),
  },
  row('fraud', FRAUD_WEIGHT_BP, ({ fraud }) => fraud, {
    risk: ({ risk }) => risk,
    words: ({ signals }) =>
      signals.length === 0 ? 'no signal of fraud or collusion' : `signals: ${signals.join(', ')}`,
  }),
];

/** The factors that a decision before any connection looks at (ttp-protocol.txt L458). */
const BEFORE_CONTACT: readonly FactorRow[] = /* @__PURE__ */ ROWS.filter(({ name }) => name !== 'fraud');

/**
 * What is out of the ordinary in an agent's requests. Where nobody looks for it, its conduct is all there is; an
 * answer that does not count hides something.
 */
function anomalyRisk({ anomalies }: Facts): number {
  if (anomalies.state === 'silent') return 0;
  return anomalies.state === 'fresh' ? anomalies.value.risk : ALL;
}

function anomalyWords(anomalies: Facts['anomalies']): string {
  if (anomalies.state === 'silent') return '';
  if (anomalies.state !== 'fresh') return `; no usable answer about anomalies (${anomalies.state})`;
  const { signals } = anomalies.value;
  return signals.length === 0 ? '; nothing out of the ordinary' : `; anomalies: ${signals.join(', ')}`;
}

/** Risk and confidence in numbers, before anybody asks for the words. */
export interface Assessment {
  readonly score: BasisPoints;
  /** Share of the weights that fresh evidence backs. */
  readonly confidence: BasisPoints;
}

/**
 * The assessed risk: the weighted mean, rounded up, never below the fraud factor, raised by the policy factor.
 */
export function assess(facts: Facts, effect: Effect, thresholds: Thresholds): Assessment {
  const { score, confidence } = meanOf(ROWS, facts);
  const fraud = fresh(facts.fraud)?.risk ?? ALL;
  return {
    score: asBasisPoints(Math.max(score, fraud, policyRisk(effect, thresholds))),
    confidence: asBasisPoints(confidence),
  };
}

/** The mean of what is known before any connection: of the same weights, without the share of fraud. */
export function assessBeforeContact(facts: Facts): Assessment {
  const { score, confidence } = meanOf(BEFORE_CONTACT, facts);
  return { score: asBasisPoints(score), confidence: asBasisPoints(confidence) };
}

function meanOf(
  rows: readonly FactorRow[],
  facts: Facts,
): { readonly score: number; readonly confidence: number } {
  let [products, weights, backed] = [0, 0, 0];
  for (const one of rows) {
    const risk = one.risk(facts);
    products += (risk ?? ALL) * one.weight;
    weights += one.weight;
    if (risk !== undefined) backed += one.weight;
  }
  return {
    score: Math.ceil(products / weights),
    confidence: weights === 10_000 ? backed : Math.floor((backed * 10_000) / weights),
  };
}

/** The five factors of decision D22, in words. The policy has no share of the mean, it only raises. */
export const factorsOf = (facts: Facts, effect: Effect, thresholds: Thresholds): readonly Factor[] => [
  ...ROWS.map((one) => factorOf(one, one.weight, facts)),
  {
    name: 'policy',
    risk: asBasisPoints(policyRisk(effect, thresholds)),
    weight: asBasisPoints(0),
    backed: true,
    reason: `the policy says ${effect}`,
  },
];

/** The factors before any connection, in words, with their shares of a whole of three. */
export const factorsBeforeContact = (facts: Facts): readonly Factor[] => {
  const whole = BEFORE_CONTACT.reduce((sum, { weight }) => sum + weight, 0);
  return BEFORE_CONTACT.map((one) => factorOf(one, Math.floor((one.weight * 10_000) / whole), facts));
};

function factorOf(one: FactorRow, weight: number, facts: Facts): Factor {
  const risk = one.risk(facts);
  return {
    name: one.name,
    risk: asBasisPoints(risk ?? ALL),
    weight: asBasisPoints(weight),
    backed: risk !== undefined,
    reason: `${one.words(facts)}; adds ${Math.ceil(((risk ?? ALL) * weight) / 10_000)}`,
  };
}

/** From an opinion of -10000 to 10000 to a risk of 10000 to 0, rounded up; no opinion is 5000. */
const fromOpinion = (opinion: number): number => 5000 - Math.floor(opinion / 2);

/** The least risk that has the outcome the effect asks for, so that score and outcome never contradict each other. */
function policyRisk(effect: Effect, thresholds: Thresholds): number {
  if (effect === 'allow') return 0;
  return effect === 'deny' ? thresholds.critical : thresholds.medium;
}
