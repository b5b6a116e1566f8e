import { BREAKER_LATENCY_MS } from '../limits.js';

/**
 * The mean latency above which a tool's breaker trips: 5 s, or twice the latency that its manifest promises where that
 * is more, and never more than its sandbox tier lets it run (decision D34).
 *
 * @param slaMs promised latency, ms
 * @param tierMs time limit of the tier, ms
 */
export function latencyLimit({
  slaMs = 0,
  tierMs = Number.POSITIVE_INFINITY,
}: {
  readonly slaMs?: number;
  readonly tierMs?: number;
}): number {
  return Math.min(tierMs, Math.max(BREAKER_LATENCY_MS, 2 * slaMs));
}
