import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { BREAKER_CALLS, BREAKER_SUCCESSES } from '../limits.js';
import type { BreakerCall, BreakerTrip, ToolBreakerState } from './tool-breaker.js';

const TRIPS: readonly BreakerTrip[] = ['errors', 'latency', 'probe-failed', 'probe-lost'];

/** A state of a tool's breaker, out of JSON; undefined for anything that no breaker is ever in. */
export function readToolState(given: JsonObject): ToolBreakerState | undefined {
  const { at, calls, why, deadline, successes, probe } = given;
  const members = Object.keys(given).length;
  if (at === 'closed' && Array.isArray(calls) && members === 2) {
    const read = calls.flatMap((call: Json) => readCall(call) ?? []);
    return read.length === calls.length && read.length <= BREAKER_CALLS ? { at, calls: read } : undefined;
  }
  if (at === 'open' && members === 3) {
    const known = TRIPS.find((trip) => trip === why);
    return known !== undefined && isCount(deadline) ? { at, why: known, deadline } : undefined;
  }
  if (at !== 'half-open' || !isCount(successes) || successes >= BREAKER_SUCCESSES) return undefined;
  if (members === 2) return { at, successes };
  return members === 4 && typeof probe === 'string' && isCount(deadline)
    ? { at, successes, probe, deadline }
    : undefined;
}

function readCall(given: Json): BreakerCall | undefined {
  if (!isJsonObject(given)) return undefined;
  const { ok, ms, ...rest } = given;
  return typeof ok === 'boolean' && isCount(ms) && Object.keys(rest).length === 0 ? { ok, ms } : undefined;
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
