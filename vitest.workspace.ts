import { existsSync, readdirSync } from 'node:fs';
import type { TestProjectConfiguration } from 'vitest/config';

/** Resolve @ttp/* to packages/<name>/src, with no build first. */
const conditions = ['@ttp/source', 'module', 'node', 'development|production'];

/** Tests whose volume reaches no further line: the run that counts lines leaves them out, and `npm test` has them. */
const VOLUME = [
  '**/simulator*',
  '**/simulation/**',
  '**/crash/**',
  '**/faults/**',
  '**/differential/**',
  '**/laws/**',
  '**/cedar/**',
  '**/*interleaving*',
  '**/*mutations*',
  '**/verdicts.node*',
  '**/stream-long*',
  '**/pglite*',
];
const leftOut = process.argv.includes('--coverage') ? VOLUME : [];

/**
 * Whose tests share a worker: they load the same modules hundreds of times otherwise, which is most of their time. Those
 * that start processes, servers and browsers have a worker for each file.
 */
const SHARED: ReadonlySet<string> = new Set([
  'core',
  'did',
  'spl',
  'score',
  'etr-merkle',
  'tre',
  'pnp',
  'guard',
  'oversight',
  'sdk',
]);

const project = (name: string, root: string): TestProjectConfiguration => ({
  extends: true,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root,
    environment: 'node',
    isolate: !SHARED.has(name),
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', ...leftOut], // vitest.browser.config.ts runs the former
  },
});

/** The folders below `parent` that hold tests. */
const tested = (parent: string): string[] =>
  readdirSync(new URL(parent, import.meta.url))
    .filter((name) => existsSync(new URL(`${parent}/${name}/test`, import.meta.url)))
    .sort();

/**
 * The test projects: one per package and example, named by folder, so that `npm test -- --project spl` runs one
 * alone; `tools` tests the gates, `bench` the way of measuring. Imported by vitest.config.ts (`test.projects`).
 */
const projects: TestProjectConfiguration[] = [
  ...tested('packages').map((name) => project(name, `packages/${name}`)),
  ...tested('examples').map((name) => project(name, `examples/${name}`)),
  ...tested('.')
    .filter((name) => name === 'tools' || name === 'bench')
    .map((name) => project(name, name)),
];

export default projects;
