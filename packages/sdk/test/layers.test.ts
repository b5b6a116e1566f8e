import { memory } from '@ttp/adapters/memory';
import type { JsonObject, Operator, Operators, Privilege } from '@ttp/core';
import { createSigner, encodeEnvelope, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { createTtp, replayBundle, type TtpOptions } from '@ttp/sdk';
import { loadPolicy, policiesOf, signPolicy } from '@ttp/spl';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const rule = (id: string, effect: string, path: string, more: JsonObject = {}): JsonObject => ({
  id,
  effect,
  resources: [`file:${path}`],
  actions: ['read'],
  ...more,
});

const policyOf = (...rules: readonly JsonObject[]): JsonObject => ({ version: '1.0.0', rules });

const ORG = policyOf(rule('all', 'allow', 'data/**'), rule('no-payroll', 'deny', 'data/payroll/**'));
const TEAM = policyOf(rule('team', 'warn', 'data/**'));

/** The code that opening the rig's agent once more is refused with, on the rig's own clock. */
const refusalOf = (r: Rig, options: Partial<TtpOptions> & Pick<TtpOptions, 'policy'>) =>
  codeRejectedBy(
    createTtp({ ...r, ports: { clock: r.clock, timer: r.clock, random: r.random }, ...options }),
  );

const armedIn = ({ entries }: Rig) => entries.filter(({ type }) => type === 'policy-armed');

describe('layers', () => {
  it('permit a call that every one of them permits, and name the one that does not', async () => {
    const r = await rig({ policy: [ORG, TEAM, POLICY] });
    const done = await r.read('data/a');
    expect(done).toMatchObject({ status: 'done', decision: { effect: 'warn' } });
    expect(done.decision?.obligations).toContainEqual({ kind: 'alert', from: 'team/rule:team', params: {} });
    const denied = await r.read('data/payroll/may');
    expect(denied).toMatchObject({ status: 'blocked', code: 'SDK_DENIED', decision: { effect: 'deny' } });
    expect(denied.decision?.reasons).toContainEqual({
      code: 'SPL_RULE_APPLIES',
      text: 'organisation: deny rule no-payroll applies',
      rule: 'organisation/no-payroll',
      layer: 'organisation',
    });
    const { decision } = await r.read('data/keys/x');
    const denying = decision?.reasons.flatMap(({ layer, text }) => (/deny rule/.test(text) ? [layer] : []));
    expect(denying).toEqual(['agent']);
    expect(r.effects()).toBe(1);
  });

  it('are decided again from the log to the same bytes, also beside one policy alone', async () => {
    const r = await rig({ policy: [ORG, TEAM, POLICY] });
    await r.read('data/a');
    await r.read('data/payroll/x');
    const alone = await r.restart({ policy: POLICY });
    await alone.read('data/a');
    const other = await alone.restart({ policy: [ORG, POLICY] });
    await other.read('data/a');
    const replayed = replayBundle(await other.ttp.exportBundle());
    expect(replayed.map(({ result }) => result)).toEqual(['same', 'same', 'same', 'same']);
    expect(new Set([r, alone, other].map(({ ttp }) => ttp.policy.hash)).size).toBe(3);
  });

  it('have each a serial and an envelope of its own, and mean the same in any order', async () => {
    const layers = { organisation: ORG, team: TEAM, agent: POLICY };
    const named = (names: readonly (keyof typeof layers)[]) =>
      names.map((layer) => ({ layer, policy: layers[layer] }));
    const r = await rig({ policy: [ORG, TEAM, POLICY] });
    const again = await r.restart({ policy: named(['agent', 'organisation', 'team']) });
    expect(again.ttp.policy.hash).toBe(r.ttp.policy.hash);
    const changed = await again.restart({ policy: [ORG, { ...TEAM, description: 'second' }, POLICY] });
    const records = [r, again, changed].map((one) => {
      const [armed] = armedIn(one);
      const list: readonly JsonObject[] = JSON.parse(JSON.stringify(armed?.data['layers']));
      const serials = list.map(({ layer, serial }) => JSON.stringify([layer ?? null, serial ?? null])).sort();
      return {
        serial: armed?.data['serial'],
        serials,
        envelopes: new Set(list.map((one2) => one2['envelope'])),
      };
    });
    const first = ['["agent",1]', '["organisation",1]', '["team",1]'];
    expect(records.map(({ serial }) => serial)).toEqual([1, 1, 2]);
    expect(records[0]?.serials).toEqual(first);
    expect(records[1]?.serials).toEqual(first);
    expect(records[2]?.serials).toEqual(['["agent",1]', '["organisation",1]', '["team",2]']);
    expect(records[0]?.envelopes.size).toBe(3);
  });

  it('of one are that policy alone', async () => {
    const r = await rig({ policy: [POLICY] });
    expect(r.ttp.policy.hash).toBe(loadPolicy(POLICY).hash);
    expect(policiesOf(r.ttp.policy).map(({ layer }) => layer)).toEqual([undefined]);
  });

  it.for<[string, unknown, string]>([
    ['none', [], 'SDK_POLICY_MISSING'],
    ['an empty one', [ORG, ''], 'SDK_POLICY_MISSING'],
    ['nothing in a named one', [{ layer: 'a', policy: '' }], 'SDK_POLICY_MISSING'],
    ['four without names', [ORG, ORG, TEAM, POLICY], 'SDK_POLICY_LAYERS'],
    ['names for some', [{ layer: 'a', policy: ORG }, POLICY], 'SDK_POLICY_LAYERS'],
    [
      'a name twice',
      [
        { layer: 'a', policy: ORG },
        { layer: 'a', policy: POLICY },
      ],
      'SPL_BAD_LAYERS',
    ],
    ['a name that is none', [{ layer: 'A', policy: ORG }], 'SPL_BAD_LAYERS'],
    ['a name that is no text', [{ layer: 1, policy: ORG }], 'SPL_BAD_LAYERS'],
    ['one that does not load', [ORG, { ...TEAM, allowAll: true }, POLICY], 'SPL_UNKNOWN_KEY'],
    ['two agents', [{ ...ORG, agentDid: 'did:tessorium:agent:other:v1' }, POLICY], 'SDK_POLICY_LAYERS'],
  ])('are refused with %s', async ([, policy, code]) => {
    const r = await rig();
    await r.ttp.close();
    expect(await refusalOf(r, { policy: policy as TtpOptions['policy'] })).toBe(code);
  });

  it('of another agent are refused, whichever layer says so', async () => {
    const r = await rig();
    const other = await rig({ seed: 'other' });
    await r.ttp.close();
    const policy = [ORG, POLICY];
    expect(await codeRejectedBy(createTtp({ ...other, storage: r.storage, policy, fresh: true }))).toBe(
      'SDK_POLICY_REBOUND',
    );
  });
});

/** An operator with a key from a seed of this byte. */
function operatorOf(byte: number, privileges: readonly Privilege[]) {
  const seed = new Uint8Array(32).fill(byte);
  const { publicKey } = keyPairOf(seed);
  const did = `did:key:${multikey(publicKey)}`;
  const kid = `${did}#${multikey(publicKey)}`;
  const operator: Operator = { id: `op-${byte}`, kid, publicKey, human: `h-${byte}`, level: 3, privileges };
  return { operator, signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
}

const AUTHOR = operatorOf(1, ['policy:sign']);
const REVIEWER = operatorOf(2, ['review:final', 'kill:reinstate', 'intervene:override']);
const STRANGER = operatorOf(3, ['policy:sign']);
const operators: Operators = {
  byKid: async (kid) => [AUTHOR, REVIEWER].find(({ operator }) => operator.kid === kid)?.operator,
};

/** What an operator signs for the agent of a rig. */
const signed = async (
  { identity, clock }: Pick<Rig, 'identity' | 'clock'>,
  serial: number,
  policy: JsonObject = POLICY,
  { signer } = AUTHOR,
  layer?: string,
) => ({
  signed: await signPolicy({
    agent: identity.did,
    serial,
    ...(layer === undefined ? {} : { layer }),
    text: JSON.stringify(policy),
    signer,
    now: clock.now(),
  }),
});

describe('a policy from outside', () => {
  it('is armed from the envelope of an operator who may sign policies, and from no other', async () => {
    proves('spl.policy.signed', 'decision.D20');
    const host = await rig({ operators });
    expect(armedIn(host)[0]?.data).toMatchObject({ source: 'host', serial: 1 });
    const r = await host.restart({ operators, policy: await signed(host, 7) });
    expect(armedIn(r)[0]?.data).toMatchObject({ source: 'operator', serial: 7, operator: 'op-1' });
    expect((await r.read('data/a')).status).toBe('done');
    await r.ttp.close();
    const arm = (policy: TtpOptions['policy'], more: Partial<TtpOptions> = { operators }) =>
      refusalOf(r, { policy, ...more });
    const good = await signed(r, 8);
    expect(await arm(good, {})).toBe('SDK_POLICY_UNTRUSTED');
    expect(await arm(await signed(r, 8, POLICY, REVIEWER))).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await arm(await signed(r, 8, POLICY, STRANGER))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    expect(await arm(await signed(r, 8, POLICY, { ...AUTHOR, signer: r.identity.signer }))).toBe(
      'CRYPTO_OPERATOR_UNKNOWN',
    );
    const other = await rig({ seed: 'other' });
    expect(await arm(await signed(other, 8))).toBe('SPL_WRONG_AGENT');
    const changed = JSON.parse(JSON.stringify(good.signed));
    changed.body.serial = 9;
    expect(await arm({ signed: changed })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await arm({ signed: 'x' })).toMatch(/^CRYPTO_/);
    // An envelope without its wrapper is a policy with unknown keys, and not taken for one.
    expect(await arm(JSON.stringify(good.signed))).toMatch(/^SPL_/);
  });

  it('is never rolled back, by signature or by host', async () => {
    const r = await rig({ operators });
    const later = { ...POLICY, description: 'later' };
    const first = await r.restart({ operators, policy: await signed(r, 5) });
    const second = await first.restart({ operators, policy: await signed(r, 6, later) });
    await second.ttp.close();
    const arm = async (serial: number, policy: JsonObject) =>
      refusalOf(r, { operators, policy: await signed(r, serial, policy) });
    expect(await arm(5, POLICY)).toBe('SPL_SERIAL_ROLLBACK');
    expect(await arm(6, POLICY)).toBe('SPL_SERIAL_ROLLBACK');
    const again = await second.restart({ operators, policy: await signed(r, 6, later) });
    const host = await again.restart({ operators, policy: POLICY });
    expect(armedIn(host)[0]?.data).toMatchObject({ source: 'host', serial: 7 });
    await host.ttp.close();
    expect(await arm(6, later)).toBe('SPL_SERIAL_ROLLBACK');
  });

  it('is layered like any other, with its text or its bytes', async () => {
    const r = await rig({ operators });
    const { signed: envelope } = await signed(r, 3, ORG, AUTHOR, 'organisation');
    const text = encodeEnvelope(envelope);
    for (const [i, given] of [text, new TextEncoder().encode(text), envelope].entries()) {
      const layers = await r.restart({
        operators,
        policy: [{ signed: given }, POLICY],
        storage: memory(),
        fresh: true,
      });
      expect(armedIn(layers)[0]?.data['layers'], String(i)).toMatchObject([
        { layer: 'organisation', source: 'operator', serial: 3 },
        { layer: 'agent', source: 'host', serial: 1 },
      ]);
      expect((await layers.read('data/payroll/may')).status).toBe('blocked');
    }
  });

  it('is armed as the layer that it was signed for, and as no other', async () => {
    const r = await rig({ operators });
    await r.ttp.close();
    const arm = (...policy: readonly unknown[]) =>
      refusalOf(r, { operators, policy: policy as TtpOptions['policy'] });
    const forTeam = await signed(r, 9, TEAM, AUTHOR, 'team');
    expect(await arm(forTeam, TEAM, POLICY)).toBe('SPL_WRONG_LAYER');
    expect(await arm(forTeam)).toBe('SPL_WRONG_LAYER');
    expect(await arm(await signed(r, 9, TEAM), POLICY)).toBe('SPL_WRONG_LAYER');
    const armed = await r.restart({ operators, policy: [ORG, forTeam, POLICY] });
    expect((await armed.read('data/payroll/may')).status).toBe('blocked');
    expect(armedIn(armed)[0]?.data['layers']).toContainEqual(
      expect.objectContaining({ layer: 'team', source: 'operator', serial: 9 }),
    );
  });

  it('is at most 50 KB, whatever the host allows itself', async () => {
    const r = await rig({ operators });
    const rules = Array.from({ length: 40 }, (_, i) =>
      rule(`r${i}`, 'deny', `data/${i}`, { description: 'x'.repeat(1900) }),
    );
    const large = policyOf(rule('all', 'allow', 'data/**'), ...rules);
    await r.ttp.close();
    expect(await refusalOf(r, { policy: large })).toBe('SPL_TOO_LARGE');
    const limits = { policyBytes: 100_000 };
    const signer = AUTHOR.signer;
    const body = { agent: r.identity.did, serial: 1, text: JSON.stringify(large) };
    const outside = await signPolicy({ ...body, signer, now: r.clock.now(), maxBytes: 100_000 });
    expect(await refusalOf(r, { operators, limits, policy: { signed: outside } })).toBe('SPL_TOO_LARGE');
    const raised = await r.restart({ policy: large, limits });
    expect((await raised.read('data/a')).status).toBe('done');
    expect(replayBundle(await raised.ttp.exportBundle()).map(({ result }) => result)).toEqual(['same']);
    await raised.ttp.close();
    expect(await refusalOf(raised, { policy: large, limits: { policyBytes: 2 ** 21 } })).toBe(
      'SPL_BAD_LIMIT',
    );
  });
});
