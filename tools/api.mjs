// Keeps the public declarations of every entry point in api/<package>.d.ts. `--update` rewrites them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const update = process.argv.includes('--update');
mkdirSync(join(root, 'api'), { recursive: true });
let stale = 0;
for (const name of readdirSync(join(root, 'packages')).sort()) {
  const dist = join(root, 'packages', name, 'dist');
  const text = readdirSync(dist, { recursive: true })
    .filter((f) => f.endsWith('.d.ts'))
    .sort()
    .map(
      (f) =>
        `// ${f.replaceAll('\\', '/')}\n${readFileSync(join(dist, f), 'utf8')
          .replace(/\/\/# sourceMappingURL.*\n?/, '')
          .replace(/\/\*\*[\s\S]*?\*\/\n?\s*/g, '')}`,
    )
    .join('\n');
  const file = join(root, 'api', `${name}.d.ts`);
  if ((existsSync(file) ? readFileSync(file, 'utf8') : '') === text) continue;
  if (update) writeFileSync(file, text);
  else {
    stale++;
    console.error(
      `api/${name}.d.ts differs from the build; run: node tools/run.mjs api --update, and add a changeset`,
    );
  }
}
process.exit(stale ? 1 : 0);
