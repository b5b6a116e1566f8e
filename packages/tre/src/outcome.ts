import { DECISION_OUTCOMES, type DecisionOutcome } from '@ttp/core';

/** The stricter of two outcomes. */
export const strictest = (a: DecisionOutcome, b: DecisionOutcome): DecisionOutcome =>
  DECISION_OUTCOMES.indexOf(b) > DECISION_OUTCOMES.indexOf(a) ? b : a;
