import { asTraceId, type Recorder, type TtpEvent } from '@ttp/core';
import { codeRejectedBy, fakeClock, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type LocalPorts, negotiate, verifyAgreement } from '../src/index.js';
import { ALICE, BOB, keyOf, policyText } from './rig.js';

const events: TtpEvent[] = [];
const recorder: Recorder = {
  record: async (some) => {
    events.push(...some);
    return some.map((_, i) => BigInt(i));
  },
};
const clock = fakeClock();
const trace = asTraceId('0123456789abcdef0123456789abcdef');
const ports: LocalPorts = { clock, random: seededRandom('local'), recorder, trace };

const of = (name: string): { readonly policies: readonly string[] } => ({
  policies: [policyText({ requirements: { purpose: name } })],
});
const decide = (): never => {
  throw new Error('nobody there');
};

describe('two parties in one process', () => {
  it('come to an agreement in one call', async () => {
    const wants = policyText(
      { requirements: { minTrustScore: 60, requiredCapabilities: ['data:read'] } },
      'a',
    );
    const gives = policyText(
      { requirements: { minTrustScore: 70 }, offers: { capabilities: ['data:read'] } },
      'b',
    );
    events.length = 0;
    const result = await negotiate(
      { signer: ALICE, policies: [wants] },
      { signer: BOB, policies: [gives] },
      ports,
    );
    if (result.status !== 'agreed') throw new Error(result.status);
    expect(result.agreement.requirements).toEqual({ minTrustScore: 70, requiredCapabilities: ['data:read'] });
    const verified = verifyAgreement(result.certificate, {
      keyOf,
      now: clock.now(),
      policies: [wants, gives],
    });
    expect([verified.initiator, verified.responder]).toEqual([ALICE.did, BOB.did]);
    expect(verified.hash).toBe(result.hash);
    expect(events.map(({ agent, data }) => [agent, data['to'], data['agreement']])).toEqual([
      [BOB.did, 'AGREED', result.hash],
      [ALICE.did, 'AGREED', result.hash],
    ]);
  });

  it('hear which requirement met which', async () => {
    const result = await negotiate({ signer: ALICE, ...of('x') }, { signer: BOB, ...of('y') }, ports);
    expect(result).toMatchObject({ status: 'rejected', conflicts: [{ code: 'PNP_PURPOSE' }] });
  });

  it('are left alone by a party that cannot decide', async () => {
    const bob = { signer: BOB, policies: [policyText()], decide };
    const result = await negotiate({ signer: ALICE, policies: [policyText()] }, bob, ports);
    expect(result).toMatchObject({ status: 'aborted', code: 'PNP_EXPIRED' });
  });

  it('are two', async () => {
    const one = { signer: ALICE, policies: [policyText()] };
    expect(await codeRejectedBy(negotiate(one, one, ports))).toBe('PNP_SELF');
  });

  it('keep to a floor', async () => {
    const floor = { requirements: { compliance: ['HIPAA'] } };
    const result = await negotiate(
      { signer: ALICE, policies: [policyText()], floor },
      { signer: BOB, policies: [policyText({}, 'b')] },
      ports,
    );
    expect(result).toMatchObject({ status: 'rejected', conflicts: [{ code: 'PNP_BELOW_FLOOR' }] });
  });
});
