import { asDid } from '@ttp/core';
import { isTrustReport, NO_BEHAVIOR, trustReport } from '../dist.ts';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';

const COUNT = 10_000;
const OURS = 'ttp trustReport';

/** The part of a decision that is computed when it is not cached. */
export function scoring(effort: Effort): Promise<RaceResult> {
  const attestations = Array.from({ length: COUNT }, (_, i) => ({
    issuer: asDid(`did:ttp:agent:Qm${String(i).padStart(8, '0')}`),
    cluster: `cluster-${i % 500}`,
    tier: 'standard' as const,
    rating: 1 + (i % 5),
    at: 1_763_726_400_000 - i,
  }));
  return race(
    {
      title: `A trust score over ${COUNT} attestations`,
      work: 'Each of an issuer of its own, in 500 clusters.',
      contestants: [
        {
          name: OURS,
          ours: true,
          does: 'latest attestation of each issuer, caps by cluster in exact fractions, stage, and the hash of all that counted',
          run: () =>
            trustReport({
              identityVerified: true,
              killed: false,
              revoked: false,
              attestations,
              behavior: NO_BEHAVIOR,
              securityEvents: [],
            }),
        },
      ],
      bars: [
        {
          bar: 'a score over 10 000 attestations: at most 100 ms',
          value: (m) => m.median(OURS) / 1000,
          atMost: 100,
          unit: ' ms',
          why: 'Canonical form and hash of everything that counted take most of it.',
        },
      ],
      rounds: 7,
      turnMs: 50,
    },
    effort,
  );
}

/** The part of a decision that is left when the report is there already: it is looked at before it is believed. */
export function cached(effort: Effort): Promise<RaceResult> {
  const gates = { identityVerified: true, killed: false, revoked: false };
  const report = trustReport({ ...gates, attestations: [], behavior: NO_BEHAVIOR, securityEvents: [] });
  const known = new Map([['did:ttp:agent:Qm00000001', report]]);
  const name = 'ttp isTrustReport';
  return race(
    {
      title: 'A trust score that is cached',
      work: 'Found by its agent, and every number of it checked against the others.',
      contestants: [
        {
          name,
          ours: true,
          does: 'ranges, the sum under its cap, stage and access level, the hash of its facts',
          run: () => isTrustReport(known.get('did:ttp:agent:Qm00000001') ?? null),
        },
      ],
      single: true,
    },
    effort,
  );
}
