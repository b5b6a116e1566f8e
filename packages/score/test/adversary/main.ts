// Prints the adversarial suite: `npm run trust-suite`, or with `-- --write` into docs/trust.md between its marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { tables } from './tables.js';

const PAGE = new URL('../../../../docs/trust.md', import.meta.url);
const MARKS = /(<!-- suite -->\n)[\s\S]*(<!-- end of suite -->)/;

const text = tables(1000);
if (process.argv.includes('--write')) {
  const date = new Date().toISOString().slice(0, 10);
  const stamped = `\`npm run trust-suite -- --write\`, ${date}.\n\n${text}\n`;
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(MARKS, (_, from: string, to: string) => from + stamped + to),
  );
}
process.stdout.write(`${text}\n`);
