import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { asDid, isJsonObject, type Json, type Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import type { Ttp } from '@ttp/sdk';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOperators } from '../../src/files/operators.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
let storage: Storage;
let ttp: Ttp;
let store: readonly string[];

/** Ada may do everything; Bob reviews and reinstates, and is on one of the two rosters. */
beforeAll(async () => {
  dir = folder();
  const keygen = async (id: string, ...privileges: readonly string[]): Promise<Json> => {
    const more = privileges.flatMap((privilege) => ['--privilege', privilege]);
    const { json } = await ttpJson(['keygen', '--operator', id, '--out', dir.at(`${id}.json`), ...more]);
    return json['operator'] ?? null;
  };
  const [ada, bob] = await Promise.all([
    keygen('ada', 'review:basic', 'kill:order', 'kill:reinstate'),
    keygen('bob', 'review:basic', 'kill:reinstate'),
  ]);
  dir.write('ops.json', { operators: [ada, bob] });
  dir.write('ada-alone.json', { operators: [ada] });
  storage = sqlite(dir.at('ttp.db'));
  const identity = await createIdentity({ type: 'agent', random, clock });
  const operators = await readOperators(dir.at('ops.json'), 'operators');
  ({ ttp } = await enforcementPoint({ storage, identity, operators }));
  store = ['--store', dir.at('ttp.db')];
});
afterAll(async () => {
  await ttp.close();
  await storage.close();
  dir.remove();
});

const as = (operator: string, roster = 'ops.json'): readonly string[] => [
  '--operators',
  dir.at(roster),
  '--operator-key',
  dir.at(`${operator}.json`),
];
const agent = (): readonly string[] => ['--agent', ttp.did];
const killed = async (): Promise<number> => (await run(['status', ...store, ...agent()])).code;

/** Waits until the enforcement point has looked at the store again. */
async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 20, timeout: 5000 }).toBe(true);
}

describe('ttp kill, reinstate, status', () => {
  it('stops an agent that runs elsewhere on the same storage, says so, and revives it', async () => {
    proves('cli.kill');
    expect((await read(ttp, 'data/a.txt')).status).toBe('done');
    expect(await killed()).toBe(0);

    const stopped = await ttpJson(['kill', ...store, ...agent(), ...as('ada')]);
    expect(stopped).toMatchObject({
      code: 0,
      json: { target: ttp.did, killed: true, durable: true, by: 'ada', reasons: ['manual_operator_action'] },
    });
    expect(await killed()).toBe(1);
    await until(() => ttp.isKilled());
    expect(await read(ttp, 'data/a.txt')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });

    const revived = await ttpJson(['reinstate', ...store, ...agent(), ...as('ada')]);
    expect(revived).toMatchObject({ code: 0, json: { killed: false, epoch: 2 } });
    await until(() => !ttp.isKilled());
    expect((await read(ttp, 'data/a.txt')).status).toBe('done');
  });

  it('takes two humans for a security violation: the first hands an order to the second', async () => {
    const reason = ['--reason', 'security_violation'];
    await run(['kill', ...store, '--agent', '*', ...reason, ...as('ada')]);
    expect(await killed()).toBe(1);
    const everybody = [...store, '--agent', '*', ...reason];
    const alone = await ttpJson(['reinstate', ...everybody, ...as('ada')]);
    expect(alone).toMatchObject({ code: 1, json: { error: { code: 'GUARD_QUORUM_MISSING' } } });

    const order = dir.at('order.json');
    expect((await run(['reinstate', ...everybody, ...as('ada'), '--out', order])).code).toBe(0);
    expect(await killed()).toBe(1);
    expect((await run(['reinstate', ...everybody, ...as('bob'), '--order', order])).code).toBe(0);
    expect(await killed()).toBe(0);
  });

  it('obeys nobody who is on no roster', async () => {
    const ran = await ttpJson(['kill', ...store, ...agent(), ...as('bob', 'ada-alone.json')]);
    expect(ran).toMatchObject({ code: 1, json: { error: { code: 'CRYPTO_OPERATOR_UNKNOWN' } } });
    expect(await killed()).toBe(0);
  });

  it('counts an agent without a record as killed', async () => {
    const stranger = asDid(ttp.did.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')));
    expect((await run(['status', ...store, '--agent', stranger])).code).toBe(1);
  });

  it('takes no name for an agent: it would stop nobody', async () => {
    const ran = await ttpJson(['kill', ...store, '--agent', 'did:tessorium:agent:cli-test:v1', ...as('ada')]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code: 'CLI_USAGE', field: 'agent' } } });
  });

  it("takes no agent's key for an operator's", async () => {
    const key = JSON.parse(dir.read('ada.json'));
    dir.write('agent.json', { ...key, did: ttp.did });
    const ran = await ttpJson(['kill', ...store, ...agent(), ...as('agent')]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code: 'CLI_OPERATOR_KEY', field: 'did' } } });
  });
});

async function pending(): Promise<readonly Json[]> {
  const { json } = await ttpJson(['review', 'list', ...store]);
  return Array.isArray(json['reviews']) ? json['reviews'] : [];
}

/** The id of the one review that waits, as soon as it does. */
async function waiting(): Promise<string> {
  await expect.poll(async () => (await pending()).length, { interval: 20, timeout: 5000 }).toBe(1);
  const [review] = await pending();
  return isJsonObject(review) && typeof review['id'] === 'string' ? review['id'] : '';
}

describe('ttp review', () => {
  it('approves what a call waits for, as often as it says', async () => {
    const asked = read(ttp, 'payroll/may.csv');
    const id = await waiting();
    const { out } = await run(['review', 'list', ...store, '--text']);
    expect(out).toContain('"path":"payroll/may.csv"');
    expect(out).toContain(id);

    const approved = await ttpJson([
      'review',
      'approve',
      id,
      ...store,
      ...as('bob'),
      '--reason',
      'ok',
      '--max-uses',
      '2',
    ]);
    expect(approved).toMatchObject({ code: 0, json: { id, state: 'approved', usesLeft: 2 } });
    expect((await asked).status).toBe('done');
    expect((await read(ttp, 'payroll/may.csv')).status).toBe('done');
    expect(await read(ttp, 'payroll/may.csv')).toMatchObject({ code: 'OVERSIGHT_APPROVAL_EXHAUSTED' });
    expect((await run(['review', 'list', ...store, '--text'])).out).toBe('nothing waits\n');
  });

  it('denies it, and a decision stands', async () => {
    const asked = read(ttp, 'payroll/june.csv');
    const id = await waiting();
    const denied = await ttpJson([
      'review',
      'deny',
      id,
      ...store,
      ...as('ada'),
      '--reason',
      'not on Fridays',
    ]);
    expect(denied).toMatchObject({ code: 0, json: { state: 'denied' } });
    expect(await asked).toMatchObject({ status: 'blocked', code: 'OVERSIGHT_APPROVAL_DENIED' });
  });

  it.each([
    [['nobody-asked'], 1, 'OVERSIGHT_UNKNOWN_REVIEW'],
    [['nobody-asked', '--max-uses', '0'], 2, 'CLI_USAGE'],
    [['nobody-asked', '--max-uses', 'many'], 2, 'CLI_USAGE'],
  ])('%j is refused', async (words, exit, code) => {
    const ran = await ttpJson(['review', 'approve', ...words, ...store, ...as('ada'), '--reason', 'ok']);
    expect(ran).toMatchObject({ code: exit, json: { error: { code } } });
  });
});
