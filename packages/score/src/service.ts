import { asBasisPoints, type BasisPoints, TtpError } from '@ttp/core';
import type { Tally } from './behavior.js';
import { floorDiv } from './integer.js';
import {
  LATENCY_MAX_MS,
  OBSERVATIONS_MAX_COUNT,
  SERVICE_STEP_DOWN_BP,
  SERVICE_STEP_UP_BP,
} from './limits.js';

/** The four components of service trust, and the most that each gives, basis points (ttp-protocol.txt L1048-1074). */
export const SERVICE_PARTS_BP = {
  availability: 3500,
  performance: 2500,
  security: 2500,
  reliability: 1500,
} as const;

/** What each component is made of, in equal parts. */
const INDICATORS = {
  availability: ['success', 'uptime', 'endpointHealth'],
  security: ['policyCompliance', 'dlpClean', 'authenticated'],
  reliability: ['handled', 'inTime', 'untripped'],
} as const;

type Indicator = (typeof INDICATORS)[keyof typeof INDICATORS][number];

/**
 * What enforcement points observed of a service, as counts of good observations among all:
 * - `success`: calls that succeeded; `uptime`: probes that were answered; `endpointHealth`: endpoints found healthy
 * - `policyCompliance`: calls within policy; `dlpClean`: results without a finding; `authenticated`: calls whose
 *   authentication did not fail
 * - `handled`: errors that came as such, and not as a broken answer; `inTime`: calls without a timeout; `untripped`:
 *   periods in which its breaker stayed closed
 */
export interface ServiceFacts extends Readonly<Record<Indicator, Tally>> {
  /** Latencies, ms, and the SLA they are judged by; none without observations. */
  readonly latency?: {
    readonly averageMs: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
    readonly slaMs: number;
  };
}

/** Service trust with its parts, basis points, and its level. */
export interface ServiceTrust {
  readonly totalBp: BasisPoints;
  readonly availabilityBp: BasisPoints;
  readonly performanceBp: BasisPoints;
  readonly securityBp: BasisPoints;
  readonly reliabilityBp: BasisPoints;
  readonly level: ServiceLevel;
}

/** Service levels, the best first, and where each begins (decisions.md, table of numbers). */
export const SERVICE_LEVELS_FROM_BP = { verified: 8000, trusted: 6000, limited: 4000, untrusted: 0 } as const;
export type ServiceLevel = keyof typeof SERVICE_LEVELS_FROM_BP;

/** The level of a service score. */
export function serviceLevel(bp: number): ServiceLevel {
  const score = asBasisPoints(bp);
  if (score >= SERVICE_LEVELS_FROM_BP.verified) return 'verified';
  if (score >= SERVICE_LEVELS_FROM_BP.trusted) return 'trusted';
  return score >= SERVICE_LEVELS_FROM_BP.limited ? 'limited' : 'untrusted';
}

/**
 * Service trust = availability 35 + performance 25 + security 25 + reliability 15. Each indicator gives its equal share
 * of its component: `good / total`, nothing where nothing was observed; a latency gives all at or under the SLA and
 * linearly less down to nothing at twice. Rounded down (decision D23).
 *
 * @throws SCORE_BAD_SERVICE with the field
 */
export function serviceTrust(facts: ServiceFacts): ServiceTrust {
  if (typeof facts !== 'object' || facts === null) throw bad('facts');
  const part = (name: keyof typeof INDICATORS): BasisPoints => {
    const indicators = INDICATORS[name];
    const share = SERVICE_PARTS_BP[name];
    const points = indicators.map((one) => pointsOf(facts[one], one, share));
    return asBasisPoints(
      floorDiv(
        points.reduce((sum, n) => sum + n, 0),
        indicators.length,
      ),
    );
  };
  const [availabilityBp, securityBp, reliabilityBp] = [
    part('availability'),
    part('security'),
    part('reliability'),
  ];
  const performanceBp = asBasisPoints(performanceOf(facts.latency));
  const totalBp = asBasisPoints(availabilityBp + performanceBp + securityBp + reliabilityBp);
  return { totalBp, availabilityBp, performanceBp, securityBp, reliabilityBp, level: serviceLevel(totalBp) };
}

/**
 * The published score after one more call: it goes towards what the facts come to by at most
 * {@link SERVICE_STEP_UP_BP} up or {@link SERVICE_STEP_DOWN_BP} down, so that no single call makes or ruins a name.
 */
export function nextServiceScore(published: BasisPoints, computed: BasisPoints): BasisPoints {
  const step = asBasisPoints(computed) - asBasisPoints(published);
  return asBasisPoints(published + Math.max(-SERVICE_STEP_DOWN_BP, Math.min(SERVICE_STEP_UP_BP, step)));
}

function pointsOf(tally: Tally | undefined, field: string, share: number): number {
  if (typeof tally !== 'object' || tally === null) throw bad(field);
  const { good, total } = tally;
  if (!isCount(good) || !isCount(total) || good > total) throw bad(field);
  return total === 0 ? 0 : floorDiv(share * good, total);
}

function performanceOf(latency: ServiceFacts['latency']): number {
  if (latency === undefined) return 0;
  if (typeof latency !== 'object' || latency === null) throw bad('latency');
  const { averageMs, p95Ms, p99Ms, slaMs } = latency;
  if (!isMs(slaMs) || slaMs === 0) throw bad('latency.slaMs');
  const share = SERVICE_PARTS_BP.performance;
  const points = Object.entries({ averageMs, p95Ms, p99Ms }).map(([name, ms]) => {
    if (!isMs(ms)) throw bad(`latency.${name}`);
    return floorDiv(share * Math.max(0, 2 * slaMs - Math.max(ms, slaMs)), slaMs);
  });
  return floorDiv(
    points.reduce((sum, n) => sum + n, 0),
    points.length,
  );
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= OBSERVATIONS_MAX_COUNT;
const isMs = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= LATENCY_MAX_MS;

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_SERVICE', 'neither counts with good <= total nor latencies', { field });
