import type {
  Clock,
  Envelope,
  JsonObject,
  Notifier,
  ObligationHandler,
  Operators,
  Random,
  Signer,
  Storage,
  Timer,
  TraceId,
} from '@ttp/core';
import type { Identity, KeyLogResolver, NameRegistry } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import type { AgentBudget } from '@ttp/guard';
import type { AnomalyOptions } from './behavior/settings.js';
import type { ControlOptions } from './control-options.js';
import type { DecisionCache } from './decision-cache.js';
import type { DecisionPoint } from './decision-point.js';
import type { DelegationControl } from './delegation.js';
import type { KillOptions } from './kill-ending.js';
import type { LabelledSources } from './labels.js';
import type { LayerSource, PolicySource } from './policy-sources.js';
import type { ReputationSource } from './reputation/reputation.js';

/** Whether an enforcement point does what it decides (`enforce`, the default), or only says so (`observe`). */
export type TtpMode = 'enforce' | 'observe';

/** What `createTtp` is given. */
export interface TtpOptions extends ControlOptions, KillOptions {
  /** Who acts, and who signs for this enforcement point: from `createIdentity` or `openIdentity` of @ttp/did. */
  readonly identity: Identity;
  /**
   * The policy: JSON text, an object, or `{ signed }`, an envelope of an operator who may sign policies. Or layers of
   * them, of which each has to permit: `[organisation, team, agent]`, or with names of their own
   * `[{ layer, policy }]`. Without one nothing is permitted, so there is no default.
   */
  readonly policy: PolicySource | readonly (PolicySource | LayerSource)[];
  /** `policyBytes`: largest policy that this host gives itself, bytes; 51 200 unless given, 1 MiB at most (decision D16). */
  readonly limits?: { readonly policyBytes?: number };
  /**
   * Where the readable name that the policy is written for is resolved, when it is armed and once a minute from then
   * on: `createNameRegistry` or `remoteNameRegistry` of @ttp/did (decision D1). A name that comes to mean another agent
   * refuses every decision with SPL_NAME_REBOUND until the policy is armed again. Without a registry the first agent
   * that arms a policy with a name has it in this store.
   */
  readonly names?: NameRegistry;
  /**
   * Knows the identities above this one, for an identity whose inception names a parent: a kill of any of them stops it
   * too (decision D4). Such an identity is not opened without it.
   */
  readonly resolver?: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
  /** Where everything is kept: `memory()` or `sqlite(path)` of @ttp/adapters. The caller closes it, after TTP. */
  readonly storage: Storage;
  /**
   * The trace to go on with: its labels hold, as they did before a restart. A new one unless given, which has none.
   */
  readonly trace?: TraceId;
  /** Which labels the results of a server bring, by its name, or of one of its tools, by `server/tool`. */
  readonly labels?: LabelledSources;
  /** Which action and resource each tool call is (decision D18); without one every tool is `call` on `mcp:...`. */
  readonly callMap?: string | Uint8Array | JsonObject;
  /**
   * True only in the call that follows `createIdentity`: the kill record is created, alive. In every other call an
   * absent record means that it was lost, and the agent counts as killed (flaw.K2).
   */
  readonly fresh?: boolean;
  /** Who may approve, kill and reinstate. Without a roster, what needs an approval blocks. */
  readonly operators?: Operators;
  /** The humans who own the agent, as the roster names them: they never approve for it (flaw.O3). */
  readonly owners?: readonly string[];
  /** How long a call waits for an approval before it is refused with OVERSIGHT_APPROVAL_PENDING, ms. */
  readonly approvalWaitMs?: number;
  /**
   * `observe` is monitor mode (decision D37): denials by policy, risk and obligations are recorded and the calls go
   * on; see docs/adr/0003. Kill, faults, size limits and whatever holds confidential or restricted data stay enforced.
   */
  readonly mode?: TtpMode;
  /** Another decision point, asked over AuthZEN before every decision: `pdp.decision` in the policy. */
  readonly decisionPoint?: DecisionPoint;
  /**
   * Capabilities beside those of the agent's stage, each in an envelope from `signGrant` of @ttp/guard that an operator
   * who may sign policies signed (decision D27).
   */
  readonly grants?: readonly (Envelope | string)[];
  /**
   * What others say of the agent: `attestationSource`, which is a part of its score and, with roots or vouches, what opens
   * sensitive things (decision D24). Without it nobody rates the agent and nobody vouches for it.
   */
  readonly reputation?: ReputationSource;
  /**
   * What the agent may spend: from `agentBudget` of @ttp/guard. Without one nothing here knows what a call costs, and
   * nothing is limited or recorded of it.
   */
  readonly budget?: AgentBudget;
  /**
   * By whose leave the agent acts: from `actingBy`. It then does what the chain allows and nothing else, and stops with
   * everybody in it.
   */
  readonly delegation?: DelegationControl;
  /** What decisions rested on, for the same call made again: from `decisionCache`. Without one every source is asked each time. */
  readonly decisions?: DecisionCache;
  /** Risk thresholds: members of `Thresholds` of @ttp/tre that differ from the defaults. */
  readonly thresholds?: JsonObject;
  /** Time and randomness; the system's unless given. */
  readonly ports?: { readonly clock?: Clock; readonly timer?: Timer; readonly random?: Random };
  /** Handlers of further obligation kinds. */
  readonly handlers?: readonly ObligationHandler[];
  /**
   * How anomalies are looked for. They are, without it too, where the policy has `killSwitch` triggers or
   * `anomalyDetection`.
   */
  readonly anomalies?: AnomalyOptions;
  /** Tells people of alarms and of triggers that killed; without it only the log does. */
  readonly notifier?: Notifier;
  /** Called with every entry of the log, once it is durable. What it throws is counted, not passed on. */
  readonly onEvent?: (entry: Entry) => void;
  /** The log's own key, with LOG_PURPOSES; derived from the identity's seed unless given. */
  readonly logSigner?: Signer;
}
