import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import type { Json } from '@ttp/core';
import { createIdentity, type Identity } from '@ttp/did';
import { loadPolicy } from '@ttp/spl';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOperators } from '../../src/files/operators.js';
import { enforcementPoint } from '../enforcement.js';
import { type Folder, folder, POLICY, ttpJson } from '../harness.js';

let dir: Folder;
let identity: Identity;

/** Ada may sign policies, Bob may not. */
beforeAll(async () => {
  dir = folder();
  const keygen = async (id: string, privilege: string): Promise<Json> => {
    const { json } = await ttpJson([
      'keygen',
      '--operator',
      id,
      '--out',
      dir.at(`${id}.json`),
      '--privilege',
      privilege,
    ]);
    return json['operator'] ?? null;
  };
  const operators = await Promise.all([keygen('ada', 'policy:sign'), keygen('bob', 'review:basic')]);
  dir.write('ops.json', { operators });
  dir.write('policy.json', POLICY);
  dir.write('changed.json', { ...POLICY, description: 'changed' });
  identity = await createIdentity({ type: 'agent', random, clock });
});
afterAll(() => dir.remove());

const sign = (file: string, operator: string, out: string, ...more: readonly string[]) =>
  ttpJson([
    'policy',
    'sign',
    dir.at(file),
    '--agent',
    identity.did,
    '--operator-key',
    dir.at(`${operator}.json`),
    '--out',
    dir.at(out),
    ...more,
  ]);

it('signs a policy that arms, and shows its hash and serial', async () => {
  proves('cli.policy.sign');
  const { code, json } = await sign('policy.json', 'ada', 'one.json', '--serial', '4', '--days', '30');
  expect({ code, json }).toMatchObject({
    code: 0,
    json: { serial: 4, agent: identity.did, policy: loadPolicy(dir.read('policy.json')).hash },
  });
  const operators = await readOperators(dir.at('ops.json'), 'operators');
  const storage = memory();
  const policy = { signed: dir.read('one.json').trim() };
  const { ttp } = await enforcementPoint({ identity, operators, storage, policy });
  expect(ttp.policy.hash).toBe(json['policy']);
  await ttp.close();

  const next = await sign('changed.json', 'ada', 'two.json', '--after', dir.at('one.json'));
  expect(next.json).toMatchObject({ serial: 5 });
  await sign('policy.json', 'bob', 'by-bob.json', '--serial', '9');
  const asBob = enforcementPoint({ identity, operators, policy: { signed: dir.read('by-bob.json').trim() } });
  expect(await codeRejectedBy(asBob)).toBe('CRYPTO_OPERATOR_PRIVILEGE');
});

it('names the layer, and keeps it for the policy after it', async () => {
  const first = await sign('policy.json', 'ada', 'org-1.json', '--serial', '1', '--layer', 'organisation');
  expect(first.json).toMatchObject({ serial: 1, layer: 'organisation' });
  const next = await sign('changed.json', 'ada', 'org-2.json', '--after', dir.at('org-1.json'));
  expect(next.json).toMatchObject({ serial: 2, layer: 'organisation' });
  const operators = await readOperators(dir.at('ops.json'), 'operators');
  const policy = { signed: dir.read('org-2.json').trim() };
  expect(await codeRejectedBy(enforcementPoint({ identity, operators, policy }))).toBe('SPL_WRONG_LAYER');
});

const refused = async (file: string, ...more: readonly string[]) => {
  const { code, json } = await sign(file, 'ada', 'none.json', ...more);
  expect(code).toBe(2);
  return JSON.stringify(json['error']);
};

it('refuses a changed policy that keeps its serial, a missing serial, and what is no policy', async () => {
  expect(await refused('policy.json')).toContain('--serial 1');
  expect(await refused('changed.json', '--after', dir.at('one.json'), '--serial', '4')).toContain(
    'serial 5 or higher',
  );
  expect(await refused('changed.json', '--after', dir.at('policy.json'))).toContain('after');
  expect(await refused('ada.json', '--serial', '1')).toContain('SPL_');
  expect(() => dir.read('none.json')).toThrow('ENOENT');
});
