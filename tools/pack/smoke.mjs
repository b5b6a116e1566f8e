// Runs a bundled script where nothing but the bundle is: in a Node without node_modules, in other runtimes where they
// are installed, and in Chromium.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { launchOptions } from '../browser/chromium.mjs';
import { problemsOf, run } from './run.mjs';

/** The scripts of consumer/, and what each of them has to say. */
export const SCRIPTS = {
  'smoke.mjs': {
    verified: true,
    forged: 'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    inside: 'allow',
    outside: 'deny',
    included: true,
    another: false,
  },
  'agent.mjs': {
    allowed: ['done', 'none'],
    denied: ['blocked', 'SDK_DENIED'],
    killed: ['blocked', 'GUARD_KILLED'],
  },
};

/** What is wrong with what a script said. */
export function saidProblems(said, expected) {
  try {
    if (JSON.stringify(JSON.parse(said)) === JSON.stringify(expected)) return [];
  } catch {
    // Not even JSON: shown below.
  }
  return [`it says ${said.trim().slice(0, 500)}`];
}

/** Runs the bundle in a folder of its own by the words of a command, which gets the file as its last argument. */
export async function inRuntime(alone, bundle, expected, words) {
  const [command, ...args] = words;
  mkdirSync(alone, { recursive: true });
  copyFileSync(bundle, join(alone, 'bundle.mjs'));
  const result = await run(command, [...args, 'bundle.mjs'], { cwd: alone });
  return result.ok ? saidProblems(result.stdout, expected) : problemsOf(result);
}

/** Runs the bundle in a page of the Chromium at `executablePath`, served from this machine to itself. */
export async function inChromium(bundle, expected, executablePath) {
  const script = readFileSync(bundle);
  const server = createServer((request, response) => {
    const isScript = request.url === '/bundle.mjs';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? script : '<!doctype html><title></title><script type="module" src="bundle.mjs"></script>',
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch(launchOptions(executablePath));
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction("document.title !== ''", undefined, { timeout: 20_000 }).catch(() => {});
    return [...problems, ...saidProblems(await page.title(), expected)];
  } finally {
    await browser.close();
    server.close();
  }
}
