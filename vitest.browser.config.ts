import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ABSENT, findChromium, launchOptions } from './tools/browser/chromium.mjs';
import { filesOfTheTests } from './tools/browser/files.mjs';

const executablePath = findChromium();
if (executablePath === undefined) throw new Error(CHROMIUM_ABSENT);

const root = import.meta.dirname;
const vectors = process.env['TTP_VECTORS'] ?? `${root}/../shared/vectors`;

/** What agents embed. */
const SUITES = [
  'adapters',
  'core',
  'crypto',
  'did',
  'etr-merkle',
  'guard',
  'oversight',
  'pnp',
  'score',
  'sdk',
  'spl',
  'tre',
];

/**
 * The suites of what browsers run, in the Chromium of this machine: with the portable backend of `@ttp/crypto`.
 * Files that need Node are named `*.node.test.ts`.
 */
export default defineConfig({
  plugins: [filesOfTheTests([`${root}/conformance`, `${root}/pnpm-workspace.yaml`, vectors])],
  resolve: {
    conditions: ['@ttp/source', 'module', 'browser', 'development|production'],
    alias: { 'node:fs': `${root}/tools/browser/node-fs.mjs` },
  },
  define: {
    __ENVIRONMENT__: JSON.stringify({
      TTP_VECTORS: process.env['TTP_VECTORS'],
      TTP_SEED: process.env['TTP_SEED'],
    }),
  },
  test: {
    name: 'browser',
    include: [`packages/{${SUITES.join()}}/test/**/*.test.ts`],
    exclude: ['**/*.node.test.ts'],
    setupFiles: ['tools/browser/setup.mjs'],
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    isolate: false, // one page for all files: a page each takes as long as the tests
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: launchOptions(executablePath) }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
