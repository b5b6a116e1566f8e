import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeAll(() => {
  dir = folder();
  const rule = { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] };
  dir.write('agent.json', { version: '1.0.0', rules: [rule] });
  const secret = { id: 'secret', effect: 'deny', resources: ['file:data/secret/**'], actions: ['read'] };
  dir.write('org.json', { version: '1.0.0', rules: [{ ...rule, id: 'all', effect: 'warn' }, secret] });
});
afterAll(() => dir.remove());

const ask = (verb: 'eval' | 'explain', resource: string, ...layers: readonly string[]) =>
  ttpJson(
    ['policy', verb, dir.at('agent.json'), '--request', '-', ...layers.flatMap((one) => ['--layer', one])],
    JSON.stringify({ resource, action: 'read' }),
  );

describe('ttp policy eval --layer', () => {
  it('permits what every layer permits, and says what each of them says', async () => {
    const org = `organisation=${dir.at('org.json')}`;
    expect(await ask('eval', 'file:data/secret/x')).toMatchObject({ code: 0, json: { effect: 'allow' } });
    expect(await ask('eval', 'file:data/a', org)).toMatchObject({
      code: 0,
      json: {
        effect: 'warn',
        rules: ['agent/read', 'organisation/all'],
        obligations: [{ kind: 'alert', from: 'organisation/rule:all' }],
        layers: [
          { layer: 'agent', effect: 'allow' },
          { layer: 'organisation', effect: 'warn' },
        ],
      },
    });
    const denied = await ask('eval', 'file:data/secret/x', org);
    expect(denied).toMatchObject({ code: 1, json: { effect: 'deny', rules: ['organisation/secret'] } });
  });

  it('explains each layer', async () => {
    const { code, json } = await ask('explain', 'file:data/secret/x', `organisation=${dir.at('org.json')}`);
    expect(code).toBe(1);
    expect(json).toMatchObject({
      effect: 'deny',
      layers: [
        { layer: 'agent', verdict: { effect: 'allow' } },
        { layer: 'organisation', verdict: { effect: 'deny', rules: ['secret'] } },
      ],
    });
    const words = ['policy', 'explain', '--text', dir.at('agent.json'), '--request', '-'];
    const layer = ['--layer', `organisation=${dir.at('org.json')}`];
    const request = JSON.stringify({ resource: 'file:data/secret/x', action: 'read' });
    expect((await ttp([...words, ...layer], request)).out).toMatch(/^agent\nallow[^]*\n\norganisation\ndeny/);
  });

  it.for<[string, string, string]>([
    ['no name', '=org.json', 'CLI_USAGE'],
    ['no file', 'organisation', 'CLI_USAGE'],
    ['a file that is not there', 'organisation=none.json', 'CLI_FILE_MISSING'],
    ['the name of the argument', 'agent=ORG', 'SPL_BAD_LAYERS'],
    ['a name that is none', 'Organisation=ORG', 'SPL_BAD_LAYERS'],
  ])('refuses a layer with %s', async ([, layer, code]) => {
    const given = layer.replace('ORG', dir.at('org.json'));
    const { json } = await ask('eval', 'file:data/a', given);
    expect(json).toMatchObject({ error: { code } });
  });
});

const policy = (verb: string, ...args: readonly string[]) =>
  ttpJson([
    'policy',
    verb,
    ...args.map((name) => dir.at(name)),
    '--layer',
    `organisation=${dir.at('org.json')}`,
  ]);

describe('ttp policy diff, test, coverage --layer', () => {
  it('compares what is left of a change below the other layers', async () => {
    const rule = { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] };
    const more = {
      id: 'more',
      effect: 'allow',
      resources: ['file:data/secret/+'],
      actions: ['read', 'list'],
    };
    dir.write('more.json', { version: '1.0.0', rules: [rule, more] });
    const alone = await ttpJson(['policy', 'diff', dir.at('agent.json'), dir.at('more.json')]);
    expect(alone).toMatchObject({ code: 1, json: { flips: [{ change: 'opened' }] } });
    expect(await policy('diff', 'agent.json', 'more.json')).toMatchObject({ code: 0, json: { flips: [] } });
    const none = { version: '1.0.0', rules: [{ ...rule, actions: ['list'] }] };
    dir.write('none.json', none);
    expect(await policy('diff', 'agent.json', 'none.json')).toMatchObject({
      code: 1,
      json: {
        flips: [
          { change: 'tightened', before: { effect: 'warn', rules: ['agent/read', 'organisation/all'] } },
        ],
      },
    });
  });

  it('runs tests, and covers the rules of all layers', async () => {
    const request = { resource: 'file:data/a', action: 'read' };
    const expected = { effect: 'warn', rules: ['agent/read', 'organisation/all'] };
    dir.write('layers.test.json', {
      version: 1,
      policy: 'agent.json',
      tests: [{ name: 'reads', request, expect: expected }],
    });
    expect(await policy('test', 'layers.test.json')).toMatchObject({
      code: 0,
      json: { summary: { passed: 1 } },
    });
    const { json } = await policy('coverage', 'layers.test.json');
    expect(json).toMatchObject({
      summary: { covered: 2, total: 3 },
      policies: [
        {
          rules: [
            { rule: 'agent/read', applied: 1 },
            { rule: 'organisation/all', applied: 1 },
            { rule: 'organisation/secret', applied: 0 },
          ],
        },
      ],
    });
    const alone = await ttpJson(['policy', 'test', dir.at('layers.test.json')]);
    expect(alone).toMatchObject({ code: 1, json: { summary: { failed: 1 } } });
  });
});
