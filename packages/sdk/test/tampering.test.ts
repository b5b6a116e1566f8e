import {
  asDid,
  type EvidenceSource,
  type Interaction,
  type JsonObject,
  type ObligationHandler,
} from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene, sources } from './profile.js';
import { closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const pass = { settle: async () => undefined, release: async () => undefined };

/** A source that answers at once with what `value` gives. */
const answering = (name: string, value: (i: Interaction) => unknown): EvidenceSource => ({
  name,
  gather: async (i) => ({ value: value(i) as never, at: 1_700_000_000_000, validFor: 600_000 }),
});

/** Does to a read-only value what its type forbids. */
const force = (target: object, change: object): void => void Object.assign(target, change);

describe('what is decided over', () => {
  it('is changed by no source, no profile and no handler, before or after the decision', async () => {
    proves('flaw.J1');
    const refusals: (string | undefined)[] = [];
    const attempt = (what: () => void): void => {
      try {
        what();
        refusals.push('changed');
      } catch (error) {
        refusals.push(error instanceof TypeError ? undefined : 'other');
      }
    };
    const meddler: ObligationHandler = {
      kind: 'meddler',
      order: 1,
      check: (obligation, i) => {
        attempt(() => force(i, { resource: 'file:etc/passwd' }));
        attempt(() => force(i.claims, { purpose: 'other' }));
        attempt(() => force(obligation, { kind: 'alert' }));
        return undefined;
      },
      hold: async (_, i, decision) => {
        attempt(() => force(i.input as object, { path: 'etc/passwd' }));
        attempt(() => force(decision, { outcome: 'allow' }));
        attempt(() => force(decision.inputs, { policy: 'x' }));
        return {
          release: pass.release,
          settle: async (outcome) => attempt(() => force(outcome, { status: 'blocked' })),
        };
      },
      after: async (_, value, i) => {
        attempt(() => force(i, { agent: 'did:ttp:agent:x' }));
        return value;
      },
    };
    const r = await rig({ handlers: [meddler] });
    const extra = answering('extra', (i) => {
      attempt(() => force(i, { action: 'delete' }));
      return 1;
    });
    const [profile, interaction] = scene(r, { evidence: sources(r, { extra }) });
    const outcome = await r.ttp.run(
      {
        ...profile,
        obligations: (i, evidence, decision) => {
          attempt(() => force(i, { target: 'other' }));
          attempt(() => force(evidence.facts, { identity: 1 }));
          attempt(() => force(decision.risk, { score: 0 }));
          return [{ kind: 'meddler', from: 'profile:test', params: {} }];
        },
        perform: async (i) => {
          attempt(() => force(i.input as object, { path: 'x' }));
          return 'value';
        },
        feedback: async (_, told) => attempt(() => force(told, { value: 'other' })),
      },
      interaction,
    );
    expect(outcome).toMatchObject({ status: 'done', value: 'value' });
    expect(refusals).toHaveLength(14);
    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
  });

  it('is a denial whatever the profile makes of it while it names its obligations', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const denied = { ...interaction, resource: 'file:etc/passwd' };
    let asked = 0;
    const meddling = {
      ...profile,
      obligations: (_i: Interaction, _e: unknown, decision: object) => {
        asked++;
        force(decision, { outcome: 'allow' });
        return [];
      },
    };
    expect(await r.ttp.run(meddling, denied)).toMatchObject({
      code: 'SDK_DENIED',
      decision: { outcome: 'deny-hard' },
    });
    expect(asked).toBe(0);
  });

  it('is what the caller gave, whatever the caller does to it afterwards', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const mine = { ...interaction, input: { path: 'data/a' } };
    let seen: unknown;
    const running = r.ttp.run(
      {
        ...profile,
        perform: async (i) => {
          seen = i.input;
          return 'x';
        },
      },
      mine,
    );
    force(mine.input, { path: 'etc/passwd' });
    force(mine, { resource: 'file:etc/passwd' });
    expect((await running).status).toBe('done');
    expect(seen).toEqual({ path: 'data/a' });
  });

  it('is a fact as it was given, even where the source goes on writing to it', async () => {
    const r = await rig();
    const value = { verified: false, method: 'none' };
    const identity = answering('identity', () => value);
    const late = answering('late', () => 1);
    const slow: EvidenceSource = {
      name: 'slow',
      gather: async (i, signal) => {
        await Promise.resolve();
        await Promise.resolve();
        await Promise.resolve();
        value.verified = true;
        return await late.gather(i, signal);
      },
    };
    const [profile, interaction] = scene(r, { evidence: sources(r, { identity, slow }) });
    expect(await r.ttp.run(profile, interaction)).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
  });

  it('holds no obligation that a getter could change', async () => {
    const r = await rig();
    let reads = 0;
    const shifting = {
      from: 'profile:test',
      params: {},
      get kind() {
        return reads++ === 0 ? 'alert' : 'teleport';
      },
    };
    const outcome = await r.ttp.run(...scene(r, { obliges: () => [shifting] }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'CRYPTO_JSON_NOT_PLAIN' });
  });
});

describe('an interaction', () => {
  it.each([
    ['of another agent', { agent: asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG') }],
    ['of another mode than its profile', { mode: 'a2r' as const }],
    ['without an id', { id: '' }],
    ['with a target that fits in no leaf', { target: 'x'.repeat(70_000) }],
    ['with a time that is a text', { at: '5' as never }],
    ['with an action that is no text', { action: ['read'] as never }],
    ['with claims that are a list', { claims: [] as never }],
  ])('%s is blocked, and on record', async (_, change) => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const outcome = await r.ttp.run(profile, { ...interaction, ...change });
    expect(outcome).toEqual({ status: 'blocked', code: 'SDK_BAD_CALL' });
    await r.ttp.close();
    expect(r.entries.at(-1)).toMatchObject({
      type: 'interaction-settled',
      data: { status: 'blocked', code: 'SDK_BAD_CALL' },
    });
  });

  it('that throws when it is read, or is none, is blocked', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const trap = {
      ...interaction,
      get id(): string {
        throw new Error('planted');
      },
    };
    expect(await r.ttp.run(profile, trap)).toMatchObject({ status: 'blocked' });
    expect(await r.ttp.run(profile, null as never)).toMatchObject({ status: 'blocked' });
    expect(await r.ttp.run(null as never, interaction)).toMatchObject({ status: 'blocked' });
  });

  it('is blocked while another of its id is under way: one end must not stand for two', async () => {
    const r = await rig();
    const gate = Promise.withResolvers<string>();
    const first = r.ttp.run(...scene(r, { perform: () => gate.promise }));
    expect(await r.ttp.run(...scene(r))).toMatchObject({ status: 'blocked', code: 'SDK_BAD_CALL' });
    gate.resolve('x');
    expect((await first).status).toBe('done');
    expect((await r.ttp.run(...scene(r))).status).toBe('done');
  });
});

const perform = async () => 'x';

describe('a call', () => {
  it('has no argument that a polluted prototype adds', async () => {
    const r = await rig();
    const polluted = { resource: 'file:data/a', action: 'read', claims: { purpose: 'x' } };
    Object.assign(Object.prototype, polluted);
    try {
      const outcome = await r.ttp.a2t({ tool: 'read_file', input: { path: 'etc/passwd' } }, perform);
      expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('gives no option that a polluted prototype adds', async () => {
    const r = await rig();
    await r.storage.store.delete(`kill/${r.ttp.did}`);
    Object.assign(Object.prototype, { fresh: true, thresholds: { low: 0 } });
    try {
      expect((await r.restart()).ttp.isKilled()).toBe(true);
    } finally {
      for (const name of ['fresh', 'thresholds']) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('is read once', async () => {
    const r = await rig();
    let reads = 0;
    const shifting = {
      tool: 'read_file',
      input: { path: 'data/a' },
      get resource() {
        return reads++ === 0 ? 'file:etc/passwd' : 'file:data/a';
      },
    };
    expect(await r.ttp.a2t(shifting, perform)).toMatchObject({ code: 'SDK_DENIED' });
    expect(reads).toBe(1);
  });

  it.each([
    ['nothing', null],
    ['a text', 'read_file'],
    ['no tool', { input: {} }],
    ['a tool that is no text', { tool: 1, input: {} }],
    ['a server that is no text', { tool: 'x', server: {}, input: {} }],
    ['an action that is no text', { tool: 'x', action: ['read'], input: {} }],
    ['a trace that is none', { tool: 'x', trace: 'mine', input: {} }],
    ['evidence that is no list', { tool: 'x', evidence: 5, input: {} }],
    ['a name that fits in no leaf', { tool: 'x'.repeat(70_000), input: {} }],
    [
      'a getter that throws',
      {
        tool: 'x',
        input: {},
        get evidence() {
          throw new Error('planted');
        },
      },
    ],
  ])('of %s is blocked, counted and on record', async (_, call) => {
    const r = await rig();
    const outcome = await r.ttp.a2t(call as never, perform);
    expect(outcome).toMatchObject({ status: 'blocked', code: expect.stringMatching(/^(SDK|CORE)_BAD_/) });
    expect(outcome).not.toHaveProperty('auditFault');
    await r.ttp.close();
    expect(r.entries.at(-1)).toMatchObject({ type: 'interaction-settled', agent: r.ttp.did });
  });

  it('without an effect is blocked before anything is asked', async () => {
    const r = await rig();
    const call = { tool: 'read_file', input: { path: 'data/a' } };
    expect(await r.ttp.a2t(call, undefined as never)).toMatchObject({ code: 'SDK_BAD_CALL' });
  });

  it('cannot replace what the instance knows of its agent by evidence of its own', async () => {
    const r = await rig();
    for (const name of ['identity', 'trust', 'capabilities', 'fraud', 'activity', 'resource']) {
      const forged = answering(name, () => ({ verified: true, risk: 0, signals: [] }));
      const call = { tool: 'read_file', input: { path: 'data/a' }, evidence: [forged] };
      expect(await r.ttp.a2t(call, perform)).toMatchObject({ status: 'blocked', code: 'SDK_EVIDENCE_CLASH' });
    }
    let reads = 0;
    const shifting: EvidenceSource = {
      ...answering('', () => ({ verified: true })),
      get name() {
        return reads++ === 0 ? 'harmless' : 'identity';
      },
    };
    const call = { tool: 'read_file', input: { path: 'data/a' }, evidence: [shifting] };
    expect((await r.ttp.a2t(call, perform)).status).toBe('done');
    expect(reads).toBe(1);
    const nameless = { ...answering('x', () => 1), name: undefined as never };
    const without = { tool: 'read_file', input: { path: 'data/a' }, evidence: [nameless] };
    expect(await r.ttp.a2t(without, perform)).toMatchObject({ code: 'SDK_EVIDENCE_MALFORMED' });
  });
});

function raise(): never {
  throw new RangeError('planted');
}

describe('what is thrown', () => {
  const mark = Symbol.for('ttp.error');
  const hostile: readonly [string, () => unknown][] = [
    [
      'a proxy that throws when it is looked at',
      () => new Proxy({}, { has: () => raise(), get: () => raise() }),
    ],
    [
      'an error whose code throws',
      () => ({
        [mark]: true,
        get code() {
          return raise();
        },
      }),
    ],
    ['an error whose code is an object', () => ({ [mark]: true, code: { toString: () => 'GUARD_KILLED' } })],
    ['an error whose code fits in no leaf', () => ({ [mark]: true, code: `X_${'Y'.repeat(70_000)}` })],
    ['an object without a text', () => Object.create(null) as unknown],
    ['nothing', () => undefined],
  ];

  it.each(hostile)('%s, by an effect: the outcome is on record', async (_, thrown) => {
    const r = await rig();
    const outcome = await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, () =>
      Promise.reject(thrown() as Error),
    );
    expect(outcome).toMatchObject({ status: 'failed', code: 'SDK_PERFORM_FAILED' });
    expect(outcome).not.toHaveProperty('auditFault');
    expect(r.entries.at(-1)?.data).toEqual({ status: 'failed', code: 'SDK_PERFORM_FAILED' });
  });

  it.each(hostile)('%s, by a source: it blocks', async (_, thrown) => {
    const r = await rig();
    const extra = { name: 'extra', gather: () => Promise.reject(thrown()) };
    expect(await r.ttp.run(...scene(r, { evidence: sources(r, { extra }) }))).toMatchObject({
      status: 'blocked',
      code: 'SDK_EVIDENCE_FAILED',
    });
  });

  it('for a target of a kill that is none, is a typed error, and nobody is killed', async () => {
    const { agentDid: _, ...policy } = POLICY as { readonly agentDid: string } & JsonObject;
    const r = await rig({ policy }); // without a name of its own, `undefined` must not stand for it
    for (const target of [undefined, null, 5, 5n, {}, [r.ttp.did]])
      expect(codeThrownBy(() => r.ttp.kill(target as never, { reason: 'security_violation' }))).toBe(
        'DID_UNRESOLVED',
      );
    expect(r.ttp.isKilled()).toBe(false);
    for (const message of [5, null, {}])
      r.ttp.kill(r.ttp.did, { reason: 'security_violation', message: message as never });
    expect(r.ttp.isKilled()).toBe(true);
  });
});
