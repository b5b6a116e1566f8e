// Follows docs/quick-start.md word for word in an empty folder outside the workspace, with the packages as they
// would be published, and holds what the commands print against what the page says they print.
//   ```js after a line "`name`:"  is written to that file     ```sh  is run     ```text  is what the last ```sh printed
// An ellipsis on the page stands for any text: keys and identities are new each time.
// With --built, as part of the checks, what was built a moment ago is packed and not built again, and where npm reaches
// no registry for what the packages depend on, it says that it was skipped.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs', 'quick-start.md'), 'utf8');
const built = process.argv.includes('--built');
const scratch = mkdtempSync(join(tmpdir(), 'ttp-quick-start-'));
const dir = join(scratch, 'project');
const blocks = [...page.matchAll(/(?:^`([\w.-]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)];
const counted = { sh: 0, js: 0, text: 0 };
let printed = '';

/** Where the page finds the packages: this clone, or a folder in its place whose `tarballs` packs and builds nothing. */
function clone() {
  if (!built) return root;
  const stand = join(scratch, 'clone');
  const into = join(stand, 'tarballs');
  const pack = `pnpm -C "${root}" -r --reporter=silent --filter "./packages/*" pack --pack-destination "${into}"`;
  mkdirSync(stand);
  writeFileSync(join(stand, 'package.json'), JSON.stringify({ scripts: { tarballs: pack } }));
  return stand;
}

const reachesRegistry = () =>
  spawnSync('npm', ['view', '@noble/hashes', 'version'], { cwd: scratch }).status === 0;

function fail(message) {
  console.error(`FAIL quick start: ${message}`);
  process.exitCode = 1;
}

const asPattern = (text) =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/…/g, '.*')}$`);

function follow([, file, language, text]) {
  counted[language]++;
  if (language === 'js') writeFileSync(join(dir, file), text);
  else if (language === 'text') {
    if (!asPattern(text).test(printed)) fail(`the page says\n${text}and it printed\n${printed}`);
  } else {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, TTP: from },
    });
    printed = stdout;
    if (status !== 0) fail(`\n${text}ended with ${status}:\n${stdout}${stderr}`);
  }
}

const from = clone();
const skipped = built && !reachesRegistry();
mkdirSync(dir);
try {
  for (const block of skipped ? [] : blocks) {
    follow(block);
    if (process.exitCode === 1) break;
  }
  if (!skipped && process.exitCode !== 1 && (counted.sh < 5 || counted.js < 1 || counted.text < 3))
    fail(`the page has lost its blocks: ${JSON.stringify(counted)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (skipped) console.log('     quick start: SKIPPED, npm view reaches no registry');
else if (process.exitCode !== 1)
  console.log(
    `ok   quick start: ${counted.sh} commands, ${counted.js} files, ${counted.text} printed results`,
  );
