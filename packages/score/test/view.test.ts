import { asTrustScore } from '@ttp/core';
import {
  BADGE_COLORS,
  type BadgeFacts,
  type BadgeLook,
  badgeJson,
  badgeSvg,
  NO_BEHAVIOR,
  trustReport,
  trustReportSvg,
  trustReportText,
} from '@ttp/score';
import { codeThrownBy, proves, thirdParty } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { svgText } from '../src/view/svg.js';
import { attestation, behavior, facts } from './facts.js';

const badge = (changes: Partial<BadgeFacts> = {}): BadgeFacts => ({
  score: asTrustScore(87),
  revoked: false,
  since: Date.UTC(2026, 0, 15),
  transactions: 142,
  address: 'isnad.example/v/a3f8b2',
  ...changes,
});

/** Every text and attribute of a document, and whether its tags are well formed: a parser for what this package writes. */
function parsed(svg: string): { readonly names: ReadonlySet<string>; readonly texts: readonly string[] } {
  const names = new Set<string>();
  const texts: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-z-]+(?:[A-Z][a-z]+)?="[^"<>]*")*)(\/?)>|([^<]+)/gy;
  for (let at = 0; at < svg.length; at = token.lastIndex) {
    token.lastIndex = at;
    const [whole, closing, name = '', , single, text] = token.exec(svg) ?? [];
    if (whole === undefined) throw new Error(`no XML at ${at}: ${svg.slice(at, at + 40)}`);
    if (text !== undefined) texts.push(text);
    else if (closing === '/') expect(open.pop()).toBe(name);
    else {
      names.add(name);
      if (single !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return { names, texts };
}

const LOOKS: readonly BadgeLook[] = [
  {},
  { style: 'flat', theme: 'dark' },
  { style: 'detailed', theme: 'light' },
  { style: 'detailed', theme: 'dark' },
];

const color = (score: number, revoked = false) =>
  badgeJson(badge({ score: asTrustScore(score), revoked })).color;

const refused = (changes: object, look: object = {}) =>
  codeThrownBy(() => badgeSvg({ ...badge(), ...changes }, look));

describe('the badge', () => {
  it('shows the verified score, since when, how many transactions and where to verify', () => {
    proves('score.badge.svg', 'score.badge.style');
    const detailed = badgeSvg(badge(), { style: 'detailed' });
    const { texts, names } = parsed(detailed);
    expect(texts.map((text) => text.trim()).filter((text) => text !== '')).toEqual([
      'isnad verified: 87/100',
      '\u25c6 isnad verified',
      '87/100',
      'Since Jan 2026 \u00b7 142 txns',
      'isnad.example/v/a3f8b2',
    ]);
    expect([...names].sort()).toEqual(['rect', 'svg', 'text', 'title']);
    const sizes = LOOKS.map((look) => /width="(\d+)" height="(\d+)"/.exec(badgeSvg(badge(), look))?.slice(1));
    expect(sizes).toEqual([
      ['168', '20'],
      ['168', '20'],
      ['260', '92'],
      ['260', '92'],
    ]);
    expect(badgeSvg(badge(), { theme: 'dark' })).not.toBe(badgeSvg(badge()));
  });

  it('is green from 80, yellow from 50, red below, and grey and without a score when revoked', () => {
    proves('score.badge.colors');
    expect([100, 80, 79, 50, 49, 0].map((score) => color(score))).toEqual([
      'green',
      'green',
      'yellow',
      'yellow',
      'red',
      'red',
    ]);
    for (const look of LOOKS) {
      expect(badgeSvg(badge(), look)).toContain(BADGE_COLORS.green);
      const revoked = badgeSvg(badge({ revoked: true }), look);
      expect(revoked).toContain('revoked');
      expect(revoked).toContain(BADGE_COLORS.revoked);
      expect(revoked).not.toMatch(/87|#2da44e/);
    }
  });

  it('lets no text of a stranger out of its place', () => {
    proves('flaw.S14');
    const hostile = [
      '</text><script>alert(1)</script>',
      '"/><image href="x"/>',
      '&#60;b',
      ']]>',
      '\u202egnp',
    ];
    const text = thirdParty('strings/blns.json');
    const strings: readonly string[] = text === undefined ? [] : JSON.parse(text);
    for (const address of [...hostile, ...strings])
      for (const look of LOOKS) {
        const { names, texts } = parsed(badgeSvg(badge({ address }), look));
        expect(
          [...names].every((name) => ['svg', 'title', 'rect', 'text'].includes(name)),
          address,
        ).toBe(true);
        for (const shown of texts)
          expect(shown.trim().replaceAll(/&(?:amp|lt|gt|quot|#39);/g, ''), address).not.toMatch(
            /[&<>"'\p{Cc}\p{Cf}]/u,
          );
      }
    expect(svgText('x'.repeat(100), 5)).toBe('xxxx\u2026');
    expect(svgText('a\u0000b\ud800c\u{1f600}', 10)).toBe('a b c\u{1f600}');
  });

  it('refuses what is no fact of a badge', () => {
    for (const changes of [
      { revoked: 'no' },
      { since: -1 },
      { since: 9e15 },
      { transactions: 0.5 },
      { address: null },
    ])
      expect(refused(changes), JSON.stringify(changes)).toBe('SCORE_BAD_BADGE');
    for (const look of [{ style: 'round' }, { theme: 'toString' }])
      expect(refused({}, look), JSON.stringify(look)).toBe('SCORE_BAD_BADGE');
    expect(refused({ score: 101 })).toBe('CORE_BAD_SCORE');
  });
});

describe('the report for people', () => {
  const report = trustReport(
    facts({
      attestations: [attestation('a'), attestation('b')],
      behavior: behavior({ good: 900, total: 900 }),
      securityEvents: ['medium'],
    }),
  );

  it('says the parts, the cap, and that identity proves the key alone', () => {
    proves('score.identity.meaning');
    const text = trustReportText(report);
    expect(text).toMatch(/^trust {2}20\.00 of 100 {3}blocked \(access: blocked\)\n/);
    expect(text).toContain('  identity    ####################  40.00 of 40\n');
    expect(text).toContain('\n  capped at 20.00\n');
    expect(text).toContain('not that it is any good');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('draws the parts and the history, whatever the history holds', () => {
    const plain = parsed(trustReportSvg(report));
    expect([...plain.names].sort()).toEqual(['rect', 'svg', 'text', 'title']);
    const svg = trustReportSvg(trustReport(facts({ behavior: NO_BEHAVIOR })), {
      history: [0, 10_000, Number.NaN, -5, 20_000],
      theme: 'dark',
    });
    expect(/points="([^"]*)"/.exec(svg)?.[1]).toBe('12,110 87,74 162,110 237,110 312,74');
    expect([...parsed(svg).names]).toContain('polyline');
  });
});
