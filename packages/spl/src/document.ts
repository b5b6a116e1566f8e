import type { Effect, JsonObject, KillReason, Stage } from '@ttp/core';

/** The language version this package reads. */
export const LANGUAGE_VERSION = '1.0.0';

/** Preconditions of every permit; all have to hold (decision D17). */
export interface Requirements {
  /** 0 to 100. */
  readonly minTrustScore?: number;
  readonly minTrustStage?: Stage;
  readonly requiredCapabilities?: readonly string[];
  readonly requireIdentityVerification?: boolean;
  /** The one declared purpose the policy is for (GDPR purpose limitation). */
  readonly purpose?: string;
  /** Framework tags, such as `HIPAA`. */
  readonly compliance?: readonly string[];
}

/** What the agent offers to others. */
export interface Offers {
  readonly capabilities?: readonly string[];
  readonly rateLimit?: { readonly requests: number; readonly windowMs: number };
}

/** How a human is asked. */
export interface HumanApproval {
  readonly required?: true;
  readonly reason?: string;
  /** 1 operator, 2 senior or team lead, 3 security or compliance (decision D35). */
  readonly escalationLevel?: 1 | 2 | 3;
  /** Seconds. */
  readonly timeout?: number;
  readonly defaultAction?: 'deny';
  readonly requireJustification?: boolean;
  readonly requireOperatorId?: boolean;
  readonly notifyChannels?: readonly string[];
}

/** What happens to a result before it leaves. Fields are dotted paths. */
export interface OutputTransformations {
  readonly redact?: readonly string[];
  readonly mask?: readonly string[];
  readonly truncate?: { readonly field: string; readonly length: number };
  readonly watermark?: boolean;
  readonly addFooter?: string;
}

/** What a rule wants to see in the log. */
export interface RuleAudit {
  readonly level?: 'basic' | 'standard' | 'detailed';
  readonly logPatientId?: boolean;
  readonly logQuery?: boolean;
  readonly alertOnAccess?: boolean;
  readonly preserveReasoning?: boolean;
}

/** What the policy wants to keep of every decision. */
export interface PolicyAudit {
  /** A duration such as `7years`. */
  readonly retainDecisions?: string;
  readonly includeReasoningTrace?: boolean;
}

/** One rule. Without resources or actions, which only a deny may leave out, it applies to all of them. */
export interface Rule {
  readonly id: string;
  readonly effect: Effect;
  readonly description?: string;
  readonly resources?: readonly string[];
  readonly actions?: readonly string[];
  readonly conditions?: JsonObject;
  readonly humanApproval?: HumanApproval;
  readonly outputTransformations?: OutputTransformations;
  readonly audit?: RuleAudit;
}

/** When the agent is killed without anybody asking. */
export interface TriggerDocument {
  /** `metric operator value`, such as `request.rate > 500`. */
  readonly condition: string;
  readonly reason: KillReason;
  readonly action: 'kill';
  /** Earliest automatic reinstatement, ms. */
  readonly cooldown?: number;
  readonly autoReinstate?: boolean;
  /** About the reinstatement; the kill is immediate (decision D19). */
  readonly requireOperatorApproval?: boolean;
}

/** The kill switch of a policy. */
export interface KillSwitchDocument {
  readonly triggers: readonly TriggerDocument[];
  /** Addresses and channels. */
  readonly notify?: readonly string[];
}

/** When behaviour counts as unusual. */
export interface AnomalyDetection {
  /** A duration such as `30d`. */
  readonly baselinePeriod: string;
  /** Standard deviations. */
  readonly thresholdDeviation: number;
  readonly actions: readonly ('log' | 'alert' | 'throttle')[];
}

/** A policy as written, with synonyms resolved and defaults of the language filled in. */
export interface PolicyDocument {
  readonly version: typeof LANGUAGE_VERSION;
  /** The agent it belongs to, by `did:ttp` or by readable name. */
  readonly agentDid?: string;
  readonly description?: string;
  readonly requirements?: Requirements;
  readonly offers?: Offers;
  readonly rules: readonly Rule[];
  readonly outputTransformations?: OutputTransformations;
  readonly audit?: PolicyAudit;
  readonly killSwitch?: KillSwitchDocument;
  readonly anomalyDetection?: AnomalyDetection;
  /** IANA name. */
  readonly timezone: string;
  readonly defaultEffect: 'allow' | 'deny';
}
