import { figure } from './bar.ts';
import type { AreaResult, BarResult, ContestantResult, RaceResult, TableResult } from './result.ts';

/** A Markdown table whose columns are padded, so that it reads in a terminal as well. */
function grid(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join('\n');
}

const bars = (list: readonly BarResult[]): string =>
  list
    .map(
      ({ bar, measured, met, why }) =>
        `- ${bar}: ${measured}, **${met ? 'met' : 'not met'}**${why === undefined ? '' : `. ${why}`}`,
    )
    .join('\n');

function contestants({ contestants: list }: RaceResult): string {
  const timed = list.filter(({ times }) => times !== undefined);
  const single = timed.some((contestant) => contestant.single !== undefined);
  const columns = ['', 'us median', 'us min', ...(single ? ['us p50 of one', 'us p99 of one'] : []), 'ratio'];
  const rows = timed.map((contestant) => [
    contestant.ours ? `**${contestant.name}**` : contestant.name,
    ...numbers(contestant, single),
  ]);
  return grid(columns, rows);
}

function numbers({ times, single: one, ratio = Number.NaN }: ContestantResult, single: boolean): string[] {
  return [
    figure(times?.median ?? Number.NaN),
    figure(times?.min ?? Number.NaN),
    ...(single ? [figure(one?.p50 ?? Number.NaN), figure(one?.p99 ?? Number.NaN)] : []),
    `x${figure(ratio)}`,
  ];
}

/** One table of results, with what each contestant does unless that was said, who was excluded and why, and the bars. */
function renderTable(table: TableResult, said: Set<string>): string {
  const rounds = table.kind === 'race' ? ` ${table.rounds} rounds.` : '';
  const head = [`### ${table.title}`, `${table.work}${rounds}`];
  if (table.kind === 'facts')
    return [...head, grid(table.columns, table.rows), bars(table.bars)].filter(Boolean).join('\n\n');
  const does = table.contestants
    .map(({ name, does: what }) => `- ${name}: ${what}`)
    .filter((line) => !said.has(line) && said.add(line))
    .join('\n');
  const excluded = table.contestants
    .filter((contestant) => contestant.excluded !== undefined)
    .map(({ name, excluded: why }) => `- **${name} is not in the race**: ${why}`)
    .join('\n');
  return [...head, contestants(table), does, excluded, bars(table.bars)].filter(Boolean).join('\n\n');
}

/** An area; what a contestant does is said where it comes first. */
export function renderArea(area: AreaResult): string {
  const said = new Set<string>();
  return [`## ${area.title}`, ...area.tables.map((table) => renderTable(table, said))].join('\n\n');
}

/** Every bar of a run in one table, the missed ones with the reason. */
export function renderSummary(areas: readonly AreaResult[]): string {
  const rows = areas.flatMap((area) =>
    area.tables.flatMap((table) =>
      table.bars.map(({ bar, measured, met, why = '' }) => [
        area.id,
        bar,
        measured,
        met ? 'met' : '**not met**',
        why,
      ]),
    ),
  );
  return grid(['area', 'bar', 'measured', '', 'why not'], rows);
}
