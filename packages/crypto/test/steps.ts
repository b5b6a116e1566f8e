import { type Profiler, Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

// Optimised code loses counts: what is counted is interpreted.
for (const flag of ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-use-osr']) setFlagsFromString(flag);

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/**
 * How many blocks of JavaScript `run` executes, as V8 counts them: the work of a parser, the same on every machine and
 * under every load. What built-ins of the engine do inside is not counted.
 */
export function steps(run: () => unknown): number {
  taken(); // what was counted until here
  run();
  return taken()
    .flatMap(({ functions }) => functions)
    .flatMap(({ ranges }) => ranges)
    .reduce((sum, { count }) => sum + count, 0);
}

/** The answer of a session in its own thread comes before `post` returns. */
function taken(): readonly Profiler.ScriptCoverage[] {
  let result: readonly Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (error, answer) => {
    if (error !== null) throw error;
    ({ result } = answer);
  });
  return result;
}
