import { expect, it } from 'vitest';
import { renderPage } from '../src/page.ts';
import type { Run } from '../src/result.ts';

const run: Run = {
  command: 'npm run bench -- --write',
  date: '2026-11-21T12:00:00.000Z',
  machine: ['one processor'],
  areas: [
    {
      id: 'demo',
      title: 'Demonstration',
      seconds: 1,
      tables: [
        {
          kind: 'race',
          title: 'Counting',
          work: 'To ten.',
          rounds: 5,
          contestants: [
            { name: 'ours', ours: true, does: 'counts', times: { min: 1, median: 2 }, ratio: 1 },
            { name: 'theirs', ours: false, does: 'guesses', excluded: 'gives another answer' },
          ],
          bars: [{ bar: 'at most 1 us', measured: '2 us', met: false, why: 'It counts | twice.' }],
        },
      ],
    },
  ],
};

it('says what was run, every bar, why one is missed, and who is not in the race', () => {
  const page = renderPage(run);
  expect(page).toContain('`npm run bench -- --write` on 2026-11-21');
  expect(page).toContain('## Bars: 0 of 1 met');
  expect(page).toContain('**theirs is not in the race**: gives another answer');
  expect(page).toContain('at most 1 us: 2 us, **not met**. It counts | twice.');
});

it('keeps a table a table, whatever stands in its cells', () => {
  const row = renderPage(run)
    .split('\n')
    .find((line) => line.startsWith('| demo'));
  expect(row?.split(/(?<!\\)\|/)).toHaveLength(7);
});
