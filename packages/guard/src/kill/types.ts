import type {
  Clock,
  Did,
  Envelope,
  Epoch,
  ErrorCode,
  KillReason,
  Operators,
  Permit,
  Storage,
  Timer,
  TtpEvent,
} from '@ttp/core';
import type { CascadePlan } from './cascade.js';
import type { Contained, KillSteps } from './containment.js';
import type { Enforced, KillPropagation } from './propagation.js';
import type { KillRecord, KillTarget } from './record.js';
import type { Recovery } from './recovery.js';

/** What {@link createKillSwitch} needs. */
export interface KillSwitchOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Whose orders from outside are obeyed; without, none are. */
  readonly operators?: Operators;
  /** Told of every kill, reinstatement and store fault; must not throw. */
  readonly emit?: (event: KillEvent) => void;
  /** How long permits hold without a read of a shared store: ms, {@link KILL_LEASE_MS} unless given, at most {@link KILL_LEASE_MAX_MS}. */
  readonly leaseMs?: number;
  /** How often a shared store is read: ms, {@link KILL_POLL_MS} unless given, below the lease. */
  readonly pollMs?: number;
  /** What else ends with a kill. */
  readonly steps?: KillSteps;
  /** The other enforcement points; without, a kill holds for this store alone. */
  readonly propagation?: KillPropagation;
  /** What reinstatements ask besides people; what cannot be asked counts as no. */
  readonly recovery?: Recovery;
}

/** An event without what the switch does not know: trace, agent and component are the listener's. The subject is the target. */
export type KillEvent = Pick<TtpEvent, 'type' | 'at' | 'subject' | 'data'>;

/** Why a kill happens. */
export interface KillInput {
  readonly reason: KillReason;
  /** For people; cut at 500 UTF-16 units. */
  readonly message?: string;
  /** Who says so, for the audit: an operator, a trigger, the host. It grants nothing. */
  readonly by: string;
  /** Earliest end by time, ms: what is longer than {@link KILL_COOLDOWN_MS} counts. Only for reasons that time lifts. */
  readonly cooldownMs?: number;
  /** Time does not lift it, whatever the reason: only an operator's order does. */
  readonly operatorOnly?: boolean;
}

/** What a kill did. */
export interface KillResult {
  /** The target's own epoch now. It may be raised further when the store turns out to be ahead. */
  readonly epoch: Epoch;
  /** Resolves when the kill is in the store. Rejects with GUARD_KILL_NOT_DURABLE: then it holds in this process alone. */
  readonly durable: Promise<void>;
  /** What came of it elsewhere, within {@link KILL_REPORT_MS}. It never rejects, and nothing of the kill waits for it. */
  report(): Promise<KillReport>;
}

/** What came of a kill, besides the closed gate. */
export interface KillReport extends Contained {
  /** Whether it is in the store. */
  readonly durable: boolean;
  /** How many of the configured other enforcement points confirmed. 0 of 0: the kill is local to this store. */
  readonly enforced: Enforced;
}

/** What is known of a target. Its own epoch is what an order has to name. */
export interface KillStatus extends KillRecord {
  /** Killed for nothing but what it depends on: it waits for that, and for one operator. */
  readonly suspended: boolean;
  /** Whether the store says so too. */
  readonly durable: boolean;
  /** Code of the store's last fault, as long as it lasts. */
  readonly fault?: ErrorCode;
}

/** The kill switch of one enforcement point (decision D32). */
export interface KillSwitch {
  /**
   * Takes an agent in. `fresh`: its identity was created in this call, so it begins alive where there is no record.
   * Otherwise an absent, unreadable or torn record is a kill (flaw.K2). Throws GUARD_BAD_TARGET and what the store throws.
   *
   * @param above the inceptions that it descends from, as its verified key log has them: a kill of any of them stops it
   *   too (decision D4). One without a record here was never killed here; one that cannot be read was.
   * @param key its public key, multikey: another identity with this key stops with it, and it with that one (flaw.K4).
   *   Throws GUARD_KEY_HOLDERS
   */
  enrol(agent: Did, fresh: boolean, above?: readonly Did[], key?: string): Promise<void>;
  /** What a decision is bound to: it rises with every kill and reinstatement of the agent, of those above it and of `*`. */
  epochOf(agent: Did): Epoch;
  /** Synchronous, from memory. An agent that was not enrolled counts as killed. */
  isKilled(agent: Did): boolean;
  /** The right to have effects under a decision of this epoch. It may be asked for at any time; `enter()` answers. */
  permit(agent: Did, epoch: Epoch): Permit;
  /**
   * Stops an agent, or everybody: when this returns, the latch is closed and every live permit's signal aborted.
   * Then the kill is written. Throws GUARD_BAD_TARGET, CORE_UNKNOWN_TERM.
   */
  kill(target: KillTarget, input: KillInput): KillResult;
  /**
   * Suspends those who depend on an agent that is stopped, as planned by `planCascade`: killed for `cascade_failure`,
   * until what they depend on is reinstated and an operator orders it.
   *
   * @param by who says so, for the audit
   * @throws GUARD_NOT_KILLED where the root of the plan is alive, or nothing is known of it here
   */
  suspend(plan: CascadePlan, by: string): readonly KillResult[];
  /** Kills by an operator's order from outside. Throws what `verifyOrder` throws, and GUARD_ORDER_STALE. */
  obey(order: Envelope | string): Promise<KillResult>;
  /**
   * Kills by the signed notice of another enforcement point, and resolves with the signed acknowledgement once the kill
   * is durable here. Throws GUARD_BAD_POINTS, GUARD_NOTICE_INVALID, GUARD_KILL_NOT_DURABLE, and what `verifyEnvelope` throws.
   */
  receive(notice: string): Promise<string>;
  /**
   * Reinstates by the orders of as many distinct operators as the reason demands (decision D33).
   * Throws what `verifyOrder` throws, and GUARD_NOT_KILLED, GUARD_ORDER_STALE, GUARD_ORDER_MISMATCH,
   * GUARD_QUORUM_MISSING, GUARD_APPEAL_ONLY, GUARD_NOT_RECOVERED, GUARD_DEPENDENCY_STOPPED, CORE_CLOCK_REGRESSED, GUARD_KILL_NOT_DURABLE: nothing has changed then.
   */
  reinstate(orders: readonly (Envelope | string)[]): Promise<KillStatus>;
  /**
   * Lifts a received revocation by a ruling on appeal, which is no order (decision D33); what else it was killed for
   * goes on. Throws GUARD_NOT_KILLED, GUARD_APPEAL_ONLY, GUARD_ORDER_STALE, CORE_CLOCK_REGRESSED, GUARD_KILL_NOT_DURABLE.
   */
  appeal(target: KillTarget): Promise<KillStatus>;
  /** Throws GUARD_BAD_TARGET. */
  status(target: KillTarget): KillStatus;
  /** Reads all records now. Throws the first fault. */
  refresh(): Promise<void>;
  /** Stops reading. Permits are refused from then on. */
  close(): void;
}
