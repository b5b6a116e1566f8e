import { sqlite } from '@ttp/adapters/sqlite';
import { asDid, type Json, type JsonObject } from '@ttp/core';
import { encodeEnvelope } from '@ttp/crypto';
import { requireUnrevoked, signGrant } from '@ttp/guard';
import { codeRejectedBy } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSigner } from '../../src/files/signer-file.js';
import { passphrases } from '../../src/passphrase.js';
import { type Folder, folder, ttp as run, testIo, ttpJson } from '../harness.js';

let dir: Folder;
let planner = '';
let buyer = '';

/** An operator who may sign policies, and two agents. */
beforeAll(async () => {
  dir = folder();
  const ada = ['keygen', '--operator', 'ada', '--out', dir.at('ada.json'), '--privilege', 'policy:sign'];
  const agent = async (name: string): Promise<string> => {
    const words = ['keygen', '--type', 'agent', '--out', dir.at(`${name}.json`), '--store', dir.at('ttp.db')];
    const { did } = (await ttpJson(words)).json;
    return typeof did === 'string' ? did : '';
  };
  const [operator, ...agents] = await Promise.all([ttpJson(ada), agent('planner'), agent('buyer')]);
  [planner, buyer] = agents;
  dir.write('ops.json', { operators: [operator.json['operator'] ?? null] });
}, 60_000);
afterAll(() => dir.remove());

const sign = (by: string, to: string, out: string, ...more: readonly string[]) =>
  ttpJson([
    'delegation',
    'sign',
    '--key',
    dir.at(`${by}.json`),
    '--to',
    to,
    '--out',
    dir.at(out),
    '--capability',
    'payment:process',
    '--resource',
    'bank:accounts/**',
    '--until',
    '2099-12-31',
    ...more,
  ]);
const known = (): readonly string[] => ['--operators', dir.at('ops.json'), '--with', dir.at('planner.json')];
const show = (chain: string, ...more: readonly string[]) =>
  ttpJson(['delegation', 'show', '--chain', dir.at(chain), ...known(), ...more]);

const codeOf = async (asked: ReturnType<typeof ttpJson>): Promise<Json | undefined> =>
  (await asked).json.error?.['code'];

describe('ttp delegation', () => {
  it('signs a chain link by link, verifies it, and revokes a link of it', async () => {
    const delegate = ['--capability', 'agent:delegate'];
    const first = await sign('ada', planner, 'one.json', ...delegate, '--depth', '1', '--budget', '20');
    expect(first).toMatchObject({ code: 0, json: { links: 1 } });
    const second = await sign('planner', buyer, 'two.json', '--budget', '5.5', '--chain', dir.at('one.json'));
    expect(second).toMatchObject({ code: 0, json: { links: 2 } });

    const { code, json } = await show('two.json', '--store', dir.at('ttp.db'));
    expect(code).toBe(0);
    const links = json['links'] as readonly JsonObject[];
    expect(links.map(({ subject }) => subject)).toEqual([planner, buyer]);
    expect(links[1]).toMatchObject({
      issuer: planner,
      capabilities: ['payment:process'],
      resources: ['bank:accounts/**'],
      budget: { currency: 'USD', micros: 5_500_000 },
      depth: 0,
    });
    expect(json['operator']).toBe('ada');
    const { out } = await run(['delegation', 'show', '--chain', dir.at('two.json'), ...known(), '--text']);
    expect(out).toContain(`${planner} -> ${buyer}`);
    expect(out).toContain('5.5 USD');

    const revoked = await ttpJson([
      'delegation',
      'revoke',
      '--store',
      dir.at('ttp.db'),
      '--chain',
      dir.at('two.json'),
      '--link',
      '2',
      '--key',
      dir.at('planner.json'),
      ...known(),
    ]);
    expect(revoked.json).toMatchObject({ revoked: second.json['id'] });
    expect((await show('two.json', '--store', dir.at('ttp.db'))).json.error).toMatchObject({
      code: 'GUARD_DELEGATION_REVOKED',
    });
    expect((await show('one.json', '--store', dir.at('ttp.db'))).code).toBe(0);
    const storage = sqlite(dir.at('ttp.db'));
    const link = { links: [{ id: second.json['id'] as never }] as never };
    expect(await codeRejectedBy(requireUnrevoked(link, storage.store))).toBe('GUARD_DELEGATION_REVOKED');
    await storage.close();
  });

  it('shows and revokes a chain that an agent began with what was granted to it', async () => {
    await sign('planner', buyer, 'granted.json');
    const io = testIo();
    const opened = { field: 'key', passphrases: passphrases(io), clock: io.clock };
    const { signer } = await openSigner(dir.at('ada.json'), opened);
    const grants = await Promise.all(
      (['agent:delegate', 'payment:process'] as const).map(async (capability, i) => {
        const grant = { subject: asDid(planner), capability, notAfter: Date.UTC(2100, 0, 1) };
        dir.write(`grant-${i}.json`, `${encodeEnvelope(await signGrant(grant, signer, io.clock.now()))}\n`);
        return ['--grant', dir.at(`grant-${i}.json`)];
      }),
    );
    expect(await codeOf(show('granted.json'))).toBe('GUARD_DELEGATION_FORBIDDEN');
    expect(await codeOf(show('granted.json', ...(grants[0] ?? [])))).toBe('GUARD_DELEGATION_WIDENS');
    const { code, json } = await show('granted.json', ...grants.flat());
    expect([code, json['operator']]).toEqual([0, null]);
    const revoked = await ttpJson([
      'delegation',
      'revoke',
      '--store',
      dir.at('ttp.db'),
      '--chain',
      dir.at('granted.json'),
      '--key',
      dir.at('ada.json'),
      ...grants.flat(),
      ...known(),
    ]);
    expect(revoked.code).toBe(0);
    expect(await codeOf(show('granted.json', ...grants.flat(), '--store', dir.at('ttp.db')))).toBe(
      'GUARD_DELEGATION_REVOKED',
    );
  });

  it('shows no chain that widens, that nobody on the roster began, or whose signer is not known', async () => {
    await sign('planner', buyer, 'wide.json', '--capability', 'data:phi', '--chain', dir.at('one.json'));
    expect(await codeOf(show('wide.json'))).toBe('GUARD_DELEGATION_WIDENS');
    await sign('planner', buyer, 'own.json');
    expect(await codeOf(show('own.json'))).toBe('GUARD_DELEGATION_FORBIDDEN');
    const alone = ['delegation', 'show', '--chain', dir.at('two.json'), '--operators', dir.at('ops.json')];
    expect(await codeOf(ttpJson(alone))).toMatch(/^DID_/);
    expect(await codeOf(sign('ada', planner, 'x.json', '--capability', 'system:admin'))).toBe(
      'CORE_UNKNOWN_TERM',
    );
    dir.write('none.json', {});
    expect(await codeOf(show('none.json'))).toBe('GUARD_DELEGATION_LENGTH');
    const far = [
      'delegation',
      'revoke',
      '--store',
      dir.at('ttp.db'),
      '--chain',
      dir.at('two.json'),
      '--link',
      '9',
    ];
    expect(await codeOf(ttpJson([...far, '--key', dir.at('ada.json'), ...known()]))).toBe('CLI_USAGE');
  });
});
