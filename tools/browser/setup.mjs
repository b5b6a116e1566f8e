// What stands in a page before each test file: the functions of `node:fs` and `node:url` that read vectors, where
// `@ttp/testkit` looks for them. They are synchronous, as in Node, since vectors become tests while a file is loaded.
const ROUTE = '/files-of-the-tests';

const fileURLToPath = (url) => decodeURIComponent(new URL(url).pathname);
const pathOf = (file) => (file instanceof URL ? fileURLToPath(file) : file);

/** What was asked for before: a vector is looked for, then read, and the repository's root is looked for each time. */
const answers = new Map();

/** The bytes of a file, each as one code unit; undefined where there is none. */
function textOf(file) {
  const path = pathOf(file);
  if (!answers.has(path)) {
    const request = new XMLHttpRequest();
    request.open('GET', `${ROUTE}?path=${encodeURIComponent(path)}`, false);
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    answers.set(path, request.status === 200 ? request.responseText : undefined);
  }
  return answers.get(path);
}

function bytesOf(file) {
  const text = textOf(file);
  if (text === undefined) throw new Error(`no file ${file}`);
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
}

const fs = {
  existsSync: (file) => textOf(file) !== undefined,
  readdirSync(folder, { recursive = false } = {}) {
    const { names, below } = JSON.parse(new TextDecoder().decode(bytesOf(folder)));
    return recursive ? below : names;
  },
  readFileSync: (file, encoding) =>
    encoding === undefined
      ? bytesOf(file)
      : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(file)),
};

const MODULES = { 'node:fs': fs, 'node:url': { fileURLToPath } };
globalThis.process ??= {};
globalThis.process.env = { ...globalThis.process.env, ...__ENVIRONMENT__ }; // vitest.browser.config.ts defines it
globalThis.process.getBuiltinModule = (name) => MODULES[name];
