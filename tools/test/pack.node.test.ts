import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../browser/chromium.mjs';
import { answer } from '../browser/files.mjs';
import { BUDGETS, budgetProblems, bundleOf, viteBuild } from '../pack/bundles.mjs';
import { importProblems } from '../pack/consumer.mjs';
import { consumerLockfile, lockedVersions } from '../pack/lockfile.mjs';
import { createReport } from '../pack/report.mjs';
import { inRuntime, SCRIPTS, saidProblems } from '../pack/smoke.mjs';
import { familyProblems, specifiers, tarballProblems } from '../pack/tarballs.mjs';
import { copyManifests, versionProblems } from '../pack/versions.mjs';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let root = '';

/** Writes a file below the planted folder. */
function plant(file: string, text: string): string {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return join(root, file);
}

/** Plants an installed package of one module. */
function plantPackage(name: string, code: string): void {
  plant(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: './index.js' }));
  plant(`node_modules/${name}/index.js`, code);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ttp-pack-test-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('a tarball', () => {
  const manifest = {
    name: '@ttp/one',
    version: '1.2.3',
    description: 'One.',
    keywords: ['one'],
    homepage: 'https://example.invalid',
    bugs: 'https://example.invalid',
    license: 'Apache-2.0',
    repository: {},
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.13.0' },
    files: ['dist'],
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './sub': './dist/sub.js' },
    dependencies: { '@ttp/two': '^1.2.3' },
  };
  const files = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/sub.js'];
  const problems = (change: object, more: readonly string[] = [], less: readonly string[] = []) =>
    tarballProblems({
      manifest: { ...manifest, ...change },
      files: new Set([...files, ...more].filter((file) => !less.includes(file))),
    });

  it('is whole', () => {
    expect(problems({})).toEqual([]);
    expect(
      specifiers({ manifest: { ...manifest, exports: { ...manifest.exports, './package.json': '' } } }),
    ).toEqual(['@ttp/one', '@ttp/one/sub']);
  });

  it.each([
    [{ scripts: { postinstall: 'node x.js' } }, 'it runs postinstall where it is installed'],
    [{ scripts: { prepare: 'tsc' } }, 'it runs prepare where it is installed'],
    [{ dependencies: { zod: 'catalog:' } }, 'zod@catalog: is no plain range'],
    [{ peerDependencies: { zod: 'workspace:^' } }, 'zod@workspace:^ is no plain range'],
    [{ dependencies: { zod: 'file:../zod' } }, 'zod@file:../zod is no plain range'],
    [{ homepage: undefined }, 'no homepage'],
    [{ keywords: [] }, 'no keywords'],
    [{ private: true }, 'it is private'],
    [{ type: 'commonjs' }, 'it is not of type module'],
    [{ sideEffects: true }, 'sideEffects is not false: bundlers keep what nobody uses'],
    [{ bin: { one: 'bin/one.mjs' } }, 'bin/one.mjs is promised and not in it'],
    [{ imports: { '#a': { node: './dist/a.js' } } }, 'dist/a.js is promised and not in it'],
  ])('is refused with %j', (change, problem) => {
    expect(problems(change)).toEqual([problem]);
  });

  it('is refused where a file is missing or has no business in it', () => {
    expect(problems({}, [], ['README.md', 'dist/sub.js'])).toEqual([
      'dist/sub.js is promised and not in it',
      'no README.md',
    ]);
    for (const file of ['test/one.test.js', 'dist/tsc.tsbuildinfo', '.env', 'node_modules/x/index.js'])
      expect(problems({}, [file])).toEqual([`${file} has no business in it`]);
  });

  it('has the version of its family', () => {
    expect(familyProblems([{ manifest }, { manifest }])).toEqual([]);
    expect(familyProblems([{ manifest }, { manifest: { version: '2.0.0' } }])).toEqual([
      'versions 1.2.3, 2.0.0',
    ]);
  });
});

describe('what a user does', () => {
  it('fails where an entry exports nothing, is not there, or waits at the top', async () => {
    plantPackage('good', 'export const a = 1;\n');
    plantPackage('empty', 'export {};\n');
    plantPackage('slow', 'await 1;\nexport const a = 1;\n');
    expect(await importProblems(root, ['good'], 'import')).toEqual([]);
    expect(await importProblems(root, ['good'], 'require')).toEqual([]);
    expect(await importProblems(root, ['empty', 'absent'], 'import')).toEqual([
      'empty exports nothing',
      expect.stringMatching(/^absent: Cannot find package/),
    ]);
    expect(await importProblems(root, ['slow'], 'import')).toEqual([]);
    expect(await importProblems(root, ['slow'], 'require')).toEqual([
      expect.stringMatching(/^slow: .*await/),
    ]);
  });

  it('finds in a bundle who asks for a module of Node', async () => {
    plantPackage('good', 'export const a = 1;\n');
    plantPackage('bad', "export { readFileSync } from 'node:fs';\n");
    expect((await bundleOf(root, "export * from 'good';")).problems).toEqual([]);
    expect((await bundleOf(root, "export * from 'bad';")).problems).toEqual(['bad/index.js imports node:fs']);
    expect((await bundleOf(root, "export * from 'absent';")).problems).toHaveLength(1);
    plant('good.mjs', "import { a } from 'good';\nconsole.log(a);\n");
    plant('bad.mjs', "import { readFileSync } from 'bad';\nconsole.log(readFileSync('x'));\n");
    expect((await viteBuild(root, 'good.mjs')).problems).toEqual([]);
    expect((await viteBuild(root, 'bad.mjs')).problems).toEqual(['bad/index.js imports node:fs']);
  });

  it('hears from a bundle what it has to say, and nothing else', async () => {
    const expected = SCRIPTS['agent.mjs'];
    const says = (said: unknown) => plant('b.mjs', `console.log(${JSON.stringify(JSON.stringify(said))});\n`);
    const node = [process.execPath];
    expect(await inRuntime(join(root, 'alone'), says(expected), expected, node)).toEqual([]);
    const other = { ...expected, denied: ['done', 'none'] };
    expect(await inRuntime(join(root, 'alone'), says(other), expected, node)).toHaveLength(1);
    const leans = plant('b.mjs', "import 'good';\n");
    plantPackage('good', 'export const a = 1;\n');
    expect(await inRuntime(join(root, 'a', 'alone'), leans, expected, node)).toHaveLength(1);
    expect(saidProblems('no JSON', expected)).toEqual(['it says no JSON']);
  });
});

describe('a ceiling', () => {
  const [verifyOnly] = BUDGETS;
  const bundle = { problems: [], text: '', kib: 14.9, inputs: ['a.js 1'] };
  const problems = (change: object) => verifyOnly && budgetProblems({ ...bundle, ...change }, verifyOnly);

  it('lets a bundle pass that only verifies', () => {
    expect(problems({ text: 'a.signature=b.signers;throw Error("the signature does not verify")' })).toEqual(
      [],
    );
  });

  it('is kept to', () => {
    expect(problems({ kib: 15.1 })).toEqual(['more than 15 KiB; heaviest: a.js 1']);
    expect(problems({ problems: ['x imports node:fs'] })).toEqual(['x imports node:fs']);
  });

  it.each([
    'a.sign(b)',
    '{publicKey:p,sign:m=>s(m,o)}',
    'function({seed:e}){}',
    'a.secretKey',
    'new E("CRYPTO_SIGNATURE_FAILED","x")',
    'import{createLibp2p}from"libp2p"',
    'e.name="$ZodError"',
    'throw Error("no zod schema")',
  ])('refuses %s', (text) => {
    expect(problems({ text })).toHaveLength(1);
  });

  it('sees what is really signed with, whatever a bundler makes of it', async () => {
    const { outputFiles } = await build({
      entryPoints: [join(repository, 'packages/crypto/src/keys.ts')],
      conditions: ['@ttp/source'], // nothing is built when tests run
      platform: 'browser',
      format: 'esm',
      bundle: true,
      minify: true,
      write: false,
    });
    expect(problems({ text: outputFiles[0]?.text })?.length).toBeGreaterThan(0);
  });
});

describe('the lockfile of a project outside', () => {
  const workspace = `lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      vitest:
        specifier: 5.1.0
        version: 5.1.0(vite@8.0.0)

  packages/one:
    dependencies:
      '@ttp/two':
        specifier: workspace:^
        version: link:../two
      zod:
        specifier: 'catalog:'
        version: 4.6.7

packages:

  zod@4.6.7:
    resolution: {integrity: sha512-x}

snapshots:

  zod@4.6.7: {}
`;

  it('takes third parties in the versions of the workspace and ours from their tarballs', () => {
    expect([...lockedVersions(workspace, 'packages/one')]).toEqual([['zod', '4.6.7']]);
    plant('one.tgz', '1');
    plant('two.tgz', '2');
    const one = {
      name: '@ttp/one',
      version: '1.0.0',
      dependencies: { '@ttp/two': '^1.0.0', zod: '^4' },
      bin: {},
    };
    const two = { name: '@ttp/two', version: '1.0.0', peerDependencies: { vitest: '>=5' } };
    const text = consumerLockfile({
      workspace,
      tarballs: [
        { manifest: one, file: 'one.tgz', importer: 'packages/one' },
        { manifest: two, file: 'two.tgz', importer: 'packages/two' },
      ],
      extra: lockedVersions(workspace, '.'),
      dir: root,
    });
    const key = 'file:two.tgz(vitest@5.1.0(vite@8.0.0))';
    expect(text).toContain(
      `'@ttp/one@file:one.tgz':\n    dependencies:\n      '@ttp/two': '${key}'\n      'zod': '4.6.7'\n`,
    );
    expect(text).toContain(`'@ttp/two@${key}':\n    dependencies:\n      'vitest': '5.1.0(vite@8.0.0)'\n`);
    expect(text).toMatch(/'@ttp\/one@file:one.tgz':\n.*integrity: sha512-.*\n.*\n {4}hasBin: true\n/);
    expect(text).toContain('  zod@4.6.7:\n    resolution');
  });
});

describe('versions', () => {
  it('move together, and private packages have none', async () => {
    copyManifests(repository, root);
    plant('.changeset/planted.md', "---\n'@ttp/spl': minor\n---\n\nPlanted.\n");
    const { problems, version } = await versionProblems(repository, root);
    expect(problems).toEqual([]);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(readFileSync(join(root, 'packages/spl/CHANGELOG.md'), 'utf8')).toContain('Planted.');
  });

  it('are found out where they do not', async () => {
    copyManifests(repository, root);
    plant('.changeset/planted.md', "---\n'@ttp/spl': minor\n---\n\nPlanted.\n");
    const config = JSON.parse(readFileSync(join(root, '.changeset/config.json'), 'utf8'));
    plant('.changeset/config.json', JSON.stringify({ ...config, fixed: [] }));
    rmSync(join(root, '.changeset/first-release.md'), { force: true });
    const { problems } = await versionProblems(repository, root);
    expect(problems).toContain('packages/testkit has got no new version');
  });
});

describe('the browser run', () => {
  it('takes the Chromium that CHROMIUM names, or says that there is none', () => {
    const file = plant('chromium', '');
    expect(findChromium({ CHROMIUM: file })).toBe(file);
    expect(() => findChromium({ CHROMIUM: join(root, 'absent') })).toThrow('CHROMIUM names no file');
  });

  it('reads the files of the tests, and nothing else of the machine', () => {
    const inside = plant('vectors/one.json', '1');
    const outside = plant('secret', '2');
    const roots = [join(root, 'vectors')];
    expect(String(answer(roots, inside))).toBe('1');
    expect(answer(roots, join(root, 'vectors'))).toBe('{"names":["one.json"],"below":["one.json"]}');
    for (const path of [
      outside,
      `${root}/vectors/../secret`,
      '/etc/passwd',
      join(root, 'vectors/absent'),
      root,
    ])
      expect(answer(roots, path)).toBeUndefined();
  });
});

describe('a report', () => {
  it('counts what failed and says it', () => {
    const lines: string[] = [];
    const report = createReport((line: string) => lines.push(line));
    report.check('one', []);
    report.check('two', ['bad', 'worse'], '3 KiB');
    report.note('three', '4 ms');
    expect([lines, report.failures()]).toEqual([
      ['ok   one', 'FAIL two: bad; worse; 3 KiB', '     three: 4 ms'],
      1,
    ]);
  });
});
