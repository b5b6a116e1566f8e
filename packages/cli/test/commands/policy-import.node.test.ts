import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
});
afterAll(() => dir.remove());

const CEDAR = {
  view: {
    effect: 'permit',
    principal: { op: '==', entity: { type: 'User', id: 'alice' } },
    action: { op: 'All' },
    resource: { op: 'is', entity_type: 'Record' },
    conditions: [],
  },
};
const RULE = {
  id: 'view',
  effect: 'allow',
  resources: ['record:**'],
  actions: ['read'],
  conditions: { 'agent.type': { eq: 'User' }, 'agent.id': { eq: 'alice' } },
};

it('writes a policy that evaluates, and says what the linter finds', async () => {
  dir.write('cedar.json', JSON.stringify(CEDAR));
  const { code, json } = await ttpJson(['policy', 'import', dir.at('cedar.json'), '--action', 'read']);
  expect({ code, policy: json['policy'] }).toEqual({
    code: 0,
    policy: { version: '1.0.0', defaultEffect: 'deny', rules: [RULE] },
  });
  const out = await run([
    'policy',
    'import',
    '--text',
    dir.at('cedar.json'),
    '--action',
    'read',
    '--out',
    dir.at('spl.json'),
  ]);
  expect(out.out).toContain(`policy  ${dir.at('spl.json')}\n`);
  dir.write(
    'request.json',
    JSON.stringify({
      resource: 'record:1',
      action: 'read',
      resolver: { agent: { type: 'User', id: 'alice' } },
    }),
  );
  const verdict = await ttpJson(['policy', 'eval', dir.at('spl.json'), '--request', dir.at('request.json')]);
  expect(verdict.json['effect']).toBe('allow');
});

it('says what does not map, and where, and writes nothing', async () => {
  dir.write('all.json', JSON.stringify(CEDAR));
  const { code, json } = await ttpJson([
    'policy',
    'import',
    dir.at('all.json'),
    '--out',
    dir.at('none.json'),
  ]);
  expect({ code, json }).toMatchObject({
    code: 2,
    json: { error: { code: 'SPL_CEDAR_UNSUPPORTED', message: expect.stringContaining('view.action') } },
  });
  expect(() => dir.read('none.json')).toThrow('ENOENT');
});
