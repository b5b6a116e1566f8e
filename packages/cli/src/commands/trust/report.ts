import { isJsonObject, type Json, TtpError } from '@ttp/core';
import {
  type BadgeStyle,
  badgeSvg,
  type TrustReport,
  trustReport,
  trustReportSvg,
  trustReportText,
} from '@ttp/score';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readJson, requireAbsent, writeNew } from '../../files/files.js';
import { trustFactsOf } from '../../trust-facts.js';
import type { Call } from '../../verb.js';

interface ReportOptions {
  readonly svg?: string;
  readonly badge?: string;
  readonly theme: 'light' | 'dark';
  readonly style: BadgeStyle;
  readonly address: string;
  readonly transactions: number;
  readonly since?: number;
}

/** `ttp trust report`: the score of facts, as text, as JSON and as pictures. */
export async function run({ options, args: [path = ''], io }: Call<ReportOptions>): Promise<Answer> {
  const { svg, badge, theme } = options;
  for (const [out, field] of [
    [svg, 'svg'],
    [badge, 'badge'],
  ] as const)
    if (out !== undefined) await requireAbsent(out, field);
  const given = await readJson(path, { field: 'facts', io });
  if (!isJsonObject(given))
    throw new TtpError('CLI_FACTS', `${path}: facts are an object`, { field: 'facts' });
  const { history = [], ...facts } = given;
  const report = trustReport(trustFactsOf(facts));
  if (svg !== undefined)
    await writeNew(svg, trustReportSvg(report, { theme, history: totalsOf(history) }), 'svg');
  if (badge !== undefined) await writeNew(badge, badgeOf(report, options, io.clock.now()), 'badge');
  return {
    exit: EXIT.ok,
    json: {
      ...report,
      ...(svg === undefined ? {} : { svg }),
      ...(badge === undefined ? {} : { badge }),
    },
    text: () =>
      [
        trustReportText(report),
        ...(svg === undefined ? [] : [`report ${svg}`]),
        ...(badge === undefined ? [] : [`badge  ${badge}`]),
      ].join('\n'),
  };
}

/** Nobody who was stopped has a badge with a score. */
const badgeOf = (
  report: TrustReport,
  { style, theme, address, transactions, since }: ReportOptions,
  now: number,
): string =>
  badgeSvg(
    {
      score: report.totalScore,
      revoked: report.stage === 'blocked',
      since: since ?? now,
      transactions,
      address,
    },
    { style, theme },
  );

function totalsOf(history: Json): readonly number[] {
  const isTotals = Array.isArray(history) && history.every((one: Json) => typeof one === 'number');
  if (!isTotals)
    throw new TtpError('CLI_FACTS', 'history is a list of totals in basis points', { field: 'history' });
  return history.map(Number);
}
