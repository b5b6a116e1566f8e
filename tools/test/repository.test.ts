import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { check as bans } from '../bans.mjs';
import { pages } from '../docs.mjs';
import { code, packages, sources } from '../gate.mjs';
import { check as layers } from '../layers.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Every line of the sources, without comments. What only tests import may throw what it likes, and above layer 5
 * some libraries want errors of their own classes.
 */
function* lines(): Generator<{ where: string; line: string; embedded: boolean }> {
  for (const { name, dir, layer } of packages(root).filter((p) => p.name !== 'testkit'))
    for (const { file, text } of sources(join(dir, 'src')))
      for (const [n, line] of code(text).split('\n').entries())
        yield { where: `${name}/${file}:${n + 1}`, line, embedded: (layer ?? 0) <= 5 };
}

describe('the repository itself', () => {
  it('touches the environment through ports only, and imports no Node module where a browser comes', () => {
    proves('core.runtime-agnostic', 'core.ports');
    expect(layers(root)).toEqual([]);
    expect(bans(root)).toEqual([]);
    expect(packages(root).length).toBeGreaterThan(10);
  });

  it('throws nothing but typed errors, whose codes are all in the generated table', () => {
    proves('core.errors.coded');
    const table = pages(root)['docs/ERRORS.md'];
    const untyped: string[] = [];
    const unlisted: string[] = [];
    for (const { where, line, embedded } of lines()) {
      if (embedded && /\bthrow new (?!TtpError\b)/.test(line)) untyped.push(`${where} ${line.trim()}`);
      for (const [, thrown] of line.matchAll(/new TtpError(?:<[^>]*>)?\(\s*'([A-Z0-9_]+)'/g))
        if (!table.includes(`| \`${thrown}\` |`)) unlisted.push(`${where} ${thrown}`);
    }
    expect(untyped).toEqual([]);
    expect(unlisted).toEqual([]);
    expect(table.match(/^\| `/gm)?.length).toBeGreaterThan(50);
  });

  it('has a README for every package', () => {
    for (const { name, dir } of packages(root)) expect(readdirSync(dir), name).toContain('README.md');
  });
});
