// What a browser gets: bundles of what agents embed, by esbuild and by Vite, their size, and what must not be in them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';

/**
 * What would betray code that signs. After minification the words that stay are members and texts: a signer has a
 * `sign`, a key has a `seed` or a `secretKey`, and only what makes signatures can fail to. Not the bare word: `signature`
 * and `signers` are what a verifier talks about.
 */
const SIGNING = [/[.{,]sign\b/, /\bseed\b/, /\bsecretKey\b/, /\bprivateKey\b/, /CRYPTO_SIGNATURE_FAILED/];
const SCHEMAS = [/\bzod\b/i, /\$Zod/];
const PEERS = [/libp2p/i];

/** The bundles with a ceiling: gzip at level 9, KiB. */
export const BUDGETS = [
  {
    name: 'verify only',
    code: "export * from '@ttp/etr-merkle/verify';",
    ceiling: 15,
    forbidden: [...SCHEMAS, ...SIGNING, ...PEERS],
  },
  {
    name: 'verify a whole trace',
    code: "export { verifyTrace } from '@ttp/etr-merkle/trace';",
    ceiling: 24,
    forbidden: [...SCHEMAS, ...SIGNING, ...PEERS],
  },
  {
    name: 'keys, sign, verify, policy',
    code: `export { createSigner, generateKeyPair, verifySignature } from '@ttp/crypto';
      export { evaluate, loadPolicy } from '@ttp/spl';`,
    ceiling: 40,
    forbidden: PEERS,
  },
  {
    name: 'the same with envelopes',
    code: `export { createSigner, generateKeyPair, signEnvelope, verifyEnvelope } from '@ttp/crypto';
      export { evaluate, loadPolicy } from '@ttp/spl';`,
    ceiling: 43,
    forbidden: PEERS,
  },
  // did, spl and oversight each carry what they use of zod/mini, for the sake of a fast start on Node.
  { name: 'createTtp', code: "export { createTtp } from '@ttp/sdk';", ceiling: 150, forbidden: PEERS },
  { name: 'the whole SDK', code: "export * from '@ttp/sdk';", ceiling: 168, forbidden: PEERS },
];

const asks = (importer, path) => `${(importer ?? '').replace(/.*\/node_modules\//, '')} imports ${path}`;

/** Takes down every import of a module of Node, and who wants it: a browser has none. One plugin for each bundler. */
const noNode = (found) => ({
  name: 'no-node',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      found.push(asks(importer, path));
      return { path, external: true };
    });
  },
});
const noNodeInVite = (found) => ({
  name: 'no-node',
  enforce: 'pre',
  resolveId(path, importer) {
    if (path.startsWith('node:')) found.push(asks(importer, path));
  },
});

/** Bundles `code` for a browser, with what is installed in `dir`. */
export async function bundleOf(dir, code) {
  const problems = [];
  try {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents: code, resolveDir: dir, loader: 'js' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      metafile: true,
      logLevel: 'silent',
      plugins: [noNode(problems)],
    });
    const [{ contents, text }] = outputFiles;
    return { problems, text, inputs: heaviest(metafile), ...sizes(contents) };
  } catch (error) {
    return { problems: [String(error.message)], text: '', inputs: [], bytes: 0, kib: 0 };
  }
}

const sizes = (contents) => ({
  bytes: contents.length,
  kib: gzipSync(contents, { level: 9 }).length / 1024,
});

/** The files that weigh most in a bundle, as `path bytes`. */
const heaviest = ({ outputs }) =>
  Object.entries(Object.values(outputs)[0].inputs)
    .map(([path, { bytesInOutput }]) => [path.replace(/.*node_modules\//, ''), bytesInOutput])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([path, bytes]) => `${path} ${bytes}`);

/** What is wrong with a bundle under its budget. */
export function budgetProblems({ problems, text, kib, inputs }, { ceiling, forbidden }) {
  const found = [...problems];
  if (kib > ceiling) found.push(`more than ${ceiling} KiB; heaviest: ${inputs.join(', ')}`);
  for (const pattern of forbidden) {
    const match = pattern.exec(text);
    if (match !== null)
      found.push(`${pattern} in it: ...${text.slice(Math.max(0, match.index - 30), match.index + 40)}...`);
  }
  return found;
}

/**
 * Builds an application of one script by Vite, as its users do.
 *
 * @param entry file name of the script
 * @returns problems, among them every warning
 */
export async function viteBuild(dir, entry) {
  const problems = [];
  const say = (message) => problems.push(message);
  const quiet = {
    info() {},
    warn: say,
    warnOnce: say,
    error: say,
    clearScreen() {},
    hasWarned: false,
    hasErrorLogged: () => false,
  };
  const app = join(dir, `vite-${entry}`);
  const outDir = join(app, 'dist');
  mkdirSync(app, { recursive: true });
  writeFileSync(
    join(app, 'index.html'),
    `<!doctype html><title></title><script type="module" src="../${entry}"></script>`,
  );
  try {
    const { output } = await vite({
      root: app,
      base: './',
      configFile: false,
      customLogger: quiet,
      logLevel: 'warn',
      plugins: [noNodeInVite(problems)],
      build: { outDir, emptyOutDir: true, modulePreload: false },
    });
    const scripts = output.filter(({ type }) => type === 'chunk');
    const text = scripts.map(({ code }) => code).join('\n');
    return { problems, file: join(outDir, scripts[0].fileName), ...sizes(Buffer.from(text)) };
  } catch (error) {
    return { problems: [...problems, String(error.message)], file: '', bytes: 0, kib: 0 };
  }
}

/** Bundles a script of `dir` by esbuild into a file of its own. */
export async function esbuildScript(dir, entry, file) {
  const bundle = await bundleOf(dir, readFileSync(join(dir, entry), 'utf8'));
  writeFileSync(file, bundle.text);
  return bundle;
}
