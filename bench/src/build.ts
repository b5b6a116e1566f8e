import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The packages whose built form is missing or older than their source. */
function stale(): string[] {
  return readdirSync(`${root}packages`).filter((name) => {
    const dir = `${root}packages/${name}`;
    if (!existsSync(`${dir}/tsup.config.ts`)) return false;
    return newest(`${dir}/src`) > newest(`${dir}/dist`, '.js');
  });
}

/** When the newest file of a folder was written, ms; 0 where there is none. */
function newest(dir: string, ending = ''): number {
  if (!existsSync(dir)) return 0;
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith(ending))
    .reduce((time, { parentPath, name }) => Math.max(time, statSync(`${parentPath}/${name}`).mtimeMs), 0);
}

/** Builds the packages where their built form is not of this source: that is what is measured. */
export function ensureBuilt(log: (line: string) => void): void {
  const names = stale();
  if (names.length === 0) return;
  log(`building, since the source is newer: ${names.join(', ')}`);
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { status } = spawnSync(scripts['task:build'], { cwd: root, shell: true, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed, see above');
}
