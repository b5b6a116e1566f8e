import { KILL_REASONS, type KillReason } from '@ttp/core';
import { KILL_COOLDOWN_MS } from '@ttp/guard';

/** How many people each reason takes, mildest first; 0 where nobody can lift it. Decision D33, written down once more. */
export const PEOPLE: Readonly<Record<KillReason, number>> = {
  rate_limit_exceeded: 1,
  circuit_breaker_trip: 1,
  trust_score_critical: 1,
  manual_operator_action: 1,
  anomaly_detected: 1,
  cascade_failure: 1,
  pattern_threat_detected: 2,
  security_violation: 2,
  revocation_received: 0,
};
const BY_TIME: readonly KillReason[] = ['rate_limit_exceeded', 'circuit_breaker_trip'];

/** The agent, or everybody. */
export type Target = 'agent' | '*';

/** What has to be true of an agent, whatever its enforcement point says: who killed it last, and for what. */
export class Model {
  readonly #kills = new Map<Target, { reasons: Set<KillReason>; since: number }>();
  readonly #passed: () => number;

  /** @param passed time that really went by, ms */
  constructor(passed: () => number) {
    this.#passed = passed;
  }

  kill(target: Target, reason: KillReason): void {
    const before = this.#kills.get(target);
    const reasons = new Set(before !== undefined && this.#holds(before) ? before.reasons : []).add(reason);
    this.#kills.set(target, { reasons, since: this.#passed() });
  }

  lift(target: Target): void {
    this.#kills.delete(target);
  }

  /** Every cooldown begins again. */
  restart(): void {
    for (const kill of this.#kills.values()) kill.since = this.#passed();
  }

  get isDead(): boolean {
    return [...this.#kills.values()].some((kill) => this.#holds(kill));
  }

  get isGone(): boolean {
    return [...this.#kills.values()].some(({ reasons }) => reasons.has('revocation_received'));
  }

  /** Whether it has to be lifted by somebody, or its time is not over. */
  #holds({ reasons, since }: { readonly reasons: ReadonlySet<KillReason>; readonly since: number }): boolean {
    const byTime = [...reasons].every((reason) => BY_TIME.includes(reason));
    return !byTime || this.#passed() - since < KILL_COOLDOWN_MS;
  }
}

/** The reason that governs: the last of the table. */
export const strictest = (reasons: readonly KillReason[]): KillReason | undefined =>
  (Object.keys(PEOPLE) as KillReason[]).filter((reason) => reasons.includes(reason)).at(-1);

export const REASONS: readonly KillReason[] = KILL_REASONS;
