import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * What a real process printed until it was done; then it is killed, so that what it holds is neither settled nor released.
 *
 * @param script of the process; its last line is `done`
 */
export async function linesOf(
  script: URL,
  ...words: readonly (string | number)[]
): Promise<readonly string[]> {
  const args = ['--conditions=@ttp/source', '--import', tsx, fileURLToPath(script), ...words.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.endsWith('done\n')) child.kill('SIGKILL'); // this very process, by its id
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return text.trim().split('\n');
}
