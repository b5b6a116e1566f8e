// The child process of main.ts: runs the area named on its command line and sends the result to its parent.
import { AREAS } from './areas.ts';

const [id, quick] = process.argv.slice(2);
const area = AREAS.find((known) => known.id === id);
if (area === undefined) throw new Error(`no area ${id}`);
const started = performance.now();
const run = await area.load();
const tables = await run({ quick: quick === 'true' });
const seconds = Math.round((performance.now() - started) / 100) / 10;
process.send?.({ id: area.id, title: area.title, tables, seconds }, () => process.exit(0));
