import { memory } from '@ttp/adapters/memory';
import { type AppendLog, type Storage, TtpError } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

/** A storage whose log fails from the moment that it is told to. */
function failing(): { storage: Storage; fail: () => void } {
  const inner = memory();
  let isBroken = false;
  const log = (name: string): AppendLog => {
    const { append, read, size } = inner.log(name);
    return {
      read,
      size,
      append: (...args) =>
        isBroken ? Promise.reject(new TtpError('STORE_POISONED', 'planted')) : append(...args),
    };
  };
  const fail = () => {
    isBroken = true;
  };
  return { storage: { ...inner, log }, fail };
}

const perform = (count: { effects: number }) => async () => {
  count.effects++;
  return 'value';
};

describe('a fault', () => {
  it.each(['verifying', 'enforcing', 'recording', 'deciding'] as const)('while %s blocks', async (stage) => {
    proves('sdk.flow.fail-closed', 'law.E-5');
    const { storage, fail } = failing();
    const broken = {
      kind: 'broken',
      order: 50,
      check: () => undefined,
      hold: () => Promise.reject(new Error('x')),
    };
    const r = await rig({ storage, handlers: [broken] });
    const count = { effects: 0 };
    const lost = { name: 'identity', gather: () => Promise.reject(new Error('planted')) };
    const [profile, interaction] = scene(r, {
      perform: perform(count),
      obligations: stage === 'enforcing' ? ['broken'] : [],
      evidence: stage === 'verifying' ? sources(r, { identity: lost }) : sources(r),
    });
    if (stage === 'recording') fail();
    const asked = stage === 'deciding' ? { ...interaction, input: new Map() as never } : interaction;
    const outcome = await r.ttp.run(profile, asked);
    expect(outcome.status).toBe('blocked');
    expect(count.effects).toBe(0);
  });

  it('while the outcome is recorded never loses the outcome', async () => {
    const { storage, fail } = failing();
    const r = await rig({ storage });
    const outcome = await r.ttp.run(...scene(r, { perform: async () => (fail(), 'value') }));
    expect(outcome).toMatchObject({
      status: 'done',
      value: 'value',
      auditFault: expect.stringMatching(/^(ETR|STORE)_/),
    });
    expect(outcome.receipt).toBeDefined();
    expect((await r.read('data/a')).status).toBe('blocked');
  });

  it('in what follows an interaction is on the outcome, and no more', async () => {
    const r = await rig();
    const outcome = await r.ttp.run(...scene(r, { feedback: () => Promise.reject(new Error('planted')) }));
    expect(outcome).toMatchObject({ status: 'done', auditFault: 'SDK_FEEDBACK_FAILED' });
  });

  it('of an effect that throws at once is a failure like any other', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const thrown = {
      ...profile,
      perform: () => {
        throw new TtpError('TEST_SYNC', 'planted');
      },
    };
    expect(await r.ttp.run(thrown, interaction)).toMatchObject({ status: 'failed', code: 'TEST_SYNC' });
  });
});
