import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Disk, systemDisk } from '../../src/files/disk.js';

/** What changes a folder. */
type Change =
  | { readonly do: 'write'; readonly name: string; readonly text: string }
  | { readonly do: 'remove'; readonly name: string }
  | { readonly do: 'link' | 'rename'; readonly name: string; readonly to: string };
type Operation = Change | { readonly do: 'sync'; readonly name: string } | { readonly do: 'syncFolder' };

/** A disk that is the real one and writes down what it was asked for; it fails before the operation number `stopAt`. */
export function recordingDisk(
  stopAt = Number.POSITIVE_INFINITY,
): Disk & { readonly operations: readonly Operation[] } {
  const operations: Operation[] = [];
  const asked = async (operation: Operation, work: () => Promise<void>): Promise<void> => {
    if (operations.length >= stopAt) throw Object.assign(new Error('the power is gone'), { code: 'EIO' });
    await work();
    operations.push(operation);
  };
  return {
    operations,
    write: (path, text) =>
      asked({ do: 'write', name: basename(path), text }, () => systemDisk.write(path, text)),
    sync: (path) => asked({ do: 'sync', name: basename(path) }, () => systemDisk.sync(path)),
    syncFolder: (path) => asked({ do: 'syncFolder' }, () => systemDisk.syncFolder(path)),
    link: (from, to) =>
      asked({ do: 'link', name: basename(from), to: basename(to) }, () => systemDisk.link(from, to)),
    rename: (from, to) =>
      asked({ do: 'rename', name: basename(from), to: basename(to) }, () => systemDisk.rename(from, to)),
    remove: (path) => asked({ do: 'remove', name: basename(path) }, () => systemDisk.remove(path)),
  };
}

/** The files of a folder. */
export const filesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

/** Makes a folder hold these files and no others. */
export function putFiles(folder: string, files: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

/**
 * Every state in which a power cut can leave a folder after these operations: names that were not synced are there or
 * not, each for itself, and of a text that was not synced there is nothing, half or all.
 */
export function statesAfter(
  before: ReadonlyMap<string, string>,
  operations: readonly Operation[],
): readonly ReadonlyMap<string, string>[] {
  const pending = operations.slice(operations.findLastIndex((one) => one.do === 'syncFolder') + 1);
  const open = pending.filter((one) => one.do !== 'sync' && one.do !== 'syncFolder').length;
  const states = new Map<string, ReadonlyMap<string, string>>();
  for (let kept = 0; kept < 2 ** open; kept++)
    for (const share of [0, 0.5, 1]) {
      const state = stateAfter(before, operations, kept, share);
      states.set(JSON.stringify([...state]), state);
    }
  return [...states.values()];
}

interface Text {
  readonly text: string;
  synced: boolean;
}

function stateAfter(
  before: ReadonlyMap<string, string>,
  operations: readonly Operation[],
  kept: number,
  share: number,
): ReadonlyMap<string, string> {
  const names = new Map<string, Text>([...before].map(([name, text]) => [name, { text, synced: true }]));
  /** What the process sees, with every name. */
  const seen = new Map(names);
  const safe = operations.findLastIndex((one) => one.do === 'syncFolder');
  let bit = 0;
  for (const [i, operation] of operations.entries()) {
    if (operation.do === 'syncFolder') continue;
    if (operation.do === 'sync') {
      const file = seen.get(operation.name);
      if (file !== undefined) file.synced = true;
      continue;
    }
    const isKept = i < safe || (kept >> bit++) % 2 === 1;
    for (const folder of isKept ? [seen, names] : [seen]) apply(folder, operation, seen);
  }
  return new Map(
    [...names].map(([name, { text, synced }]) => [
      name,
      synced ? text : text.slice(0, Math.floor(text.length * share)),
    ]),
  );
}

function apply(folder: Map<string, Text>, operation: Change, seen: Map<string, Text>): void {
  const { name } = operation;
  switch (operation.do) {
    case 'write':
      folder.set(
        name,
        folder === seen
          ? { text: operation.text, synced: false }
          : (seen.get(name) ?? { text: '', synced: false }),
      );
      return;
    case 'remove':
      folder.delete(name);
      return;
    case 'link':
    case 'rename': {
      const file = folder.get(name);
      if (file !== undefined) folder.set(operation.to, file);
      if (operation.do === 'rename') folder.delete(name);
    }
  }
}
