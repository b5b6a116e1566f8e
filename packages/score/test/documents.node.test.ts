import { readFileSync } from 'node:fs';
import { asBasisPoints, asDid, asTrustScore } from '@ttp/core';
import {
  BADGE_COLORS,
  badgeSvg,
  GAMING_MULTIPLIERS_BP,
  ISSUER_TIER_WEIGHTS_CENTI,
  isnadScore,
  isnadTotal,
  nextServiceScore,
  serviceLevel,
  stageOf,
} from '@ttp/score';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { isnadDecay } from '../src/fixed.js';

const DAY = 86_400_000;
const PAGE = readFileSync(new URL('../../../docs/trust.md', import.meta.url), 'utf8');
const open = { identityVerified: true, killed: false, revoked: false };

const stageOfPoints = (points: number): string => stageOf(100 * points, open);

/** An old account with so many confirmed entries, spread over so many partners. */
function chain(count: number, partners: number, days: number) {
  const now = 1000 * DAY;
  const entries = Array.from({ length: count }, (_, i) => ({
    partner: asDid(`did:ttp:agent:p${i % partners}`),
    at: now,
    standing: 'confirmed' as const,
    amountCents: 100,
  }));
  return isnadScore({ entries, since: now - days * DAY }, now);
}

/** The most with one partner in an hour is ten: enough partners that nothing is left out. */
const PARTNERS = 150;

/** What is left after some days, in thousandths. */
const left = (days: number): number => Number((isnadDecay(days) * 1000n) >> 32n);

describe('numbers of the documents', () => {
  it('stages of the scores that they show', () => {
    expect([78, 75, 65, 45, 40].map((points) => stageOfPoints(points))).toEqual([
      'established',
      'established',
      'building',
      'new',
      'provisional',
    ]);
    expect(serviceLevel(9200)).toBe('verified');
    expect(nextServiceScore(asBasisPoints(9190), asBasisPoints(10_000))).toBe(9200);
  });

  it('a score of the other scale is none', () => {
    expect(codeThrownBy(() => asTrustScore(750))).toBe('CORE_BAD_SCORE');
  });

  it('the profile whose components do not give its score, nor its transactions its components', () => {
    proves('score.isnad.precision');
    const [volume, consistency, diversity, longevity, disputePenalty] = [9200, 9500, 7600, 8200, 10_000];
    expect(isnadTotal({ volume, consistency, diversity, longevity, disputePenalty })).toBe(8925);
    expect(chain(142, PARTNERS, 365).volume).toBe(7159);
    expect(chain(587, PARTNERS, 365).volume).toBeLessThan(volume);
    expect(chain(588, PARTNERS, 365).volume).toBeGreaterThan(volume);
    expect([9, 10].map((partners) => chain(90, partners, 365).diversity)).toEqual([7200, 8000]);
    expect([299, 300].map((days) => chain(1, 1, days).longevity)).toEqual([8191, 8219]);
  });

  it('where the isnad score is full, and what time leaves of it', () => {
    expect(chain(1023, PARTNERS, 365)).toMatchObject({
      volume: 10_000,
      diversity: 10_000,
      longevity: 10_000,
    });
    expect(chain(130, 13, 364)).toMatchObject({ diversity: 10_000, longevity: 9972 });
    expect(chain(1, 1, 365)).toMatchObject({ shown: '59.1', flags: ['self-dealing'] });
    expect([346, 347, 693, 730].map((days) => left(days))).toEqual([500, 499, 250, 232]);
  });

  it('the badge', () => {
    const svg = badgeSvg(
      {
        score: asTrustScore(87),
        revoked: false,
        since: Date.UTC(2026, 0, 15),
        transactions: 142,
        address: 'isnad.site/v/a3f8b2',
      },
      { style: 'detailed' },
    );
    for (const shown of [
      'isnad verified',
      '87/100',
      'Since Jan 2026 \u00b7 142 txns',
      'isnad.site/v/a3f8b2',
      BADGE_COLORS.green,
    ])
      expect(svg).toContain(shown);
  });
});

describe('docs/trust.md', () => {
  it('has the weights and factors that are in force', () => {
    proves('score.tiers.table');
    for (const [tier, centi] of Object.entries(ISSUER_TIER_WEIGHTS_CENTI))
      expect(PAGE).toContain(`| ${tier} | ${centi === 0 ? '0' : (centi / 100).toFixed(2)} |`);
    for (const [pattern, bp] of Object.entries(GAMING_MULTIPLIERS_BP)) {
      const row = PAGE.split('\n').find((line) => line.startsWith(`| ${pattern.replace('-', ' ')} |`));
      expect(row, pattern).toMatch(new RegExp(`\\| x ${bp / 10_000} \\|$`));
    }
  });

  it('has the table of the suite with its command, for every attack', () => {
    const suite = PAGE.split('<!-- suite -->')[1]?.split('<!-- end of suite -->')[0] ?? '';
    expect(suite).toMatch(/^\n`npm run trust-suite -- --write`, \d{4}-\d\d-\d\d\./);
    for (const attack of [
      'patient ring | 10 001 | 0',
      'patient bridge',
      'whitewash',
      'slow poison',
      'bad-mouthing',
      'framing by praise',
      'extortion',
    ])
      expect(suite, attack).toContain(`| ${attack} |`);
  });
});
