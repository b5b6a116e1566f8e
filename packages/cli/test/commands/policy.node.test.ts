import { loadPolicy } from '@ttp/spl';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, folder, POLICY, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
  dir.write('policy.json', POLICY);
});
afterAll(() => dir.remove());

const request = (resource: string, more: object = {}): string =>
  JSON.stringify({ resource, action: 'read', engine: { identityVerified: true }, ...more });

const evaluate = (input: string) =>
  ttpJson(['policy', 'eval', dir.at('policy.json'), '--request', '-'], input);

describe('ttp policy lint', () => {
  it('reports the defects of a policy that loads, with exit code 1', async () => {
    const { code, json } = await ttpJson(['policy', 'lint', dir.at('policy.json')]);
    expect(code).toBe(1);
    expect(json['hash']).toBe(loadPolicy(POLICY).hash);
    expect(json['findings']).toContainEqual(
      expect.objectContaining({ level: 'warning', code: 'SPL_NO_RATE_LIMIT', rule: 'read' }),
    );
  });

  it('has nothing to say of a policy without defects', async () => {
    const policy = {
      version: '1.0.0',
      rules: [
        {
          id: 'none',
          effect: 'deny',
          resources: ['file:a'],
          actions: ['read'],
          audit: { level: 'detailed' },
        },
      ],
      killSwitch: {
        triggers: [{ condition: 'request.rate > 500', reason: 'rate_limit_exceeded', action: 'kill' }],
      },
      defaultEffect: 'deny',
    };
    const { code, out } = await ttp(['policy', 'lint', '--text', dir.write('clean.json', policy)]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `ok  ${dir.at('clean.json')} ${loadPolicy(policy).hash}\n`,
    });
  });

  it('answers with the defect where the policy does not load', async () => {
    const { rules: _, ...empty } = POLICY;
    const { code, json } = await ttpJson(['policy', 'lint', '-'], JSON.stringify({ ...empty, rulez: [] }));
    expect(code).toBe(1);
    expect(json['findings']).toEqual([
      expect.objectContaining({ level: 'error', code: 'SPL_UNKNOWN_KEY', field: 'rulez' }),
    ]);
    expect(json).not.toHaveProperty('hash');
  });

  it('is not confused by what is no JSON', async () => {
    const { code, json } = await ttpJson(['policy', 'lint', '-'], '{"version":"1.0.0",}');
    expect({ code, findings: json['findings'] }).toMatchObject({
      code: 1,
      findings: [{ code: 'CRYPTO_JSON_SYNTAX' }],
    });
  });
});

describe('ttp policy eval', () => {
  it('evaluates a request from a file and explains the verdict', async () => {
    proves('cli.policy.evaluate');
    dir.write('request.json', request('file:data/a.txt'));
    const allowed = await ttpJson([
      'policy',
      'eval',
      dir.at('policy.json'),
      '--request',
      dir.at('request.json'),
    ]);
    expect(allowed).toMatchObject({
      code: 0,
      json: { effect: 'allow', rules: ['read'], policy: loadPolicy(POLICY).hash },
    });
    dir.write('request.json', request('file:data/keys/a.pem'));
    const denied = await ttp([
      'policy',
      'eval',
      '--text',
      dir.at('policy.json'),
      '--request',
      dir.at('request.json'),
    ]);
    expect(denied.code).toBe(1);
    expect(denied.out).toMatch(/^deny, by no-keys \(policy sha256:/);
    expect(denied.out).toContain('deny rule no-keys applies');
  });

  it('says no where a human has to be asked: nobody has approved', async () => {
    expect(await evaluate(request('file:payroll/may.csv'))).toMatchObject({
      code: 1,
      json: { effect: 'allow_with_approval', obligations: [{ kind: 'approval', from: 'rule:payroll' }] },
    });
  });

  it('reports what stood under the name of another source', async () => {
    const { json } = await evaluate(request('file:data/a.txt', { caller: { trustScore: 100 } }));
    expect(json['dropped']).toEqual([expect.objectContaining({ name: 'trustScore', source: 'caller' })]);
  });

  it('takes the time of the request, and only numbers for it', async () => {
    const policy = {
      ...POLICY,
      rules: [
        {
          id: 'by-day',
          effect: 'allow',
          resources: ['file:a'],
          actions: ['read'],
          conditions: { timeOfDay: { between: ['09:00', '17:00'] } },
        },
      ],
    };
    const file = dir.write('day.json', policy);
    const at = async (time: unknown) =>
      (await ttpJson(['policy', 'eval', file, '--request', '-'], request('file:a', { now: time }))).json;
    expect(await at(Date.UTC(2026, 0, 1, 12))).toMatchObject({ effect: 'allow' });
    expect(await at(Date.UTC(2026, 0, 1, 20))).toMatchObject({ effect: 'deny' });
    expect(await at('noon')).toMatchObject({ error: { code: 'CLI_REQUEST', field: 'now' } });
  });

  it.each([
    ['[]', 'CLI_REQUEST', 'request'],
    ['{"action":"read"}', 'CLI_REQUEST', 'resource'],
    ['{"resource":"file:a"}', 'CLI_REQUEST', 'action'],
    ['{"resource":"file:a","action":"read","engine":[]}', 'CLI_REQUEST', 'engine'],
    ['{"resource":"file:a","action":"read","facts":{}}', 'CLI_REQUEST', 'facts'],
    ['{"resource":"file:a","action":"read","caller":{"a":1,"a":2}}', 'CRYPTO_JSON_DUPLICATE_KEY', 'caller.a'],
  ])('%s is bad input', async (input, code, field) => {
    expect(await evaluate(input)).toMatchObject({ code: 2, json: { error: { code, field } } });
  });

  it('a policy that does not load is bad input here: the question cannot be asked', async () => {
    const file = dir.write('broken.json', { ...POLICY, version: '9' });
    const ran = await ttpJson(['policy', 'eval', file, '--request', '-'], request('file:a'));
    expect(ran).toMatchObject({
      code: 2,
      json: { error: { code: 'SPL_UNKNOWN_VERSION', field: 'version' } },
    });
  });
});
