import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check as bans } from '../bans.mjs';
import { check as dependencies } from '../dependencies.mjs';
import { pages } from '../docs.mjs';
import { code } from '../gate.mjs';
import { check as layers } from '../layers.mjs';
import { check as requirements } from '../requirements.mjs';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let root: string;

/** Writes a file of the planted repository. */
function plant(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** A test that cites ids. */
const citing = (...ids: string[]): string =>
  `it('is one', () => { proves(${ids.map((id) => `'${id}'`).join(', ')}); });\n`;

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

describe('code', () => {
  it('leaves comments out, wherever they stand, and nothing that only looks like one', () => {
    const text = "a('//', /[/*]'/, `// ${b /* c */ + `*/`} '`); // d('e')\nf / g; /* h */ i";
    const without = "a('//', /[/*]'/, `// ${b         + `*/`} '`);          \nf / g;         i";
    expect(code(text)).toBe(without);
    expect(code(text, { strings: false })).toBe(
      "a('  ', /     /, `   ${b         + `  `}  `);          \nf / g;         i",
    );
    expect(code('x = / 1;', { strings: false })).toBe('x = / 1;');
  });
});

describe('bans', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'new Date(...none)',
    'Date()',
    'performance.now()',
    'Math.random()',
    "Math['random']()",
    'crypto.getRandomValues(b)',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
    'queueMicrotask(f)',
    'AbortSignal.timeout(5)',
    'await fetch(url)',
    'void fetch(url)',
    'url ? fetch(url) : undefined',
    'call(url, fetch)',
    'call({ fetch })',
    '{ fetch: fetch }',
    'globalThis.fetch(url)',
    'process.env.HOME',
    'new Function(text)',
    '`now: ${Date.now()}`',
  ])('names %s', (call) => {
    plantPackage('spl', `export const x = async () => {\n  return ${call};\n};\n`);
    expect(bans(root).length).toBeGreaterThan(0);
    for (const problem of bans(root)) expect(problem).toContain('spl/src/index.ts:2');
  });

  it.each([
    'export const zz = fetch;',
    'export { fetch };',
    'const { now } = Date;',
    'const { random } = Math;',
    'const { floor } = Math;',
    'const source = crypto;',
    'const { getRandomValues } = crypto;',
    'const p = performance;',
    'const g = globalThis;',
    'const later = setTimeout;',
    'const { timeout } = AbortSignal;',
    "import { randomBytes } from 'node:crypto';",
    "import { setTimeout as later } from 'node:timers/promises';",
    "import { request } from 'node:https';",
  ])('names the alias %s', (line) => {
    plantPackage('spl', `\n${line}\n`);
    expect(bans(root).length).toBeGreaterThan(0);
    for (const problem of bans(root)) expect(problem).toContain('spl/src/index.ts:2');
  });

  it('lets comments, strings, times that were passed in, members of that name and types be', () => {
    plantPackage(
      'spl',
      [
        '// never Date.now()',
        "/* Math.random */ export const text = 'fetch(url)';",
        "import type { IncomingMessage } from 'node:http';",
        'export const at = (ms: number) => new Date(ms);',
        'export const day = Date.UTC(2026, 0) + Math.floor(1.5);',
        'export const key = crypto.subtle.importKey(raw);',
        'export interface Port {',
        `  /** ${'Long. '.repeat(50)} */`,
        '  fetch(request: Request): Promise<Response>;',
        '  readonly crypto: string;',
        '}',
        'export const port = { async fetch(request) { return inner.fetch(request); }, process: 1 };',
      ].join('\n'),
    );
    expect(bans(root)).toEqual([]);
  });

  it('lets an adapter touch what it is for, and nothing else', () => {
    plantPackage('adapters', '');
    plant('packages/adapters/src/system.ts', 'export const now = () => Date.now();\n');
    plant('packages/adapters/src/fetch/transport.ts', "import { connect } from 'node:net';\n");
    expect(bans(root)).toEqual([]);
    plant('packages/adapters/src/system.ts', 'export const x = () => fetch(url);\n');
    plant('packages/adapters/src/sqlite/rows.ts', 'export const id = () => Math.random();\n');
    plant('packages/adapters/src/fetch/transport.ts', 'export const id = () => Date.now();\n');
    expect(bans(root)).toEqual([
      'adapters/src/fetch/transport.ts:1 (layer 1) uses Date; use the Clock port',
      'adapters/src/sqlite/rows.ts:1 (layer 1) uses Math; use the Random port',
      'adapters/src/system.ts:1 (layer 1) uses fetch; use the Fetch or Duplex port',
    ]);
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

  it.each([
    ['a line comment', "it('x', () => { // proves('core.one');\n});\n"],
    ['a block comment', "it('x', () => { /* proves('core.one'); */ });\n"],
    ['a string', "const text = \"it('x', () => { proves('core.one'); });\";\n"],
  ])('takes no citation out of %s', (_, text) => {
    plant('packages/core/test/one.test.ts', text);
    expect(requirements(root)).toEqual(['core.one is neither proved nor open']);
  });

  it.each([
    ['no test', "proves('core.one');\n"],
    ['a test under a condition', `if (process.env.ALL) {\n  ${citing('core.one')}}\n`],
    ['a test under a condition without braces', `if (process.env.ALL) ${citing('core.one')}`],
    ['a test after &&', `process.env.ALL && ${citing('core.one')}`],
    ['a group under a condition', `if (all) describe('x', () => {\n  ${citing('core.one')}});\n`],
    ['the branch of a test', "it('x', () => {\n  if (there) {\n    proves('core.one');\n  }\n});\n"],
    ['the other branch', "it('x', () => {\n  if (there) y();\n  else proves('core.one');\n});\n"],
  ])('takes no citation out of %s', (_, text) => {
    plant('packages/core/test/one.test.ts', text);
    expect(requirements(root)).toEqual([
      expect.stringMatching(
        /^packages\/core\/test\/one\.test\.ts:\d cites under a condition or outside a test$/,
      ),
      'core.one is neither proved nor open',
    ]);
  });

  it.each([
    "it.skip('x', () => {});",
    "test.todo('x');",
    "describe.only('x', () => {});",
    "it.skipIf(there)('x', () => {});",
    "it.runIf(there).each([1])('x', () => {});",
    "it.concurrent.skip('x', () => {});",
    "it['skip']('x', () => {});",
    "it('x', { skip: true }, () => {});",
    "it('x', ({ skip }) => { skip(); });",
    "it('x', (context) => { context.skip('later'); });",
  ])('names the test left out by %s', (text) => {
    plant('packages/core/test/two.test.ts', `\n${text}\n`);
    expect(requirements(root)).toEqual([
      expect.stringMatching(/^packages\/core\/test\/two\.test\.ts:2 leaves tests out/),
    ]);
  });

  it('takes a citation out of a group, a table and a test that says what it needs', () => {
    plant(
      'packages/core/test/one.test.ts',
      `describe('x', () => {
  for (const one of cases)
    it.each<[string, Map<string, () => void>]>([['a', of(1)]])('is %s', ({ skip }) => {
      skip(!there, 'nothing is there');
      proves('core.one');
    });
});
`,
    );
    expect(requirements(root)).toEqual([]);
  });

  it('names a path that an open entry shows and that is not there', () => {
    plant('conformance/requirements/spl.yaml', '- id: spl.two\n  says: Two.\n');
    plant(
      'conformance/requirements/open/spl.yaml',
      '- id: spl.two\n  issue: "x"\n  shown: "some (packages/core/test, packages/core/test/tow.test.ts); more is missing"\n',
    );
    expect(requirements(root)).toEqual([
      'open/spl.yaml: spl.two shows packages/core/test/tow.test.ts, which is not there',
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

  it('a type that no entry point exports, as soon as what it exports refers to it', () => {
    for (const file of ['api.mjs', 'gate.mjs'])
      cpSync(join(repository, 'tools', file), join(root, 'tools', file));
    plantPackage('core', '', { exports: { '.': { types: './dist/index.d.ts' } } });
    plant('packages/core/dist/index.d.ts', "export type { Key } from './key.js';\n");
    plant(
      'packages/core/dist/key.d.ts',
      "import { type Head as Top } from './head.js';\nexport interface Key extends Top {\n}\n",
    );
    const head = (version: string, unrelated: string) =>
      plant(
        'packages/core/dist/head.d.ts',
        `interface Version {\n    v: ${version};\n}\nexport interface Head {\n    version: Version;\n}\ninterface Other {\n    v: ${unrelated};\n}\n`,
      );
    head('1', '1');
    expect(api('--update')).toBe(0);
    expect(readFileSync(join(root, 'api/core.d.ts'), 'utf8')).toContain(
      '// referred to\n\nexport interface Head',
    );
    head('1', '2');
    expect(api()).toBe(0);
    head('2', '2');
    expect(api()).toBe(1);
  });

  it('coverage below the floor', () => {
    for (const file of ['vitest.config.ts', 'vitest.workspace.ts'])
      cpSync(join(repository, file), join(root, file));
    plant('package.json', '{ "type": "module" }');
    mkdirSync(join(root, 'examples'));
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    plantPackage(
      'core',
      'export const one = (): number => {\n  return 1;\n};\nexport const two = (): number => {\n  return 2;\n};\n',
    );
    const calls = (...names: string[]) =>
      plant(
        'packages/core/test/one.test.ts',
        `import { expect, it } from 'vitest';\nimport * as all from '../src/index.js';\nit('x', () => { for (const name of ${JSON.stringify(names)}) expect(all[name]()).toBeGreaterThan(0); });\n`,
      );
    calls('one');
    const { status, output } = tool('vitest', 'run', '--coverage');
    expect(status).not.toBe(0);
    expect(output).toMatch(/Coverage for lines \(75%\) does not meet .*core.* threshold \(90%\)/);
    calls('one', 'two');
    expect(tool('vitest', 'run', '--coverage').status).toBe(0);
  });

  it('an unused export', () => {
    cpSync(join(repository, 'knip.json'), join(root, 'knip.json'));
    plant('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
    plant('package.json', '{ "name": "x", "type": "module", "private": true }');
    rmSync(join(root, 'packages/core/test'), { recursive: true });
    plantPackage('core', "export { used } from './b.js';\n", { type: 'module', exports: './src/index.ts' });
    plant('packages/core/src/b.ts', 'export const used = 1;\n');
    expect(tool('knip').status).toBe(0);
    plant('packages/core/src/b.ts', 'export const used = 1;\nexport const unused = 2;\n');
    const { status, output } = tool('knip');
    expect(status).not.toBe(0);
    expect(output).toContain('unused');
  });
});
