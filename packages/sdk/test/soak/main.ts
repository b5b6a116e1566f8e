// The soak of kills: node tools/run.mjs soak-kill [minutes] [seed]. Ends with 1 where anything was wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { soak } from './soak.js';

const AGENTS = 100;
/** How much more memory may be in use in the last fifth of the time than in the third, at the most. */
const GROWTH = 1.1;
const EVERY_MS = 10_000;
const MIB = 1_048_576;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [minutes = '5', seed = 'kill'] = process.argv.slice(2);
const lasting = Number(minutes) * 60_000;
if (!(lasting > 0)) throw new Error(`not a number of minutes: ${minutes}`);

const began = performance.now();
/** What was in use after a collection: by JavaScript, and by the whole process, which has SQLite in it. */
const readings: { readonly at: number; readonly heap: number; readonly rss: number }[] = [];
let steps = 0;

function more(done: number): boolean {
  const at = performance.now() - began;
  steps = done;
  if (at >= readings.length * EVERY_MS) {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const reading = { at, heap: heapUsed / MIB, rss: rss / MIB };
    readings.push(reading);
    const memory = `heap ${reading.heap.toFixed(1)} MiB, process ${reading.rss.toFixed(0)} MiB`;
    say(`${(at / 1000).toFixed(0).padStart(5)} s ${String(done).padStart(8)} steps ${memory}`);
  }
  return at < lasting;
}

/** The middle of the readings between two shares of the time; caches and pools fill up for a minute or two first. */
function middle(of: 'heap' | 'rss', from: number, to: number): number {
  const some = readings
    .filter(({ at }) => at >= from * lasting && at < to * lasting)
    .map(({ [of]: mib }) => mib);
  return some.sort((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'ttp-soak-'));
try {
  const { violations, logs, counts } = await soak(folder, { agents: AGENTS, seed, more });
  const fifths = (of: 'heap' | 'rss') => [middle(of, 0.4, 0.6), middle(of, 0.8, 1)] as const;
  for (const [what, times] of Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    say(`${String(times).padStart(9)} ${what}`);
  say(`${steps} steps of ${AGENTS} agents in ${minutes} min, seed ${seed}`);
  say(`logs verified offline: ${logs.verified} with ${logs.entries} entries; not valid: ${logs.invalid}`);
  for (const [of, name] of [
    ['heap', 'heap'],
    ['rss', 'process'],
  ] as const) {
    const [first, second] = fifths(of);
    say(
      `${name}: ${first.toFixed(1)} MiB in the third fifth after collections, ${second.toFixed(1)} MiB in the last`,
    );
  }
  say(`violations: ${violations.length}`);
  for (const violation of violations.slice(0, 20)) say(`  ${violation}`);
  // Shorter runs have too few readings to speak of growth.
  const isFlat = (['heap', 'rss'] as const).every((of) => {
    const [first, second] = fifths(of);
    return Number.isNaN(first) || Number.isNaN(second) || second <= first * GROWTH;
  });
  process.exitCode = violations.length === 0 && logs.invalid === 0 && isFlat ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
