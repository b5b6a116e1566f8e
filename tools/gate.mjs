// What the gates share: the packages with their layers, reading sources, and how a gate reports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every package by layer (docs/adr/0001-layers-and-flow.md); a package may import strictly lower layers only. */
export const LAYERS = [
  ['core'],
  ['crypto', 'adapters'],
  ['did', 'spl', 'score', 'etr-merkle', 'testkit'],
  ['tre', 'pnp', 'consensus', 'accord', 'guard', 'oversight'],
  ['mesh', 'discovery'],
  ['sdk'],
  ['gateway', 'server', 'console'],
  ['cli'],
];

const layers = new Map(LAYERS.flatMap((names, layer) => names.map((name) => [name, layer])));

/** The packages below `root`: name, layer (undefined when it has none), manifest, folder. */
export function packages(root) {
  return readdirSync(join(root, 'packages'))
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .sort()
    .map((name) => ({
      name,
      layer: layers.get(name),
      dir: join(root, 'packages', name),
      manifest: JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
    }));
}

/** The layer of a package by its npm name. */
export const layerOf = (npmName) => layers.get(npmName.replace('@ttp/', ''));

/** Every TypeScript file below `dir`, as { file (relative), text }. */
export function sources(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(dir, file), 'utf8') }));
}

/** After one of these a slash begins a regular expression, elsewhere it divides. */
const BEFORE_REGEX = /(?:^|[([{},;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))$/;

/** What may begin at a position and hide what stands in it. A template's text ends where its code begins. */
const HIDING = {
  comment: /\/\*[\s\S]*?\*\/|\/\/[^\n]*/y,
  quoted: /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y,
  regex: /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y,
  template: /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y,
};

const blank = (part) => part.replace(/[^\n]/g, ' ');

/**
 * `text` without comments, so that prose about a banned call is not a call, and that a call in a comment is none.
 * `strings: false` empties strings, templates and regular expressions too. Every character keeps its place.
 */
export function code(text, { strings = true } = {}) {
  const inside = (part, from, to) =>
    strings
      ? part
      : part.slice(0, from) + blank(part.slice(from, part.length - to)) + part.slice(part.length - to);
  const open = []; // for each open brace, whether a template goes on after it
  let out = '';
  const take = (kind, at) => {
    HIDING[kind].lastIndex = at;
    return HIDING[kind].exec(text)?.[0];
  };
  const template = (at) => {
    const part = take('template', at);
    if (part.endsWith('${')) open.push(true);
    out += inside(part, 0, part.endsWith('${') ? 2 : 1);
  };
  while (out.length < text.length) {
    const at = out.length;
    const char = text[at];
    const comment = char === '/' ? take('comment', at) : undefined;
    const isRegex = char === '/' && BEFORE_REGEX.test(out.slice(-200).trimEnd());
    const hidden = take(isRegex ? 'regex' : 'quoted', at);
    if (comment !== undefined) out += blank(comment);
    else if (hidden !== undefined) out += inside(hidden, 1, 1);
    else {
      out += char;
      if (char === '{') open.push(false);
      if (char === '`' || (char === '}' && open.pop() === true)) template(out.length);
    }
  }
  return out;
}

/** The brackets that are open at `at` in `text` (without strings), innermost first, as positions. */
export function enclosing(text, at) {
  const found = [];
  for (let i = at - 1, depth = 0; i >= 0; i--)
    if (')]}'.includes(text[i])) depth++;
    else if ('([{'.includes(text[i]) && depth-- === 0) {
      found.push(i);
      depth = 0;
    }
  return found;
}

/** The position of the bracket that belongs to the one at `at`, which may open or close; -1 without one. */
export function partner(text, at) {
  const step = '([{'.includes(text[at]) ? 1 : -1;
  for (let i = at, depth = 0; i >= 0 && i < text.length; i += step) {
    if ('([{'.includes(text[i])) depth += step;
    else if (')]}'.includes(text[i])) depth -= step;
    if (depth === 0) return i;
  }
  return -1;
}

/** Runs `check` on the repository when `meta` is the script that was started; prints what is wrong and exits 1. */
export function gate(meta, name, check) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  const problems = check(dirname(dirname(fileURLToPath(meta.url))));
  for (const problem of problems) console.error(`${name}: ${problem}`);
  if (problems.length === 0) console.log(`${name}: ok`);
  process.exit(problems.length === 0 ? 0 : 1);
}
