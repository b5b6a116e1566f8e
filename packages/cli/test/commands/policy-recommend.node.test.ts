import type { JsonObject } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, POLICY, ttp as run, ttpJson } from '../harness.js';

const AWS_KEY = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');

let dir: Folder;
let key: string;

/** A call of a tool that no call map knows. */
const use = (ttp: Ttp, tool: string, input: JsonObject): ReturnType<Ttp['a2t']> =>
  ttp.a2t({ tool, server: 'files', input }, async (permit) => {
    permit.enter();
    return 'done';
  });

beforeAll(async () => {
  dir = folder();
  const { ttp } = await enforcementPoint({ mode: 'observe' });
  for (const path of ['work/a.txt', 'work/b.txt', 'work/c.txt', 'data/x', 'etc/passwd', 'work/../x'])
    await read(ttp, path);
  await use(ttp, 'list', { path: 'work' });
  await use(ttp, 'move', { paths: ['a', 'b'] });
  await use(ttp, 'list', { path: 'work', note: AWS_KEY });
  ttp.kill(ttp.did, { reason: 'manual_operator_action' });
  await read(ttp, 'work/d.txt');
  key = ttp.logKey;
  dir.write('bundle.jsonl', await ttp.exportBundle());
  dir.write('policy.json', POLICY);
  await ttp.close();
});
afterAll(() => dir.remove());

const trusted = (): readonly string[] => ['--log-key', key];

it('ttp verify says of the bundle that nothing was enforced', async () => {
  const { code, json } = await ttpJson(['verify', dir.at('bundle.jsonl'), ...trusted()]);
  expect({ code, valid: json['valid'], observed: json['observed'] }).toEqual({
    code: 0,
    valid: true,
    observed: 9,
  });
  const { out } = await run(['verify', '--text', dir.at('bundle.jsonl'), ...trusted()]);
  expect(out).toMatch(/\nNOTE {4}observed {3}9 calls went on whatever was decided\n/);
});

describe('ttp policy recommend', () => {
  it('writes a policy that lint accepts, and a call map, and says what it left out', async () => {
    const out = ['--out', dir.at('draft.json'), '--call-map', dir.at('draft-calls.json')];
    const { code, json } = await ttpJson([
      'policy',
      'recommend',
      dir.at('bundle.jsonl'),
      ...trusted(),
      ...out,
    ]);
    expect({ code, json }).toEqual({
      code: 0,
      json: {
        permitted: 6,
        omitted: [
          expect.objectContaining({ code: 'SPL_OMITTED_AMBIGUOUS', target: 'files/move', calls: 1 }),
          expect.objectContaining({ code: 'SPL_OMITTED_RESOURCE', target: 'files/read_file', calls: 1 }),
          expect.objectContaining({ code: 'SPL_OMITTED_STOPPED', calls: 1 }),
          expect.objectContaining({ code: 'SPL_OMITTED_UNREAD', calls: 1 }),
        ],
        out: dir.at('draft.json'),
        callMap: dir.at('draft-calls.json'),
      },
    });
    expect(await ttpJson(['policy', 'lint', dir.at('draft.json')])).toMatchObject({
      code: 0,
      json: { findings: [] },
    });
    expect(dir.read('draft.json')).not.toContain(AWS_KEY);
    const { rules } = JSON.parse(dir.read('draft.json'));
    for (const rule of rules) expect(rule.description).toMatch(/^Seen \d+ times? on|^Hidden files/);
    const again = await run(['policy', 'recommend', dir.at('bundle.jsonl'), ...trusted(), ...out]);
    expect(again.code).toBe(3);
    expect(again.out).toContain('CLI_FILE_EXISTS');
  });

  it('passes the self-test before arming, and loses nothing that it does not name', async () => {
    const files = ['--policy', dir.at('draft.json'), '--call-map', dir.at('draft-calls.json')];
    expect((await ttpJson(['self-test', ...files])).code).toBe(0);
    const { code, json } = await ttpJson([
      'policy',
      'replay',
      dir.at('draft.json'),
      dir.at('bundle.jsonl'),
      ...trusted(),
      '--call-map',
      dir.at('draft-calls.json'),
    ]);
    expect(code).toBe(1);
    expect(json).toMatchObject({ summary: { permitted: 6, denied: 2, lost: 2, unread: 1 } });
  });

  it('prints the draft where no files are named, and shows people what is left out', async () => {
    const argv = ['policy', 'recommend', dir.at('bundle.jsonl'), ...trusted()];
    const { json } = await ttpJson(argv);
    expect(json).toMatchObject({ policy: { version: '1.0.0' }, callMap: { version: 1 }, permitted: 6 });
    const { code, out } = await run([...argv, '--text']);
    expect(code).toBe(0);
    expect(out).toMatch(/"effect": "allow"/);
    expect(out).toMatch(/permits {3}6 calls/);
    expect(out).toMatch(/files\/move .*\[SPL_OMITTED_AMBIGUOUS\]/);
  });

  it('is made of nothing that nobody vouches for', async () => {
    const bundle = dir.at('bundle.jsonl');
    const stranger = multikey(new Uint8Array(32).fill(7));
    expect(await ttpJson(['policy', 'recommend', bundle])).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_LOG_KEY_MISSING' } },
    });
    const cut = dir.write(
      'cut.jsonl',
      dir.read('bundle.jsonl').trimEnd().split('\n').slice(0, -1).join('\n'),
    );
    for (const [path, logKey] of [
      [bundle, stranger],
      [cut, key],
    ] as const)
      for (const verb of [['recommend'], ['replay', dir.at('policy.json')]])
        expect(await ttpJson(['policy', ...verb, path, '--log-key', logKey])).toMatchObject({
          code: 1,
          json: { error: { code: 'CLI_BUNDLE_INVALID' } },
        });
  });

  it('wants both files or none', async () => {
    const argv = ['policy', 'recommend', dir.at('bundle.jsonl'), ...trusted()];
    for (const one of [
      ['--out', dir.at('x.json')],
      ['--call-map', dir.at('y.json')],
    ])
      expect(await ttpJson([...argv, ...one])).toMatchObject({
        code: 2,
        json: { error: { code: 'CLI_USAGE' } },
      });
  });
});

describe('ttp policy replay', () => {
  it('says which calls a policy would lose, in a table and by its exit code', async () => {
    const argv = ['policy', 'replay', dir.at('policy.json'), dir.at('bundle.jsonl'), ...trusted()];
    const { code, out } = await run([...argv, '--text']);
    expect(code).toBe(1);
    expect(out).toMatch(/^CHANGE +TOOL +ACTION +RESOURCE +SAYS +WHY$/m);
    expect(out).toMatch(/^lost +files\/list +call +mcp:files\/list +deny +no rule permits it$/m);
    expect(out).toMatch(
      /^LOST {2}8 that went through would be denied, 0 that were denied would be permitted$/m,
    );
  });

  it('says no loss where there is none', async () => {
    const all = dir.write('all.json', {
      version: '1.0.0',
      rules: [{ id: 'all', effect: 'allow', resources: ['*'], actions: ['call'] }],
    });
    const { code, out } = await run([
      'policy',
      'replay',
      all,
      dir.at('bundle.jsonl'),
      ...trusted(),
      '--text',
    ]);
    expect({ code, last: out.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'ok  0 that went through would be denied, 0 that were denied would be permitted',
    });
  });
});
