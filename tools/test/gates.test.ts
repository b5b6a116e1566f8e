import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check as bans } from '../bans.mjs';
import { check as dependencies } from '../dependencies.mjs';
import { pages } from '../docs.mjs';
import { check as layers } from '../layers.mjs';
import { check as requirements } from '../requirements.mjs';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let root: string;

/** Writes a file of the planted repository. */
function plant(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** A test that cites ids; spelled so that these planted citations are not taken for our own. */
const citing = (...ids: string[]): string => {
  const call = 'proves';
  return `it('is one', () => { ${call}(${ids.map((id) => `'${id}'`).join(', ')}); });\n`;
};

/** A package with one source file. */
function plantPackage(name: string, source: string, manifest: object = {}): void {
  plant(`packages/${name}/package.json`, JSON.stringify({ name: `@ttp/${name}`, ...manifest }));
  plant(`packages/${name}/src/index.ts`, source);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ttp-gates-'));
  plantPackage('core', 'export const one = 1;\n');
  plant('conformance/requirements/core.yaml', '- id: core.one\n  says: One.\n');
  plant('packages/core/test/one.test.ts', citing('core.one'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a sound repository', () => {
  it('passes every gate', () => {
    for (const gate of [layers, bans, dependencies, requirements]) expect(gate(root)).toEqual([]);
    expect(Object.keys(pages(root))).toEqual(['docs/ERRORS.md', 'docs/LIMITS.md']);
  });
});

describe('layers', () => {
  it('names an import of the same or a higher layer', () => {
    plantPackage('did', "import '@ttp/spl';\n", { dependencies: { '@ttp/spl': 'workspace:^' } });
    expect(layers(root)).toEqual(['did (layer 2) depends on @ttp/spl']);
  });

  it('names an import that package.json does not declare', () => {
    plantPackage('did', "export { x } from '@ttp/crypto/deep';\nconst y = await import('zod/mini');\n");
    expect(layers(root)).toEqual([
      'did/src/index.ts imports @ttp/crypto, which its package.json does not name',
      'did/src/index.ts imports zod, which its package.json does not name',
    ]);
  });

  it('names a Node module where a browser comes, and not where none does', () => {
    plantPackage('spl', "import { readFileSync } from 'node:fs';\n");
    plantPackage('crypto', '', {});
    plant('packages/crypto/src/node/backend.ts', "import 'node:crypto';\n");
    expect(layers(root)).toEqual(['spl/src/index.ts imports node:fs']);
  });

  it('names a path out of the package, and a package without a layer', () => {
    plantPackage('spl', "import '../../core/src/index.js';\n");
    plantPackage('utils', '');
    expect(layers(root)).toEqual([
      'spl/src/index.ts imports ../../core/src/index.js, outside its package',
      'utils has no layer',
    ]);
  });
});

describe('bans', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'performance.now()',
    'Math.random()',
    'crypto.getRandomValues(b)',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
    'queueMicrotask(f)',
    'AbortSignal.timeout(5)',
    'await fetch(url)',
    'globalThis.fetch(url)',
    'process.env.HOME',
    'new Function(text)',
  ])('names %s', (call) => {
    plantPackage(
      'spl',
      `export const x = () => {\n  ${call.startsWith('await') ? '' : 'return '}${call};\n};\n`,
    );
    expect(bans(root)).toEqual([expect.stringContaining('spl/src/index.ts:2')]);
  });

  it('lets comments, times that were passed in, and adapters be', () => {
    plantPackage(
      'spl',
      '// never Date.now()\n/* Math.random */\nexport const at = (ms: number) => new Date(ms);\n',
    );
    plantPackage('adapters', 'export const now = () => Date.now();\n');
    expect(bans(root)).toEqual([]);
  });
});

describe('dependencies', () => {
  it('names a runtime dependency that the architecture does not list, and an install script', () => {
    plantPackage('spl', '', {
      dependencies: { zod: '^4', lodash: '^4' },
      scripts: { postinstall: 'node x.js' },
    });
    expect(dependencies(root)).toEqual(['spl has a postinstall script', 'spl depends on lodash at run time']);
  });
});

describe('requirements', () => {
  it('names an id that no test cites and that is not open', () => {
    plant('conformance/requirements/spl.yaml', '- id: spl.two\n  says: Two.\n');
    expect(requirements(root)).toEqual(['spl.two is neither proved nor open']);
    plant('conformance/requirements/open/spl.yaml', '- id: spl.two\n  issue: "The policy language"\n');
    expect(requirements(root)).toEqual([]);
  });

  it('names an open id that is proved, that nobody listed, or that names no issue', () => {
    plant('conformance/requirements/open/core.yaml', '- id: core.one\n  issue: "x"\n- id: core.nine\n');
    expect(requirements(root)).toEqual([
      'open/core.yaml: core.nine names no issue',
      'open/core.yaml: core.one is open, and proved in packages/core/test/one.test.ts',
      'open/core.yaml: core.nine is not a requirement',
    ]);
  });

  it('names a cited id that no requirement has', () => {
    plant('packages/core/test/two.test.ts', citing('core.one', 'core.tow'));
    expect(requirements(root)).toEqual([
      'packages/core/test/two.test.ts cites core.tow, which nothing lists',
    ]);
  });
});

describe('generated pages', () => {
  it('refuse a code that stands in two packages and a limit without a comment', () => {
    plant('packages/core/src/errors.ts', "export const E = {\n  A_B: 'Meaning.',\n} as const;\n");
    expect(pages(root)['docs/ERRORS.md']).toContain('| `A_B` | Meaning. |');
    plantPackage('did', '');
    plant('packages/did/src/errors.ts', "export const E = {\n  A_B: 'Other.',\n} as const;\n");
    expect(() => pages(root)).toThrow('A_B stands in core and in did');
    plant('packages/did/src/errors.ts', '');
    plant('packages/did/src/limits.ts', 'export const MAX = 5;\n');
    expect(() => pages(root)).toThrow('did: MAX has no doc comment');
  });
});

/** Runs a tool of the workspace on planted files, with the workspace's own configuration. */
function tool(command: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(repository, 'node_modules/.bin', command), args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: stdout + stderr };
}

/** Runs the snapshot of the public API on the planted repository. */
const api = (...args: string[]): number | null =>
  spawnSync(process.execPath, [join(root, 'tools/api.mjs'), ...args], { encoding: 'utf8' }).status;

describe('the tools go red too', () => {
  it('format', () => {
    cpSync(join(repository, 'biome.json'), join(root, 'biome.json'));
    plant('x.ts', 'export const x   = {a:1}\n');
    expect(tool('biome', 'ci', 'x.ts').status).not.toBe(0);
    plant('x.ts', 'export const x = { a: 1 };\n');
    expect(tool('biome', 'ci', 'x.ts').status).toBe(0);
  });

  it('lint', () => {
    cpSync(join(repository, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
    plant('x.ts', 'export const x = (y: any) => y;\n');
    expect(tool('oxlint', 'x.ts').output).toContain('no-explicit-any');
  });

  it('type check', () => {
    cpSync(join(repository, 'tsconfig.base.json'), join(root, 'tsconfig.json'));
    plant('x.ts', 'export const x: string = 1;\n');
    const { status, output } = tool('tsc', '--noEmit', '-p', '.');
    expect(status).not.toBe(0);
    expect(output).toContain('TS2322');
  });

  it('a test without an assertion', () => {
    plant('vitest.config.mjs', 'export default { test: { expect: { requireAssertions: true } } };\n');
    plant(
      'x.test.mjs',
      `import { it } from '${join(repository, 'node_modules/vitest/dist/index.js')}';\nit('asserts nothing', () => {});\n`,
    );
    const { status, output } = tool('vitest', 'run', '--root', root);
    expect(status).not.toBe(0);
    expect(output).toMatch(/assertion/i);
  });

  it('a public name that appears, vanishes or changes, and nothing that is private', () => {
    for (const file of ['api.mjs', 'gate.mjs'])
      cpSync(join(repository, 'tools', file), join(root, 'tools', file));
    plantPackage('core', '', { exports: { '.': { types: './dist/index.d.ts' } } });
    const declared = (one: string, hidden: string) =>
      plant(
        'packages/core/dist/one.d.ts',
        `export declare const one: ${one};\nexport declare const hidden: ${hidden};\n`,
      );
    plant('packages/core/dist/index.d.ts', "export { one } from './one.js';\n");
    declared('1', '1');
    expect(api()).toBe(1);
    expect(api('--update')).toBe(0);
    declared('1', '2');
    expect(api()).toBe(0);
    declared('2', '2');
    expect(api()).toBe(1);
    declared('1', '1');
    plant('packages/core/dist/index.d.ts', "export { one, hidden as two } from './one.js';\n");
    expect(api()).toBe(1);
    plant('packages/core/dist/index.d.ts', 'export {};\n');
    expect(api()).toBe(1);
  });

  it('an unused export', () => {
    plant('package.json', '{ "name": "x", "type": "module" }');
    plant('knip.json', '{ "entry": ["a.js"], "project": ["*.js"] }');
    plant('a.js', "import { used } from './b.js';\nconsole.log(used);\n");
    plant('b.js', 'export const used = 1;\nexport const unused = 2;\n');
    const { status, output } = tool('knip');
    expect(status).not.toBe(0);
    expect(output).toContain('unused');
  });
});
