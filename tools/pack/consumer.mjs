// A project outside the workspace that installs the tarballs, and what it can do with them.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consumerLockfile, lockedVersions } from './lockfile.mjs';
import { problemsOf, run } from './run.mjs';
import { specifiers } from './tarballs.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** Started by importing it. */
const PROGRAMS = ['@ttp/cli'];
/** Of use in a test run only. */
const TESTING = ['@ttp/testkit'];

/** Installs the tarballs, which lie in `dir`, and what tests of theirs need. Returns problems. */
export async function install(root, dir, tarballs) {
  const workspace = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const ours = lockedVersions(workspace, '.');
  const extra = new Map(['vitest', '@types/node'].map((name) => [name, ours.get(name)]));
  const plain = [...extra].map(([name, version]) => [name, version.replace(/\(.*/, '')]);
  const files = tarballs.map(({ manifest, file }) => [manifest.name, `file:${file}`]);
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([...files, ...plain]),
  };
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2));
  const overrides = files.map(([name, file]) => `  '${name}': '${file}'\n`).join('');
  writeFileSync(join(dir, 'pnpm-workspace.yaml'), `autoInstallPeers: false\noverrides:\n${overrides}`);
  writeFileSync(join(dir, 'pnpm-lock.yaml'), consumerLockfile({ workspace, tarballs, extra, dir }));
  cpSync(join(here, 'consumer'), dir, { recursive: true });
  const args = ['install', '--offline', '--frozen-lockfile', '--trust-lockfile', '--ignore-scripts'];
  return problemsOf(await run('pnpm', args, { cwd: dir }));
}

/** Every specifier that can be imported in any process. */
export const importable = (tarballs) =>
  tarballs.filter(({ manifest }) => ![...PROGRAMS, ...TESTING].includes(manifest.name)).flatMap(specifiers);

/** Imports or requires each specifier; problems name those that cannot be, or export nothing. */
export async function importProblems(dir, list, how) {
  const script = {
    import: `for (const name of ${JSON.stringify(list)})
      await import(name).then((m) => Object.keys(m).length || console.log(name + ' exports nothing'), (e) => console.log(name + ': ' + e.message.split('\\n')[0]));`,
    require: `for (const name of ${JSON.stringify(list)})
      try { Object.keys(require(name)).length || console.log(name + ' exports nothing'); } catch (e) { console.log(name + ': ' + e.message.split('\\n')[0]); }`,
  }[how];
  const type = how === 'import' ? 'module' : 'commonjs';
  const result = await run(process.execPath, [`--input-type=${type}`, '-e', script], { cwd: dir });
  return result.ok ? result.stdout.split('\n').filter((line) => line !== '') : problemsOf(result);
}

/** What a test of a user's sees of the test kit, which runs in a test run only. */
export const testkitProblems = async (dir) =>
  problemsOf(
    await run(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--root', dir, 'testkit.test.mjs'],
      {
        cwd: dir,
      },
    ),
  );

/** Whether the installed command line starts. */
export const commandProblems = async (dir) =>
  problemsOf(await run(join(dir, 'node_modules', '.bin', 'ttp'), ['--help'], { cwd: dir }));

/** The compilations of a user: each with and without a look into the declarations of everything. */
export const COMPILATIONS = ['nodenext', 'bundler'].flatMap((resolution) =>
  [true, false].map((skipLibCheck) => ({ resolution, skipLibCheck })),
);

/** Compiles the consumer's TypeScript, with the strictest options. */
export async function typeProblems(root, dir, { resolution, skipLibCheck }, files, types) {
  const tsconfig = {
    compilerOptions: {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      module: resolution === 'bundler' ? 'preserve' : 'nodenext',
      moduleResolution: resolution,
      skipLibCheck,
      types,
    },
    files,
  };
  const file = join(dir, `tsconfig.${resolution}.${skipLibCheck}.${types.length}.json`);
  writeFileSync(file, JSON.stringify(tsconfig));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return problemsOf(await run(process.execPath, [tsc, '-p', file], { cwd: dir }));
}

/** A TypeScript file that imports every specifier, so that all declarations are read. */
export function writeImportsOf(dir, file, list) {
  const lines = list.map((name, i) => `import * as m${i} from '${name}';\n`).join('');
  writeFileSync(join(dir, file), `${lines}export default [${list.map((_, i) => `m${i}`).join(', ')}];\n`);
}
