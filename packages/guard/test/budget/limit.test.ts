import { memory } from '@ttp/adapters/memory';
import type { Operator, Operators, Privilege } from '@ttp/core';
import { encodeEnvelope, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, type TestSigner, testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type BudgetLimit, readBudgetLimit, signBudget, storeBudgetLimit } from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';
import { call, open, reserve, usd } from './spending.js';

const NOW = 1_700_000_000_000;
const LIMIT: BudgetLimit = { subject: AGENT, currency: 'USD', micros: 500, serial: 1 };

const entry = (signer: TestSigner, ...privileges: readonly Privilege[]): Operator => ({
  id: signer.kid,
  kid: signer.kid,
  publicKey: signer.publicKey,
  human: signer.kid,
  level: 3,
  privileges,
});

const author = testSigner(1);
const reviewer = testSigner(2);

function rig() {
  let roster = [
    entry(author, 'policy:sign'),
    entry(reviewer, 'review:final', 'kill:order', 'operator:manage'),
  ];
  const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };
  const { store } = memory();
  const ports = { store, now: () => NOW, operators };
  const set = async (limit: Partial<BudgetLimit> = {}, signer = author) =>
    storeBudgetLimit(await signBudget({ ...LIMIT, ...limit }, signer, NOW), AGENT, ports);
  return {
    ports,
    store,
    set,
    dismiss() {
      roster = [];
    },
  };
}

describe('a limit', () => {
  it('of an operator who may sign policies is in force from the next call on, instead of the host’s', async () => {
    const { ports, store, set } = rig();
    const { budgets } = open(store, fakeClock(), { operators: ports.operators });
    expect(await readBudgetLimit(AGENT, ports)).toBeUndefined();
    const hold = await reserve(budgets, call(900, 'a'));
    await hold.release();
    expect(await set()).toEqual({ ...LIMIT, operator: author.kid });
    expect(await codeRejectedBy(reserve(budgets, call(501, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    await reserve(budgets, call(500, 'c'));
    await set({ micros: 2000, serial: 2 });
    await reserve(budgets, call(1500, 'd'));
    expect(await readBudgetLimit(AGENT, ports)).toMatchObject({ micros: 2000, serial: 2 });
  });

  it('is not taken from anybody else, nor for anybody else', async () => {
    const { set, ports } = rig();
    expect(await codeRejectedBy(set({}, reviewer))).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await codeRejectedBy(set({}, testSigner(3)))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    expect(await codeRejectedBy(set({ subject: OTHER }))).toBe('GUARD_BUDGET_SUBJECT');
    const envelope = await signBudget({ ...LIMIT, subject: author.did }, author, NOW);
    expect(await codeRejectedBy(storeBudgetLimit(envelope, author.did, ports))).toBe('GUARD_BUDGET_SUBJECT');
    const alone = storeBudgetLimit(await signBudget(LIMIT, author, NOW), AGENT, {
      ...ports,
      operators: undefined,
    });
    expect(await codeRejectedBy(alone)).toBe('GUARD_OPERATORS_ABSENT');
    expect(await readBudgetLimit(AGENT, ports)).toBeUndefined();
  });

  it('does not come back: a serial is not used again', async () => {
    const { set } = rig();
    await set({ serial: 5 });
    for (const serial of [1, 4, 5])
      expect(await codeRejectedBy(set({ serial, micros: 1e15 }))).toBe('GUARD_BUDGET_STALE');
    await set({ serial: 6 });
  });

  it('of two that are set at once is one', async () => {
    const { set } = rig();
    const ends = await Promise.allSettled([set({ serial: 1 }), set({ serial: 2 })]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that cannot be verified blocks: nobody falls back to the host’s', async () => {
    const { store, set, ports, dismiss } = rig();
    await set();
    const key = `guard/budget/limit/${AGENT}`;
    const stored = (await store.get(key))?.value ?? new Uint8Array();
    const spend = (operators?: Operators) => {
      const { budgets } = open(store, fakeClock(), operators === undefined ? {} : { operators });
      return codeRejectedBy(reserve(budgets, call(1, 'a')));
    };
    expect(await spend()).toBe('GUARD_OPERATORS_ABSENT');
    await store.put(key, new TextEncoder().encode(new TextDecoder().decode(stored).replace('500', '501')));
    expect(await spend(ports.operators)).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    await store.put(key, new Uint8Array([1]));
    expect(await spend(ports.operators)).toMatch(/^CRYPTO_/);
    await store.put(key, stored);
    expect(await spend(ports.operators)).toBeUndefined();
    dismiss();
    expect(await spend(ports.operators)).toBe('CRYPTO_OPERATOR_UNKNOWN');
  });

  it('in another currency than the prices blocks', async () => {
    const { store, set, ports } = rig();
    await set({ currency: 'EUR' });
    const { budgets } = open(store, fakeClock(), { operators: ports.operators, limit: usd(1000) });
    expect(await codeRejectedBy(reserve(budgets, call(1, 'a')))).toBe('GUARD_BUDGET_CURRENCY');
  });

  it.for<[string, object, string]>([
    ['a subject that is no DID', { subject: 'agent' }, 'CORE_BAD_DID'],
    ['a subject in no text', { subject: 1 }, 'GUARD_BUDGET_INVALID'],
    ['no currency', { currency: '' }, 'GUARD_BUDGET_INVALID'],
    ['a fraction', { micros: 0.5 }, 'GUARD_BUDGET_INVALID'],
    ['a negative amount', { micros: -1 }, 'GUARD_BUDGET_INVALID'],
    ['more than is counted', { micros: 1_000_000_000_000_001 }, 'GUARD_BUDGET_INVALID'],
    ['serial 0', { serial: 0 }, 'GUARD_BUDGET_INVALID'],
    ['no serial', { serial: undefined }, 'GUARD_BUDGET_INVALID'],
    ['a member more', { every: true }, 'GUARD_BUDGET_INVALID'],
  ])('is neither signed nor opened with %s', async ([, members, code]) => {
    expect(await codeRejectedBy(signBudget({ ...LIMIT, ...members }, author, NOW))).toBe(code);
    const { ports } = rig();
    const { head } = await signBudget(LIMIT, author, NOW);
    const body = JSON.parse(JSON.stringify({ ...LIMIT, ...members }));
    if (Object.values(body).some((value) => value === 0.5)) return; // which no envelope can hold
    const forged = await signEnvelope({ type: 'ttp/budget@1', head, body, signers: [author] });
    expect(await codeRejectedBy(storeBudgetLimit(encodeEnvelope(forged), AGENT, ports))).toBe(code);
  });
});
