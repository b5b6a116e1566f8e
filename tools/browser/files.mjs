// Gives the tests that run in a browser the files they read in Node: the repository's and the third-party vectors, by
// a route of vite's server and the same functions of `node:fs`. Nothing else of the machine can be read.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the route is; setup.mjs, which runs in the page, knows it too. */
const ROUTE = '/files-of-the-tests';

/** What the route answers: a file's bytes, the names in a folder and below, or nothing. */
export function answer(roots, path) {
  try {
    const real = realpathSync(path);
    if (!roots.some((root) => real === root || real.startsWith(`${root}${sep}`))) return undefined;
    return statSync(real).isDirectory()
      ? JSON.stringify({ names: readdirSync(real), below: readdirSync(real, { recursive: true }) })
      : readFileSync(real);
  } catch {
    return undefined;
  }
}

/** The plugin of vite. Besides, modules of the packages learn their file's address, as in Node, not the server's. */
export function filesOfTheTests(roots) {
  const real = roots.flatMap((root) => {
    try {
      return [realpathSync(root)];
    } catch {
      return [];
    }
  });
  return {
    name: 'files-of-the-tests',
    enforce: 'pre',
    configureServer(server) {
      server.middlewares.use(ROUTE, (request, response) => {
        const { searchParams } = new URL(request.url ?? '', 'http://localhost');
        const found = answer(real, searchParams.get('path') ?? '');
        response.statusCode = found === undefined ? 404 : 200;
        response.end(found);
      });
    },
    transform(code, id) {
      const [file = ''] = id.split('?');
      if (!/\/packages\/[^/]+\/(?:src|test)\//.test(file) || !code.includes('import.meta.url'))
        return undefined;
      return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href));
    },
  };
}
