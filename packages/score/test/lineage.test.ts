import { descendantFacts, trustReport } from '@ttp/score';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { attestation, facts, randomFacts } from './facts.js';

describe('the facts of a descendant', () => {
  it('have what is bad of the inceptions above, and nothing that is good', () => {
    proves('flaw.D4', 'decision.D4');
    const own = facts({ attestations: [attestation('a'), attestation('b', { rating: 1 })] });
    const parent = facts({
      attestations: [
        attestation('a', { rating: 2, at: 1 }),
        attestation('b', { rating: 2 }),
        attestation('c', { rating: 1 }),
        attestation('d', { rating: 1, at: 1 }),
        attestation('d', { rating: 5, at: 2 }),
        attestation('e'),
      ],
      securityEvents: ['high'],
    });
    const report = trustReport(descendantFacts(own, [parent]));
    // An issuer has one voice, the worse one; one that has changed its mind about the parent is believed.
    const counted = trustReport(
      facts({
        attestations: [
          attestation('a', { rating: 2 }),
          attestation('b', { rating: 1 }),
          attestation('c', { rating: 1 }),
        ],
        securityEvents: ['high'],
      }),
    );
    expect(report).toEqual(counted);
    const fresh = trustReport(descendantFacts(facts(), [parent]));
    expect(fresh.posterior).toBeLessThan(0);
    // Nobody rated it yet, and that is no shelter from what is inherited.
    const unrated = trustReport(descendantFacts(facts({ restingPosterior: 0 }), [parent]));
    expect(unrated.posterior).toBe(fresh.posterior);
    expect(trustReport(descendantFacts(facts(), [facts({ attestations: [attestation('a')] })]))).toEqual(
      trustReport(facts()),
    );
  });

  it.each(['killed', 'revoked'] as const)(
    'are of one that is blocked where an inception above is %s',
    (gate) => {
      proves('flaw.D4');
      const report = trustReport(descendantFacts(facts(), [facts(), facts({ [gate]: true })]));
      expect(report).toMatchObject({ totalBp: 0, stage: 'blocked' });
    },
  );

  it('never give more than the own ones, whatever stands above, and the same in any order', async () => {
    proves('decision.D4');
    await withSeed('descendants', 300, (random) => {
      const [bare, one, two] = [randomFacts(random), randomFacts(random), randomFacts(random)];
      const own = random.chance(0.5) ? bare : { ...bare, restingPosterior: random.int(4001) - 2000 };
      const above = trustReport(descendantFacts(own, [one, two]));
      expect(above.totalBp).toBeLessThanOrEqual(trustReport(own).totalBp);
      expect(above.posterior).toBeLessThanOrEqual(trustReport(own).posterior);
      expect(above).toEqual(trustReport(descendantFacts(own, [two, one])));
      expect(trustReport(descendantFacts(own, []))).toEqual(trustReport(own));
    });
  });

  it('are refused where they are none', () => {
    const bad = facts({ attestations: [attestation('a', { rating: 9 })] });
    expect(codeThrownBy(() => descendantFacts(facts(), [bad]))).toBe('SCORE_BAD_ATTESTATION');
  });
});
