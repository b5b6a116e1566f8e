import { type Envelope, type JsonObject, type Operator, type Operators, TtpError } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  cosignEnvelope,
  encodeEnvelope,
  envelopeId,
  signEnvelope,
  type VerifyOperatorEnvelopeOptions,
  verifyOperatorEnvelope,
} from '../../src/index.js';
import { type Person, person } from '../fixtures.js';

const NOW = 1_700_000_000_000;
const BODY = { target: 'did:example:agent', reason: 'manual_operator_action' };
const [ann, bob, mallory] = [person(1), person(2), person(3)];

const operatorOf = ({ kid, publicKey }: Person, more: Partial<Operator> = {}): Operator => ({
  id: 'ann',
  kid,
  publicKey,
  human: 'Ann',
  level: 1,
  privileges: ['kill:order'],
  ...more,
});
const rosterOf = (...operators: readonly Operator[]): Operators => ({
  byKid: (kid) => Promise.resolve(operators.find((one) => one.kid === kid)),
});
const ANN = operatorOf(ann);
const BOB = operatorOf(bob, { id: 'bob', human: 'Bob', level: 3, privileges: ['review:final'] });
const ROSTER = rosterOf(ANN, BOB);

const signedBy = ({ did, signer }: Person, body: JsonObject = BODY): Promise<Envelope> =>
  signEnvelope({ type: 'ttp/kill-order@1', head: { iss: did, iat: NOW }, body, signers: [signer] });
const options = (
  more: Partial<VerifyOperatorEnvelopeOptions<JsonObject>> = {},
): VerifyOperatorEnvelopeOptions<JsonObject> => ({
  type: 'ttp/kill-order@1',
  parse: (body) => body,
  operators: ROSTER,
  now: NOW,
  privileges: ['kill:order'],
  ...more,
});
const parseNothing = (): never => {
  throw new TtpError('GUARD_ORDER_INVALID', 'a member nobody knows');
};
const refusal = (
  input: Envelope | string,
  more: Partial<VerifyOperatorEnvelopeOptions<JsonObject>> = {},
): Promise<string | undefined> => codeRejectedBy(verifyOperatorEnvelope(input, options(more)));

describe('what an operator signed', () => {
  it.each([
    ['an object', (envelope: Envelope) => envelope],
    ['its text', encodeEnvelope],
  ])('is returned with the entry of the roster, read from %s', async (_what, given) => {
    const envelope = await signedBy(ann);
    expect(await verifyOperatorEnvelope(given(envelope), options())).toEqual({
      id: envelopeId(envelope),
      head: envelope.head,
      body: BODY,
      operator: ANN,
    });
  });

  it('is what the parser made of it', async () => {
    const verified = await verifyOperatorEnvelope(await signedBy(ann), {
      ...options(),
      parse: ({ reason }) => ({ why: reason }),
    });
    expect(verified.body).toEqual({ why: 'manual_operator_action' });
  });

  it('takes one of the privileges, not all', async () => {
    const privileges = ['kill:reinstate', 'kill:order'] as const;
    expect((await verifyOperatorEnvelope(await signedBy(ann), options({ privileges }))).operator).toBe(ANN);
  });
});

describe('refused is', () => {
  it('the name of an operator without the key', async () => {
    proves('flaw.K3');
    const named = { ...BODY, operatorId: 'ann' };
    expect(await refusal(await signedBy(mallory, named))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    // The signature of another key under the key id of the operator.
    const [good, forged] = await Promise.all([signedBy(ann), signedBy(mallory)]);
    const sigs = forged.sigs.map(({ sig }) => ({ kid: ann.kid, sig }));
    expect(await refusal({ ...good, sigs })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('the key of another operator', async () => {
    proves('flaw.K3');
    const [ofAnn, ofBob] = await Promise.all([signedBy(ann), signedBy(bob)]);
    // Bob's key under Ann's key id; and Bob, who signs as himself what Ann is said to have issued.
    const borrowed = ofBob.sigs.map(({ sig }) => ({ kid: ann.kid, sig }));
    expect(await refusal({ ...ofAnn, sigs: borrowed })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await refusal({ ...ofAnn, sigs: ofBob.sigs })).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    // A roster with another key for this key id than the one that signed.
    const operators = rosterOf({ ...ANN, publicKey: bob.publicKey });
    expect(await refusal(ofAnn, { operators })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('a key for which a loose roster answers with another operator', async () => {
    proves('flaw.K3');
    const operators: Operators = { byKid: () => Promise.resolve(ANN) };
    expect(await refusal(await signedBy(mallory), { operators })).toBe('CRYPTO_OPERATOR_UNKNOWN');
    // Not even where the entry has the stranger's public key.
    const mixed: Operators = { byKid: () => Promise.resolve({ ...ANN, publicKey: mallory.publicKey }) };
    expect(await refusal(await signedBy(mallory), { operators: mixed })).toBe('CRYPTO_OPERATOR_UNKNOWN');
  });

  it('more than one signature, or none', async () => {
    const one = await signedBy(ann);
    expect(await refusal(await cosignEnvelope(one, bob.signer))).toBe('CRYPTO_OPERATOR_SIGNATURES');
    expect(await refusal(await cosignEnvelope(one, mallory.signer))).toBe('CRYPTO_OPERATOR_SIGNATURES');
    expect(await refusal({ ...one, sigs: [] })).toBe('CRYPTO_ENVELOPE_SHAPE');
  });

  it('an operator without the privilege, whatever his level', async () => {
    proves('flaw.K3');
    const byBob = await signedBy(bob);
    expect(await refusal(byBob)).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await refusal(byBob, { privileges: ['kill:reinstate', 'review:basic'] })).toBe(
      'CRYPTO_OPERATOR_PRIVILEGE',
    );
    expect(await refusal(byBob, { privileges: [] })).toBe('CRYPTO_OPERATOR_PRIVILEGE');
  });

  it('another type than the one expected, and another body than was signed', async () => {
    const byAnn = await signedBy(ann);
    expect(await refusal(byAnn, { type: 'ttp/reinstate-order@1' })).toBe('CRYPTO_ENVELOPE_TYPE');
    expect(await refusal({ ...byAnn, body: { ...BODY, target: '*' } })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('what has expired', async () => {
    const { did, signer } = ann;
    const head = { iss: did, iat: NOW, exp: NOW + 1 };
    const ending = await signEnvelope({ type: 'ttp/kill-order@1', head, body: BODY, signers: [signer] });
    expect(await refusal(ending)).toBeUndefined();
    expect(await refusal(ending, { now: NOW + 1 })).toBe('CRYPTO_ENVELOPE_EXPIRED');
  });

  it('what is no envelope', async () => {
    expect(await refusal('{"operatorId":"ann"}')).toBe('CRYPTO_ENVELOPE_SHAPE');
    expect(await refusal('kill it')).toBe('CRYPTO_JSON_SYNTAX');
  });

  it('what is longer than its reader takes', async () => {
    const byAnn = await signedBy(ann);
    const { length } = encodeEnvelope(byAnn);
    for (const input of [byAnn, encodeEnvelope(byAnn)]) {
      expect(await refusal(input, { maxBytes: length })).toBeUndefined();
      expect(await refusal(input, { maxBytes: length - 1 })).toBe('CRYPTO_JSON_TOO_LARGE');
    }
  });

  it('what the parser refuses, and nothing unsigned reaches it', async () => {
    const byAnn = await signedBy(ann);
    expect(await refusal(byAnn, { parse: parseNothing })).toBe('GUARD_ORDER_INVALID');
    expect(await refusal({ ...byAnn, body: {} }, { parse: parseNothing })).toBe(
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    );
  });

  it('everything while the roster does not answer', async () => {
    const operators: Operators = {
      byKid: () => Promise.reject(new TtpError('STORE_CLOSED', 'no roster')),
    };
    expect(await refusal(await signedBy(ann), { operators })).toBe('STORE_CLOSED');
  });
});

describe('an envelope is read once', () => {
  it('so that one which answers differently the second time gains nothing', async () => {
    proves('flaw.J1');
    let looks = 0;
    const twoFaced = new Proxy(await signedBy(ann), {
      getOwnPropertyDescriptor(target, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
        return key === 'body' && looks++ > 0 ? { ...descriptor, value: { target: '*' } } : descriptor;
      },
    });
    expect((await verifyOperatorEnvelope(twoFaced, options())).body).toEqual(BODY);
    expect(looks).toBe(1);
  });

  it('so that one which changes while the roster is asked gains nothing', async () => {
    proves('flaw.J1');
    const changing = { ...(await signedBy(ann)), body: { ...BODY } };
    const operators: Operators = {
      byKid: async (kid) => {
        changing.body.target = '*';
        return ROSTER.byKid(kid);
      },
    };
    expect((await verifyOperatorEnvelope(changing, options({ operators }))).body).toEqual(BODY);
  });
});
