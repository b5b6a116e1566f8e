// Runs the suites of what browsers run in the Chromium of this machine (vitest.browser.config.ts). Without one it says
// so and ends well: a machine without a browser can still check everything else.
import { spawnSync } from 'node:child_process';
import { CHROMIUM_ABSENT, findChromium } from './browser/chromium.mjs';

if (findChromium() === undefined) {
  console.log(`browser: SKIPPED, ${CHROMIUM_ABSENT}`);
} else {
  const args = ['run', '--config', 'vitest.browser.config.ts', ...process.argv.slice(2)];
  process.exit(spawnSync('vitest', args, { stdio: 'inherit' }).status ?? 1);
}
