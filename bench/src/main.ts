import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AREAS, isAreaResult } from './areas.ts';
import { ensureBuilt } from './build.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions } from './options.ts';
import { renderPage } from './page.ts';
import { renderArea, renderSummary } from './render.ts';
import type { AreaResult, Run } from './result.ts';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

const say = (line: string): unknown => process.stderr.write(`${line}\n`);
const print = (text: string): unknown => process.stdout.write(`${text}\n`);

const help = (): string =>
  `npm run bench -- [area ...] [options]

Measures the built packages against what a user would pick instead, and against the bars.

${AREAS.map(({ id, title }) => `  ${id.padEnd(10)} ${title}`).join('\n')}

  --quick      few and short rounds: whether all runs, nothing to judge by
  --json       the result as JSON
  --write      a whole run into docs/benchmarks.md
  --as-built   do not build first, whatever the source is
  --help       this`;

/** An area in a process of its own: no area runs on the heap and the compiled code of the one before. */
async function runArea(id: string, { quick }: Options): Promise<AreaResult> {
  const child = fork(fileURLToPath(new URL('./run-area.ts', import.meta.url)), [id, String(quick)], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let result: unknown;
  child.on('message', (message) => (result = message));
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0 || !isAreaResult(result)) throw new Error(`the area ${id} ended with ${String(code)}`);
  return result;
}

async function main(): Promise<void> {
  const ids = AREAS.map(({ id }) => id);
  const options = readOptions(process.argv.slice(2), ids);
  if (options.help) {
    print(help());
    return;
  }
  if (!options.asBuilt) ensureBuilt(say);
  const date = new Date().toISOString();
  const machine = describeMachine();
  const areas: AreaResult[] = [];
  for (const id of options.areas) {
    say(`${id} ...`);
    const area = await runArea(id, options);
    areas.push(area);
    if (!options.json) print(`${renderArea(area)}\n`);
  }
  const command = ['npm run bench', ...(options.write ? ['-- --write'] : [])].join(' ');
  const run: Run = { command, date, machine, areas };
  if (options.json) print(JSON.stringify(run, null, 2));
  else print(`## Bars\n\n${machine.map((line) => `- ${line}`).join('\n')}\n\n${renderSummary(areas)}`);
  if (options.write) writeFileSync(PAGE, renderPage(run));
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
