import { type Decision, isJsonObject, type JsonObject } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { canonicalDecision } from '@ttp/tre';

/** A decision as it is recorded. */
export function decisionJson(decision: Decision): JsonObject {
  const json = parseJson(canonicalDecision(decision), { profile: 'foreign' });
  return isJsonObject(json) ? json : {};
}
