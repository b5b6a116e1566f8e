import { asBasisPoints, type BasisPoints, type Effect, type Factor } from '@ttp/core';
import { type Facts, fresh, type Reading } from './facts.js';
import { BEHAVIORAL_WEIGHT_BP, FRAUD_WEIGHT_BP, IDENTITY_WEIGHT_BP, REPUTATION_WEIGHT_BP } from './limits.js';
import type { Thresholds } from './thresholds.js';

/** All the risk of a factor: what it has while no fresh evidence backs it. */
const ALL = 10_000;

interface Assessment {
  readonly risk: number;
  readonly reason: string;
}

/**
 * The five factors of decision D22. Identity is all or nothing; reputation and behavior stand in the middle while
 * nothing is known and move with what was said and observed; fraud is what its source found; the policy has no
 * share of the mean, it only raises.
 */
export function factorsOf(facts: Facts, effect: Effect, thresholds: Thresholds): readonly Factor[] {
  return [
    factor('identity', IDENTITY_WEIGHT_BP, facts.identity, ({ verified, method }) => ({
      risk: verified ? 0 : ALL,
      reason: verified ? `verified by ${method}` : `not verified by ${method}`,
    })),
    factor('reputation', REPUTATION_WEIGHT_BP, facts.trust, ({ posterior, attestationCount }) => ({
      risk: fromOpinion(posterior),
      reason:
        attestationCount === 0
          ? 'nobody rated it yet'
          : `${attestationCount} issuers say ${posterior} of 10000`,
    })),
    factor('behavioral', BEHAVIORAL_WEIGHT_BP, facts.trust, ({ conduct, observed }) => ({
      risk: fromOpinion(conduct),
      reason: observed === 0 ? 'nothing observed yet' : `${observed} observations say ${conduct} of 10000`,
    })),
    factor('fraud', FRAUD_WEIGHT_BP, facts.fraud, ({ risk, signals }) => ({
      risk,
      reason: signals.length === 0 ? 'no signal of fraud or collusion' : `signals: ${signals.join(', ')}`,
    })),
    {
      name: 'policy',
      risk: policyRisk(effect, thresholds),
      weight: asBasisPoints(0),
      backed: true,
      reason: `the policy says ${effect}`,
    },
  ];
}

/**
 * The assessed risk: the weighted mean, rounded up, never below the fraud factor, raised by the policy factor.
 *
 * @param factors what {@link factorsOf} gives; the weights sum to 10000
 */
export function assessedRisk(factors: readonly Factor[]): BasisPoints {
  const products = factors.reduce((sum, { risk, weight }) => sum + risk * weight, 0);
  const floors = factors.filter(({ name }) => name === 'fraud' || name === 'policy').map(({ risk }) => risk);
  return asBasisPoints(Math.max(Math.ceil(products / 10_000), ...floors));
}

/** Share of the weights that fresh evidence backs. */
export const confidenceOf = (factors: readonly Factor[]): BasisPoints =>
  asBasisPoints(factors.reduce((sum, { weight, backed }) => sum + (backed ? weight : 0), 0));

function factor<V>(
  name: Factor['name'],
  weight: number,
  reading: Reading<V>,
  assess: (value: V) => Assessment,
): Factor {
  const value = fresh(reading);
  const { risk, reason } =
    value === undefined ? { risk: ALL, reason: `no usable evidence (${reading.state})` } : assess(value);
  return {
    name,
    risk: asBasisPoints(risk),
    weight: asBasisPoints(weight),
    backed: value !== undefined,
    reason: `${reason}; adds ${Math.ceil((risk * weight) / 10_000)}`,
  };
}

/** From an opinion of -10000 to 10000 to a risk of 10000 to 0, rounded up; no opinion is 5000. */
const fromOpinion = (opinion: number): number => 5000 - Math.floor(opinion / 2);

/** The least risk that has the outcome the effect asks for, so that score and outcome never contradict each other. */
function policyRisk(effect: Effect, thresholds: Thresholds): BasisPoints {
  if (effect === 'allow') return asBasisPoints(0);
  return effect === 'deny' ? thresholds.critical : thresholds.medium;
}
