// Runtime dependencies of the embedded layers are those of docs/adr/0001-layers-and-flow.md and no others; nothing
// runs at install.
import { gate, packages } from './gate.mjs';

/** Third-party packages that may be installed with each embedded package. */
const ALLOWED = {
  core: [],
  crypto: ['@noble/curves', '@noble/ed25519', '@noble/hashes', 'canonicalize'],
  adapters: [],
  did: ['zod'],
  spl: ['zod'],
  score: ['zod'],
  'etr-merkle': [],
  testkit: [],
  tre: [],
  pnp: ['zod'],
  consensus: [],
  accord: ['zod'],
  guard: ['zod', 're2js', 'libphonenumber-js'],
  oversight: ['zod'],
  mesh: ['zod'],
  discovery: [],
  sdk: ['semver'],
};

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

export function check(root) {
  const problems = [];
  for (const { name, manifest } of packages(root)) {
    for (const script of INSTALL_SCRIPTS)
      if (manifest.scripts?.[script] !== undefined) problems.push(`${name} has a ${script} script`);
    const allowed = ALLOWED[name];
    if (allowed === undefined) continue;
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      if (!dependency.startsWith('@ttp/') && !allowed.includes(dependency))
        problems.push(`${name} depends on ${dependency} at run time`);
  }
  return problems;
}

gate(import.meta, 'dependencies', check);
