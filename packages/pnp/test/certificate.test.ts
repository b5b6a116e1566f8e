import { asHash, type Envelope, type JsonObject } from '@ttp/core';
import { canonicalize, hashBytes, hashJson, signEnvelope, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { transcriptOf, verifyAgreement } from '../src/index.js';
import { ALICE, BOB, CAROL, converse, keyOf, pair, policyText, START } from './rig.js';

const [mine, yours] = [policyText({ requirements: { minTrustScore: 60 } }, 'a'), policyText({}, 'b')];
let certificate: Envelope;
let messages: readonly string[];

beforeAll(async () => {
  const { a, b } = await pair({ proposals: [mine] }, { proposals: [yours] });
  await converse(a, b);
  if (a.state.certificate === undefined) throw new Error('not agreed');
  certificate = a.state.certificate;
  messages = a.state.chain.slice(0, 2);
});

/** The certificate with other content, signed by these. */
const reissued = (body: JsonObject, head: object = {}, signers = [ALICE, BOB]): Promise<Envelope> =>
  signEnvelope({
    type: 'ttp/agreement@1',
    head: { ...certificate.head, ...head },
    body: { ...certificate.body, ...body },
    signers,
  });
const code = (input: Envelope, more: object = {}): string | undefined =>
  codeThrownBy(() => verifyAgreement(input, { keyOf, now: START, ...more }));
const carried = (agreement: JsonObject): JsonObject => {
  const text = canonicalize(agreement);
  return { agreement: { text, hash: hashBytes(utf8(text)) } };
};

/** An agreement that is in order. */
const NOTHING = canonicalize({ layers: [hashJson(1)], requirements: {}, offers: {} });

describe('a certificate', () => {
  it('verifies offline, years later, with the texts and the messages or without', () => {
    proves('pnp.agreement', 'flaw.N5');
    const years = START + 10 * 365 * 86_400_000;
    const found = verifyAgreement(certificate, { keyOf, now: years });
    expect(found).toMatchObject({ initiator: ALICE.did, responder: BOB.did, at: START + 1, policies: [] });
    const hashes = messages.map(asHash);
    const whole = verifyAgreement(certificate, {
      keyOf,
      now: years,
      policies: [yours, mine],
      messages: hashes,
    });
    expect(whole.policies.map(({ hash }) => hash)).toEqual([...found.agreement.layers]);
    expect(whole.transcript).toBe(transcriptOf(hashes));
  });

  it('has both signatures and no other', async () => {
    const [first] = certificate.sigs;
    expect(code({ ...certificate, sigs: certificate.sigs.slice(0, 1) })).toBe(
      'CRYPTO_ENVELOPE_SIGNER_MISSING',
    );
    expect(code({ ...certificate, sigs: certificate.sigs.slice(1) })).toBe('CRYPTO_ENVELOPE_SIGNER_MISSING');
    expect(code(await reissued({}, {}, [ALICE, BOB, CAROL]))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    expect(code(await reissued({ responder: ALICE.did }, {}, [ALICE]))).toBe('CRYPTO_ENVELOPE_SIGNERS_RULE');
    expect(code(await reissued({ responder: 7 }, {}, [ALICE]))).toBe('CRYPTO_ENVELOPE_SIGNERS_RULE');
    const swapped = certificate.sigs.map(({ kid }) => ({ kid, sig: first?.sig ?? '' }));
    expect(code({ ...certificate, sigs: swapped })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('may be of any agreement that is in order', async () => {
    const fine = { agreement: { text: NOTHING, hash: hashBytes(utf8(NOTHING)) } };
    expect(code(await reissued(fine))).toBeUndefined();
  });

  it.each([
    ['another version', { v: 2 }],
    ['a member that nobody knows', { extra: true }],
    ['a session that is none', { session: 'x' }],
    ['a transcript that is no hash', { transcript: 'x' }],
    ['an agreement with another hash', { agreement: { text: NOTHING, hash: hashJson('x') } }],
    ['an agreement of nothing', carried({ layers: [], requirements: {}, offers: {} })],
    [
      'an agreement with a member that nobody knows',
      carried({ layers: [hashJson(1)], requirements: {}, offers: {}, also: 1 }),
    ],
    ['layers that are no hashes', carried({ layers: ['x'], requirements: {}, offers: {} })],
    ['a layer twice', carried({ layers: [hashJson(1), hashJson(1)], requirements: {}, offers: {} })],
    [
      'lists in another order',
      carried({ layers: [hashJson(1)], requirements: { compliance: ['b', 'a'] }, offers: {} }),
    ],
    ['no requirements', carried({ layers: [hashJson(1)], offers: {} })],
  ])('is refused with %s', async (_, body) => {
    expect(code(await reissued(body))).toBe('PNP_BAD_CERTIFICATE');
  });

  it('is refused with requirements that no policy could have', async () => {
    const odd = carried({ layers: [hashJson(1)], requirements: { minTrust: 1 }, offers: {} });
    expect(code(await reissued(odd))).toBe('SPL_UNKNOWN_KEY');
  });

  it('is issued by the initiator', async () => {
    expect(code(await reissued({}, { iss: BOB.did }))).toBe('PNP_BAD_CERTIFICATE');
  });

  it('is of these policies, and the meet of them', async () => {
    proves('flaw.N4');
    expect(code(certificate, { policies: [mine] })).toBe('PNP_BAD_CERTIFICATE');
    expect(code(certificate, { policies: [mine, policyText({}, 'c')] })).toBe('PNP_BAD_CERTIFICATE');
    expect(code(certificate, { policies: [mine, yours, policyText({}, 'c')] })).toBe('PNP_BAD_CERTIFICATE');
    const { layers } = verifyAgreement(certificate, { keyOf, now: START }).agreement;
    const weaker = await reissued(
      carried({ layers: [...layers], requirements: { minTrustScore: 50 }, offers: {} }),
    );
    expect(code(weaker)).toBeUndefined();
    expect(code(weaker, { policies: [mine, yours] })).toBe('PNP_DOWNGRADE');
  });

  it('covers every message, in this order', () => {
    proves('flaw.N4');
    const hashes = messages.map(asHash);
    for (const others of [[], hashes.slice(1), hashes.toReversed(), [...hashes, ...hashes]])
      expect(code(certificate, { messages: others })).toBe('PNP_TRANSCRIPT');
  });
});
