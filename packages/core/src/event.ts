import type { Did, TraceId } from './ids.js';
import type { JsonObject } from './json.js';

/** The closed list of what is recorded: noun, then what happened to it. */
export const EVENT_TYPES = [
  'trace-opened',
  'evidence-gathered',
  'decision-made',
  'intent-recorded',
  'effect-finished',
  'outcome-unknown',
  'interaction-settled',
  'trace-sealed',
  'policy-armed',
  'policy-refused',
  'agent-killed',
  'agent-reinstated',
  'approval-requested',
  'approval-decided',
  'approval-used',
  'approval-expired',
  'tools-pinned',
  'tool-quarantined',
  'tool-released',
  'payload-erased',
  'finding-raised',
  'labels-added',
  'labels-cleared',
  'handshake-advanced',
  'handshake-failed',
  'message-sent',
  'message-received',
  'request-received',
  'resource-accessed',
  'negotiation-advanced',
  'attestation-issued',
  'notification-sent',
  'breaker-tripped',
  'kill-cascaded',
  'checkpoint-noted',
  'log-continued',
  'mode-set',
  'payload-superseded',
  'payload-deleted',
  'trace-archived',
  'trace-restored',
  'hold-placed',
  'hold-released',
  'budget-alerted',
  'cost-recorded',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * The one event. It is handed to listeners, hashed into the log as a leaf, and published to topics.
 * `data` carries hashes and salted commitments, never payloads (decision D30).
 */
export interface TtpEvent {
  readonly type: EventType;
  /** Which part of TTP says so: a package name such as `guard`. */
  readonly component: string;
  /** Wall clock, ms. */
  readonly at: number;
  readonly trace: TraceId;
  /** The agent whose chain the event belongs to. */
  readonly agent: Did;
  /** What the event is about: the interaction's id, a tool, a policy hash, an order. */
  readonly subject: string;
  readonly data: JsonObject;
}
