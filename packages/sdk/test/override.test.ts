import type { Decision, Envelope, Interaction, Json, Operator, Operators } from '@ttp/core';
import { createOverrides, recordedDecisions, replayBundle } from '@ttp/sdk';
import { codeRejectedBy, proves, testSigner } from '@ttp/testkit';
import { parseInteraction, signOverride } from '@ttp/tre';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const signer = testSigner(1);
const entry: Operator = {
  id: 'operator-1',
  kid: signer.kid,
  publicKey: signer.publicKey,
  human: 'ada',
  level: 2,
  privileges: ['intervene:override'],
};
const operators: Operators = { byKid: async (kid) => (kid === entry.kid ? entry : undefined) };

/** Softly denied: nobody vouched for the agent, and its score alone opens nothing confidential. */
const callMap = {
  version: 1,
  tools: {
    read_file: {
      action: 'read',
      resource: { scheme: 'file', path: 'input.path' },
      attributes: { dataClassification: 'confidential' },
    },
  },
};

async function overrideRig(): Promise<
  Rig & {
    readonly overrides: ReturnType<typeof createOverrides>;
    denied(path: string): Promise<{ decision: Decision; envelope: Envelope }>;
    again(path: string, envelope: Envelope, decision: Decision): ReturnType<Rig['read']>;
    done(): number;
  }
> {
  const base = await rig({ seed: 'base' });
  const overrides = createOverrides({ store: base.storage.store, clock: base.clock, operators });
  const r = await base.restart({ callMap, handlers: [overrides.handler] });
  let done = 0;
  return {
    ...r,
    overrides,
    done: () => done,
    async denied(path) {
      const outcome = await r.read(path);
      if (outcome.status !== 'blocked' || outcome.decision === undefined) throw new Error(outcome.status);
      const { decision } = outcome;
      const interaction = await recorded(r, decision);
      const notAfter = r.clock.now() + 60_000;
      const input = { denied: decision, interaction, notAfter, reason: 'looked at it' };
      return { decision, envelope: await signOverride(input, signer, r.clock.now()) };
    },
    again: (path, envelope, decision) => {
      const evidence = [overrides.source(envelope, decision)];
      return r.ttp.a2t({ tool: 'read_file', input: { path }, evidence }, async () => {
        done++;
        return 'content';
      });
    },
  };
}

/** The call of a decision, as its trace has it. */
async function recorded(r: Rig, decision: Decision): Promise<Interaction> {
  const found = recordedDecisions(await r.ttp.exportBundle()).find((one) =>
    JSON.stringify(one.decision).includes(decision.inputs.interaction),
  );
  return parseInteraction(found?.inputs.interaction ?? null);
}

/** The first call of a trace. */
async function interactionOf(r: Rig): Promise<Json> {
  return recordedDecisions(await r.ttp.exportBundle())[0]?.inputs.interaction ?? null;
}

describe('an override of a soft denial', () => {
  it('lets exactly the denied call through, once, and the log says so and replays', async () => {
    proves('tre.outcome.deny-soft', 'decision.D22');
    const r = await overrideRig();
    const { decision, envelope } = await r.denied('data/a');
    expect(decision.outcome).toBe('deny-soft');
    const first = await r.again('data/a', envelope, decision);
    expect(first).toMatchObject({ status: 'done', decision: { outcome: 'warn' } });
    expect(await r.again('data/a', envelope, decision)).toMatchObject({ code: 'SDK_OVERRIDE_USED' });
    expect(r.done()).toBe(1);
    const bundle = await r.ttp.exportBundle();
    expect(replayBundle(bundle).map(({ result }) => result)).toEqual(['same', 'same', 'same']);
    const intents = r.entries.filter(({ type }) => type === 'intent-recorded');
    expect(intents.map(({ data }) => data['obligations'])).toEqual([['alert', 'override', 'breaker', 'dlp']]);
  });

  it('is used by one of many that come at the same time', async () => {
    const r = await overrideRig();
    const { decision, envelope } = await r.denied('data/a');
    const all = await Promise.all(Array.from({ length: 20 }, () => r.again('data/a', envelope, decision)));
    expect(all.filter(({ status }) => status === 'done')).toHaveLength(1);
    expect(r.done()).toBe(1);
  });

  it('opens no other call, and survives neither a kill nor its end', async () => {
    const r = await overrideRig();
    const { decision, envelope } = await r.denied('data/a');
    expect(await r.again('data/b', envelope, decision)).toMatchObject({ code: 'TRE_OVERRIDE_MISMATCH' });
    await r.clock.advance(60_000);
    expect(await r.again('data/a', envelope, decision)).toMatchObject({ code: 'TRE_OVERRIDE_EXPIRED' });
    const next = await r.denied('data/a');
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    expect(await r.again('data/a', next.envelope, next.decision)).toMatchObject({ code: 'GUARD_KILLED' });
    expect(r.done()).toBe(0);
  });

  it('is not used by whoever only asks, and is given back where nothing happened', async () => {
    const r = await overrideRig();
    const { decision, envelope } = await r.denied('data/a');
    const evidence = [r.overrides.source(envelope, decision)];
    const call = { tool: 'read_file', input: { path: 'data/a' }, evidence };
    expect(await r.ttp.check(call)).toMatchObject({ wouldPermit: true, decision: { outcome: 'warn' } });
    const checked = await r.ttp.check(call);
    if (!checked.wouldPermit) throw new Error('refused');
    const obligation = checked.obligations.find(({ kind }) => kind === 'override');
    if (obligation === undefined) throw new Error('no override');
    const { handler } = r.overrides;
    const hold = async (given = obligation) =>
      handler.hold?.(given, parseInteraction(await interactionOf(r)), decision, new AbortController().signal);
    const held = await hold();
    expect(await codeRejectedBy(hold())).toBe('SDK_OVERRIDE_USED');
    await held?.release();
    expect((await r.again('data/a', envelope, decision)).status).toBe('done');
    const none = { ...obligation, params: { decision: 'x' } };
    expect(handler.check(none, parseInteraction(await interactionOf(r)))).toBe('SDK_OBLIGATION_FAILED');
    expect(await codeRejectedBy(hold(none))).toBe('SDK_OBLIGATION_FAILED');
  });
});
