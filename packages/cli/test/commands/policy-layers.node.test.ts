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
