// The tarballs as `pnpm publish` would send them, and what has to be true of each manifest and its files.
import { join } from 'node:path';
import { run } from './run.mjs';

/**
 * Packs every package of the workspace into `dir`.
 *
 * @returns each `{ file, manifest, files, importer }`: manifest and file names are those in the tarball
 */
export async function packAll(root, dir, packages) {
  const packed = await run(
    'pnpm',
    ['-r', '--filter', './packages/*', 'pack', '--json', '--pack-destination', dir],
    { cwd: root },
  );
  if (!packed.ok) throw new Error(`pnpm pack: ${packed.stdout}${packed.stderr}`);
  return Promise.all(packages.map(({ name, manifest }) => opened(dir, name, manifest)));
}

async function opened(dir, name, { version }) {
  const file = `ttp-${name}-${version}.tgz`;
  const [listed, read] = await Promise.all([
    run('tar', ['tzf', join(dir, file)]),
    run('tar', ['xzOf', join(dir, file), 'package/package.json']),
  ]);
  if (!listed.ok || !read.ok) throw new Error(`${file}: ${listed.stderr}${read.stderr}`);
  const files = listed.stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  return { file, manifest: JSON.parse(read.stdout), files: new Set(files), importer: `packages/${name}` };
}

/** What a user or a registry expects of a manifest. */
const EXPECTED = ['description', 'license', 'repository', 'homepage', 'bugs', 'engines', 'exports', 'files'];

/** Scripts that a package manager runs where the package is installed. */
const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

/** Ranges that mean something in this workspace alone, or fetch from beside a registry. */
const NOT_PLAIN = /^(?:workspace|catalog|link|file|portal|npm|git\+\w+|git|https?|github):/;

/** What is wrong with one tarball. */
export function tarballProblems({ manifest, files }) {
  const problems = EXPECTED.filter((field) => manifest[field] === undefined).map((field) => `no ${field}`);
  if (!(manifest.keywords?.length > 0)) problems.push('no keywords');
  if (manifest.private === true) problems.push('it is private');
  if (manifest.type !== 'module') problems.push('it is not of type module');
  if (manifest.sideEffects !== false)
    problems.push('sideEffects is not false: bundlers keep what nobody uses');
  for (const script of AT_INSTALL)
    if (manifest.scripts?.[script] !== undefined) problems.push(`it runs ${script} where it is installed`);
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'])
    for (const [name, range] of Object.entries(manifest[kind] ?? {}))
      if (NOT_PLAIN.test(range)) problems.push(`${name}@${range} is no plain range`);
  for (const target of targets(manifest))
    if (!files.has(target)) problems.push(`${target} is promised and not in it`);
  for (const file of ['README.md', 'LICENSE']) if (!files.has(file)) problems.push(`no ${file}`);
  for (const file of files)
    if (/(?:^|\/)(?:test|node_modules)\/|\.tsbuildinfo$|\.test\.|(?:^|\/)\./.test(file))
      problems.push(`${file} has no business in it`);
  return problems;
}

/** The files that exports, imports and bin name; `@ttp/source` among them, since `src` is in the tarball. */
function targets({ exports = {}, imports = {}, bin = {} }) {
  const found = [];
  const walk = (value) => {
    if (typeof value === 'string') found.push(value.replace(/^\.\//, ''));
    else for (const inner of Object.values(value)) walk(inner);
  };
  walk([exports, imports, bin]);
  return found;
}

/** The specifiers that users import, such as `@ttp/etr-merkle/trace`, in order. */
export const specifiers = ({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => `${manifest.name}${path.slice(1)}`);

/** What is wrong with the family as a whole. */
export function familyProblems(tarballs) {
  const versions = new Set(tarballs.map(({ manifest }) => manifest.version));
  return versions.size === 1 ? [] : [`versions ${[...versions].join(', ')}`];
}
