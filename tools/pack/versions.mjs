// Shows in a copy of the manifests that the next version comes out of the changesets, without a network.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, run } from './run.mjs';

const FOLDERS = ['packages', 'examples'];
const manifestOf = (dir) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));

/** The folders of the workspace's packages, relative to its root. */
const folders = (root) => [
  ...FOLDERS.flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`)),
  'bench',
];

/** Copies what `changeset version` reads into `dir`. */
export function copyManifests(root, dir) {
  for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset'])
    cpSync(join(root, file), join(dir, file), { recursive: true });
  for (const folder of folders(root)) {
    if (!existsSync(join(root, folder, 'package.json'))) continue;
    mkdirSync(join(dir, folder), { recursive: true });
    cpSync(join(root, folder, 'package.json'), join(dir, folder, 'package.json'));
  }
}

/**
 * Runs `changeset version` in the copy.
 *
 * @returns problems, and the version that the family has then
 */
export async function versionProblems(root, dir) {
  const waiting = readdirSync(join(dir, '.changeset')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  const before = readVersions(dir);
  const cli = join(root, 'node_modules', '.bin', 'changeset');
  const result = await run(cli, ['version'], { cwd: dir });
  if (!result.ok) return { problems: problemsOf(result), version: '' };
  const after = readVersions(dir);
  const problems = [];
  const family = new Set(after.filter(({ isPrivate }) => !isPrivate).map(({ version }) => version));
  if (family.size !== 1) problems.push(`the family has the versions ${[...family].join(', ')}`);
  for (const [i, { folder, version, isPrivate, ranges }] of after.entries()) {
    const changed = version !== before[i].version;
    if (isPrivate && changed) problems.push(`${folder} is private and has got a version`);
    if (!isPrivate && waiting.length > 0 && !changed) problems.push(`${folder} has got no new version`);
    for (const range of ranges)
      if (!range.startsWith('workspace:')) problems.push(`${folder} has the range ${range}`);
    if (!isPrivate && waiting.length > 0 && !existsSync(join(dir, folder, 'CHANGELOG.md')))
      problems.push(`${folder} has no changelog`);
  }
  return { problems, version: [...family].join(', ') };
}

/** What a manifest says of its version, and of ours that it needs. */
function readVersions(dir) {
  return folders(dir)
    .filter((folder) => existsSync(join(dir, folder, 'package.json')))
    .map((folder) => {
      const { version, private: isPrivate = false, dependencies = {} } = manifestOf(join(dir, folder));
      const ours = Object.entries(dependencies).filter(([name]) => name.startsWith('@ttp/'));
      return { folder, version, isPrivate, ranges: ours.map(([, range]) => range) };
    });
}
