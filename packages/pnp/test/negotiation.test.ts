import { decodeEnvelope } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { agreementOf, meet, verifyAgreement } from '../src/index.js';
import { converse, endOf, keyOf, pair, policyText, refusals, START } from './rig.js';

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
