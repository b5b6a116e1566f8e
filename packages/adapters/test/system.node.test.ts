import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { systemClock } from '../src/system.js';

const packages = fileURLToPath(new URL('../../', import.meta.url));

/** A source file without its comments, in which clocks may be spoken of. */
const code = (file: string): string =>
  readFileSync(packages + file, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*/g, '');

it('is where the wall clock comes from, and the only place that reads it', () => {
  proves('adapters.time.clock');
  expect(Object.keys(systemClock).sort()).toEqual(['monotonic', 'now']);
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  const readers = globSync('*/src/**/*.ts', { cwd: packages }).filter((file) =>
    /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.(?:now|timeOrigin)\b|\bhrtime\b/.test(code(file)),
  );
  expect(readers).toEqual(['adapters/src/system.ts']);
});

it('does not let a process end that only gives others a turn', () => {
  const timer = new URL('../src/system.ts', import.meta.url).href;
  const program = `import { systemTimer } from ${JSON.stringify(timer)};
    for (let i = 0; i < 3; i++) await new Promise((resolve) => void systemTimer.after(0, resolve));
    console.log('done');`;
  const flags = ['--conditions=@ttp/source', '--import', 'tsx', '--input-type=module', '-e', program];
  expect(execFileSync(process.execPath, flags, { cwd: packages, timeout: 20_000 }).toString()).toBe('done\n');
});

it('lets a process end whose timers still run', () => {
  const timer = new URL('../src/system.ts', import.meta.url).href;
  const program = `import { systemTimer } from ${JSON.stringify(timer)};
    systemTimer.after(60_000, () => {}); console.log('done');`;
  const flags = ['--conditions=@ttp/source', '--import', 'tsx', '--input-type=module', '-e', program];
  expect(execFileSync(process.execPath, flags, { cwd: packages, timeout: 20_000 }).toString()).toBe('done\n');
});
