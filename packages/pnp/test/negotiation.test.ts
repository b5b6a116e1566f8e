import { decodeEnvelope } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { agreementOf, type Conflict, meet, type NegotiationDecision, verifyAgreement } from '../src/index.js';
import { forged } from './forge.js';
import {
  ALICE,
  BOB,
  begin,
  converse,
  deliver,
  endOf,
  feed,
  keyOf,
  pair,
  policyText,
  refusals,
  START,
  sentAs,
  side,
} from './rig.js';

const types = (messages: readonly string[]): readonly string[] =>
  messages.map((text) => decodeEnvelope(text).type.replace('ttp/pnp-', ''));

describe('a negotiation', () => {
  it('of two policies that come together takes four messages, and both hold one certificate', async () => {
    proves('pnp.purpose', 'pnp.agreement');
    const { a, b } = await pair(
      { proposals: [policyText({ requirements: { minTrustScore: 60.5 } })] },
      { proposals: [policyText({ requirements: { compliance: ['SOC2'] } }, 'b')] },
    );
    const carried = await converse(a, b);
    expect(types(carried)).toEqual(['offer@1', 'accept@1', 'finalize@1', 'ack@1']);
    expect([endOf(a), endOf(b)]).toEqual(['AGREED', 'AGREED']);
    expect(a.state.certificate).toEqual(b.state.certificate);
    const [mine, yours] = [a, b].map(({ proposals }) => proposals[0] ?? '');
    const verified = verifyAgreement(a.state.certificate ?? '', {
      keyOf,
      now: START,
      policies: [mine ?? '', yours ?? ''],
      messages: a.state.chain.slice(0, 2),
    });
    const [p, q] = [loadPolicy(mine ?? ''), loadPolicy(yours ?? '')];
    expect({ agreement: verified.agreement }).toEqual(meet(agreementOf(p), agreementOf(q)));
    expect(verified.policies.map(({ hash }) => hash)).toEqual([...verified.agreement.layers]);
    expect(verified.agreement.requirements).toEqual({ minTrustScore: 60.5, compliance: ['SOC2'] });
    expect(refusals(a).concat(refusals(b))).toEqual([]);
  });

  it('goes on over counters, and ends with the first policies that come together', async () => {
    const billing = policyText({ requirements: { purpose: 'billing' } });
    const support = policyText({ requirements: { purpose: 'support' } }, 'b');
    const { a, b } = await pair({ proposals: [billing, support] }, { proposals: [support] });
    const carried = await converse(a, b);
    expect(types(carried)).toEqual(['offer@1', 'counter@1', 'accept@1', 'finalize@1', 'ack@1']);
    expect([endOf(a), endOf(b)]).toEqual(['AGREED', 'AGREED']);
    expect(a.state.accepted?.agreement.layers).toEqual([loadPolicy(support).hash]);
  });
});

const purpose = (name: string, id = name): string => policyText({ requirements: { purpose: name } }, id);
const hashOf = (text: string): string => loadPolicy(text).hash;

/** A policy, by what it is for. */
const sideOf = (text: string, value: string): Conflict['left'] => ({
  layers: [loadPolicy(text).hash],
  field: 'requirements.purpose',
  value,
});

describe('policies that do not come together', () => {
  it('end in REJECTED on both sides, with the conflicts as data', async () => {
    proves('pnp.merge.unsatisfiable');
    const [mine, yours] = [purpose('billing'), purpose('support')];
    const { a, b } = await pair({ proposals: [mine] }, { proposals: [yours] });
    expect(types(await converse(a, b))).toEqual(['offer@1', 'counter@1', 'reject@1']);
    expect([endOf(a), endOf(b)]).toEqual(['REJECTED', 'REJECTED']);
    const sides = [sideOf(mine, 'billing'), sideOf(yours, 'support')];
    const [left, right] = hashOf(mine) < hashOf(yours) ? sides : sides.toReversed();
    expect(a.state.conflicts).toEqual([{ code: 'PNP_PURPOSE', left, right }]);
    expect(b.state.conflicts).toEqual(a.state.conflicts);
    expect(a.log).toContainEqual({
      do: 'ended',
      end: { from: 'CONSIDERING', to: 'REJECTED', event: 'reject' },
    });
  });

  it('say which requirement of one side finds nothing in the offers of the other', async () => {
    proves('pnp.capability-negotiation');
    const wants = policyText({ requirements: { requiredCapabilities: ['data:read', 'data:phi'] } }, 'a');
    const gives = policyText({ offers: { capabilities: ['data:read', 'data:write'] } }, 'b');
    const { a, b } = await pair({ proposals: [wants] }, { proposals: [gives] });
    await converse(a, b);
    expect([endOf(a), endOf(b)]).toEqual(['REJECTED', 'REJECTED']);
    expect(b.state.conflicts).toEqual([
      {
        code: 'PNP_NOT_OFFERED',
        left: { layers: [hashOf(wants)], field: 'requirements.requiredCapabilities', value: 'data:phi' },
        right: {
          layers: [hashOf(gives)],
          field: 'offers.capabilities',
          value: ['data:read', 'data:write'],
        },
      },
    ]);
    const offers = policyText(
      { offers: { capabilities: ['data:read', 'data:phi'], rateLimit: { requests: 5, windowMs: 1000 } } },
      'b',
    );
    const met = await pair({ proposals: [wants] }, { proposals: [offers] });
    await converse(met.a, met.b);
    expect([endOf(met.a), endOf(met.b)]).toEqual(['AGREED', 'AGREED']);
    expect(met.a.state.accepted?.agreement.offers.rateLimit).toEqual({ requests: 5, windowMs: 1000 });
  });

  it('are tried in the order of preference, over three rounds and no more', async () => {
    proves('pnp.limit.rounds');
    const { a, b } = await pair(
      { proposals: ['a1', 'a2', 'a3'].map((name) => purpose(name)) },
      { proposals: ['b1', 'b2', 'b3'].map((name) => purpose(name)) },
    );
    const carried = await converse(a, b);
    expect(types(carried)).toEqual(['offer@1', 'counter@1', 'counter@1', 'reject@1']);
    const said = carried.slice(0, 3).map((text) => decodeEnvelope(text).body);
    expect(said.map(({ round }) => round)).toEqual([1, 2, 3]);
    expect(said.map(({ policy }) => policy)).toMatchObject(
      [purpose('a1'), purpose('b1'), purpose('a2')].map((text) => ({ text })),
    );
  });

  it('end it where a side counters a fourth time', async () => {
    proves('pnp.limit.rounds');
    let n = 0;
    const stubborn = (): NegotiationDecision => {
      const text = policyText({}, `s${n++}`);
      return { do: 'counter', policy: sentAs(text) };
    };
    const { a, b } = await pair({ decide: stubborn }, { decide: stubborn });
    expect(types(await converse(a, b))).toEqual(['offer@1', 'counter@1', 'counter@1']);
    expect(endOf(b)).toBe('PNP_ROUNDS_EXCEEDED');
    const fourth = await forged(b.outbox[0] ?? '', BOB, {
      head: a.state.sent === undefined ? {} : { prev: a.state.sent },
      body: { round: 4 },
    });
    await deliver(a, fourth);
    expect(endOf(a)).toBe('PNP_ROUNDS_EXCEEDED');
  });
});

describe('a floor', () => {
  const low = policyText({ requirements: { minTrustScore: 40 }, offers: { capabilities: ['data:read'] } });
  const floors = [
    { requirements: { minTrustScore: 41 } },
    { requirements: { minTrustStage: 'new' } },
    { requirements: { requiredCapabilities: ['data:phi'] } },
    { requirements: { requireIdentityVerification: true } },
    { requirements: { purpose: 'support' } },
    { requirements: { compliance: ['SOC2'] } },
    { offers: { capabilities: ['data:write'] } },
  ] as const;

  it.each(floors.map((floor) => ({ floor, name: JSON.stringify(floor) })))(
    'of the responder holds: $name',
    async ({ floor }) => {
      proves('flaw.N4');
      const { a, b } = await pair({ proposals: [low] }, { proposals: [low], floor });
      await converse(a, b);
      expect([endOf(a), endOf(b)]).toEqual(['REJECTED', 'REJECTED']);
      // What it is, is told to nobody.
      expect(a.state.conflicts).toMatchObject([
        { code: 'PNP_BELOW_FLOOR', right: { layers: [], value: null } },
      ]);
    },
  );

  it('of the initiator holds against an acceptance, and against its own decision', async () => {
    proves('flaw.N4');
    const floor = { requirements: { minTrustScore: 41 } };
    const { a, b } = await pair({ proposals: [low], floor }, { proposals: [low] });
    expect(types(await converse(a, b))).toEqual(['offer@1', 'accept@1', 'reject@1']);
    expect([endOf(a), endOf(b)]).toEqual(['REJECTED', 'REJECTED']);
    const eager = await pair(
      { proposals: [low], floor, decide: () => ({ do: 'accept' }) },
      { proposals: [low] },
    );
    await converse(eager.a, eager.b);
    expect(endOf(eager.a)).toBe('PNP_CONFLICT');
    expect(eager.b.state.certificate).toBeUndefined();
  });

  it('is stood on by what says as much', async () => {
    const floor = {
      requirements: { minTrustScore: 40, requireIdentityVerification: false, compliance: [] },
      offers: { capabilities: ['data:read'], rateLimit: { requests: 5, windowMs: 1000 } },
    };
    const { a, b } = await pair({ proposals: [low] }, { proposals: [low], floor });
    await converse(a, b);
    expect(endOf(b)).toBe('AGREED');
    const slow = policyText({ offers: { rateLimit: { requests: 4, windowMs: 1000 } } });
    const other = await pair(
      { proposals: [slow] },
      { proposals: [slow], floor: { offers: { rateLimit: floor.offers.rateLimit } } },
    );
    await converse(other.a, other.b);
    expect(other.b.state.conflicts).toMatchObject([{ left: { field: 'offers.rateLimit' } }]);
  });
});

describe('what was said before', () => {
  it('is said again to a peer that asks again, the same bytes, and ACK as often as it is asked for', async () => {
    proves('flaw.N5');
    const { a, b } = await pair();
    const [offer = ''] = a.outbox;
    await deliver(b, offer);
    await deliver(b, offer);
    expect(b.outbox).toHaveLength(2);
    expect(b.outbox[1]).toBe(b.outbox[0]);
    await deliver(a, b.outbox[0] ?? '');
    const finalisation = a.outbox.at(-1) ?? '';
    for (let i = 0; i < 3; i++) await deliver(b, finalisation);
    expect(b.outbox.slice(2)).toEqual([b.outbox[2], b.outbox[2], b.outbox[2]]);
    expect([endOf(a), endOf(b)]).toEqual(['FINALIZING', 'AGREED']);
    // Not one of them arrives twice as two.
    await deliver(a, b.outbox[4] ?? '');
    await deliver(a, b.outbox[2] ?? '');
    expect(endOf(a)).toBe('AGREED');
    expect(refusals(a).concat(refusals(b))).toEqual([]);
  });

  it('is not said again by a side that has given up', async () => {
    const { a, b } = await pair();
    const [offer = ''] = a.outbox;
    await deliver(b, offer);
    await feed(b, { type: 'timeout', now: 30_000 }, { now: 30_000 });
    await deliver(b, offer);
    expect(b.outbox).toHaveLength(1);
  });

  it('leaves no session to a side without the certificate', async () => {
    proves('flaw.N5');
    const { a, b } = await pair();
    await converse(a, b, 3);
    expect([endOf(a), endOf(b)]).toEqual(['FINALIZING', 'AGREED']);
    expect(a.state.certificate).toBeUndefined();
    await feed(a, { type: 'timeout', now: 30_000 }, { now: 30_000 });
    expect(endOf(a)).toBe('PNP_EXPIRED');
    expect(a.state.certificate).toBeUndefined();
    // What the other holds was signed by both, and both can verify it.
    expect(() => verifyAgreement(b.state.certificate ?? '', { keyOf, now: START })).not.toThrow();
  });

  it('binds who accepted: the answer is yes or no', async () => {
    const counter = policyText({}, 'late');
    const decide = (): NegotiationDecision => ({
      do: 'counter',
      policy: sentAs(counter),
    });
    const { a, b } = await pair({ decide });
    await converse(a, b);
    expect(endOf(a)).toBe('PNP_OUT_OF_TURN');
    const other = await pair({
      decide: () => ({ do: 'accept', policy: sentAs(counter) }),
    });
    await converse(other.a, other.b);
    expect(endOf(other.a)).toBe('PNP_OUT_OF_TURN');
  });
});

describe('a driver that errs', () => {
  it('ends its own side and no other', async () => {
    const { a, b } = await pair();
    await feed(a, { type: 'error', now: 1, code: 'STORE_POISONED' }, { now: 1 });
    expect(endOf(a)).toBe('STORE_POISONED');
    expect(endOf(b)).toBe('OFFERING');
  });

  it('has an offer to make, and it loads', async () => {
    const one = side('initiator');
    await feed(one, { type: 'start', now: 0, wall: START, nonce: 'A'.repeat(43) }, { now: 0 });
    expect(endOf(one)).toBe('PNP_BAD_PROPOSALS');
    const other = side('initiator');
    const policy = { hash: loadPolicy(policyText()).hash, text: 'x' };
    await feed(other, { type: 'start', now: 0, wall: START, nonce: 'A'.repeat(43), policy }, { now: 0 });
    expect(endOf(other)).toBe('CRYPTO_JSON_SYNTAX');
    await begin(other);
    expect(endOf(other)).toBe('CRYPTO_JSON_SYNTAX');
  });

  it('signs nothing that was not asked for', async () => {
    const { a } = await pair();
    const signature = { kid: ALICE.kid, sig: 'A'.repeat(86) };
    await feed(a, { type: 'certified', now: 1, wall: START, nonce: 'A'.repeat(43), signature }, { now: 1 });
    expect(endOf(a)).toBe('PNP_OUT_OF_TURN');
  });
});
