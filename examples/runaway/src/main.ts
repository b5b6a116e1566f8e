// An agent in a loop, stopped by its breaker, its budget and a kill: see README.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '@ttp/etr-merkle/trace';
import { letLoose } from './story.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** What an entry says that is worth a line here. */
const SAYS = ['state', 'why', 'percent', 'anomaly', 'condition', 'reasons', 'code'];
const told = (data: Entry['data']): string =>
  SAYS.flatMap((name) => (data[name] === undefined ? [] : [JSON.stringify(data[name])])).join(' ');
const folder = mkdtempSync(join(tmpdir(), 'ttp-runaway-'));
try {
  const { tally, stops, afterRestart, verified } = await letLoose(folder);
  say('what the loop saw');
  for (const [end, times] of tally) say(`  ${String(times).padStart(4)} x ${end}`);
  say('what the log says of stopping it');
  for (const { index, type, data } of stops)
    say(`  ${String(index).padStart(4)} ${type.padEnd(20)} ${told(data)}`);
  say(`after a restart: ${afterRestart}`);
  say(`the log: ${verified.valid ? 'verified' : 'NOT VALID'}, ${verified.entries} entries`);
  process.exitCode = verified.valid && afterRestart === 'GUARD_KILLED' ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
