// `npm run docs`: the site into docs/site/dist; `npm run docs -- --serve` shows it on 127.0.0.1 while it is written.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { renderPages, writePages } from './pages.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const serve = process.argv.includes('--serve');

const run = (command, args) => {
  const { status } = spawnSync(command, args, {
    cwd: here,
    stdio: 'inherit',
    env: { ...process.env, CI: 'true' },
  });
  if (status !== 0) process.exit(status ?? 1);
};

const { texts, broken } = renderPages();
if (broken.length > 0) {
  console.error(`[docs] links that lead nowhere:\n${broken.join('\n')}`);
  process.exit(1);
}
writePages(texts);
run('pnpm', ['install', '--frozen-lockfile', '--trust-lockfile', '--reporter=silent']);
run(process.execPath, [
  'node_modules/vitepress/bin/vitepress.js',
  ...(serve ? ['dev', '--host', '127.0.0.1'] : ['build']),
]);
