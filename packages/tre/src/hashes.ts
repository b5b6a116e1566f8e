import type { Decision, Evidence, Hash, Interaction, JsonObject } from '@ttp/core';
import { canonicalize, hashJson } from '@ttp/crypto';
import type { Thresholds } from './thresholds.js';

/** Hash of the canonical form of an interaction, all of its members. Throws CRYPTO_JSON_*. */
export const hashInteraction = (interaction: Interaction): Hash => hashJson({ ...interaction });

/** Hash of the canonical form of evidence. Throws CRYPTO_JSON_*. */
export function hashEvidence({ now, epoch, facts, absent }: Evidence): Hash {
  const plain = Object.entries(facts).map(([source, fact]) => [source, { ...fact }] as const);
  return hashJson({ now, epoch, facts: Object.fromEntries(plain), absent });
}

/** Hash of the canonical form of thresholds. */
export const hashThresholds = (thresholds: Thresholds): Hash => hashJson(thresholds);

/** The canonical text of a decision: what is stored, and what a replay has to reproduce. */
export const canonicalDecision = (decision: Decision): string => canonicalize(plain(decision));

/**
 * The hash of a decision's canonical form: what the log's leaf holds. Equal for a decision and its replay.
 * Throws CRYPTO_JSON_*.
 */
export const decisionHash = (decision: Decision): Hash => hashJson(plain(decision));

const plain = (decision: Decision): JsonObject => ({
  ...decision,
  obligations: decision.obligations.map((obligation) => ({ ...obligation })),
  factors: decision.factors.map((factor) => ({ ...factor })),
  reasons: decision.reasons.map((reason) => ({ ...reason })),
});
