// Keeps the public API in api/<package>.d.ts: per entry point every exported name with its declaration, comments
// left out, and the declarations that these refer to. The rest may change freely. `--update` rewrites the files.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { code, packages } from './gate.mjs';

/** The top-level statements of a declaration file, without comments. */
function statements(file) {
  const text = readFileSync(file, 'utf8').replaceAll(
    /[ \t]*\/\*\*[\s\S]*?\*\/\n?|^\/\/# sourceMappingURL.*$/gm,
    '',
  );
  return text
    .split(/^(?=export |declare |import |interface |type |const )/m)
    .map((statement) => statement.trim());
}

/** What `export { a, b as c } from './x.js'` names, as [name there, name here] pairs. */
const namesIn = (list) =>
  list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(' as ').map((name) => name.trim()))
    .map(([there, here = there]) => [there, here]);

/** What the statement imports or exports by name from a file of the package: its list and that file. */
function listOf(file, statement) {
  const [, list, from] =
    /^(?:export|import) (?:type )?\{([^}]*)\}(?: from ['"]([^'"]*)['"])?/.exec(statement) ?? [];
  if (list === undefined || (from !== undefined && !from.startsWith('.'))) return undefined;
  const source = from === undefined ? file : join(dirname(file), from.replace(/\.js$/, '.d.ts'));
  return { names: namesIn(list), source };
}

const DECLARED =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:const|let|function|class|interface|type|enum) (\w+)/;

/**
 * The declarations that `name` has in `file`, exported or not and wherever the file has them from, as { file, name,
 * text }: a function has one for each overload. None for what another package declares.
 */
function declarations(file, name) {
  const found = [];
  for (const statement of statements(file)) {
    const list = listOf(file, statement);
    if (list !== undefined) {
      const [there] = list.names.find(([, here]) => here === name) ?? [];
      if (there === undefined) continue;
      if (list.source !== file || there !== name) found.push(...declarations(list.source, there));
    } else if (DECLARED.exec(statement)?.[1] === name) found.push({ file, name, text: statement });
  }
  return found;
}

const key = (one) => `${one.file}#${one.name}`;
const order = (one) => `${one.name} ${one.text}`;
const textOf = (list) => `${list.map((one) => one.text).join('\n')}\n`;

/** The declarations that `declared` mention, with those that these mention, without `declared` themselves. */
function referredBy(declared) {
  const seen = new Set(declared.map(key));
  const found = [];
  for (const open = [...declared]; open.length > 0; ) {
    const { file, text } = open.pop();
    const elsewhere = [...text.matchAll(/\bimport\(['"](\.[^'"]*)['"]\)\.(\w+)/g)].map(([, from, name]) => [
      join(dirname(file), from.replace(/\.js$/, '.d.ts')),
      name,
    ]);
    const here = (code(text, { strings: false }).match(/[\w$]+/g) ?? []).map((name) => [file, name]);
    for (const [where, name] of [...elsewhere, ...new Map(here.map((one) => [one[1], one])).values()]) {
      const news = declarations(where, name).filter((one) => !seen.has(key(one)));
      for (const one of news) seen.add(key(one));
      found.push(...news);
      open.push(...news);
    }
  }
  return found.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The names that an entry point exports. */
const exportedBy = (file) =>
  statements(file).flatMap((statement) => {
    const list = /^export (?:type )?\{([^}]*)\}/.exec(statement);
    if (list !== null) return namesIn(list[1]).map(([, here]) => here);
    return (
      /^export (?:declare )?(?:const|function|class|interface|type) (\w+)/.exec(statement)?.slice(1) ?? []
    );
  });

/** The API of one package as text. Throws for a name whose declaration cannot be found. */
function apiOf({ name, dir, manifest }) {
  const entries = Object.entries(manifest.exports ?? {}).filter(([, target]) => target.types !== undefined);
  return entries
    .map(([subpath, target]) => {
      const file = join(dir, target.types);
      const names = [...new Set(exportedBy(file))].toSorted((a, b) => (a < b ? -1 : 1));
      const declared = names.flatMap((exported) => {
        const found = declarations(file, exported);
        if (found.length === 0) throw new Error(`${name}: no declaration of ${exported}`);
        return found;
      });
      const referred = referredBy(declared);
      return `// ${manifest.name}${subpath.slice(1)}\n\n${textOf(declared)}${
        referred.length === 0 ? '' : `\n// referred to\n\n${textOf(referred)}`
      }`;
    })
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const update = process.argv.includes('--update');
  // All of it is read before anything is removed: a build that is not whole ends here.
  const apis = packages(root).map((one) => [one.name, apiOf(one)]);
  if (update) rmSync(join(root, 'api'), { recursive: true, force: true });
  mkdirSync(join(root, 'api'), { recursive: true });
  let stale = 0;
  for (const [name, text] of apis) {
    const file = join(root, 'api', `${name}.d.ts`);
    if ((existsSync(file) ? readFileSync(file, 'utf8') : '') === text) continue;
    if (update) writeFileSync(file, text);
    else {
      stale++;
      console.error(
        `api/${name}.d.ts differs from the build; run: node tools/run.mjs api --update, and add a changeset`,
      );
    }
  }
  if (stale === 0) console.log('api: ok');
  process.exit(stale === 0 ? 0 : 1);
}
