import { asTrustScore } from '@ttp/core';
import {
  BADGE_COLORS,
  BADGE_HEADERS,
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

/** What a document says: its elements with their attributes, and every text in order, unescaped. */
interface Shown {
  readonly names: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
  readonly texts: readonly string[];
}

/** As much of a browser's XML parser as is used. */
interface XmlElement {
  readonly localName: string;
  readonly textContent: string;
  readonly childElementCount: number;
  getAttributeNames(): string[];
}
type XmlParser = new () => {
  parseFromString(text: string, type: string): { getElementsByTagName(name: string): Iterable<XmlElement> };
};
const DomParser: XmlParser | undefined = Reflect.get(globalThis, 'DOMParser');

/** Read by the browser's own XML parser where there is one, else by one for what this package writes. */
const parsed = (svg: string): Shown => (DomParser === undefined ? tokens(svg) : dom(svg, DomParser));

function dom(svg: string, Parser: XmlParser): Shown {
  const elements = [...new Parser().parseFromString(svg, 'image/svg+xml').getElementsByTagName('*')];
  // What is not well formed is answered with an element of this name.
  expect(elements.map(({ localName }) => localName)).not.toContain('parsererror');
  return {
    names: new Set(elements.map(({ localName }) => localName)),
    attributes: new Set(elements.flatMap((element) => element.getAttributeNames())),
    texts: elements
      .filter(({ childElementCount, localName }) => childElementCount === 0 && localName !== 'rect')
      .map(({ textContent }) => textContent)
      .filter((text) => text !== ''),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Throws for what is not well formed: tags that do not match, a bare &, <, or quote. */
function tokens(svg: string): Shown {
  const [names, attributes] = [new Set<string>(), new Set<string>()];
  const texts: string[] = [];
  const open: string[] = [];
  const token =
    /<(\/?)([a-z]+)((?: [a-z-]+(?:[A-Z][a-z]+)?="(?:[^"<>&]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>|((?:[^<&]|&(?:amp|lt|gt|quot|#39);)+)/gy;
  for (let at = 0; at < svg.length; at = token.lastIndex) {
    token.lastIndex = at;
    const [whole, closing, name = '', given = '', single, text] = token.exec(svg) ?? [];
    if (whole === undefined) throw new Error(`no XML at ${at}: ${svg.slice(at, at + 40)}`);
    if (text !== undefined) {
      const said = text.replaceAll(/&([a-z0-9#]+);/g, (_, entity: string) => ENTITIES[entity] ?? '');
      if (said !== '\n') texts.push(said);
    } else if (closing === '/') expect(open.pop()).toBe(name);
    else {
      names.add(name);
      for (const [, attribute = ''] of given.matchAll(/ ([a-zA-Z-]+)=/g)) attributes.add(attribute);
      if (single !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  return { names, attributes, texts };
}

/** What may stand in a picture: nothing that runs, loads, links or styles. */
const ATTRIBUTES = [
  'aria-label',
  'fill',
  'font-family',
  'font-size',
  'height',
  'points',
  'role',
  'rx',
  'stroke',
  'stroke-width',
  'viewBox',
  'width',
  'x',
  'xmlns',
  'y',
];

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

/** 36 characters at most of what can be seen. */
function visible(text: string): string {
  const points = Array.from(text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, ' '));
  return points.length > 36 ? `${points.slice(0, 35).join('')}\u2026` : points.join('');
}

describe('the badge', () => {
  it('shows the verified score, since when, how many transactions and where to verify', () => {
    proves('score.badge.svg', 'score.badge.style');
    const detailed = badgeSvg(badge(), { style: 'detailed' });
    const { texts, names } = parsed(detailed);
    expect(texts).toEqual([
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
        const { names, attributes, texts } = parsed(badgeSvg(badge({ address }), look));
        expect(
          [...names].every((name) => ['svg', 'title', 'rect', 'text'].includes(name)),
          address,
        ).toBe(true);
        expect(
          [...attributes].filter((name) => !ATTRIBUTES.includes(name)),
          address,
        ).toEqual([]);
        // The reader sees the very text, but for what nobody can see.
        if (look.style === 'detailed' && address !== '') expect(texts.at(-1), address).toBe(visible(address));
        for (const shown of texts) expect(shown, address).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    expect(svgText('x'.repeat(100), 5)).toBe('xxxx\u2026');
    expect(svgText('a\u0000b\ud800c\u{1f600}', 10)).toBe('a b c\u{1f600}');
  });

  it('is kept for a minute at most, and is a picture only', () => {
    proves('flaw.S14');
    expect(Number(/max-age=(\d+)/.exec(BADGE_HEADERS['cache-control'])?.[1])).toBeLessThanOrEqual(60);
    expect(BADGE_HEADERS['content-security-policy']).toContain("default-src 'none'");
    expect(BADGE_HEADERS['content-type']).toBe('image/svg+xml; charset=utf-8');
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

  it('draws each part as long as it is of a hundred points, one after the other', () => {
    const svg = trustReportSvg(
      trustReport(facts({ attestations: [attestation('a')], behavior: behavior({ good: 900, total: 900 }) })),
    );
    const boxes = [...svg.matchAll(/<rect x="(\d+)" y="34" width="(\d+)" height="10" rx="2" fill="(#\w+)"/g)];
    // 40.00, 5.83 and 22.49 of 100 on 300 pixels.
    expect(boxes.map(([, ...numbers]) => numbers)).toEqual([
      ['12', '300', '#d1d9e0'],
      ['12', '120', '#0969da'],
      ['132', '17', '#8250df'],
      ['149', '67', '#2da44e'],
    ]);
    expect(parsed(svg).texts).toEqual([
      'trust 68.32 of 100, building',
      'trust 68.32 of 100, building',
      'identity 40.00',
      'reputation 5.83',
      'behavior 22.49',
    ]);
    expect(trustReportSvg(report, { theme: 'dark' })).not.toBe(trustReportSvg(report));
  });

  it('refuses what is no report, in a picture as in a terminal', () => {
    const forged = { ...report, stage: '</title><script>alert(1)</script>' } as never;
    expect(codeThrownBy(() => trustReportSvg(forged))).toBe('SCORE_BAD_BADGE');
    expect(codeThrownBy(() => trustReportText(forged))).toBe('SCORE_BAD_BADGE');
    expect(codeThrownBy(() => trustReportSvg(report, { theme: 'toString' as never }))).toBe(
      'SCORE_BAD_BADGE',
    );
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
