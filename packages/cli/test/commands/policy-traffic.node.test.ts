import { afterAll, beforeAll, expect, it } from 'vitest';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

/** Twenty calls are enough for the linter to speak of routine. */
const CALLS = 20;

let dir: Folder;
let trusted: readonly string[];

const policyWith = (effect: string): string =>
  JSON.stringify({
    version: '1.0.0',
    rules: [{ id: 'all', effect, resources: ['mcp:**', 'file:**'], actions: ['call', 'read'] }],
  });

beforeAll(async () => {
  dir = folder();
  const { ttp } = await enforcementPoint({ mode: 'observe' });
  for (let i = 0; i < CALLS; i++) await read(ttp, `work/${i}.txt`);
  trusted = ['--log-key', ttp.logKey];
  dir.write('bundle.jsonl', await ttp.exportBundle());
  await ttp.close();
  dir.write('ask.json', policyWith('allow_with_approval'));
  dir.write('warn.json', policyWith('warn'));
});
afterAll(() => dir.remove());

it('ttp policy lint --bundle names an approval that would be routine', async () => {
  const codes = async (...more: readonly string[]) => {
    const { code, json } = await ttpJson(['policy', 'lint', dir.at('ask.json'), ...more]);
    expect(code).toBe(1);
    return JSON.stringify(json['findings']);
  };
  expect(await codes('--bundle', dir.at('bundle.jsonl'), ...trusted)).toContain('SPL_ROUTINE_APPROVAL');
  expect(await codes()).not.toContain('SPL_ROUTINE_APPROVAL');
});

it('ttp policy replay --warn-as says which calls would change', async () => {
  const replay = ['policy', 'replay', dir.at('warn.json'), dir.at('bundle.jsonl'), ...trusted];
  const { code, json } = await ttpJson([...replay, '--warn-as', 'deny']);
  expect({ code, summary: json['summary'] }).toMatchObject({ code: 0, summary: { permitted: CALLS } });
  expect(json['warned']).toHaveLength(CALLS);
  const { out } = await run([...replay, '--warn-as', 'allow_with_approval', '--text']);
  expect(out).toContain(`${CALLS} that are warned about would become allow_with_approval`);
  expect((await ttpJson(replay)).json).not.toHaveProperty('warned');
});

it('ttp policy replay --layer asks the other policies too', async () => {
  const team = { id: 'one', effect: 'allow', resources: ['mcp:**'], actions: ['nothing'] };
  dir.write('team.json', { version: '1.0.0', rules: [team] });
  const replay = ['policy', 'replay', dir.at('warn.json'), dir.at('bundle.jsonl'), ...trusted];
  const { code, json } = await ttpJson([...replay, '--layer', `team=${dir.at('team.json')}`]);
  expect({ code, json }).toMatchObject({ code: 1, json: { summary: { lost: CALLS, permitted: 0 } } });
});
