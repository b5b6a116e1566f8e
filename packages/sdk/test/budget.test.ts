import { memory } from '@ttp/adapters/memory';
import { isJsonObject, type JsonObject, type Outcome } from '@ttp/core';
import { agentBudget, budgetStatus, type Meter, parsePriceTable } from '@ttp/guard';
import { replayBundle } from '@ttp/sdk';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:rig:v1',
  rules: [{ id: 'ask', effect: 'allow', resources: ['llm:**'], actions: ['create', 'read'] }],
};

const CALL_MAP: JsonObject = {
  version: 1,
  tools: { ask: { action: 'create', resource: { scheme: 'llm', path: 'input.model' } } },
};

const prices = parsePriceTable({
  v: 1,
  source: 'example, for tests',
  date: '2026-11-01',
  currency: 'USD',
  prices: [{ provider: 'example', model: 'small', rates: [{ unit: 'outputToken', micros: 10, per: 1 }] }],
});

/** A call says how many tokens it may take; the answer says how many it took. */
const meter: Meter = {
  estimate({ action, input }) {
    if (action !== 'create' || !isJsonObject(input)) return undefined;
    const { maxTokens, model } = input;
    return {
      provider: 'example',
      model: typeof model === 'string' ? model : '',
      endpoint: '/v1/chat',
      most: { outputToken: Number(maxTokens) },
    };
  },
  actual(_, outcome) {
    const value = outcome.status === 'done' ? outcome.value : undefined;
    return typeof value === 'object' && value !== null && 'tokens' in value
      ? { outputToken: Number(value.tokens) }
      : undefined;
  },
};

const budget = agentBudget({ prices, meter, limit: { currency: 'USD', micros: 10_000 } });
const open = (options: Parameters<typeof rig>[0] = {}): Promise<Rig> =>
  rig({ policy: POLICY, callMap: CALL_MAP, budget, ...options });

const ask = (
  { ttp }: Rig,
  input: JsonObject,
  perform: () => Promise<unknown> = async () => ({ tokens: 10 }),
) => ttp.a2t({ tool: 'ask', input: { model: 'small', maxTokens: 100, ...input } }, perform);

const codes = (outcomes: readonly Outcome<unknown>[]): readonly unknown[] =>
  outcomes.map((outcome) => (outcome.status === 'done' ? 'done' : outcome.code));

const spent = async ({ storage, clock, identity }: Rig) =>
  (await budgetStatus(identity.did, { store: storage.store, clock }))[0];

describe('a budget', () => {
  it('reserves what a call may cost, charges what it did, and stops 50 calls at once where it ends', async () => {
    proves('guard.budget.cap');
    const r = await open();
    const release = Promise.withResolvers<void>();
    const tenth = Promise.withResolvers<void>();
    let running = 0;
    const calls = Array.from({ length: 50 }, () =>
      ask(r, {}, async () => {
        if (++running === 10) tenth.resolve();
        await release.promise;
        return { tokens: 10 };
      }),
    );
    // 10 of 1000 micro-units each are 10 000.
    await tenth.promise;
    release.resolve();
    const outcomes = codes(await Promise.all(calls));
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(10);
    expect(outcomes.filter((code) => code === 'GUARD_BUDGET_EXCEEDED')).toHaveLength(40);
    expect(running).toBe(10);
    expect(await spent(r)).toMatchObject({ spent: 1000, reserved: 0, calls: 10 });
    expect((await ask(r, {})).status).toBe('done');
  });

  it('tells of alerts and of the cost of each call in the log, and decisions replay', async () => {
    proves('guard.budget.alerts');
    const r = await open();
    for (let i = 0; i < 3; i++) await ask(r, { maxTokens: 300 }, async () => ({ tokens: 300 }));
    const outcome = await ask(r, { maxTokens: 500 }, async () => ({ tokens: 300 }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'GUARD_BUDGET_EXCEEDED' });
    await r.ttp.checkpoint();
    const told = r.entries.filter(({ type }) => type === 'budget-alerted');
    expect(told.map(({ data }) => data['percent'])).toEqual([50, 80, 90]);
    const costs = r.entries.filter(({ type }) => type === 'cost-recorded');
    expect(costs.map(({ data }) => data)).toEqual(
      Array.from({ length: 3 }, () => ({
        provider: 'example',
        model: 'small',
        endpoint: '/v1/chat',
        currency: 'USD',
        micros: 3000,
        reserved: 3000,
      })),
    );
    for (const { result } of replayBundle(await r.ttp.exportBundle())) expect(result).toBe('same');
  });

  it('gives back what a call that was blocked later did not use, and charges one that failed', async () => {
    const r = await open();
    const failed = await ask(r, {}, () => Promise.reject(new Error('provider')));
    expect(failed).toMatchObject({ status: 'failed' });
    expect(await spent(r)).toMatchObject({ spent: 1000, reserved: 0 });
    const [profile, interaction] = scene(r, { obligations: ['unheard'] });
    const blocked = await r.ttp.run(profile, {
      ...interaction,
      action: 'create',
      resource: 'llm:small',
      input: { model: 'small', maxTokens: 100 },
    });
    expect(blocked.status).toBe('blocked');
    expect(await spent(r)).toMatchObject({ spent: 1000, reserved: 0 });
  });

  it('stays spent over a restart, and what a crash left under way too', async () => {
    const r = await open();
    await ask(r, { maxTokens: 400 }, async () => ({ tokens: 400 }));
    const begun = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    void ask(r, { maxTokens: 500 }, async () => {
      begun.resolve();
      await answered.promise;
    });
    await begun.promise;
    const again = await r.crash({ policy: POLICY, callMap: CALL_MAP, budget });
    expect(codes([await ask(again, { maxTokens: 101 })])).toEqual(['GUARD_BUDGET_EXCEEDED']);
    expect(codes([await ask(again, { maxTokens: 100 })])).toEqual(['done']);
    answered.resolve();
  });

  it('blocks what has no price, and says so before anything happens', async () => {
    const r = await open();
    expect(codes([await ask(r, { model: 'large' })])).toEqual(['GUARD_BUDGET_UNPRICED']);
    expect(codes([await ask(r, { maxTokens: -1 })])).toEqual(['GUARD_USAGE_INVALID']);
    expect(await r.ttp.check({ tool: 'ask', input: { model: 'large', maxTokens: 1 } })).toMatchObject({
      code: 'GUARD_BUDGET_UNPRICED',
    });
  });

  it('that an operator would set needs a roster: without one nothing that costs goes through', async () => {
    const storage = memory();
    const r = await open({ storage, budget: agentBudget({ prices, meter }) });
    expect(codes([await ask(r, {})])).toEqual(['GUARD_BUDGET_ABSENT']);
    await storage.store.put(`guard/budget/limit/${r.identity.did}`, new Uint8Array([1]));
    expect(codes([await ask(r, {})])).toEqual(['GUARD_OPERATORS_ABSENT']);
  });

  it('in another currency than its prices does not open', async () => {
    const wrong = agentBudget({ prices, meter, limit: { currency: 'EUR', micros: 1 } });
    expect(await codeRejectedBy(open({ budget: wrong }))).toBe('GUARD_BUDGET_CURRENCY');
  });
});
