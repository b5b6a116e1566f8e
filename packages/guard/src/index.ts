export type { BaselineRule } from './anomaly/baseline.js';
export type { Seen } from './anomaly/counts.js';
export { ANOMALIES, type Anomaly, type AnomalyFinding, type OffHours } from './anomaly/detectors.js';
export {
  type BehaviorMetrics,
  type BehaviorReport,
  type BehaviorWatch,
  type BehaviorWatchOptions,
  type UsageProfile,
  watchBehavior,
} from './anomaly/watch.js';
export {
  AGENT_BREAKER_DEFAULTS,
  type AgentBreakerEvent,
  type AgentBreakerOptions,
  type AgentBreakerOut,
  type AgentBreakerState,
  agentBreakerMachine,
  NEW_AGENT_BREAKER,
} from './breaker/agent-breaker.js';
export { readAgentState } from './breaker/agent-state.js';
export {
  type AgentBehaviour,
  type AgentBreaker,
  type AgentBreakerPorts,
  type CircuitBreaker,
  circuitBreaker,
} from './breaker/circuit-breaker.js';
export { latencyLimit } from './breaker/latency.js';
export { type BreakerStatus, breakerStatus } from './breaker/status.js';
export {
  type BreakerTrip,
  NEW_TOOL_BREAKER,
  type ToolBreakerEvent,
  type ToolBreakerOut,
  type ToolBreakerState,
  toolBreakerMachine,
} from './breaker/tool-breaker.js';
export {
  type BreakerChange,
  type ToolBreakers,
  type ToolPromise,
  toolBreakers,
} from './breaker/tool-breakers.js';
export { readToolState } from './breaker/tool-state.js';
export type { PastPeriod, UsageRow } from './budget/account.js';
export {
  type AgentBudget,
  agentBudget,
  type BudgetEvent,
  type BudgetOptions,
  type Budgets,
  createBudgets,
  type Estimate,
  type Meter,
  type SharedBudget,
} from './budget/budgets.js';
export {
  type BudgetLimit,
  type BudgetLimitPorts,
  readBudgetLimit,
  signBudget,
  storeBudgetLimit,
  type VerifiedBudgetLimit,
} from './budget/limit.js';
export type { Money } from './budget/money.js';
export {
  type PriceRate,
  type PriceRow,
  type PriceTable,
  parsePriceTable,
  priceOf,
  type Usage,
} from './budget/prices.js';
export { type BudgetStatus, budgetStatus } from './budget/status.js';
export { capabilitiesOf } from './capabilities.js';
export { capabilityHandler } from './capability-handler.js';
export {
  type DelegationLink,
  edgesOf,
  type OpenDelegationOptions,
  openDelegation,
  signDelegation,
  type VerifiedDelegation,
} from './delegation/chain.js';
export { requireUnrevoked, revokeDelegation, signDelegationRevocation } from './delegation/revocation.js';
export type { Covers, Delegation, DelegationScope } from './delegation/scope.js';
export { GUARD_ERRORS, type GuardErrorCode } from './errors.js';
export { type Grant, openGrant, signGrant, type VerifiedGrant } from './grants.js';
export {
  type CascadePlan,
  type CascadeStep,
  type DependencyEdge,
  planCascade,
} from './kill/cascade.js';
export {
  localKillChannel,
  type ReceiveKill,
  type StoreKillChannel,
  storeKillChannel,
} from './kill/channels.js';
export type { Contained, KillStep, KillSteps, Stopped } from './kill/containment.js';
export { type Order, type OrderType, signKillOrder, signReinstateOrder } from './kill/orders.js';
export {
  createKillPropagation,
  type Enforced,
  type EnforcementPoint,
  type KillChannel,
  type KillPropagation,
  type KillPropagationOptions,
} from './kill/propagation.js';
export type { KillTarget } from './kill/record.js';
export type { Recovery } from './kill/recovery.js';
export { createKillSwitch } from './kill/switch.js';
export type {
  KillEvent,
  KillInput,
  KillReport,
  KillResult,
  KillStatus,
  KillSwitch,
  KillSwitchOptions,
} from './kill/types.js';
export { type LabelClear, signLabelClear } from './labels/clear.js';
export { labelHandler } from './labels/handler.js';
export { readLabels } from './labels/label.js';
export type { LabelRecord } from './labels/record.js';
export {
  createTraceLabels,
  type LabelEvent,
  type TraceLabels,
  type TraceLabelsOptions,
} from './labels/trace-labels.js';
export {
  decodeLabels,
  encodeLabels,
  LABELS_HEADER,
  LABELS_MEMBER,
  labelsOfMetadata,
  withLabels,
} from './labels/wire.js';
export {
  CASCADE_CAP,
  CASCADE_EDGES_MAX,
  CASCADE_MAX,
  KILL_COOLDOWN_MS,
  KILL_LEASE_MAX_MS,
  KILL_LEASE_MS,
  KILL_POLL_MS,
  KILL_QUORUM,
  KILL_REPORT_MS,
  OWN_LABELS_MAX,
  RATE_KEYS_MAX,
  RATE_SLOTS_MAX,
  THROTTLED_REQUESTS,
  VALUE_MAX_UNITS,
  WINDOW_AMOUNT_CEILING,
  WINDOW_BUCKETS,
} from './limits.js';
export { rateHandler } from './rate/handler.js';
export { type MemoryRates, memoryRates } from './rate/memory-rates.js';
export { type PeerLimits, type PeerSource, peerLimits } from './rate/peers.js';
export { bucketPerMinute } from './rate/rate.js';
export { type RateStatus, rateStatus } from './rate/status.js';
export { storeRates } from './rate/store-rates.js';
export { PEER_RATES, type RateTable, STAGE_RATES, TOPIC_RATES } from './rate/tables.js';
export { isStopped } from './records/stopped.js';
export { type FileReach, type NetworkReach, type SandboxBounds, sandboxBounds } from './sandbox.js';
export { applyTransform } from './transform/apply.js';
export { transformHandler } from './transform/handler.js';
export type { WindowParams } from './window/amount.js';
export { createWindows, type Windows } from './window/windows.js';
