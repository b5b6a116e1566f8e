import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hashBytes, keyPairOf, multikey, parseJson, utf8 } from '@ttp/crypto';
import { createIdentity, documentOf, type NewIdentity, rotateIdentity } from '@ttp/did';
import { codeRejectedBy, fakeClock, seededRandom } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdentityFile, parseIdentityFile } from '../../src/files/identity-file.js';
import { finishRotation, replaceRotated } from '../../src/files/rotation-files.js';
import { type Folder, folder } from '../harness.js';
import { filesIn, putFiles, recordingDisk, statesAfter } from './crashing-disk.js';

let dir: Folder;
let born: NewIdentity;
let rotated: NewIdentity;
let before: ReadonlyMap<string, string>;

/** A key file as far as it can be read without a passphrase. */
const keyFile = ({ did }: NewIdentity, seed: Uint8Array): JsonObject => ({
  did,
  publicKey: multikey(keyPairOf(seed).publicKey),
  kdf: { name: 'scrypt', costLog2: 17 },
});
const identityText = (identity: NewIdentity): string =>
  formatIdentityFile(identity.keyLog, keyFile(identity, identity.seed));
const nextText = (identity: NewIdentity): string => JSON.stringify(keyFile(identity, identity.nextSeed));

const root = (): string => dir.at('disk');
const file = (): string => join(root(), 'agent.json');
const replaced = () => ({ file: file(), identity: identityText(rotated), nextKey: nextText(rotated) });

beforeAll(async () => {
  dir = folder();
  const [clock, random] = [fakeClock(1_800_000_000_000), seededRandom('rotation files')];
  born = await createIdentity({ type: 'agent', clock, random });
  rotated = await rotateIdentity(born, { clock, random });
  before = new Map([
    ['agent.json', identityText(born)],
    ['agent.json.next', nextText(born)],
  ]);
});
afterAll(() => dir.remove());

/** Runs a rotation on a fresh folder until the operation at which it stops, and says which ones were done. */
async function until(stopAt: number): Promise<ReturnType<typeof recordingDisk>['operations']> {
  putFiles(root(), before);
  const disk = recordingDisk(stopAt);
  await replaceRotated(replaced(), disk).catch(() => undefined);
  return disk.operations;
}

const jsonOf = (text: string | undefined): Json | undefined => {
  try {
    return text === undefined ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
};
const publicKeyIn = (json: Json | undefined): Json | undefined =>
  isJsonObject(json) ? json['publicKey'] : undefined;

/** Whose key is in force in the identity file, and whether the next key is in one of the files: 'old', 'new' or why not. */
function standing(files: ReadonlyMap<string, string>): string {
  const json = jsonOf(files.get('agent.json'));
  if (!isJsonObject(json)) return 'no identity';
  const { keyLog, key } = parseIdentityFile(json);
  const [method] = documentOf(keyLog).verificationMethod;
  if (method?.publicKeyMultibase !== key['publicKey']) return 'another key than the one in force';
  const hashes = keyLog.at(-1)?.body['next'];
  const next = Array.isArray(hashes) ? hashes[0] : undefined;
  const isThere = [...files.values()].some((text) => {
    const publicKey = publicKeyIn(jsonOf(text));
    return typeof publicKey === 'string' && hashBytes(utf8(publicKey)) === next;
  });
  return isThere ? (keyLog.length === 1 ? 'old' : 'new') : 'the next key is lost';
}

describe('a rotation in place', () => {
  it('replaces the identity and the next key, and keeps the retired one', async () => {
    await until(Number.POSITIVE_INFINITY);
    expect(filesIn(root())).toEqual(
      new Map([
        ['agent.json', identityText(rotated)],
        ['agent.json.key-1', identityText(born)],
        ['agent.json.next', nextText(rotated)],
      ]),
    );
    expect(await finishRotation(file())).toBe(false);
  });

  it('leaves a usable pair wherever the power goes, and the next call ends it without forking', async () => {
    const all = await until(Number.POSITIVE_INFINITY);
    expect(all.length).toBeGreaterThan(9);
    let states = 0;
    for (let stopAt = 0; stopAt <= all.length; stopAt++) {
      const operations = await until(stopAt);
      expect(operations).toHaveLength(stopAt);
      for (const state of statesAfter(before, operations)) {
        states++;
        const said = `after ${stopAt}: ${[...state.keys()].join(' ')}`;
        expect(['old', 'new'], said).toContain(standing(state));
        putFiles(root(), state);
        await finishRotation(file());
        const after = filesIn(root());
        expect(['old', 'new'], said).toContain(standing(after));
        // The next key is where the next rotation looks for it, and nothing is left over.
        const next = standing(after) === 'old' ? nextText(born) : nextText(rotated);
        expect(after.get('agent.json.next'), said).toBe(next);
        expect(
          [...after.keys()].filter((name) => name.endsWith('.new')),
          said,
        ).toEqual([]);
        if (standing(after) === 'new') expect(after.get('agent.json.key-1'), said).toBe(identityText(born));
        // Once the rotation was safe on the disk it may have been seen: from then on it is never taken back.
        if (operations.filter((one) => one.do === 'syncFolder').length > 0)
          expect(standing(after), said).toBe('new');
      }
    }
    expect(states).toBeGreaterThan(20);
  });

  it('says that it could not write, and has changed nothing by then', async () => {
    putFiles(root(), before);
    expect(await codeRejectedBy(replaceRotated(replaced(), recordingDisk(2)))).toBe('CLI_FILE_UNWRITABLE');
    expect(filesIn(root()).get('agent.json')).toBe(identityText(born));
    expect(await finishRotation(file())).toBe(false);
    expect(filesIn(root())).toEqual(before);
  });

  it('says so where another process has taken it for an interrupted one', async () => {
    putFiles(root(), before);
    const disk = recordingDisk();
    // The other one comes between the two files, and finds a next key that nobody has committed to.
    const write = async (path: string, text: string): Promise<void> => {
      if (path.endsWith('agent.json.new')) await finishRotation(file());
      await disk.write(path, text);
    };
    expect(await codeRejectedBy(replaceRotated(replaced(), { ...disk, write }))).toBe('CLI_FILE_UNWRITABLE');
    expect(filesIn(root())).toEqual(before);
  });

  it('touches no files that are something else', async () => {
    const ports = { clock: fakeClock(1), random: seededRandom('other') };
    const other = await createIdentity({ type: 'agent', ...ports });
    const further = await rotateIdentity(other, ports);
    for (const theirs of [
      { 'agent.json.new': identityText(other) },
      { 'agent.json.new': '{"my":"notes"}' },
      { 'agent.json.new': identityText(further), 'agent.json.next.new': nextText(further) },
      { 'agent.json.new': identityText(rotated), 'agent.json.next.new': nextText(further) },
    ]) {
      const files = new Map([...before, ...Object.entries(theirs)]);
      putFiles(root(), files);
      expect(await codeRejectedBy(finishRotation(file()))).toBe('CLI_FILE_EXISTS');
      expect(filesIn(root())).toEqual(files);
    }
  });

  it('makes the files safe before it replaces any', async () => {
    const names = (await until(Number.POSITIVE_INFINITY)).map((one) => one.do);
    const [first, folderSynced] = [names.indexOf('rename'), names.indexOf('syncFolder')];
    expect(names.slice(0, folderSynced)).toEqual(['write', 'sync', 'write', 'sync']);
    expect(folderSynced).toBeLessThan(first);
    expect(names.at(-1)).toBe('syncFolder');
  });
});
