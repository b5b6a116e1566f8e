import type { Decision, DecisionOutcome, Factor, Obligation, Reason } from '@ttp/core';

/** What each outcome means, for people (ttp-protocol.txt L2343-2348). */
const MEANINGS: { readonly [O in DecisionOutcome]: string } = {
  allow: 'ALLOW: it may proceed',
  warn: 'ALLOW + WARN: it may proceed, and somebody is told',
  'deny-soft': 'DENY (soft): blocked; a human may let it through',
  'deny-hard': 'DENY (hard): blocked; nobody overrides it',
};

/**
 * A decision for people to read: what it comes to, every factor with its share and what it adds, what the policy says
 * and obliges to, and the reasons in order, each with its code. Made from the decision alone, so that a recorded one
 * reads as it did on the day. The words of strangers in it are on one line each, and otherwise as they are: whoever
 * prints them writes out what a terminal would obey.
 */
export function explainDecision(decision: Decision): string {
  const { outcome, risk, confidence, effect, factors, obligations, reasons, humanOverridable } = decision;
  return [
    MEANINGS[outcome],
    `risk ${risk.score} of 10000 (${risk.level}), confidence ${share(confidence)}, policy ${effect}`,
    ...(humanOverridable && outcome !== 'deny-soft' ? ['a human may decide otherwise'] : []),
    'factors:',
    ...factors.map(factorLine),
    ...(obligations.length === 0 ? [] : ['obligations:', ...obligations.map(obligationLine)]),
    'reasons:',
    ...reasons.map(reasonLine),
  ]
    .map((line) => line.replaceAll(/[\r\n\u2028\u2029]+/g, ' '))
    .join('\n');
}

const share = (bp: number): string => `${bp / 100} %`;

const factorLine = ({ name, risk, weight, backed, reason }: Factor): string =>
  `  ${name.padEnd(10)} ${`${risk}`.padStart(5)}  ${share(weight).padStart(7)}  ${reason}${backed ? '' : ' (not backed)'}`;

const obligationLine = ({ kind, from }: Obligation): string => `  ${kind} (from ${from})`;

const reasonLine = ({ code, text, layer }: Reason): string =>
  `  ${layer === undefined ? '' : `${layer}: `}${text} [${code}]`;
