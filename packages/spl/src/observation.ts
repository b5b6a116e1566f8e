import type { Effect, JsonObject } from '@ttp/core';
import type { PolicyRequest } from './facts.js';

/** One call that an enforcement point recorded. Its arguments and names are what an agent or a server chose: hostile. */
export interface Observation {
  /** Id of the interaction. */
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  /** The arguments. */
  readonly input: JsonObject;
  /** What the policy was asked at the time, facts included. */
  readonly request: PolicyRequest;
  /** What the policy said at the time. */
  readonly effect: Effect;
  /** Whether it happened, or may have. */
  readonly went: boolean;
  /** Why it did not happen, or would not have if it had not only been watched. */
  readonly code?: string;
  /** Whether its target holds confidential or restricted data, or the like: such a call is never only watched. */
  readonly isSensitive: boolean;
}

/** A recorded call whose arguments are not in the trace. */
export interface UnreadCall {
  readonly id: string;
  /** Whether it happened, or may have. */
  readonly went: boolean;
  /** Why it did not happen, or would not have. */
  readonly code?: string;
}

/** What a trace tells about the calls in it. */
export interface ObservedCalls {
  readonly calls: readonly Observation[];
  readonly unread: readonly UnreadCall[];
}
