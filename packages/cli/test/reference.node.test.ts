import { DID_TYPES } from '@ttp/did';
import { describe, expect, it } from 'vitest';
import { CLI_ERRORS } from '../src/errors.js';
import { CLI_HINTS } from '../src/hints.js';
import { reference } from '../src/reference.js';
import { table } from '../src/table.js';
import { GROUPS, VERBS } from '../src/verbs/index.js';

describe('the verbs', () => {
  it('have a section each, with their options and examples', () => {
    const text = reference(GROUPS);
    for (const { name, options = [], examples } of VERBS) {
      const section = text.split('\n#### ').find((one) => one.startsWith(`ttp ${name}\n`)) ?? '';
      for (const { flags } of options)
        expect(section).toContain(`| \`${flags.replaceAll('|', String.raw`\|`)}\` |`);
      for (const { line } of examples) expect(section).toContain(line);
    }
    expect(text).toContain('&lt;file>');
    // Two cells a row: a bar inside one is escaped, in code too.
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    for (const line of rows) expect([line, line.match(/(?<!\\)\|/g)?.length]).toEqual([line, 3]);
  });

  it('say what fits a terminal', () => {
    for (const { description = '', summary } of VERBS)
      expect(Math.max(...[...description.split('\n'), summary].map((line) => line.length))).toBeLessThan(122);
  });

  it('know the types of identities that there are', () => {
    const type = VERBS.find(({ name }) => name === 'keygen')?.options?.find(({ flags }) =>
      /--type/.test(flags),
    );
    expect(type?.choices).toEqual(DID_TYPES);
  });
});

describe('hints', () => {
  it('stand at every error of the command line that somebody can mend', () => {
    expect(Object.keys(CLI_HINTS).toSorted()).toEqual(Object.keys(CLI_ERRORS).toSorted());
    const silent = Object.entries(CLI_HINTS).filter(([, hint]) => hint === undefined);
    expect(silent.map(([code]) => code)).toEqual(['CLI_FAILED']);
  });
});

describe('table', () => {
  const rows = [
    ['a', 'x'.repeat(40), 'end'],
    ['bcd', 'y', ''],
  ];

  it('puts cells under each other, and no blanks behind them', () => {
    expect(
      table(
        ['id', 'what', 'so'],
        [
          ['1', 'one', 'yes'],
          ['22', 'two'],
        ],
        80,
      ),
    ).toBe('ID  WHAT  SO\n1   one   yes\n22  two');
  });

  it.each([20, 24, 40, 49, 50])('fits %i columns', (width) => {
    const lines = table(['id', 'what', 'so'], rows, width).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines).toHaveLength(3);
  });

  it('cuts nothing where nothing has to be, and marks what it cuts', () => {
    expect(table(['id', 'what', 'so'], rows, Number.POSITIVE_INFINITY)).toContain('x'.repeat(40));
    expect(table(['id', 'what', 'so'], rows, 30)).toContain('x…');
  });
});
