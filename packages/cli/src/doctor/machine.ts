import { type Check, fail, ok } from './check.js';

/** The oldest Node whose SQLite needs no flag, as the package says. */
const NODE: readonly [number, number] = [22, 13];

/** Whether this Node runs everything. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return isNew
    ? ok('node', version)
    : fail('node', `${version} is too old`, `Node ${NODE.join('.')} or newer: the storage needs its SQLite`);
}
