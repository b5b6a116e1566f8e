import type { EventType } from '@ttp/core';

/** What the documents call an entry (ttp-protocol.txt L2816): the closed list of action types. */
export const ACTION_TYPES = [
  'message_send',
  'message_receive',
  'request',
  'access',
  'execution',
  'decision',
  'approval',
  'notification',
  'handshake_step',
  'negotiation',
  'attestation',
  'kill_switch',
  'reinstatement',
  'circuit_breaker',
  'cascade_kill',
  'policy',
  'tool',
  'finding',
  'trace',
  'checkpoint',
  'payload_life',
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

/** The action type of every entry, by its event type. */
const ACTION_OF: Readonly<Record<EventType, ActionType>> = {
  'trace-opened': 'trace',
  'evidence-gathered': 'request',
  'decision-made': 'decision',
  'intent-recorded': 'execution',
  'effect-finished': 'execution',
  'outcome-unknown': 'execution',
  'interaction-settled': 'request',
  'trace-sealed': 'trace',
  'policy-armed': 'policy',
  'policy-refused': 'policy',
  'agent-killed': 'kill_switch',
  'agent-reinstated': 'reinstatement',
  'approval-requested': 'approval',
  'approval-decided': 'approval',
  'approval-used': 'approval',
  'approval-expired': 'approval',
  'tools-pinned': 'tool',
  'tool-quarantined': 'tool',
  'tool-released': 'tool',
  'payload-erased': 'payload_life',
  'finding-raised': 'finding',
  'labels-added': 'finding',
  'labels-cleared': 'finding',
  'handshake-advanced': 'handshake_step',
  'handshake-failed': 'handshake_step',
  'message-sent': 'message_send',
  'message-received': 'message_receive',
  'request-received': 'request',
  'resource-accessed': 'access',
  'negotiation-advanced': 'negotiation',
  'attestation-issued': 'attestation',
  'notification-sent': 'notification',
  'breaker-tripped': 'circuit_breaker',
  'kill-cascaded': 'cascade_kill',
  'checkpoint-noted': 'checkpoint',
  'log-continued': 'checkpoint',
  'mode-set': 'trace',
  'payload-superseded': 'payload_life',
  'payload-deleted': 'payload_life',
  'trace-archived': 'payload_life',
  'trace-restored': 'payload_life',
  'hold-placed': 'payload_life',
  'hold-released': 'payload_life',
  'budget-alerted': 'notification',
  'cost-recorded': 'execution',
};

/** Groups of action types, as records of processing list them (GDPR Art. 30). */
export const PROCESSING_GROUPS = [
  'communication',
  'processing',
  'authorisation',
  'trust',
  'security',
  'record_keeping',
] as const;
export type ProcessingGroup = (typeof PROCESSING_GROUPS)[number];

const GROUP_OF: Readonly<Record<ActionType, ProcessingGroup>> = {
  message_send: 'communication',
  message_receive: 'communication',
  notification: 'communication',
  request: 'processing',
  access: 'processing',
  execution: 'processing',
  tool: 'processing',
  decision: 'authorisation',
  approval: 'authorisation',
  policy: 'authorisation',
  handshake_step: 'trust',
  negotiation: 'trust',
  attestation: 'trust',
  kill_switch: 'security',
  reinstatement: 'security',
  circuit_breaker: 'security',
  cascade_kill: 'security',
  finding: 'security',
  trace: 'record_keeping',
  checkpoint: 'record_keeping',
  payload_life: 'record_keeping',
};

/** The action type of an entry. */
export const actionOf = ({ type }: { readonly type: EventType }): ActionType => ACTION_OF[type];

/** Entries counted by group and action type, for a record of processing. Groups and types without entries are left out. */
export function recordOfProcessing(
  entries: Iterable<{ readonly type: EventType }>,
): ReadonlyMap<ProcessingGroup, ReadonlyMap<ActionType, number>> {
  const groups = new Map<ProcessingGroup, Map<ActionType, number>>();
  for (const entry of entries) {
    const action = actionOf(entry);
    const group = GROUP_OF[action];
    const counts = groups.get(group) ?? new Map<ActionType, number>();
    counts.set(action, (counts.get(action) ?? 0) + 1);
    groups.set(group, counts);
  }
  return groups;
}
