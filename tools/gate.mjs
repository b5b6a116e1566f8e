// What the gates share: the packages with their layers, reading sources, and how a gate reports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every package by layer (docs/ARCHITECTURE.md); a package may import strictly lower layers only. */
export const LAYERS = [
  ['core'],
  ['crypto', 'adapters'],
  ['did', 'spl', 'score', 'etr-merkle', 'testkit'],
  ['tre', 'pnp', 'consensus', 'accord', 'guard', 'oversight'],
  ['mesh', 'discovery'],
  ['sdk'],
  ['gateway', 'server', 'console'],
  ['cli'],
];

const layers = new Map(LAYERS.flatMap((names, layer) => names.map((name) => [name, layer])));

/** The packages below `root`: name, layer (undefined when it has none), manifest, folder. */
export function packages(root) {
  return readdirSync(join(root, 'packages'))
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .sort()
    .map((name) => ({
      name,
      layer: layers.get(name),
      dir: join(root, 'packages', name),
      manifest: JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
    }));
}

/** The layer of a package by its npm name. */
export const layerOf = (npmName) => layers.get(npmName.replace('@ttp/', ''));

/** Every TypeScript file below `dir`, as { file (relative), text }. */
export function sources(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(dir, file), 'utf8') }));
}

/** `text` without comments, so that prose about a banned call is not a call. Strings stay; line numbers too. */
export function code(text) {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (all, string) => (string === undefined ? all.replace(/[^\n]/g, ' ') : string),
  );
}

/** Runs `check` on the repository when `meta` is the script that was started; prints what is wrong and exits 1. */
export function gate(meta, name, check) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  const problems = check(dirname(dirname(fileURLToPath(meta.url))));
  for (const problem of problems) console.error(`${name}: ${problem}`);
  if (problems.length === 0) console.log(`${name}: ok`);
  process.exit(problems.length === 0 ? 0 : 1);
}
