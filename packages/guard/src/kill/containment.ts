import { codeOf, type Did, type ErrorCode, type Timer, TtpError } from '@ttp/core';
import { KILL_REPORT_MS } from '../limits.js';
import type { KillTarget } from './record.js';

/** Who was stopped just now. */
export interface Stopped {
  readonly target: KillTarget;
  /** Whether an agent stops with it: it is the target, descends from it, has its key, or everybody stops. */
  readonly includes: (agent: Did) => boolean;
}

/**
 * One thing that ends with a kill besides the permits. It is called in the tick of the kill, once the gate is closed,
 * and for a kill that another process or enforcement point made as soon as it is known here. What it throws, or does
 * not finish in {@link KILL_REPORT_MS}, is reported and stops nothing else. Returns how many it ended.
 */
export type KillStep = (stopped: Stopped) => number | Promise<number>;

/** Steps 2 to 4 of the sequence (ttp-protocol.txt L2758-L2763); the permits are aborted before them in any case. */
export interface KillSteps {
  /** Terminates sessions of the agent and with it. */
  readonly sessions?: KillStep;
  /** Blocks requests of the agent that wait: calls, reviews, messages. */
  readonly requests?: KillStep;
  /** Opens the agent's circuit breaker. */
  readonly circuit?: KillStep;
}

/** What the steps did. */
export interface Contained {
  readonly sessionsTerminated: number;
  readonly requestsBlocked: number;
  readonly circuitsOpened: number;
  /** Codes of the steps that failed. */
  readonly faults: readonly ErrorCode[];
}

/** Takes all steps, in order, now. The promise never rejects. */
export async function contain(steps: KillSteps, stopped: Stopped, timer: Timer): Promise<Contained> {
  const faults: ErrorCode[] = [];
  /** Called one after the other without an await in between: an async function runs at once to its first await. */
  async function take(step: KillStep | undefined): Promise<number> {
    try {
      const ended = step?.(stopped) ?? 0;
      return typeof ended === 'number' ? ended : await within(ended, timer);
    } catch (error) {
      faults.push(codeOf(error, 'GUARD_STEP_FAILED'));
      return 0;
    }
  }
  const [sessionsTerminated, requestsBlocked, circuitsOpened] = await Promise.all([
    take(steps.sessions),
    take(steps.requests),
    take(steps.circuit),
  ]);
  return { sessionsTerminated, requestsBlocked, circuitsOpened, faults };
}

async function within(work: Promise<number>, timer: Timer): Promise<number> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = timer.after(KILL_REPORT_MS, () =>
    reject(new TtpError('GUARD_STEP_FAILED', `not done within ${KILL_REPORT_MS} ms`)),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
