// Every requirement that was taken into conformance/requirements/ is proved by a test that cites it and runs, or listed
// as open.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { code, enclosing, gate, packages, partner, sources } from './gate.mjs';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The `- id:` entries of a requirements file, with the text of each. */
function entries(file) {
  return read(file)
    .split(/^(?=- id: )/m)
    .filter((part) => part.startsWith('- id: '))
    .map((part) => ({ id: part.slice(6).split('\n', 1)[0].trim(), text: part }));
}

/** Tests that are registered but do not run, or keep others from running, however that is spelled. */
const LEFT_OUT =
  /\b(?:it|test|describe|suite)\b[\w.\s]*(?:\.\s*(?:skip|todo|only|skipIf|runIf|fails)\b|\[)|(?<=[{,]\s*)(?:skip|todo|only)\s*:|\bskip\(\s*(?:\)|true\b|['"])/g;

/** What in front of a block or of a call makes it run sometimes only. */
const CONDITION = /(?:\b(?:else|catch)|&&|\|\||\?\??|\?[^;{}]*:)$/;

/** Whether what begins at `at` depends on a condition: `if (...)`, `else`, `&&` and the like stand in front of it. */
function isConditional(text, at) {
  const before = text.slice(0, at).trimEnd();
  if (CONDITION.test(before.slice(-200))) return true;
  if (!before.endsWith(')')) return false;
  return /\b(?:if|while|switch|catch)\s*$/.test(text.slice(0, partner(text, before.length - 1)));
}

/** Where the type arguments begin that end in front of `end`: `<Case>` of `it.each<Case>`. */
function typeArgumentsBefore(text, end) {
  for (let i = end - 1, depth = 0; i >= 0; i--) {
    if (text[i] === '>' && text[i - 1] !== '=') depth++;
    else if (text[i] === '<') depth--;
    if (depth === 0) return i;
  }
  return -1;
}

/** The start of the expression that is called with the parenthesis at `at`: `it`, `it.each<Case>(cases)`. */
function calleeOf(text, at) {
  for (let start = at; start >= 0; ) {
    const before = text.slice(0, start).trimEnd();
    if (before.endsWith(')')) start = partner(text, before.length - 1);
    else if (/[^=]>$/.test(before)) start = typeArgumentsBefore(text, before.length);
    else return before.length - (/[\w$.]*$/.exec(before.slice(-200))?.[0].length ?? 0);
  }
  return 0;
}

/** Whether a test that always runs makes the citation at `at`. */
function counts(text, at) {
  let inTest = false;
  for (const bracket of [at, ...enclosing(text, at)]) {
    const start = text[bracket] === '(' ? calleeOf(text, bracket) : bracket;
    if (isConditional(text, start)) return false;
    if (/^(?:it|test)\b/.test(text.slice(start, start + 5))) inTest = true;
  }
  return inTest;
}

/** Ids in the calls `proves('a', 'b')` of the tests, with the files that make them; what is wrong goes to `problems`. */
function citations(root, problems) {
  const cited = new Map();
  const dirs = [...packages(root).map((p) => `${p.dir}/test`), join(root, 'tools/test')];
  if (existsSync(join(root, 'examples')))
    for (const name of readdirSync(join(root, 'examples'))) dirs.push(join(root, 'examples', name, 'test'));
  for (const dir of dirs)
    for (const { file, text } of sources(dir)) {
      const where = `${dir.slice(root.length + 1)}/${file}`;
      const spoken = code(text);
      const bare = code(text, { strings: false });
      const line = (at) => `${where}:${bare.slice(0, at).split('\n').length}`;
      for (const { index, 0: found } of bare.matchAll(LEFT_OUT))
        problems.push(`${line(index)} leaves tests out (${found.trim()})`);
      for (const { index, 0: call } of bare.matchAll(/\bproves\([^)]*\)/g)) {
        if (!counts(bare, index)) {
          problems.push(`${line(index)} cites under a condition or outside a test`);
          continue;
        }
        for (const [, id] of spoken.slice(index, index + call.length).matchAll(/['"]([^'"]+)['"]/g))
          cited.set(id, [...(cited.get(id) ?? []), where]);
      }
    }
  return cited;
}

/** The paths that an open entry points to as what is shown already. */
const pathsIn = (text) =>
  (/^ {2}shown: (.*(?:\n {4}.*)*)/m.exec(text)?.[1] ?? '').match(
    /\b(?:packages|tools|examples|conformance)\/[\w./-]*\w/g,
  ) ?? [];

export function check(root) {
  const dir = join(root, 'conformance/requirements');
  const problems = [];
  const known = new Set();
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.yaml')))
    for (const { id } of entries(join(dir, file))) {
      if (known.has(id)) problems.push(`${file}: ${id} stands twice`);
      known.add(id);
    }
  const cited = citations(root, problems);
  const open = new Map();
  for (const file of existsSync(join(dir, 'open')) ? readdirSync(join(dir, 'open')) : [])
    for (const { id, text } of entries(join(dir, 'open', file))) {
      if (!/^ {2}issue: "?\S/m.test(text)) problems.push(`open/${file}: ${id} names no issue`);
      for (const path of pathsIn(text))
        if (!existsSync(join(root, path)))
          problems.push(`open/${file}: ${id} shows ${path}, which is not there`);
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
