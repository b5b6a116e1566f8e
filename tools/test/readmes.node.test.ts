import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packages } from '../gate.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Examples that cannot run by themselves, each with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  gateway: 'it serves standard input until somebody leaves',
  testkit: 'it is itself a test, which fails to show a schedule',
};

/** The TypeScript examples of a README, each of which runs by itself. */
function examplesOf(dir: string): readonly string[] {
  const readme = join(dir, 'README.md');
  if (!existsSync(readme)) return [];
  return [...readFileSync(readme, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the examples of every README', () => {
  // The front page has no dependencies of its own; the command line has all of them.
  const places = [
    { name: 'front page', readme: root, dir: join(root, 'packages/cli') },
    ...packages(root).map(({ name, dir }) => ({ name, readme: dir, dir })),
  ];
  const examples = places.flatMap(({ name, readme, dir }) => {
    if (name in NOT_RUN) return [];
    return examplesOf(readme).map((code, i) => ({ name: i === 0 ? name : `${name} ${i + 1}`, dir, code }));
  });

  it.each(examples)('runs: $name', async ({ name, dir, code }) => {
    // Inside the package, so that its own dependencies resolve.
    const file = join(dir, `.ttp-readme-${name.replace(' ', '-')}.ts`);
    const folder = mkdtempSync(join(tmpdir(), 'ttp-readme-')); // what the example writes
    const before = process.cwd();
    writeFileSync(file, code);
    process.chdir(folder);
    try {
      await expect(import(file)).resolves.toBeDefined();
    } finally {
      process.chdir(before);
      rmSync(file);
      rmSync(folder, { recursive: true });
    }
  });

  it('is there', () => {
    expect(examples.map(({ name }) => name).length).toBeGreaterThan(9);
  });
});
