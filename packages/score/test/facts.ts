import { asDid } from '@ttp/core';
import {
  type AttestationFact,
  BEHAVIOR_COMPONENTS,
  type BehaviorFacts,
  ISSUER_TIERS,
  NO_BEHAVIOR,
  SECURITY_SEVERITIES,
  type Tally,
  type TrustFacts,
} from '@ttp/score';
import type { SeededRandom } from '@ttp/testkit';

/** Facts of a fresh verified agent, changed where a test says so. */
export const facts = (changes: Partial<TrustFacts> = {}): TrustFacts => ({
  identityVerified: true,
  killed: false,
  revoked: false,
  attestations: [],
  behavior: NO_BEHAVIOR,
  securityEvents: [],
  ...changes,
});

/** Five stars of a standard issuer in a cluster of its own, changed where a test says so. */
export const attestation = (name: string, changes: Partial<AttestationFact> = {}): AttestationFact => ({
  issuer: asDid(`did:ttp:agent:${name}`),
  cluster: `cluster-${name}`,
  tier: 'standard',
  rating: 5,
  at: 1000,
  ...changes,
});

/** One tally for all six components. */
export function behavior(tally: Tally): BehaviorFacts {
  return {
    policyCompliance: tally,
    uptime: tally,
    errorRate: tally,
    latencyP95: tally,
    securityEvents: tally,
    dataPatterns: tally,
  };
}

/** Up to 40 attestations of up to 20 issuers in up to 8 clusters. */
export const randomAttestations = (random: SeededRandom): AttestationFact[] =>
  Array.from({ length: random.int(41) }, () => {
    const issuer = random.int(20);
    return attestation(`i${issuer}`, {
      cluster: `c${random.chance(0.7) ? issuer % 8 : random.int(8)}`,
      tier: random.pick(ISSUER_TIERS),
      rating: 1 + random.int(5),
      at: random.int(5),
    });
  });

export function randomFacts(random: SeededRandom): TrustFacts {
  const tally = (): Tally => {
    const total = random.chance(0.3) ? 0 : random.int(5000);
    return { good: random.int(total + 1), total };
  };
  const tallies = BEHAVIOR_COMPONENTS.map((component) => [component, tally()] as const);
  return {
    identityVerified: random.chance(0.8),
    killed: random.chance(0.1),
    revoked: random.chance(0.1),
    attestations: randomAttestations(random),
    behavior: { ...NO_BEHAVIOR, ...Object.fromEntries(tallies) },
    securityEvents: random.chance(0.8) ? [] : [random.pick(SECURITY_SEVERITIES)],
  };
}

/** The facts with one member, at any depth, replaced. */
export function breakOne(value: unknown, junk: unknown, at: number): unknown {
  const paths: (string | number)[][] = [];
  const walk = (node: unknown, path: (string | number)[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof node === 'object' && node !== null)
      for (const [key, member] of Object.entries(node)) walk(member, [...path, key]);
  };
  walk(value, []);
  const path = paths[at % paths.length] ?? [];
  const replace = (node: unknown, [key, ...rest]: (string | number)[]): unknown => {
    if (key === undefined) return junk;
    if (typeof node !== 'object' || node === null) return node;
    const copy: Record<string, unknown> = { ...node };
    copy[key] = replace(copy[key], rest);
    return Array.isArray(node) ? Object.values(copy) : copy;
  };
  return replace(value, path);
}
