import { memory } from '@ttp/adapters/memory';
import type { JsonObject, Outcome, Storage } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const CALL_MAP: JsonObject = {
  version: 1,
  tools: {
    pay: { action: 'create', resource: { scheme: 'bank', path: 'input.account' } },
    look: { action: 'read', resource: { scheme: 'bank', path: 'input.account' } },
  },
};

/** At most 1000 a payment and 5000 in 24 h, ten calls an hour of any kind; reading is free. */
const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:rig:v1',
  rules: [
    {
      id: 'pay',
      effect: 'allow',
      resources: ['bank:**'],
      actions: ['create'],
      conditions: { 'request.amount': { lte: 1000 }, 'sum(request.amount, 24h)': { lte: 5000 } },
    },
    { id: 'look', effect: 'allow', resources: ['bank:**'], actions: ['read'] },
    { id: 'flood', effect: 'deny', conditions: { 'count(request, 1h)': { gt: 60 } } },
  ],
};

const open = (storage: Storage = memory(), policy = POLICY): Promise<Rig> =>
  rig({ storage, policy, callMap: CALL_MAP });

const pay = ({ ttp }: Rig, input: JsonObject, perform: () => Promise<unknown> = async () => 'paid') =>
  ttp.a2t({ server: 'bank', tool: 'pay', input: { account: 'a', ...input } }, perform);

const done = (outcomes: readonly Outcome<unknown>[]): number =>
  outcomes.filter(({ status }) => status === 'done').length;

const codes = (outcomes: readonly Outcome<unknown>[]): readonly unknown[] => [
  ...new Set(outcomes.flatMap((outcome) => (outcome.status === 'done' ? [] : [outcome.code]))),
];

describe('a sum over 24 hours', () => {
  it('is not passed by splitting: 51 times 1000 are 5 times 1000', async () => {
    const bank = await open();
    const outcomes: Outcome<unknown>[] = [];
    for (let i = 0; i < 51; i++) outcomes.push(await pay(bank, { amount: 1000 }));
    expect(done(outcomes)).toBe(5);
    expect(codes(outcomes)).toEqual(['SDK_DENIED']);
    expect((await pay(bank, { amount: 0.01 })).status).toBe('blocked');
  });

  it('is not passed by 50 calls at once, all of which saw it unspent', async () => {
    const bank = await open();
    let running = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => pay(bank, { amount: 1000 }, async () => ++running)),
    );
    expect(done(outcomes)).toBe(5);
    expect(running).toBe(5);
    expect(codes(outcomes)).toEqual(['GUARD_WINDOW_EXCEEDED']);
  });

  it('counts a payment that failed, and not one that never began', async () => {
    const bank = await open();
    const failed = await pay(bank, { amount: 1000 }, () => Promise.reject(new Error('bank')));
    expect(failed).toMatchObject({ status: 'failed', code: 'SDK_PERFORM_FAILED' });
    for (let i = 0; i < 9; i++) await pay(bank, { amount: 1001 }); // denied: more than 1000 at once
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => pay(bank, { amount: 1000 })));
    expect(done(outcomes)).toBe(4);
  });

  it('stays used after a crash in the middle of a payment, and after a restart', async () => {
    const bank = await open();
    const bankAnswers = Promise.withResolvers<string>();
    const begun = Array.from({ length: 4 }, () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      void pay(bank, { amount: 1000 }, () => {
        resolve();
        return bankAnswers.promise;
      });
      return promise;
    });
    await Promise.all(begun);
    const after = await bank.crash({ policy: POLICY, callMap: CALL_MAP });
    expect((await pay(after, { amount: 1000 })).status).toBe('done');
    expect((await pay(after, { amount: 1 })).status).toBe('blocked');
    const later = await after.restart({ policy: POLICY, callMap: CALL_MAP });
    expect((await pay(later, { amount: 1 })).status).toBe('blocked');
    await later.clock.advance(86_400_000 + 86_400_000 / 120);
    expect((await pay(later, { amount: 1000 })).status).toBe('done');
    bankAnswers.resolve('late');
  });

  it('does not begin at zero for another policy', async () => {
    const bank = await open();
    for (let i = 0; i < 5; i++) await pay(bank, { amount: 1000 });
    const other = await bank.restart({ policy: { ...POLICY, description: 'again' }, callMap: CALL_MAP });
    expect((await pay(other, { amount: 1 })).status).toBe('blocked');
  });

  it.for<[string, JsonObject]>([
    ['no amount', {}],
    ['an amount in text', { amount: '1' }],
    ['a negative amount', { amount: -1000 }],
    ['half a cent', { amount: 0.005 }],
    ['a sum of its own', { 'sum(request.amount, 24h)': 0, amount: '1' }],
  ])('permits nothing with %s', async ([, input]) => {
    const bank = await open();
    expect(await pay(bank, input)).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  });

  it('takes no word of anybody but this enforcement point for it', async () => {
    proves('decision.D18');
    const bank = await open();
    for (let i = 0; i < 5; i++) await pay(bank, { amount: 1000 });
    const call = { server: 'bank', tool: 'pay', input: { account: 'a', amount: 1 } };
    const claims = { 'sum(request.amount, 24h)': 1 };
    expect((await bank.ttp.a2t({ ...call, claims }, async () => 1)).status).toBe('blocked');
    const own = {
      name: 'windows',
      gather: () => Promise.resolve({ value: claims, at: bank.clock.now(), validFor: 1000 }),
    };
    expect(await bank.ttp.a2t({ ...call, evidence: [own] }, async () => 1)).toMatchObject({
      code: 'SDK_EVIDENCE_CLASH',
    });
  });
});

describe('a count over an hour', () => {
  it('counts every permitted call, whichever rule permits it', async () => {
    const bank = await open();
    const look = () => bank.ttp.a2t({ server: 'bank', tool: 'look', input: { account: 'a' } }, async () => 1);
    const outcomes: Outcome<unknown>[] = [await pay(bank, { amount: 1 })];
    for (let i = 0; i < 61; i++) outcomes.push(await look());
    expect(done(outcomes)).toBe(60);
    await bank.clock.advance(3_630_000);
    expect((await look()).status).toBe('done');
  });

  it('is not raised by a check', async () => {
    const bank = await open();
    const call = { server: 'bank', tool: 'look', input: { account: 'a' } };
    for (let i = 0; i < 70; i++) expect((await bank.ttp.check(call)).wouldPermit).toBe(true);
    expect((await bank.ttp.a2t(call, async () => 1)).status).toBe('done');
  });
});

it('what cannot be read blocks', async () => {
  const storage = memory();
  const bank = await open(storage);
  await pay(bank, { amount: 1 });
  for await (const key of storage.store.list('guard/window/'))
    await storage.store.put(key, new TextEncoder().encode('{}'));
  expect(await pay(bank, { amount: 1 })).toMatchObject({
    status: 'blocked',
    code: 'GUARD_WINDOW_UNREADABLE',
  });
});

it('a profile that gathers no sums is permitted nothing by them', async () => {
  const bank = await open();
  const [profile, interaction] = scene(bank);
  const paying = { ...interaction, action: 'create', resource: 'bank:a', input: { amount: 1 } };
  expect((await bank.ttp.run(profile, paying)).status).toBe('blocked');
});
