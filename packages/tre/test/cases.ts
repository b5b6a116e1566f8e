import {
  asBasisPoints,
  asDid,
  asEpoch,
  asTraceId,
  type Evidence,
  type Fact,
  type Interaction,
  type Json,
} from '@ttp/core';
import {
  type AttestationFact,
  type BehaviorFacts,
  NO_BEHAVIOR,
  type Tally,
  type TrustFacts,
  type TrustReport,
  trustReport,
} from '@ttp/score';
import { loadPolicy, type Policy } from '@ttp/spl';
import type { SeededRandom } from '@ttp/testkit';
import { DEFAULT_THRESHOLDS, type DecideInput } from '@ttp/tre';

export const NOW = 1_700_000_000_000;

export const interaction: Interaction = {
  id: 'AAECAwQFBgcICQoLDA0ODw',
  mode: 'a2t',
  trace: asTraceId('0123456789abcdef0123456789abcdef'),
  agent: asDid('did:ttp:agent:QmAgent'),
  target: 'files',
  action: 'read',
  resource: 'file:reports/q3.txt',
  input: { path: 'reports/q3.txt' },
  claims: {},
  at: NOW - 5,
};

/** A policy with one rule, on everything below `file:reports/`; its verdict depends on no fact. */
export const policyOf = (effect: string, extra: { readonly [key: string]: Json } = {}): Policy =>
  loadPolicy({
    version: '1.0.0',
    ...extra,
    rules: [{ id: 'only', effect, resources: ['file:reports/**'], actions: ['read', 'write'] }],
  });

/** The report of a verified agent without any record, changed where a test says so. */
export const trust = (changes: Partial<TrustFacts> = {}): TrustReport =>
  trustReport({
    identityVerified: true,
    killed: false,
    revoked: false,
    attestations: [],
    behavior: NO_BEHAVIOR,
    securityEvents: [],
    ...changes,
  });

/** One tally for all six components. */
export const behaviorOf = (tally: Tally): BehaviorFacts => ({
  policyCompliance: tally,
  uptime: tally,
  errorRate: tally,
  latencyP95: tally,
  securityEvents: tally,
  dataPatterns: tally,
});

export const attestations = (count: number, changes: Partial<AttestationFact> = {}): AttestationFact[] =>
  Array.from({ length: count }, (_, i) => ({
    issuer: asDid(`did:ttp:agent:i${i}`),
    cluster: `c${i}`,
    tier: 'standard',
    rating: 5,
    at: 1,
    ...changes,
  }));

export const fact = (value: Json, at: number = NOW - 10, validFor = 1000): Fact => ({ value, at, validFor });

/** Evidence of a fresh verified agent; a source given as undefined is left out. */
export function evidence(facts: { readonly [source: string]: Fact | undefined } = {}): Evidence {
  const all: { readonly [source: string]: Fact | undefined } = {
    identity: fact({ verified: true, method: 'challenge-response' }),
    trust: fact(trust()),
    fraud: fact({ risk: 0, signals: [] }),
    ...facts,
  };
  const present = Object.entries(all).flatMap(([source, f]): [string, Fact][] =>
    f === undefined ? [] : [[source, f]],
  );
  return { now: NOW, epoch: asEpoch(0), facts: Object.fromEntries(present), absent: {} };
}

export const caseOf = (changes: Partial<DecideInput> = {}): DecideInput => ({
  interaction,
  evidence: evidence(),
  policy: policyOf('allow'),
  thresholds: DEFAULT_THRESHOLDS,
  ...changes,
});

/** Numbers that a randomly drawn agent has, so that a test can move one of them and keep the rest. */
export interface Drawn {
  readonly verified: boolean;
  readonly good: number;
  readonly total: number;
  readonly ratings: readonly AttestationFact[];
  readonly fraud: number;
  readonly killed: boolean;
  readonly classification: string | undefined;
  readonly vouched: boolean | undefined;
}

export function draw(random: SeededRandom): Drawn {
  const total = random.chance(0.3) ? 0 : random.int(3000);
  return {
    verified: random.chance(0.85),
    total,
    good: random.int(total + 1),
    ratings: Array.from({ length: random.int(12) }, (_, i) => ({
      issuer: asDid(`did:ttp:agent:i${i}`),
      cluster: `c${random.int(6)}`,
      tier: random.pick(['institutional', 'basic', 'standard', 'provisional'] as const),
      rating: 1 + random.int(5),
      at: 1,
    })),
    fraud: random.chance(0.5) ? random.int(1000) : random.int(10_001),
    killed: random.chance(0.1),
    classification: random.pick([undefined, 'public', 'internal', 'confidential', 'restricted']),
    vouched: random.pick([undefined, true, false]),
  };
}

/** The evidence of a drawn agent. */
export function evidenceOf({
  verified,
  good,
  total,
  ratings,
  fraud,
  killed,
  classification,
  vouched,
}: Drawn): Evidence {
  const behavior = behaviorOf({ good, total });
  return evidence({
    identity: fact({ verified, method: 'challenge-response' }),
    trust: fact(trust({ identityVerified: verified, killed, attestations: ratings, behavior })),
    fraud: fact({ risk: asBasisPoints(fraud), signals: [] }),
    resource: classification === undefined ? undefined : fact({ dataClassification: classification }),
    vouch: vouched === undefined ? undefined : fact({ vouched }),
  });
}
