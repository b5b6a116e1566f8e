import type { Clock, Did, ErrorCode, JsonObject, Operators } from '@ttp/core';
import type { StandingFacts, TrustFacts } from '@ttp/score';
import type { Signals } from '@ttp/tre';

/** What others' signed statements come to for the agent of an enforcement point, at one moment. */
export interface AgentReputation {
  /** Goes into the facts of its trust report. */
  readonly facts: Pick<TrustFacts, 'attestations' | 'restingPosterior' | 'securityEvents'>;
  /** The same of the inceptions above it, whose bad ratings follow it (decision D4). */
  readonly above: readonly StandingFacts[];
  /** Whether an operator or its publisher stands up for it. */
  readonly vouched: boolean;
  /** What patterns in its ratings are worth as risk. */
  readonly fraud: Signals;
}

/** What an enforcement point asks for the reputation of its agent. */
export interface Reputation {
  /** Throws where statements cannot be had any more: then nothing is decided. */
  now(): Promise<AgentReputation>;
}

/** Where reputation comes from: `attestationSource`. */
export interface ReputationSource {
  open(context: ReputationContext): Reputation;
}

/** What a source is told of the enforcement point that opens it. */
export interface ReputationContext {
  readonly agent: Did;
  /** The inceptions above it, nearest first. */
  readonly above: readonly Did[];
  readonly clock: Clock;
  readonly operators: Operators | undefined;
  /** Puts a finding on the record. */
  readonly raise: (subject: string, finding: JsonObject & { readonly code: ErrorCode }) => void;
}
