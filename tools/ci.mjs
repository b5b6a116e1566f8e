// Every check beyond `npm test`, one after the other, on the Node and the PATH that tools/run.mjs set.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const tasks = ['build', 'typecheck', 'lint', 'gates', 'coverage', 'api', 'pack', 'browser'];
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
for (const task of tasks) {
  const start = Date.now();
  const { status } = spawnSync(scripts[`task:${task}`], { shell: true, stdio: 'inherit' });
  console.log(
    `[ci] ${task}: ${status === 0 ? 'ok' : 'FAILED'} ${((Date.now() - start) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) process.exit(1);
}
console.log(`[ci] ok: ${tasks.join(', ')} on Node ${process.versions.node}`);
