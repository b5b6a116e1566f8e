import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TtpError } from '@ttp/core';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { requireFile } from '../files/files.js';
import type { Call } from '../verb.js';

/** The repository's root, seen from `src/commands` and from `dist` alike: both are below `packages/cli`. */
const REPOSITORY = new URL(
  import.meta.url.endsWith('/src/commands/demo.ts') ? '../../../../' : '../../../',
  import.meta.url,
);

const inRepository = (path: string): string => fileURLToPath(new URL(path, REPOSITORY));

/** `ttp demo`: the guarded agent of the repository. */
export async function run({
  options: { json = false },
}: Pick<Call<{ readonly json?: boolean }>, 'options'>): Promise<ExitCode> {
  const script = inRepository('tools/run.mjs');
  try {
    for (const file of [script, inRepository('examples/guarded-agent/src/main.ts')])
      await requireFile(file, 'demo');
  } catch (cause) {
    throw new TtpError(
      'CLI_DEMO_ABSENT',
      'the demo is examples/guarded-agent of the TTP repository: clone it and run npm start there',
      { cause },
    );
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [script, 'start', ...(json ? ['--json'] : [])], {
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return status === 0 ? EXIT.ok : EXIT.cannotRun;
}
