// Imports point strictly downwards, are declared, and touch `node:` only where a browser never comes.
import { code, gate, layerOf, packages, sources } from './gate.mjs';

const IMPORT = /(?:(?<!['"])\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)['"]([^'"\s]+)['"]/g;

/** Whether the file may import Node's own modules (decision D45). */
const mayUseNode = (name, layer, file) =>
  layer >= 6 ||
  ['adapters', 'discovery', 'testkit'].includes(name) ||
  (name === 'crypto' && file.startsWith('node/'));

export function check(root) {
  const problems = [];
  for (const { name, layer, dir, manifest } of packages(root)) {
    if (layer === undefined) {
      problems.push(`${name} has no layer`);
      continue;
    }
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    for (const dependency of declared.filter((d) => d.startsWith('@ttp/')))
      if (!(layerOf(dependency) < layer)) problems.push(`${name} (layer ${layer}) depends on ${dependency}`);
    for (const { file, text } of sources(`${dir}/src`))
      for (const [, target] of code(text).matchAll(IMPORT)) {
        const where = `${name}/src/${file}`;
        if (target.startsWith('.')) {
          if (new URL(target, `file:///src/${file}`).pathname.startsWith('/src/')) continue;
          problems.push(`${where} imports ${target}, outside its package`);
        } else if (target.startsWith('node:')) {
          if (!mayUseNode(name, layer, file)) problems.push(`${where} imports ${target}`);
        } else if (!target.startsWith('#')) {
          const npmName = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
          if (npmName !== manifest.name && !declared.includes(npmName))
            problems.push(`${where} imports ${npmName}, which its package.json does not name`);
        }
      }
  }
  return problems;
}

gate(import.meta, 'layers', check);
