import { TtpError } from '@ttp/core';
import { floorDiv } from '../integer.js';
import { BEHAVIORAL_MAX_BP, IDENTITY_MAX_BP, REPUTATION_MAX_BP } from '../limits.js';
import { isTrustReport, type TrustReport } from '../report.js';
import { svgBox, svgDocument, svgLine, THEMES, type Theme } from './svg.js';

/** The three parts of a score: how they are called, what each may reach, and its colour. */
const PARTS = [
  { name: 'identity', of: 'identityBp', most: IDENTITY_MAX_BP, color: '#0969da' },
  { name: 'reputation', of: 'reputationBp', most: REPUTATION_MAX_BP, color: '#8250df' },
  { name: 'behavior', of: 'behavioralBp', most: BEHAVIORAL_MAX_BP, color: '#2da44e' },
] as const;

const CELLS = 20;

/** Points from basis points, with two decimals. */
const points = (bp: number): string => `${floorDiv(bp, 100)}.${String(bp % 100).padStart(2, '0')}`;

/**
 * A trust report for people, at most 78 columns wide: the total with its stage, each part as a bar, and what it rests
 * on. The identity points prove the key and not the holder's goodness, and it says so.
 *
 * @throws SCORE_BAD_BADGE for what is no report
 */
export function trustReportText(report: TrustReport): string {
  if (!isTrustReport(report)) throw bad('report');
  const { totalBp, stage, access, capBp, attestationCount, independentClusters, observed } = report;
  const bars = PARTS.map(({ name, of, most }) => {
    const full = floorDiv(CELLS * report[of], most);
    const bar = `${'#'.repeat(full)}${'.'.repeat(CELLS - full)}`;
    return `  ${name.padEnd(10)}  ${bar}  ${points(report[of]).padStart(5)} of ${most / 100}`;
  });
  const cap = capBp < 10_000 ? [`  capped at ${points(capBp)}`] : [];
  return [
    `trust  ${points(totalBp)} of 100   ${stage} (access: ${access})`,
    ...bars,
    ...cap,
    `  ${attestationCount} attestations, ${independentClusters} independent clusters, ${observed} observations`,
    '  identity points prove that the agent holds its key, not that it is any good',
  ].join('\n');
}

/**
 * The same as a picture: the parts as one bar of 100 points, and the history of the total as a line.
 *
 * @param history totals in basis points, the oldest first; the last 100 are drawn
 * @throws SCORE_BAD_BADGE with the field, for what is no report or theme
 */
export function trustReportSvg(
  report: TrustReport,
  { history = [], theme = 'light' }: { readonly history?: readonly number[]; readonly theme?: Theme } = {},
): string {
  if (!isTrustReport(report)) throw bad('report');
  if (!Object.hasOwn(THEMES, theme)) throw bad('theme');
  const { background, text, faint, rail } = THEMES[theme];
  const title = `trust ${points(report.totalBp)} of 100, ${report.stage}`;
  let x = 12;
  const bar = PARTS.map(({ of, color }) => {
    const width = floorDiv(300 * report[of], 10_000);
    const box = svgBox(x, 34, width, 10, color);
    x += width;
    return box;
  });
  return svgDocument(324, 120, title, [
    svgBox(0, 0, 324, 120, background),
    svgLine(12, 22, text, title),
    svgBox(12, 34, 300, 10, rail),
    ...bar,
    ...PARTS.map(({ name, of, color }, i) =>
      svgLine(12 + 100 * i, 60, color, `${name} ${points(report[of])}`, 10),
    ),
    ...sparkline(history, faint),
  ]);
}

/** A line of at most 100 points, 0 at the bottom and 10000 at the top. */
function sparkline(history: readonly number[], color: string): readonly string[] {
  const last = history.slice(-100).map((bp) => Math.min(10_000, Math.max(0, Math.trunc(bp) || 0)));
  if (last.length < 2) return [];
  const path = last.map(
    (bp, i) => `${12 + floorDiv(300 * i, last.length - 1)},${110 - floorDiv(36 * bp, 10_000)}`,
  );
  return [`<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>`];
}

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_BADGE', 'no report, or no theme to draw it in', { field });
