import type { ErrorCode } from './error.js';
import type { BasisPoints, Did, Epoch, Hash, TraceId } from './ids.js';
import type { Json, JsonObject } from './json.js';
import type { DecisionOutcome, Effect, Mode, RiskLevel } from './terms.js';

/** One thing an agent wants to do. The same shape in all six modes. */
export interface Interaction {
  /** Unique: 16 random bytes, base64url. */
  readonly id: string;
  readonly mode: Mode;
  readonly trace: TraceId;
  /** Who acts: always the resolved `did:ttp`, never a name (decision D1). */
  readonly agent: Did;
  /** The counterpart: a tool, service, resource, person or agent, by DID or name. */
  readonly target: string;
  /** What is done, as the call map names it: `read`, `create`, `call` (decision D18). */
  readonly action: string;
  /** What it is done to, as the call map names it. */
  readonly resource: string;
  /** The arguments, as strict JSON. */
  readonly input: Json;
  /** What the caller says about the call and nobody verified: `purpose`, `biasScore`, `protectedClass` (decision D18). */
  readonly claims: JsonObject;
  /** When it was asked for: wall clock, ms. */
  readonly at: number;
}

/** What an evidence source found out: the value, when, and for how long it may be relied on, ms. */
export interface Fact<V extends Json = Json> {
  readonly value: V;
  readonly at: number;
  readonly validFor: number;
}

/** Gathers one fact. It verifies what it returns; it throws a coded error where it cannot. */
export interface EvidenceSource<I extends Interaction = Interaction> {
  /** Its namespace in the evidence: two sources never share one. */
  readonly name: string;
  /** Absent facts of an optional source stay absent; a required source that fails blocks. */
  readonly optional?: true;
  gather(interaction: I, signal: AbortSignal): Promise<Fact>;
}

/** Everything a decision may look at, and nothing else: `decide` is pure and reads no clock. */
export interface Evidence {
  /** Wall clock at the moment of the decision, ms. */
  readonly now: number;
  /** The agent's kill epoch that the decision is bound to. */
  readonly epoch: Epoch;
  readonly facts: { readonly [source: string]: Fact };
  /** Optional sources that failed, with the code. */
  readonly absent: { readonly [source: string]: ErrorCode };
}

/** Something that has to be done for the permission to hold. Unknown kinds block. */
export interface Obligation<Kind extends string = string> {
  readonly kind: Kind;
  /**
   * Who obliges: `rule:<id>`, `policy`, `risk` (the assessment), or `profile:<mode>`; the first two as
   * `<layer>/rule:<id>` where policies are layered.
   */
  readonly from: string;
  readonly params: JsonObject;
}

/** Where each kind of handler stands; checks and holds run in this order, releases in reverse. */
export const HANDLER_ORDER = {
  capability: 10,
  breaker: 20,
  sandbox: 30,
  approval: 40,
  rate: 50,
  window: 55,
  budget: 60,
  vault: 70,
  transform: 80,
  dlp: 85,
  label: 87,
  encrypt: 90,
  alert: 95,
  audit: 99,
} as const;

/** One signal that went into the assessed risk. */
export interface Factor {
  readonly name: 'identity' | 'reputation' | 'behavioral' | 'fraud' | 'policy';
  /** 0 no risk, 10000 all of it. */
  readonly risk: BasisPoints;
  /** Share of the whole, in basis points; the policy factor has none, it only raises. */
  readonly weight: BasisPoints;
  /** Whether fresh evidence backs it; without, the risk is the highest the factor allows. */
  readonly backed: boolean;
  readonly reason: string;
}

/** One step of the reasoning chain, for machines by code and for people by text. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  /** The policy rule concerned, where there is one. */
  readonly rule?: string;
  /** The layer of policy it comes from, where several are in force (decision D20). */
  readonly layer?: string;
}

/** What was decided, with all that is needed to decide it again to the same bytes. */
export interface Decision {
  readonly v: 1;
  readonly outcome: DecisionOutcome;
  /** The policy's verdict. */
  readonly effect: Effect;
  readonly obligations: readonly Obligation[];
  readonly risk: { readonly score: BasisPoints; readonly level: RiskLevel };
  /** Share of the weights backed by fresh evidence. */
  readonly confidence: BasisPoints;
  readonly humanOverridable: boolean;
  readonly factors: readonly Factor[];
  readonly reasons: readonly Reason[];
  /** Hashes of the JCS of the interaction, evidence and thresholds, and the hash of the policy (or of its layers). */
  readonly inputs: {
    readonly interaction: Hash;
    readonly evidence: Hash;
    readonly policy: Hash;
    readonly thresholds: Hash;
  };
  readonly epoch: Epoch;
  /** `evidence.now`. */
  readonly at: number;
}

/** Where in the log an interaction stands. */
export interface Receipt {
  readonly trace: TraceId;
  /** Origin of the log. */
  readonly log: string;
  /** Position of the last entry of the interaction. */
  readonly index: bigint;
  readonly leafHash: Hash;
}

/** What enforcement would have made of an interaction that was only observed: monitor mode (decision D37). */
export interface Observed {
  /** `done`: it would have gone through. */
  readonly status: 'done' | 'blocked' | 'withheld';
  /** Why it would have been blocked or withheld. */
  readonly code?: ErrorCode;
  /** A human would have been asked first. */
  readonly asks?: true;
  /** The result would have been redacted or transformed. */
  readonly changed?: true;
  /** The rules that found something in the result; never what they found. */
  readonly found?: readonly string[];
}

/**
 * What became of an interaction. A fault in the last append or in feedback is `auditFault` and never loses it.
 * `observed` is there exactly where nothing was enforced.
 */
export type Outcome<R> =
  | {
      readonly status: 'done';
      readonly decision: Decision;
      readonly value: R;
      readonly receipt: Receipt;
      readonly auditFault?: ErrorCode;
      readonly observed?: Observed;
    }
  /** Nothing happened. There is no decision if it never came to one. */
  | {
      readonly status: 'blocked';
      readonly code: ErrorCode;
      readonly decision?: Decision;
      readonly receipt?: Receipt;
      readonly auditFault?: ErrorCode;
    }
  /** `failed`: perform threw. `withheld`: it happened, but the result may not leave. */
  | {
      readonly status: 'failed' | 'withheld';
      readonly code: ErrorCode;
      readonly decision: Decision;
      readonly receipt?: Receipt;
      readonly auditFault?: ErrorCode;
      readonly observed?: Observed;
    };

/** The right to have effects, until it is taken away. */
export interface Permit {
  readonly epoch: Epoch;
  /** Aborts in-flight work when the agent is killed. */
  readonly signal: AbortSignal;
  /**
   * Call it synchronously, immediately before *each* effect: every retry, hop, statement and chunk (flaw.K1).
   * Throws GUARD_KILLED, GUARD_STALE_EPOCH or GUARD_LEASE_EXPIRED.
   */
  enter(): void;
}

/** Something reserved for one interaction. Exactly one of the two is called, once. */
export interface Hold {
  settle(outcome: Outcome<unknown>): Promise<void>;
  release(): Promise<void>;
}

/** Enforces one kind of obligation. */
export interface ObligationHandler<O extends Obligation = Obligation> {
  readonly kind: O['kind'];
  readonly order: number;
  /** Synchronous and without side effect: all checks run before any hold, and before a human is asked. */
  check(obligation: O, interaction: Interaction): ErrorCode | undefined;
  /** Reserves: budget, rate, window, probe, approval use. Throws a coded error to block. */
  hold?(obligation: O, interaction: Interaction, decision: Decision, signal: AbortSignal): Promise<Hold>;
  /** Changes the result before it leaves. A fault here is `withheld`. */
  after?(obligation: O, value: unknown, interaction: Interaction): Promise<unknown>;
  /**
   * The same for a result that comes in chunks. `run` of @ttp/sdk does not call it: it withholds streams, since their
   * end would come after the outcome is recorded.
   */
  through?(
    obligation: O,
    chunks: AsyncIterable<Uint8Array>,
    interaction: Interaction,
  ): AsyncIterable<Uint8Array>;
}

/** One of the six modes, as a value: only what the modes do not share. */
export interface Profile<I extends Interaction, R> {
  readonly mode: I['mode'];
  /** VERIFY: gathered in parallel. */
  readonly evidence: readonly EvidenceSource<I>[];
  /** Added to what the policy obliges. */
  readonly obligations: (interaction: I, evidence: Evidence, decision: Decision) => readonly Obligation[];
  /** The only side effect. */
  readonly perform: (interaction: I, permit: Permit) => Promise<R>;
  /** Whether a result says that the effect failed: where a tool gives its errors as results. One that throws says so. */
  readonly failed?: (result: R) => boolean;
  /** Rating, metrics, breaker. */
  readonly feedback?: (interaction: I, outcome: Outcome<R>) => Promise<void>;
}
