import { readFileSync } from 'node:fs';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { negotiationMachine, transitionTable } from '../src/index.js';

/** The table as it is published, from the machine. */
function published(): string {
  const { events, final } = negotiationMachine;
  const lines = Object.entries(transitionTable())
    .filter(([at]) => !final.some((name) => name === at))
    .map(([at, row]) => `| **${at}** | ${events.map((event) => row[event] ?? '').join(' | ')} |`);
  const ends = final.map((at) => `| **${at}** | ${events.map(() => at).join(' | ')} |`);
  const head = `| | ${events.map((event) => `\`${event}\``).join(' | ')} |`;
  return [head, `|${'---|'.repeat(events.length + 1)}`, ...lines, ...ends].join('\n');
}

it.each(['docs/spec/pnp.md', 'packages/pnp/README.md'])('the table in %s is that of the machine', (file) => {
  proves('flaw.N3', 'law.N-1');
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const [, table = ''] = /<!-- transitions -->\n([^]*?)<!-- \/transitions -->/.exec(text) ?? [];
  expect(table.trim()).toBe(published());
});
