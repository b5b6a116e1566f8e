import { sqlite } from '@ttp/adapters/sqlite';
import type { Storage } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
let storage: Storage;
let ttp: Ttp;
let where: readonly string[];

/** One call that the policy permits and one that it denies, both only observed, and two that are only asked about. */
beforeAll(async () => {
  dir = folder();
  storage = sqlite(dir.at('ttp.db'));
  ({ ttp } = await enforcementPoint({ storage, mode: 'observe' }));
  await read(ttp, 'data/a.txt');
  await read(ttp, 'data/keys/a.pem');
  for (const path of ['data/a.txt', 'data/keys/a.pem'])
    await ttp.check({ tool: 'read_file', server: 'files', input: { path } });
  await ttp.exportBundle();
  where = ['--store', dir.at('ttp.db'), '--log-key', `${ttp.did}=${ttp.logKey}`];
});
afterAll(async () => {
  await ttp.close();
  await storage.close();
  dir.remove();
});

it('ttp trace list counts calls that were only observed, and takes no question for a call', async () => {
  const { json } = await ttpJson(['trace', 'list', ...where]);
  expect(json['traces']).toMatchObject([{ interactions: 2, refused: 0, observed: 2, checks: 2 }]);
  const { out } = await run(['trace', 'list', '--text', ...where]);
  expect(out).toMatch(/^TRACE +LOG +ENTRIES +CALLS +REFUSED +OBSERVED .*\n\w+ +0 +\d+ +2 +0 +2 /);
});

it('ttp trace show says of each line that nothing was enforced, or that nothing was called', async () => {
  const { out } = await run(['trace', 'show', ttp.trace().id, '--text', ...where]);
  const lines = out.split('\n').filter((line) => line.includes('interaction-settled'));
  expect(lines).toEqual([
    expect.stringMatching(/not enforced, done$/),
    expect.stringMatching(/not enforced: would be blocked SDK_DENIED, done$/),
    expect.stringMatching(/only asked, monitor mode, checked$/),
    expect.stringMatching(/only asked, monitor mode, checked, SDK_DENIED$/),
  ]);
  for (const line of out.split('\n').filter((text) => text.includes('decision-made')))
    expect(line).toMatch(/monitor mode|not enforced/);
});
