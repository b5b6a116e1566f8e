import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { encryptKey } from '@ttp/crypto';
import { createIdentity, type NewIdentity } from '@ttp/did';
import type { Ttp } from '@ttp/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, PASSPHRASE, ttp as run, testIo, ttpJson } from '../harness.js';

let dir: Folder;
let identity: NewIdentity;
let logKey: string;
let trace: string;

/** An enforcement point that has worked and ended. */
beforeEach(async () => {
  dir = folder();
  identity = await createIdentity({ type: 'agent', random, clock });
  const { did, seed, keyLog } = identity;
  dir.write(
    'agent.json',
    formatIdentityFile(keyLog, await encryptKey({ seed, did, passphrase: PASSPHRASE, random })),
  );
  const storage = sqlite(dir.at('ttp.db'));
  const { ttp }: { ttp: Ttp } = await enforcementPoint({ storage, identity });
  await read(ttp, 'data/a.txt');
  [logKey, trace] = [ttp.logKey, ttp.trace().id];
  await ttp.close();
  await storage.close();
});
afterEach(() => dir.remove());

const store = () => ['--store', dir.at('ttp.db')];
const own = () => [...store(), '--identity', dir.at('agent.json')];
const whose = () => [...store(), '--log-key', `${identity.did}=${logKey}`];

describe('ttp trace fsck', () => {
  it('finds nothing in a storage that an enforcement point has left', async () => {
    const { code, json } = await ttpJson(['trace', 'fsck', ...whose()]);
    expect(code).toBe(0);
    expect(json).toMatchObject({ sound: true, faults: [], omitted: 0 });
    expect(Number(json['payloads'])).toBeGreaterThan(2);
    expect((await run(['trace', 'fsck', '--text', ...whose()])).out).toMatch(/payloads opened\nsound\n$/);
  });

  it('names what is wrong and where, and answers no', async () => {
    const storage = sqlite(dir.at('ttp.db'));
    const payloads: string[] = [];
    for await (const key of storage.store.list('etr/payload/')) payloads.push(key);
    await storage.store.delete(payloads[0] ?? '');
    await storage.store.put(payloads[1] ?? '', new Uint8Array(3));
    await storage.close();
    const { code, json } = await ttpJson(['trace', 'fsck', ...whose()]);
    expect([code, json['sound']]).toEqual([1, false]);
    expect(json['faults']).toHaveLength(2);
    expect(json['faults']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'ETR_FSCK_PAYLOAD', index: expect.any(String) }),
        expect.objectContaining({ code: 'ETR_FSCK_PAYLOAD_MISSING', index: expect.any(String) }),
      ]),
    );
    const { out } = await run(['trace', 'fsck', '--text', ...whose()]);
    expect(out).toMatch(/ETR_FSCK_PAYLOAD_MISSING +did:ttp:agent:\w+\/log\/0 entry \d+: .*\n/);
    expect(out).toMatch(/NOT SOUND\n$/);
  });
});

describe('ttp trace seal', () => {
  it('ends a trace, once', async () => {
    const { code, json } = await ttpJson(['trace', 'seal', trace, ...own()]);
    expect([code, json['trace']]).toEqual([0, trace]);
    expect(Number(json['entries'])).toBeGreaterThan(4);
    const again = await ttpJson(['trace', 'seal', trace, ...own()]);
    expect([again.code, again.json.error?.['code']]).toEqual([2, 'ETR_TRACE_SEALED']);
    const unknown = await ttpJson(['trace', 'seal', 'ab'.repeat(16), ...own()]);
    expect(unknown.json.error?.['code']).toBe('ETR_TRACE_UNKNOWN');
    expect((await ttpJson(['trace', 'fsck', ...whose()])).code).toBe(0);
  });
});

describe('ttp trace erase', () => {
  it('erases a subject, and everything verifies as before', async () => {
    const { code, json } = await ttpJson(['trace', 'erase', identity.did, ...own()]);
    expect([code, json['erased']]).toEqual([0, true]);
    const again = await ttpJson(['trace', 'erase', identity.did, ...own()]);
    expect([again.code, again.json]).toEqual([1, { subject: identity.did, erased: false }]);
    expect((await ttpJson(['trace', 'erase', 'nobody', ...own()])).code).toBe(2);
    expect((await ttpJson(['trace', 'fsck', ...whose()])).json['sound']).toBe(true);
    await ttpJson(['trace', 'export', ...own(), '--out', dir.at('bundle.jsonl')]);
    const verified = await ttpJson(['trace', 'verify', dir.at('bundle.jsonl'), '--log-key', logKey]);
    expect([verified.code, verified.json['valid']]).toEqual([0, true]);
    expect(dir.read('bundle.jsonl')).toContain('"reason":"erased"');
  });
});

describe('ttp trace verify', () => {
  it('answers as ttp verify does, and says how far it is', async () => {
    await ttpJson(['trace', 'export', ...own(), '--out', dir.at('bundle.jsonl')]);
    const behind = [dir.at('bundle.jsonl'), '--log-key', logKey];
    const [long, short] = [
      await ttpJson(['trace', 'verify', ...behind]),
      await ttpJson(['verify', ...behind]),
    ];
    expect(long).toEqual(short);
    expect(long.json['tamperEvident']).toBe(true);
    const io = testIo();
    io.stderr.isTTY = true;
    const { err, code } = await run(['trace', 'verify', ...behind], '', io);
    expect(code).toBe(0);
    expect(err).toMatch(/verified (\d+) of \1 lines/);
  });
});
