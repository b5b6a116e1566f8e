// Keeps the public API in api/<package>.d.ts: per entry point every exported name with its declaration, comments
// left out. What no entry point exports may change freely. `--update` rewrites the files.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packages } from './gate.mjs';

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

/** The declarations of `name` in `file`, wherever the file has them from: a function has one for each overload. */
function declarations(file, name) {
  const found = [];
  for (const statement of statements(file)) {
    const list = /^export (?:type )?\{([^}]*)\}(?: from '(\.[^']*)')?/.exec(statement);
    if (list !== null) {
      const [there] = namesIn(list[1]).find(([, here]) => here === name) ?? [];
      if (there === undefined) continue;
      const from = list[2] === undefined ? file : join(dirname(file), list[2].replace(/\.js$/, '.d.ts'));
      if (from !== file || there !== name) found.push(...declarations(from, there));
    } else if (
      new RegExp(
        `^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type) ${name}\\b`,
      ).test(statement)
    )
      found.push(statement);
  }
  return found;
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
      const declared = names.map((exported) => {
        const found = declarations(file, exported);
        if (found.length === 0) throw new Error(`${name}: no declaration of ${exported}`);
        return found.join('\n');
      });
      return `// ${manifest.name}${subpath.slice(1)}\n\n${declared.join('\n')}\n`;
    })
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const update = process.argv.includes('--update');
  if (update) rmSync(join(root, 'api'), { recursive: true, force: true });
  mkdirSync(join(root, 'api'), { recursive: true });
  let stale = 0;
  for (const one of packages(root)) {
    const file = join(root, 'api', `${one.name}.d.ts`);
    const text = apiOf(one);
    if ((existsSync(file) ? readFileSync(file, 'utf8') : '') === text) continue;
    if (update) writeFileSync(file, text);
    else {
      stale++;
      console.error(
        `api/${one.name}.d.ts differs from the build; run: node tools/run.mjs api --update, and add a changeset`,
      );
    }
  }
  if (stale === 0) console.log('api: ok');
  process.exit(stale === 0 ? 0 : 1);
}
