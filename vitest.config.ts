import { defineConfig } from 'vitest/config';
import projects from './vitest.workspace.ts';

/** Layers 0-5: what an agent embeds. Their line coverage has a floor of its own. */
const embedded =
  'packages/{core,crypto,adapters,did,spl,score,etr-merkle,tre,pnp,guard,oversight,sdk}/src/**/*.ts';

export default defineConfig({
  test: {
    projects,
    expect: { requireAssertions: true }, // a test that asserts nothing fails
    testTimeout: 30_000,
    maxWorkers: '100%', // one less otherwise, which is a single one on two cores
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { [embedded]: { lines: 90 } },
    },
  },
});
