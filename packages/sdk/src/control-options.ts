import type { Capability, Rate, RateMeter, Stage } from '@ttp/core';
import type { CircuitBreaker, ToolBreakers } from '@ttp/guard';

/** What rates are counted with, and which there are besides those of the policy. */
export interface RateLimits {
  /**
   * Counts: in the storage unless given, so that all processes of the agent share its limits. `memoryRates` of
   * @ttp/guard counts in this process alone and costs no write; `redisRates` of @ttp/adapters in Redis.
   */
  readonly meter?: RateMeter;
  /** Calls of the agent while it is of a stage: `STAGE_RATES` of @ttp/guard are the documents'. */
  readonly stages?: Readonly<Partial<Record<Stage, Rate>>>;
  /** Calls that need a capability, as `resource.capabilities` of the call map names them. */
  readonly capabilities?: Readonly<Partial<Record<Capability, Rate>>>;
  /** Calls of a tool by this agent, as `server/tool`: a quota of 1000 a day is `{ requests: 1000, windowMs: 86_400_000 }`. */
  readonly tools?: Readonly<Record<string, Rate>>;
}

/** What an enforcement point limits calls by. */
export interface ControlOptions {
  /** The breakers of tools, from `toolBreakers` of @ttp/guard; in the memory of this process unless given. */
  readonly breakers?: ToolBreakers;
  /** Rates besides those that the policy offers. */
  readonly rates?: RateLimits;
  /** The agent's own breaker, from `circuitBreaker` of @ttp/guard; without one nothing that it does kills it. */
  readonly circuitBreaker?: CircuitBreaker;
}
