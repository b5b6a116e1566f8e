import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Why tests with faults of the operating system are skipped. */
export const NO_STRACE = 'strace is not on this machine, or may not trace: no faults of the operating system';

const STRACE = 'strace';

/** Whether strace is here, and may trace. */
export const canTrace = (): boolean => spawnSync(STRACE, ['-qq', '-o', '/dev/null', 'true']).status === 0;

/** The writer as one file of JavaScript, so that a process of it starts in tens of milliseconds. */
export function bundleWriter(folder: string): string {
  const outfile = join(folder, 'writer.mjs');
  const esbuild = fileURLToPath(new URL('../../../../node_modules/.bin/esbuild', import.meta.url));
  const source = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const options = ['--bundle', '--platform=node', '--format=esm', '--conditions=@ttp/source'];
  const made = spawnSync(esbuild, [source, ...options, '--log-level=error', `--outfile=${outfile}`]);
  if (!existsSync(outfile)) throw new Error(`esbuild: ${made.stderr.toString()}`);
  return outfile;
}

/** A process of the writer, below strace where there is something to inject. */
export function startWriter(
  bundle: string,
  [kind, path, faults]: readonly [kind: string, path: string, faults: number],
  inject?: string,
): ChildProcess {
  const command: readonly [string, ...string[]] = [process.execPath, bundle, kind, path, String(faults)];
  const [program, ...args] = inject === undefined ? command : [...stracing(inject), ...command];
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The command line of strace that injects this. Its faster way of tracing delivers no signals. */
export const stracing = (inject: string): readonly [string, ...string[]] => [
  STRACE,
  '-f',
  '-qq',
  ...(inject.includes(':signal=') ? [] : ['--seccomp-bpf']),
  '-o',
  '/dev/null',
  '-e',
  `trace=${inject.split(':')[0]}`,
  '-e',
  `inject=${inject}`,
];

/** What a process says until it ends. */
export async function linesOf(
  child: ChildProcess,
  onLines: (lines: number) => void = () => undefined,
): Promise<{ readonly lines: readonly string[]; readonly errors: string }> {
  let text = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    onLines(text.split('\n').length);
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return { lines: text.split('\n').slice(0, -1), errors };
}
