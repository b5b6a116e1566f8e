import {
  asBasisPoints,
  type BasisPoints,
  type DecisionOutcome,
  isJsonObject,
  type Json,
  type RiskLevel,
  TtpError,
} from '@ttp/core';

/** Where the levels of the assessed risk begin, and what is asked beside it. All in basis points. */
export type Thresholds = {
  /** Risk from which the level is `low`; below it is `none`. */
  readonly low: BasisPoints;
  /** Risk from which a call is let through with a warning. */
  readonly medium: BasisPoints;
  /** Risk from which a human decides: the soft deny. */
  readonly high: BasisPoints;
  /** Risk from which nobody can let it through: the hard deny. */
  readonly critical: BasisPoints;
  /** Confidence below which a human decides. */
  readonly confidence: BasisPoints;
  /** Risk from which a decision that permits may be overruled by a human, too. */
  readonly overridable: BasisPoints;
};

const LEVELS = ['low', 'medium', 'high', 'critical'] as const;

interface Bound {
  readonly normal: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The defaults of decision D22, and how far a host may move each: never so far that a level disappears. Confidence
 * only rises: without a trust report it is 5500, and a report that is missing could be that of a blocked agent.
 */
const BOUNDS: { readonly [Name in keyof Thresholds]: Bound } = {
  low: { normal: 500, min: 100, max: 1000 },
  medium: { normal: 2500, min: 1000, max: 3500 },
  high: { normal: 5000, min: 2500, max: 6000 },
  critical: { normal: 8000, min: 5000, max: 9000 },
  confidence: { normal: 6000, min: 6000, max: 10_000 },
  overridable: { normal: 5000, min: 1000, max: 6000 },
};

/** How far a host may move a threshold at all. */
export const thresholdBounds = (name: keyof Thresholds): { readonly min: number; readonly max: number } =>
  BOUNDS[name];

/** The thresholds of decision D22: low 500, medium 2500, high 5000, critical 8000, confidence 6000. */
export const DEFAULT_THRESHOLDS: Thresholds = /* @__PURE__ */ parseThresholds({});

/**
 * Thresholds from configuration; a name left out keeps its default.
 *
 * @param input a JSON object with any of `low`, `medium`, `high`, `critical`, `confidence`, `overridable`
 * @throws TRE_BAD_THRESHOLDS with the field: an unknown name, a value outside its safe bounds, levels that do not rise
 */
export function parseThresholds(input: Json): Thresholds {
  if (!isJsonObject(input)) throw new TtpError('TRE_BAD_THRESHOLDS', 'thresholds are an object');
  const given = new Map(Object.entries(input));
  const take = (name: keyof Thresholds): BasisPoints => {
    const { normal, min, max } = BOUNDS[name];
    const value = given.has(name) ? given.get(name) : normal;
    given.delete(name);
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
      return asBasisPoints(value);
    throw new TtpError('TRE_BAD_THRESHOLDS', `${name} is an integer from ${min} to ${max}`, { field: name });
  };
  const thresholds: Thresholds = {
    low: take('low'),
    medium: take('medium'),
    high: take('high'),
    critical: take('critical'),
    confidence: take('confidence'),
    overridable: take('overridable'),
  };
  for (const field of given.keys())
    throw new TtpError('TRE_BAD_THRESHOLDS', 'there is no threshold of this name', { field });
  LEVELS.reduce((below, level) => {
    if (thresholds[level] > thresholds[below]) return level;
    throw new TtpError('TRE_BAD_THRESHOLDS', `${level} is not above ${below}`, { field: level });
  });
  return Object.freeze(thresholds);
}

/** The level of an assessed risk. What compares with nothing, such as NaN, is critical. */
export function riskLevelOf(risk: number, thresholds: Thresholds): RiskLevel {
  if (risk < thresholds.low) return 'none';
  if (risk < thresholds.medium) return 'low';
  if (risk < thresholds.high) return 'medium';
  if (risk < thresholds.critical) return 'high';
  return 'critical';
}

/** A level with the thresholds it lies between, in words. */
export function zoneOf(level: RiskLevel, { low, medium, high, critical }: Thresholds): string {
  const bounds: { readonly [L in RiskLevel]: string } = {
    none: `below ${low}`,
    low: `${low} to below ${medium}`,
    medium: `${medium} to below ${high}`,
    high: `${high} to below ${critical}`,
    critical: `from ${critical}`,
  };
  return `${level} (${bounds[level]})`;
}

/** What each level leads to, unless something stricter does (decision D22). */
export const OUTCOME_OF_LEVEL: { readonly [L in RiskLevel]: DecisionOutcome } = {
  none: 'allow',
  low: 'allow',
  medium: 'warn',
  high: 'deny-soft',
  critical: 'deny-hard',
};
