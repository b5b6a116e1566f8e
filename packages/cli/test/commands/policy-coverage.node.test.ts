import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

const POLICY = {
  version: '1.0.0',
  rules: [
    {
      id: 'small',
      effect: 'allow',
      resources: ['api/pay'],
      actions: ['create'],
      conditions: { 'request.amount': { lte: 100 } },
    },
    { id: 'never', effect: 'deny', resources: ['api/admin/**'] },
  ],
};
const pay = (name: string, amount: number, effect: string) => ({
  name,
  request: { resource: 'api/pay', action: 'create', caller: { request: { amount } } },
  expect: { effect },
});

let dir: Folder;
beforeAll(() => {
  dir = folder();
  dir.write('policy.json', JSON.stringify(POLICY));
  const tests = [pay('small', 5, 'allow')];
  dir.write('a.test.json', JSON.stringify({ version: 1, policy: 'policy.json', tests }));
  const more = [pay('large', 500, 'deny')];
  dir.write('b.test.json', JSON.stringify({ version: 1, policy: 'policy.json', tests: more }));
});
afterAll(() => dir.remove());

it('puts the tests of a policy together, and says what none of them shows', async () => {
  const { code, json } = await ttpJson(['policy', 'coverage', dir.at('a.test.json'), dir.at('b.test.json')]);
  expect({ code, summary: json['summary'] }).toEqual({
    code: 0,
    summary: { covered: 2, total: 3, percent: 66 },
  });
  expect(json['policies']).toMatchObject([{ requests: 2, rules: [{ rule: 'never' }, { rule: 'small' }] }]);
  const { out } = await run(['policy', 'coverage', '--text', dir.at('a.test.json')]);
  expect(out).toMatch(/never +deny +its action and resource\n/);
  expect(out).toMatch(/small +allow +that request\.amount lte 100 fails\n/);
});

const at = (min: string) => run(['policy', 'coverage', dir.at('a.test.json'), '--min', min]);

it('fails below the minimum, and refuses one that is no percentage', async () => {
  expect((await at('33')).code).toBe(0);
  expect((await at('34')).code).toBe(1);
  expect((await at('101')).code).toBe(2);
});
