import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunArea } from './areas.ts';
import { figure, judge } from './bar.ts';
import { least, median } from './statistics.ts';

const CASES: readonly (readonly [name: string, specifiers: readonly string[]])[] = [
  ['@ttp/crypto', ['@ttp/crypto']],
  ['@ttp/crypto, did, etr-merkle', ['@ttp/crypto', '@ttp/did', '@ttp/etr-merkle']],
  ['@ttp/sdk', ['@ttp/sdk']],
  ['@noble/ed25519, curves, hashes', ['@noble/ed25519', '@noble/curves/ed25519.js', '@noble/hashes/sha2.js']],
  ['@microsoft/agent-governance-sdk', ['@microsoft/agent-governance-sdk']],
  ['agent-passport-system', ['agent-passport-system']],
  ['@cedar-policy/cedar-wasm', ['@cedar-policy/cedar-wasm/nodejs']],
  ['casbin', ['casbin']],
  ['@casl/ability', ['@casl/ability']],
];

const cwd = fileURLToPath(new URL('..', import.meta.url));

/** Milliseconds that the imports take in a process that has loaded nothing. */
function importTime(specifiers: readonly string[]): number {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`).join('');
  const code = `const t = performance.now(); ${imports} process.stdout.write(String(performance.now() - t));`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cannot import ${specifiers.join(', ')}`);
  return Number(stdout);
}

const [CRYPTO, THREE, SDK, NOBLE] = CASES.map(([name]) => name);

export const run: RunArea = ({ quick }) => {
  const times = new Map<string, number[]>(CASES.map(([name]) => [name, []]));
  for (let round = 0; round < (quick ? 2 : 11); round++)
    for (const [name, specifiers] of CASES) times.get(name)?.push(importTime(specifiers));
  const of = (name = ''): readonly number[] => times.get(name) ?? [];
  const ratio = (name = ''): number =>
    median(of(name).map((time, round) => time / (of(NOBLE)[round] ?? Number.NaN)));
  return Promise.resolve([
    {
      kind: 'facts',
      title: 'Cold imports',
      work: 'Each in a new process, files in the cache of the system. Milliseconds.',
      columns: ['', 'ms median', 'ms min', 'over noble'],
      rows: CASES.map(([name]) => [
        name.startsWith('@ttp') ? `**${name}**` : name,
        figure(median(of(name))),
        figure(least(of(name))),
        `x${figure(ratio(name))}`,
      ]),
      bars: [
        judge(
          {
            bar: "cold import of @ttp/crypto: at most 1.3x noble's own",
            atMost: 1.3,
            unit: 'x',
            why: 'The Node backend needs noble for the checks of points only, and loads node:crypto besides.',
          },
          ratio(CRYPTO),
        ),
        judge(
          {
            bar: "cold import of @ttp/crypto, did and etr-merkle: at most 1.3x noble's own",
            atMost: 1.3,
            unit: 'x',
            why: 'did carries what it uses of zod/mini, and etr-merkle comes on top of what noble is compared with.',
          },
          ratio(THREE),
        ),
        judge(
          {
            bar: 'cold import of @ttp/sdk: at most 120 ms',
            atMost: 120,
            unit: ' ms',
            why: 'Most of it is noble, and the parts of zod/mini that three packages carry.',
          },
          median(of(SDK)),
        ),
      ],
    },
  ]);
};
