// The lockfile of a project that has our tarballs as its dependencies, and every third party in the version that the
// workspace was tested with. With it an install needs no network: no version has to be looked up.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines of a top-level section of a lockfile, without its heading. */
function section(text, name) {
  const [, body = ''] = new RegExp(`^${name}:\\n((?:\\n| .*\\n)*)`, 'm').exec(text) ?? [];
  return body;
}

/** The version of each third-party package that the lockfile gives one importer, by name. */
export function lockedVersions(text, importer) {
  const versions = new Map();
  let inside = false;
  let name = '';
  for (const line of section(text, 'importers').split('\n')) {
    const heading = /^ {2}(\S+):$/.exec(line);
    if (heading !== null) inside = heading[1] === importer;
    if (!inside) continue;
    name = /^ {6}'?([^\s']+)'?:$/.exec(line)?.[1] ?? name;
    const version = /^ {8}version: '?(.*?)'?$/.exec(line)?.[1];
    if (version !== undefined && !version.startsWith('link:')) versions.set(name, version);
  }
  return versions;
}

const integrity = (file) => `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
const line = (indent, name, value) => `${' '.repeat(indent)}'${name}': '${value}'\n`;

/**
 * @param workspace text of the workspace's lockfile
 * @param tarballs as `packAll` returns them, in `dir`
 * @param extra locked versions of what the project has besides, by name
 */
export function consumerLockfile({ workspace, tarballs, extra, dir }) {
  const versions = new Map(extra);
  for (const { manifest, file } of tarballs) {
    // A version names the peers it was resolved with.
    const peers = Object.keys(manifest.peerDependencies ?? {}).map((peer) => `(${peer}@${extra.get(peer)})`);
    versions.set(manifest.name, `file:${file}${peers.join('')}`);
  }
  const overrides = tarballs.map(({ manifest, file }) => line(2, manifest.name, `file:${file}`));
  const importers = [...versions].map(
    ([name, version]) =>
      `      '${name}':\n        specifier: '${version.replace(/\(.*/, '')}'\n        version: '${version}'\n`,
  );
  const packages = tarballs.map((tarball) => packageEntry(tarball, dir));
  const snapshots = tarballs.map((tarball) => snapshotEntry(tarball, workspace, versions));
  return [
    "lockfileVersion: '9.0'\n",
    'settings:\n  autoInstallPeers: false\n  excludeLinksFromLockfile: false\n',
    `overrides:\n${overrides.join('')}`,
    `importers:\n\n  .:\n    dependencies:\n${importers.join('')}`,
    `packages:\n${packages.join('')}${section(workspace, 'packages')}`,
    `snapshots:\n${snapshots.join('')}${section(workspace, 'snapshots')}`,
  ].join('\n');
}

/** What a tarball is: its hash, and of its manifest what an installer has to know before it opens it. */
function packageEntry({ manifest, file }, dir) {
  const peers = Object.entries(manifest.peerDependencies ?? {});
  const resolution = `{integrity: ${integrity(join(dir, file))}, tarball: 'file:${file}'}`;
  const head = `\n  '${manifest.name}@file:${file}':\n    resolution: ${resolution}\n    version: ${manifest.version}\n`;
  const bin = manifest.bin === undefined ? '' : '    hasBin: true\n';
  const wanted = peers.map(([name, range]) => line(6, name, range)).join('');
  return `${head}${bin}${wanted === '' ? '' : `    peerDependencies:\n${wanted}`}`;
}

/** What a tarball gets: ours from their tarballs, the others in the workspace's versions. */
function snapshotEntry({ manifest, importer }, workspace, versions) {
  const locked = lockedVersions(workspace, importer);
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const lines = needs.map((name) => line(6, name, versions.get(name) ?? locked.get(name)));
  const body = lines.length === 0 ? ' {}\n' : `\n    dependencies:\n${lines.join('')}`;
  return `\n  '${manifest.name}@${versions.get(manifest.name)}':${body}`;
}
