// Packs every package as it would be published and uses the tarballs as a user would: installed outside the workspace,
// imported, required, compiled, bundled, run without node_modules and in a browser. Needs a build, and no network.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHROMIUM_ABSENT, findChromium } from './browser/chromium.mjs';
import { packages } from './gate.mjs';
import { BUDGETS, budgetProblems, bundleOf, esbuildScript, viteBuild } from './pack/bundles.mjs';
import { coldImports } from './pack/cold-import.mjs';
import * as consumer from './pack/consumer.mjs';
import { attwProblems, publintProblems } from './pack/lint.mjs';
import { createReport } from './pack/report.mjs';
import { run } from './pack/run.mjs';
import { inChromium, inRuntime, SCRIPTS } from './pack/smoke.mjs';
import { familyProblems, packAll, specifiers, tarballProblems } from './pack/tarballs.mjs';
import { copyManifests, versionProblems } from './pack/versions.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const report = createReport();
const kib = (size) => `${size.toFixed(1)} KiB gzip`;

/** Entries of what agents embed that need Node by their nature (docs/adr/0001-layers-and-flow.md). */
const NODE_ENTRIES = ['@ttp/adapters/sqlite', '@ttp/adapters/fs', '@ttp/adapters/fetch', '@ttp/testkit'];

async function checkTarballs(dir) {
  const all = packages(root);
  const tarballs = await packAll(root, dir, all);
  for (const tarball of tarballs) report.check(`tarball ${tarball.file}`, tarballProblems(tarball));
  report.check('one version for the family', familyProblems(tarballs), tarballs[0].manifest.version);
  return tarballs.map((tarball, i) => ({ ...tarball, layer: all[i].layer }));
}

async function checkLint(dir, tarballs) {
  // Two at a time: attw is a process of its own and half a core's work.
  for (let i = 0; i < tarballs.length; i += 2)
    await Promise.all(
      tarballs.slice(i, i + 2).map(async (tarball) => {
        const { name } = tarball.manifest;
        report.check(`publint ${name}`, await publintProblems(dir, tarball));
        report.check(`attw ${name}`, await attwProblems(root, dir, tarball));
      }),
    );
}

async function checkImports(dir, tarballs) {
  const list = consumer.importable(tarballs);
  for (const how of ['import', 'require'])
    report.check(`${how} of ${list.length} entries`, await consumer.importProblems(dir, list, how));
  report.check('the test kit in a test', await consumer.testkitProblems(dir));
  report.check('the command line starts', await consumer.commandProblems(dir));
}

async function checkTypes(dir, tarballs) {
  const embedded = tarballs.filter(({ layer }) => layer <= 5).flatMap(specifiers);
  const browser = embedded.filter((name) => !NODE_ENTRIES.includes(name));
  consumer.writeImportsOf(dir, 'browser.mts', browser);
  consumer.writeImportsOf(dir, 'all.mts', consumer.importable(tarballs));
  for (const compilation of consumer.COMPILATIONS) {
    const { resolution, skipLibCheck } = compilation;
    const how = `${resolution}, skipLibCheck ${skipLibCheck ? 'on' : 'off'}`;
    const [plain, node] = await Promise.all([
      consumer.typeProblems(root, dir, compilation, ['types.mts', 'browser.mts'], []),
      consumer.typeProblems(root, dir, compilation, ['types.mts', 'all.mts'], ['node']),
    ]);
    report.check(`types of what browsers get, ${how}`, plain);
    report.check(`types of everything, with @types/node, ${how}`, node);
  }
}

async function checkBundles(dir, tarballs) {
  const entries = tarballs.filter(({ layer }) => layer <= 5).flatMap(specifiers);
  for (const name of entries.filter((entry) => !NODE_ENTRIES.includes(entry))) {
    const bundle = await bundleOf(dir, `export * from '${name}';`);
    report.check(`bundle of ${name} for a browser`, bundle.problems, kib(bundle.kib));
  }
  for (const budget of BUDGETS) {
    const bundle = await bundleOf(dir, budget.code);
    const detail = `${kib(bundle.kib)} of ${budget.ceiling}`;
    report.check(`ceiling: ${budget.name}`, budgetProblems(bundle, budget), detail);
  }
}

/** Other runtimes of ES modules, where they are installed. */
const RUNTIMES = [
  ['deno', 'run', '--no-remote'],
  ['bun', 'run'],
];

async function checkScript(dir, script, expected) {
  const bundle = join(dir, `bundled-${script}`);
  const made = await esbuildScript(dir, script, bundle);
  report.check(`${script} bundled by esbuild`, made.problems, kib(made.kib));
  const vite = await viteBuild(dir, script);
  report.check(`${script} bundled by Vite`, vite.problems, kib(vite.kib));
  const alone = join(dir, '..', 'alone');
  for (const [by, file] of [
    ['esbuild', bundle],
    ['Vite', vite.file],
  ]) {
    if (file === '') continue; // said above
    const what = `${script}, bundled by ${by},`;
    report.check(`${what} in Node alone`, await inRuntime(alone, file, expected, [process.execPath]));
    for (const command of RUNTIMES)
      if ((await run(command[0], ['--version'])).ok)
        report.check(`${what} in ${command[0]}`, await inRuntime(alone, file, expected, command));
      else report.note(`${what} in ${command[0]}`, `SKIPPED, no ${command[0]} on PATH`);
    const chromium = findChromium();
    if (chromium === undefined) report.note(`${what} in Chromium`, `SKIPPED, ${CHROMIUM_ABSENT}`);
    else report.check(`${what} in Chromium`, await inChromium(file, expected, chromium));
  }
}

const bar = (met) => (met ? 'met' : 'not met');
const ms = (time) => `${time.toFixed(1)} ms`;

async function noteColdImports(dir) {
  const times = await coldImports(dir, (name) => realpathSync(join(dir, 'node_modules', name)));
  const [sdk, crypto] = [times['@ttp/sdk'], times['@ttp/crypto']];
  const { noble } = times;
  report.note('cold import of @ttp/sdk', `${ms(sdk)} (bar 120 ms: ${bar(sdk <= 120)})`);
  report.note(
    'cold import of @ttp/crypto',
    `${ms(crypto)}, ${(crypto / noble).toFixed(2)} times the ${ms(noble)} of what it uses (bar 1.3: ${bar(crypto <= 1.3 * noble)})`,
  );
}

async function checkVersions(dir) {
  copyManifests(root, dir);
  const { problems, version } = await versionProblems(root, dir);
  report.check('changeset version in a copy', problems, version);
}

const scratch = mkdtempSync(join(tmpdir(), 'ttp-pack-'));
const [dir, copy] = ['consumer', 'copy'].map((name) => join(scratch, name));
for (const folder of [dir, copy]) mkdirSync(folder);
try {
  const tarballs = await checkTarballs(dir);
  report.check('installed outside the workspace, offline', await consumer.install(root, dir, tarballs));
  await checkLint(dir, tarballs);
  await checkImports(dir, tarballs);
  await checkTypes(dir, tarballs);
  await checkBundles(dir, tarballs);
  for (const [script, expected] of Object.entries(SCRIPTS)) await checkScript(dir, script, expected);
  await noteColdImports(dir);
  await checkVersions(copy);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`pack: ${report.failures() === 0 ? 'ok' : `${report.failures()} FAILED`}`);
process.exit(report.failures() === 0 ? 0 : 1);
