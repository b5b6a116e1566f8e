// How long the first import takes in a fresh process, from the packed packages. Measured and printed; nothing fails by
// it, since it is the machine's mood as much as ours.
import { run } from './run.mjs';

const NOBLE = ['@noble/ed25519', '@noble/curves/ed25519.js', '@noble/hashes/sha2.js', 'canonicalize'];
const ROUNDS = 9;

/** Milliseconds that importing all of `list` takes in a process of its own. */
async function once(dir, list) {
  const imports = list.map((name) => `import(${JSON.stringify(name)})`).join(', ');
  const code = `const t = performance.now(); await Promise.all([${imports}]); console.log(performance.now() - t);`;
  const { ok, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: dir,
  });
  if (!ok) throw new Error(stderr);
  return Number(stdout);
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Medians in ms, from rounds that take turns.
 *
 * @param dir where our packages are installed
 * @param within of one of ours, by name: the folder from which what it depends on is found
 */
export async function coldImports(dir, within) {
  const subjects = [
    { name: '@ttp/sdk', dir, list: ['@ttp/sdk'] },
    { name: '@ttp/crypto', dir, list: ['@ttp/crypto'] },
    { name: 'noble', dir: within('@ttp/crypto'), list: NOBLE },
  ].map((subject) => ({ ...subject, times: [] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const subject of subjects) subject.times.push(await once(subject.dir, subject.list));
  return Object.fromEntries(subjects.map(({ name, times }) => [name, median(times)]));
}
