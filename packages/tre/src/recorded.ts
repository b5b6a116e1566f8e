import type { Interaction, Json } from '@ttp/core';
import type { PolicyRequest } from '@ttp/spl';
import { readFacts } from './facts.js';
import { parseEvidence, parseInteraction } from './replay.js';
import { holdsSensitiveData } from './sensitive.js';
import { requestOf } from './verdict.js';

/** A call as an audit trail recorded it, and as its policy was asked. */
export interface RecordedCall {
  readonly interaction: Interaction;
  readonly request: PolicyRequest;
  /** Whether its target holds sensitive data, see `holdsSensitiveData`. */
  readonly isSensitive: boolean;
}

/**
 * Reads the payloads of one decision, as `replay` does, to ask another policy about it.
 *
 * @throws TRE_REPLAY_BAD_INPUT with the field
 */
export function readRecordedCall(interactionJson: Json, evidenceJson: Json): RecordedCall {
  const interaction = parseInteraction(interactionJson);
  const evidence = parseEvidence(evidenceJson);
  return {
    interaction,
    request: requestOf(interaction, readFacts(evidence), evidence.now),
    isSensitive: holdsSensitiveData(evidence),
  };
}
