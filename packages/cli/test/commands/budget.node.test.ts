import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { type Json, type JsonObject, type Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { agentBudget, parsePriceTable } from '@ttp/guard';
import type { Ttp } from '@ttp/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import { readOperators } from '../../src/files/operators.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp as run, testIo, ttpJson } from '../harness.js';

let dir: Folder;
let storage: Storage;
let ttp: Ttp;

/** Each call costs 1.5 units of money, and the host gives its agent 3 a month. */
const budget = agentBudget({
  prices: parsePriceTable({
    v: 1,
    source: 'example, for tests',
    date: '2026-11-01',
    currency: 'USD',
    prices: [{ provider: 'example', model: 'small', rates: [{ unit: 'call', micros: 1_500_000, per: 1 }] }],
  }),
  meter: { estimate: () => ({ provider: 'example', model: 'small', most: { call: 1 } }) },
  limit: { currency: 'USD', micros: 3_000_000 },
});

/** Ada may sign policies; Bob may not. */
beforeAll(async () => {
  dir = folder();
  const keygen = async (id: string, privilege: string): Promise<Json> => {
    const words = ['keygen', '--operator', id, '--out', dir.at(`${id}.json`), '--privilege', privilege];
    return (await ttpJson(words)).json['operator'] ?? null;
  };
  const [ada, bob] = await Promise.all([keygen('ada', 'policy:sign'), keygen('bob', 'kill:order')]);
  dir.write('ops.json', { operators: [ada, bob] });
  storage = sqlite(dir.at('ttp.db'));
  const identity = await createIdentity({ type: 'agent', random, clock });
  const operators = await readOperators(dir.at('ops.json'), 'operators');
  ({ ttp } = await enforcementPoint({ storage, identity, operators, budget }));
});
afterAll(async () => {
  await ttp.close();
  await storage.close();
  dir.remove();
});

const on = (): readonly string[] => ['--store', dir.at('ttp.db'), '--agent', ttp.did];
const roster = (): readonly string[] => ['--operators', dir.at('ops.json')];
const show = (...more: readonly string[]) => ttpJson(['budget', 'show', ...on(), ...more]);
const set = (amount: string, by = 'ada', ...more: readonly string[]) =>
  ttpJson([
    'budget',
    'set',
    ...on(),
    '--amount',
    amount,
    ...roster(),
    '--operator-key',
    dir.at(`${by}.json`),
    ...more,
  ]);
const spend = async (): Promise<string> => {
  const outcome = await read(ttp, 'data/a.txt');
  return outcome.status === 'done' ? 'done' : outcome.code;
};

const error = async (asked: ReturnType<typeof ttpJson>): Promise<unknown> =>
  (await asked).json.error?.['code'];

describe('ttp budget', () => {
  it('shows what an agent spent that runs elsewhere on the same storage, and sets what it may', async () => {
    expect((await show()).json).toEqual({ agent: ttp.did, limit: null, budgets: [] });
    expect(await spend()).toBe('done');
    expect(await spend()).toBe('done');
    expect(await spend()).toBe('GUARD_BUDGET_EXCEEDED');
    const [spent] = (await show()).json['budgets'] as readonly JsonObject[];
    expect(spent).toMatchObject({
      currency: 'USD',
      spent: 3_000_000,
      reserved: 0,
      calls: 2,
      alerted: [50, 80, 90],
    });

    const { code, json } = await set('4.50');
    expect({ code, error: json.error }).toEqual({ code: 0, error: undefined });
    expect(json['limit']).toMatchObject({ micros: 4_500_000, currency: 'USD', serial: 1, operator: 'ada' });
    expect(await spend()).toBe('done');
    expect(await spend()).toBe('GUARD_BUDGET_EXCEEDED');
    expect((await set('0')).json['limit']).toMatchObject({ micros: 0, serial: 2 });

    expect((await show()).json['limit']).toBe('unverified');
    expect((await show(...roster())).json['limit']).toMatchObject({ micros: 0, serial: 2, operator: 'ada' });
  });

  it('says it to people', async () => {
    await set('4.5');
    const { out } = await run(['budget', 'show', ...on(), ...roster(), '--text']);
    expect(out).toMatch(/^limit {2}4\.50 USD a month, by ada \(serial 3\)$/m);
    expect(out).toMatch(
      /^\d{4}-\d{2} {2}4\.50 USD spent in 3 calls {2}0\.00 USD reserved {2}0\.00 USD left {2}told at 50, 80, 90 %$/m,
    );
    expect(out).toMatch(/^ {2}model:example\/small {2}3 calls {2}4\.50 USD$/m);
    expect((await run(['budget', 'show', ...on(), '--text'])).out).toContain('--operators verifies by whom');
  });

  it('stays and shows every change, one line of JSON each, until it is asked to end', async () => {
    const io = testIo();
    let text = '';
    io.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const lines = (): number => text.split('\n').length - 1;
    const watching = runCli(['budget', 'show', ...on(), ...roster(), '--watch', '--json'], io);
    await expect.poll(lines, { timeout: 20_000 }).toBe(1);
    await set('7');
    await expect.poll(lines, { timeout: 20_000 }).toBe(2);
    io.end();
    expect(await watching).toBe(0);
    const documents = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(({ limit }) => limit.micros)).toEqual([4_500_000, 7_000_000]);
    await set('4.5');
  }, 60_000);

  it('takes a limit from an operator who may sign policies, in a currency, for an agent, and nothing else', async () => {
    expect(await error(set('1', 'bob'))).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await error(set('1', 'ada', '--currency', 'dollars'))).toBe('GUARD_BUDGET_INVALID');
    for (const amount of ['-1', '1.0000001', '1e3', '', 'x', '01'])
      expect(await error(set(amount)), amount).toMatch(/^CLI_/);
    expect(await error(ttpJson(['budget', 'show', '--store', dir.at('ttp.db'), '--agent', 'me']))).toBe(
      'CLI_USAGE',
    );
    expect((await show(...roster())).json['limit']).toMatchObject({ micros: 4_500_000 });
  });
});
