import type { Decision, Evidence, Hash, Interaction } from '@ttp/core';
import { canonicalize, frozenJson, hashData, hashJson } from '@ttp/crypto';
import type { Thresholds } from './thresholds.js';

/**
 * Hash of the canonical form of an interaction, all of its members. Of what `frozenJson` gave, the canonical form is
 * the one that is recorded. Throws CRYPTO_JSON_*.
 */
export const hashInteraction = (interaction: Interaction): Hash => hashData(interaction);

/** Hash of the canonical form of evidence. Throws CRYPTO_JSON_*. */
export const hashEvidence = (evidence: Evidence): Hash => hashData(evidence);

/** Thresholds that nobody can change any more, with their hash: a host has one set of them for all decisions. */
const hashes = new WeakMap<Thresholds, Hash>();

/** Hash of the canonical form of thresholds. */
export function hashThresholds(thresholds: Thresholds): Hash {
  const known = hashes.get(thresholds);
  if (known !== undefined) return known;
  const hash = hashJson(thresholds);
  if (Object.isFrozen(thresholds)) hashes.set(thresholds, hash);
  return hash;
}

/** The canonical text of a decision: what is stored, and what a replay has to reproduce. */
export const canonicalDecision = (decision: Decision): string => canonicalize(frozenJson(decision));

/**
 * The hash of a decision's canonical form: the name by which answers refer to it. The log's leaf holds a salted
 * commitment to the same text (decision D30). Equal for a decision and its replay.
 * Throws CRYPTO_JSON_*.
 */
export const decisionHash = (decision: Decision): Hash => hashData(decision);
