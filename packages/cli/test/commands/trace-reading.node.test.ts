import { copyFileSync, existsSync } from 'node:fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { asTraceId, isJsonObject, type Json, type JsonObject, type Storage } from '@ttp/core';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import type { Ttp } from '@ttp/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, PASSPHRASE, ttp as run, testIo, ttpJson } from '../harness.js';

const TRACE = asTraceId('ab'.repeat(16));
let dir: Folder;
let storage: Storage;
let ttp: Ttp;
let store: readonly string[];
let whose: readonly string[];

/** An enforcement point that goes on while its log is read. */
beforeAll(async () => {
  dir = folder();
  const identity = await createIdentity({ type: 'agent', random, clock });
  const { did, seed, keyLog } = identity;
  dir.write(
    'agent.json',
    formatIdentityFile(keyLog, await encryptKey({ seed, did, passphrase: PASSPHRASE, random })),
  );
  storage = sqlite(dir.at('ttp.db'));
  ({ ttp } = await enforcementPoint({ storage, identity }));
  await read(ttp, 'data/a.txt');
  await read(ttp, 'data/keys/a.pem');
  await ttp.a2t({ tool: 'read_file', input: { path: 'data/b.txt' }, trace: TRACE }, (permit) => {
    permit.enter();
    return Promise.resolve('b');
  });
  await ttp.exportBundle(); // writes the denial and signs a tree head
  store = ['--store', dir.at('ttp.db')];
  whose = ['--log-key', `${did}=${ttp.logKey}`];
});
afterAll(async () => {
  await ttp.close();
  await storage.close();
  dir.remove();
});

const objects = (json: Json | undefined): readonly JsonObject[] =>
  Array.isArray(json) ? json.filter(isJsonObject) : [];

const asText = (json: Json | undefined): string => (typeof json === 'string' ? json : '');
const nothing = (): void => undefined;

describe('ttp trace list', () => {
  it('shows every trace of a running enforcement point, by its log key alone', async () => {
    const { code, json } = await ttpJson(['trace', 'list', ...store, ...whose]);
    expect(code).toBe(0);
    expect(json['did']).toBe(ttp.did);
    const [own, other, ...more] = objects(json['traces']);
    expect(more).toEqual([]);
    expect(own).toMatchObject({
      trace: ttp.trace().id,
      log: 0,
      interactions: 2,
      refused: 1,
      agents: [ttp.did],
    });
    expect(other).toMatchObject({ trace: TRACE, interactions: 1, refused: 0, sealed: false });
    expect(Number(own?.['lastAt'])).toBeGreaterThanOrEqual(Number(own?.['firstAt']));
    const { out } = await run(['trace', 'list', '--text', ...store, ...whose]);
    expect(out).toMatch(
      new RegExp(`^TRACE +LOG +ENTRIES +CALLS +REFUSED .*\\n.*\\n${TRACE} +0 +\\d+ +1 +0 `),
    );
  });

  it('is as wide as the terminal', async () => {
    const io = testIo();
    Object.assign(io.stdout, { isTTY: true, columns: 80 });
    const { out } = await run(['trace', 'list', ...store, ...whose], '', io);
    const [head = '', first = ''] = out.split('\n');
    expect(Math.max(head.length, first.length)).toBeLessThanOrEqual(80);
    expect(first).toContain('…');
  });

  it.each([
    [[], 'CLI_USAGE', 'identity'],
    [['--log-key', 'z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS'], 'CLI_LOG_KEY', 'log-key'],
  ])('has to know whose log it is: %j', async (more, code, field) => {
    const ran = await ttpJson(['trace', 'list', ...store, ...more]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code, field, hint: /did:ttp/ } } });
  });

  it("takes no stranger's key for the log's", async () => {
    const key = `${ttp.did}=z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS`;
    const { code, json } = await ttpJson(['trace', 'list', ...store, '--log-key', key]);
    expect({ code, error: json.error?.['code'] }).toEqual({ code: 2, error: 'ETR_LOG_INCONSISTENT' });
  });
});

describe('ttp trace show', () => {
  it('tells a trace in order, with the reasons of its decisions', async () => {
    const { code, json } = await ttpJson([
      'trace',
      'show',
      'abab',
      ...store,
      '--identity',
      dir.at('agent.json'),
    ]);
    expect({ code, trace: json['trace'] }).toEqual({ code: 0, trace: TRACE });
    const types = objects(json['entries']).map((entry) => entry['type']);
    expect(types).toContain('decision-made');
    expect(types.at(-1)).toBe('interaction-settled');
    const { out } = await run(['trace', 'show', ttp.trace().id, '--text', ...store, ...whose]);
    expect(out).toMatch(/decision-made .* deny, .*no-keys/);
  });

  it.each([
    ['cdcd', 'ETR_TRACE_UNKNOWN'],
    ['', 'ETR_TRACE_UNKNOWN'],
  ])('knows no trace that begins with %j', async (id, code) => {
    const ran = await ttpJson(['trace', 'show', id, ...store, ...whose]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code, field: 'trace' } } });
  });
});

describe('ttp trace export', () => {
  it('reads only: calls that are under way go on, in the same log', async () => {
    let finish: (value: string) => void = nothing;
    const underWay = ttp.a2t({ tool: 'read_file', input: { path: 'data/c.txt' } }, (permit) => {
      permit.enter();
      return new Promise((resolve) => (finish = resolve));
    });
    await expect
      .poll(async () => (await ttpJson(['trace', 'list', ...store, ...whose])).json['logs'])
      .toMatchObject([{}]);
    const out = dir.at('running.jsonl');
    const exported = await ttpJson([
      'trace',
      'export',
      ...store,
      '--identity',
      dir.at('agent.json'),
      '--out',
      out,
    ]);
    expect(exported).toMatchObject({
      code: 0,
      json: { origin: `${ttp.did}/log/0`, logs: 1, logKey: ttp.logKey },
    });
    expect((await run(['verify', out, '--log-key', ttp.logKey])).code).toBe(0);
    finish('c');
    expect((await underWay).status).toBe('done');
    const { json } = await ttpJson(['trace', 'list', ...store, ...whose]);
    expect(objects(json['logs'])).toHaveLength(1);
  });

  it('leaves out what has no tree head yet, until --recover signs for it', async () => {
    // What a crash leaves: the files as they are while the enforcement point runs.
    await read(ttp, 'data/d.txt');
    for (const file of ['', '-wal', '-shm'])
      if (existsSync(dir.at(`ttp.db${file}`)))
        copyFileSync(dir.at(`ttp.db${file}`), dir.at(`crashed.db${file}`));
    const exporting = [
      'trace',
      'export',
      '--store',
      dir.at('crashed.db'),
      '--identity',
      dir.at('agent.json'),
    ];
    const part = await ttpJson([...exporting, '--out', dir.at('part.jsonl')]);
    expect(part.code).toBe(0);
    const unsigned = Number(part.json['unsigned']);
    expect(unsigned).toBeGreaterThan(0);
    const { out } = await run([...exporting, '--out', dir.at('told.jsonl'), '--text']);
    expect(out).toContain(`${unsigned} newer ones have no tree head yet and are left out`);
    const whole = await ttpJson([...exporting, '--out', dir.at('whole.jsonl'), '--recover']);
    expect(whole).toMatchObject({ code: 0, json: { unsigned: '0' } });
    expect(Number(whole.json['treeSize'])).toBe(Number(part.json['treeSize']) + unsigned);
    for (const file of ['part.jsonl', 'whole.jsonl'])
      expect((await run(['verify', dir.at(file), '--log-key', ttp.logKey])).code).toBe(0);
  });
});

const prove = (entry: string, out: string, ...more: readonly string[]) =>
  ttpJson(['trace', 'prove', entry, ...store, ...whose, '--out', dir.at(out), ...more]);
const verify = (file: string, ...keys: readonly string[]) =>
  ttpJson(['verify', 'proof', dir.at(file), ...keys.flatMap((key) => ['--log-key', key])]);

describe('ttp trace prove', () => {
  it('writes a proof that verifies offline, and shows the entry', async () => {
    const proved = await prove('2', 'proof.json');
    expect(proved).toMatchObject({
      code: 0,
      json: { entry: '2', origin: `${ttp.did}/log/0`, logKey: ttp.logKey },
    });
    const { code, json } = await verify('proof.json', ttp.logKey);
    expect({ code, json }).toMatchObject({ code: 0, json: { valid: true, entry: '2', logKey: ttp.logKey } });
    expect(json['leaf']).toMatchObject({ agent: ttp.did, agentSeq: 2 });
    expect((await verify('proof.json', `${ttp.did}=${ttp.logKey}`)).code).toBe(0);
    const { out } = await run(['verify', 'proof', '--text', dir.at('proof.json'), '--log-key', ttp.logKey]);
    expect(out).toMatch(/^valid: entry 2 of \d+ in did:ttp:agent:/);
  });

  it.each([
    [
      'another entry',
      (file: JsonObject) => ({ ...file, leaf: asText(file['leaf']).replace('"at":1', '"at":2') }),
      'ETR_BUNDLE_INCLUSION',
    ],
    [
      'another place',
      (file: JsonObject) => ({ ...file, proof: { ...Object(file['proof']), leafIndex: 1 } }),
      'ETR_BUNDLE_INCLUSION',
    ],
    [
      'another size',
      (file: JsonObject) => ({ ...file, proof: { ...Object(file['proof']), treeSize: 3 } }),
      'ETR_BUNDLE_INCLUSION',
    ],
    ['no proof at all', (file: JsonObject) => ({ ...file, proof: {} }), 'ETR_BAD_PROOF'],
    [
      'another log',
      (file: JsonObject) => ({ ...file, origin: asText(file['origin']).replace(/0$/, '1') }),
      'ETR_NOTE_UNTRUSTED',
    ],
    ['a checkpoint that is none', (file: JsonObject) => ({ ...file, checkpoint: 'x' }), 'ETR_BAD_NOTE'],
  ])('says no to %s', async (name, change, code) => {
    await prove('2', `for ${name}.json`);
    dir.write(`${name}.json`, change(JSON.parse(dir.read(`for ${name}.json`))));
    expect(await verify(`${name}.json`, ttp.logKey)).toMatchObject({ code: 1, json: { valid: false, code } });
  });

  it('says no to every size but the signed one, also where the path would lead to the root', async () => {
    await prove('2', 'sized.json');
    const file = JSON.parse(dir.read('sized.json'));
    const { treeSize } = file.proof;
    for (const other of [treeSize - 2, treeSize - 1, treeSize + 1, treeSize + 2, treeSize + 3]) {
      dir.write(`size ${other}.json`, { ...file, proof: { ...file.proof, treeSize: other } });
      expect(await verify(`size ${other}.json`, ttp.logKey)).toMatchObject({
        code: 1,
        json: { valid: false },
      });
    }
  });

  it('says no without a key, and with that of somebody else', async () => {
    await prove('1', 'one.json');
    expect(await verify('one.json')).toMatchObject({ code: 1, json: { code: 'CLI_LOG_KEY_MISSING' } });
    const stranger = 'z6MkfDbEnvZmTLr2TWNSnSHiExNyS8ioEHF9sDGjYRkYYBeS';
    expect(await verify('one.json', stranger)).toMatchObject({
      code: 1,
      json: { code: 'ETR_NOTE_UNTRUSTED' },
    });
    const other = ttp.did.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    expect((await verify('one.json', `${other}=${ttp.logKey}`)).code).toBe(1);
  });

  it.each([
    ['many', [], 2, 'CLI_USAGE'],
    ['100000', [], 2, 'ETR_NO_ENTRY'],
    ['0', ['--log', '3'], 2, 'CLI_LOG_ABSENT'],
    ['0', ['--log', 'x'], 2, 'CLI_USAGE'],
  ])('entry %s with %j is refused', async (entry, more, exit, code) => {
    const ran = await prove(entry, 'none.json', ...more);
    expect(ran).toMatchObject({ code: exit, json: { error: { code } } });
  });

  it.each([
    ['null', ''],
    ['{"v":2}', 'v'],
    ['{"v":1,"origin":"x","leaf":"x","proof":{},"checkpoint":"x","more":1}', 'more'],
  ])('takes %s for no proof', async (text, field) => {
    const ran = await ttpJson(['verify', 'proof', '-', '--log-key', ttp.logKey], text);
    expect(ran).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_PROOF_FILE', field: field || 'file' } },
    });
  });
});

describe('ttp verify checkpoint', () => {
  it('shows the tree that a trusted key has signed, and nothing of any other key', async () => {
    await ttpJson(['trace', 'prove', '0', ...store, ...whose, '--out', dir.at('for-note.json')]);
    const { checkpoint, proof } = JSON.parse(dir.read('for-note.json'));
    const note = dir.write('note.txt', checkpoint);
    const yes = await ttpJson(['verify', 'checkpoint', note, '--log-key', ttp.logKey]);
    expect(yes).toMatchObject({
      code: 0,
      json: { valid: true, origin: `${ttp.did}/log/0`, treeSize: `${proof.treeSize}`, logKey: ttp.logKey },
    });
    const no = await ttpJson(['verify', 'checkpoint', note]);
    expect(no).toMatchObject({ code: 1, json: { valid: false, code: 'CLI_LOG_KEY_MISSING' } });
    const forged = await ttpJson(
      ['verify', 'checkpoint', '-', '--log-key', ttp.logKey],
      String(checkpoint).replace(`\n${proof.treeSize}\n`, `\n${proof.treeSize + 1}\n`),
    );
    expect(forged).toMatchObject({ code: 1, json: { code: 'ETR_NOTE_SIGNATURE' } });
  });
});
