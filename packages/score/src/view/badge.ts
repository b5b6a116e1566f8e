import { asTrustScore, type TrustScore, TtpError } from '@ttp/core';
import { floorDiv } from '../integer.js';
import { BADGE_CACHE_MAX_SECONDS } from '../limits.js';
import { svgBox, svgDocument, svgLine, svgText, THEMES, type Theme } from './svg.js';

export const BADGE_STYLES = ['flat', 'detailed'] as const;
export type BadgeStyle = (typeof BADGE_STYLES)[number];

/** What a badge shows. */
export interface BadgeFacts {
  /** 0 to 100. */
  readonly score: TrustScore;
  readonly revoked: boolean;
  /** Since when it is verified, wall clock, ms. */
  readonly since: number;
  readonly transactions: number;
  /** Where it can be verified, as people read it: `isnad.example/v/a3f8b2`. */
  readonly address: string;
}

/** How it looks. */
export interface BadgeLook {
  readonly style?: BadgeStyle;
  readonly theme?: Theme;
}

/** Colours by score: 80 and above green, 50 to 79 yellow, below red; revoked is grey (isnad-architecture.txt L221). */
export const BADGE_COLORS = {
  green: '#2da44e',
  yellow: '#bf8700',
  red: '#cf222e',
  revoked: '#6e7781',
} as const;

/**
 * What a badge is served with over HTTP: kept by nobody for longer than a minute, or it outlives a revocation
 * (flaw.S14), and never more than a picture.
 */
export const BADGE_HEADERS: {
  readonly 'cache-control': string;
  readonly 'content-security-policy': string;
  readonly 'content-type': string;
  readonly 'x-content-type-options': string;
} = {
  'cache-control': `public, max-age=${BADGE_CACHE_MAX_SECONDS}, must-revalidate`,
  'content-security-policy': "default-src 'none'; sandbox",
  'content-type': 'image/svg+xml; charset=utf-8',
  'x-content-type-options': 'nosniff',
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * The badge as SVG: escaped, without scripts, links or anything from elsewhere, and of one size whatever is written in
 * it. A revoked agent's badge says so and shows no score. Serve it with {@link BADGE_HEADERS}.
 *
 * @throws SCORE_BAD_BADGE with the field, CORE_BAD_SCORE
 */
export function badgeSvg(facts: BadgeFacts, look: BadgeLook = {}): string {
  const { style = 'flat', theme = 'light' } = look;
  if (!BADGE_STYLES.includes(style)) throw bad('style');
  if (!Object.hasOwn(THEMES, theme)) throw bad('theme');
  const { revoked, since, transactions, address } = facts;
  const score = asTrustScore(facts.score);
  if (typeof revoked !== 'boolean') throw bad('revoked');
  if (!Number.isSafeInteger(since) || since < 0 || since > 8.64e15) throw bad('since');
  if (!Number.isSafeInteger(transactions) || transactions < 0) throw bad('transactions');
  if (typeof address !== 'string') throw bad('address');
  const says = revoked ? 'revoked' : `${score}/100`;
  const color = BADGE_COLORS[revoked ? 'revoked' : colorOf(score)];
  const title = `isnad verified: ${says}`;
  if (style === 'flat')
    return svgDocument(168, 20, title, [
      svgBox(0, 0, 108, 20, theme === 'dark' ? '#3d444d' : '#555b62'),
      svgBox(108, 0, 60, 20, color),
      svgLine(8, 14, '#ffffff', '\u25c6 isnad verified', 11),
      svgLine(114, 14, '#ffffff', says, 11),
    ]);
  const { background, text, faint, rail } = THEMES[theme];
  const when = new Date(since);
  const history = `Since ${MONTHS[when.getUTCMonth()] ?? ''} ${when.getUTCFullYear()} \u00b7 ${transactions} txns`;
  return svgDocument(260, 92, title, [
    svgBox(0, 0, 260, 92, background),
    svgLine(12, 22, text, '\u25c6 isnad verified'),
    svgBox(12, 34, 170, 6, rail),
    ...(revoked ? [] : [svgBox(12, 34, floorDiv(170 * score, 100), 6, color)]),
    svgLine(192, 42, color, says),
    svgLine(12, 62, faint, history, 11),
    svgLine(12, 80, faint, svgText(address, 36), 11),
  ]);
}

/** The badge's facts as JSON, with the colour that the picture has. */
export const badgeJson = (facts: BadgeFacts): BadgeFacts & { readonly color: keyof typeof BADGE_COLORS } => ({
  ...facts,
  color: facts.revoked ? 'revoked' : colorOf(asTrustScore(facts.score)),
});

const colorOf = (score: number): 'green' | 'yellow' | 'red' =>
  score >= 80 ? 'green' : score >= 50 ? 'yellow' : 'red';

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_BADGE', 'the badge has a member that is none', { field });
