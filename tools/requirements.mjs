// Every requirement that was taken into conformance/requirements/ is proved by a test that cites it, or listed as open.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gate, packages, sources } from './gate.mjs';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The `- id:` entries of a requirements file, with the text of each. */
function entries(file) {
  return read(file)
    .split(/^(?=- id: )/m)
    .filter((part) => part.startsWith('- id: '))
    .map((part) => ({ id: part.slice(6).split('\n', 1)[0].trim(), text: part }));
}

/** Ids in the calls `proves('a', 'b')` of the tests, with the files that make them. */
function citations(root) {
  const cited = new Map();
  const dirs = [...packages(root).map((p) => `${p.dir}/test`), join(root, 'tools/test')];
  if (existsSync(join(root, 'examples')))
    for (const name of readdirSync(join(root, 'examples'))) dirs.push(join(root, 'examples', name, 'test'));
  for (const dir of dirs)
    for (const { file, text } of sources(dir))
      for (const [, list] of text.matchAll(/\bproves\(([^)]*)\)/g))
        for (const [, id] of list.matchAll(/['"]([^'"]+)['"]/g))
          cited.set(id, [...(cited.get(id) ?? []), `${dir.slice(root.length + 1)}/${file}`]);
  return cited;
}

export function check(root) {
  const dir = join(root, 'conformance/requirements');
  const problems = [];
  const known = new Set();
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.yaml')))
    for (const { id } of entries(join(dir, file))) {
      if (known.has(id)) problems.push(`${file}: ${id} stands twice`);
      known.add(id);
    }
  const cited = citations(root);
  const open = new Map();
  for (const file of existsSync(join(dir, 'open')) ? readdirSync(join(dir, 'open')) : [])
    for (const { id, text } of entries(join(dir, 'open', file))) {
      if (!/^ {2}issue: "?\S/m.test(text)) problems.push(`open/${file}: ${id} names no issue`);
      if (open.has(id)) problems.push(`open/${file}: ${id} is open twice`);
      open.set(id, file);
    }
  for (const id of known)
    if (!cited.has(id) && !open.has(id)) problems.push(`${id} is neither proved nor open`);
  for (const [id, file] of open) {
    if (!known.has(id)) problems.push(`open/${file}: ${id} is not a requirement`);
    if (cited.has(id))
      problems.push(`open/${file}: ${id} is open, and proved in ${cited.get(id).join(', ')}`);
  }
  for (const [id, files] of cited)
    if (!known.has(id)) problems.push(`${files[0]} cites ${id}, which nothing lists`);
  return problems;
}

gate(import.meta, 'requirements', check);
