import type { Envelope, Operators } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { attestationBook, openVouch, readStatements, signVouch } from '@ttp/score';
import { codeRejectedBy } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { DAY, keyOf, NOW, party, rated, stated } from './parties.js';

const [S, A, operator, clerk, publisher] = [
  party('s'),
  party('a'),
  party('operator'),
  party('clerk'),
  party('acme', 'publisher'),
];
const operators: Operators = {
  byKid: async (kid) => {
    const one = [operator, clerk].find((known) => known.kid === kid);
    return one === undefined
      ? undefined
      : {
          id: one.did,
          human: one.did,
          kid,
          publicKey: one.publicKey,
          level: 3,
          privileges: one === operator ? ['policy:sign'] : ['review:basic'],
        };
  },
};
const context = { keyOf, operators, ancestorsOf: () => [publisher.did], now: NOW };
const open = (envelope: Envelope) => openVouch(envelope, context);
const vouch = { subject: S.did, notAfter: NOW + DAY };

it('is by an operator who may sign policies, or by the publisher of the subject, who says nothing of tiers', async () => {
  expect(await open(await signVouch({ ...vouch, tier: 'institutional' }, operator, NOW))).toMatchObject({
    kind: 'vouch',
    subject: S.did,
    by: 'operator',
    tier: 'institutional',
    at: NOW,
    notAfter: NOW + DAY,
  });
  expect(await open(await signVouch(vouch, publisher, NOW))).toMatchObject({ by: 'publisher' });
  const refused = async (envelope: Promise<Envelope>) => codeRejectedBy(open(await envelope));
  expect(await refused(signVouch(vouch, clerk, NOW))).toBe('CRYPTO_OPERATOR_PRIVILEGE');
  expect(await refused(signVouch(vouch, A, NOW))).toBe('SCORE_VOUCH_UNAUTHORISED');
  expect(await refused(signVouch(vouch, S, NOW))).toBe('SCORE_VOUCH_UNAUTHORISED');
  expect(await refused(signVouch({ ...vouch, subject: operator.did }, operator, NOW))).toBe(
    'SCORE_VOUCH_UNAUTHORISED',
  );
  expect(await refused(signVouch({ ...vouch, tier: 'basic' }, publisher, NOW))).toBe('SCORE_BAD_VOUCH');
  // An agent that stands above another is no publisher of it.
  const above = { ...context, ancestorsOf: () => [A.did] };
  expect(await codeRejectedBy(openVouch(await signVouch(vouch, A, NOW), above))).toBe(
    'SCORE_VOUCH_UNAUTHORISED',
  );
  const elsewhere = { ...context, ancestorsOf: () => [] };
  expect(await codeRejectedBy(openVouch(await signVouch(vouch, publisher, NOW), elsewhere))).toBe(
    'SCORE_VOUCH_UNAUTHORISED',
  );
});

it('has no member that nobody knows', async () => {
  const body = { version: '1.0', subject: S.did, notAfter: NOW + DAY };
  for (const [changed, field] of [
    [{ version: '1' }, 'body.version'],
    [{ subject: 'did:tessorium:agent:ada:v1' }, 'body.subject'],
    [{ tier: 'gold' }, 'body.tier'],
    [{ notAfter: 'soon' }, 'body.notAfter'],
    [{ why: 'a friend' }, 'body.why'],
  ] as const) {
    const envelope = await signEnvelope({
      type: 'ttp/vouch@1',
      head: { iss: operator.did, iat: NOW },
      body: { ...body, ...changed },
      signers: [operator],
    });
    await expect(open(envelope)).rejects.toMatchObject({ code: 'SCORE_BAD_VOUCH', field });
  }
});

it('holds from when it was said until it ends', async () => {
  const envelope = await signVouch(vouch, publisher, NOW);
  const { stated: read } = await readStatements(stated(envelope), context);
  const book = attestationBook(read, { roots: [] });
  const vouched = [NOW - 1, NOW, NOW + DAY - 1, NOW + DAY].map((now) => book.isVouchedFor(S.did, now));
  expect(vouched).toEqual([false, true, true, false]);
  expect(book.isVouchedFor(A.did, NOW)).toBe(false);
});

it('the latest that holds says the tier by which an issuer is weighed', async () => {
  const said = [
    await signVouch({ subject: A.did, tier: 'basic', notAfter: NOW + DAY }, operator, NOW - 2),
    await signVouch({ subject: A.did, tier: 'institutional', notAfter: NOW + DAY }, operator, NOW - 1),
  ];
  const [root] = [party('root')];
  const path = await rated(root, A, { name: 'path' });
  const mine = await rated(A, S, { name: 'mine' });
  const heap = [path.receipt, path.attestation, mine.receipt, mine.attestation];
  for (const vouches of [said, said.toReversed()]) {
    const { stated: read } = await readStatements(stated(...vouches, ...heap), context);
    const { attestations } = attestationBook(read, { roots: [root.did] }).standingOf(S.did, NOW);
    expect(attestations.map(({ tier }) => tier)).toEqual(['institutional']);
  }
});
