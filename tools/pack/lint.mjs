// publint and "are the types wrong" on what was packed.
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { problemsOf, run } from './run.mjs';

/** What publint says, warnings and suggestions included, about a package that was installed from its tarball. */
export async function publintProblems(dir, { manifest }) {
  const { messages } = await publint({
    pkgDir: join(dir, 'node_modules', manifest.name),
    strict: true,
    pack: false,
  });
  return messages.map((message) => formatMessage(message, manifest, { color: false }));
}

/** What attw says about a tarball whose users have ES modules. */
export async function attwProblems(root, dir, { file }) {
  const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const args = [attw, join(dir, file), '--profile', 'esm-only', '--format', 'ascii', '--no-color'];
  return problemsOf(await run(process.execPath, args, { cwd: dir }));
}
