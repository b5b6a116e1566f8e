import { asHash, type Did, type Envelope, type Operators } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import {
  attestationBook,
  openVouch,
  readStatements,
  reputationOf,
  type StatedAt,
  signVouch,
} from '@ttp/score';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { DAY, didOf, keyOf, NOW, party, rated, STARS, sessionOf, stated } from './parties.js';

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

const idOf = (n: number) => asHash(`sha256:${n.toString(16).padStart(64, '0')}`);

/** How the subject stands in a book without roots. */
const standsIn = (all: readonly StatedAt[]) => {
  const { gaming, standingOf } = attestationBook(all, { roots: [] });
  const { posterior } = reputationOf(standingOf(S.did, NOW).attestations);
  return { quarantined: gaming.verdicts.get(S.did)?.quarantined ?? false, posterior };
};

it('free identities frame nobody by praise whom the verified rate, also where no root is named', () => {
  proves('flaw.S7');
  let n = 0;
  const rates = (issuer: Did, overall: number): StatedAt => ({
    at: NOW,
    statement: {
      kind: 'attestation',
      id: idOf(++n),
      attestation: `att_${n}`,
      subject: S.did,
      issuer,
      issuedAt: NOW,
      expiresAt: NOW + 90 * DAY,
      session: sessionOf('x'),
      receipt: idOf(0),
      rating: STARS(overall),
    },
  });
  const verified = Array.from({ length: 6 }, (_, i) => didOf(`verified ${i}`));
  const vouches = verified.map((subject): StatedAt => {
    const end = NOW + DAY;
    const said = {
      kind: 'vouch',
      id: idOf(++n),
      subject,
      by: 'operator',
      at: NOW - 1,
      notAfter: end,
    } as const;
    return { at: NOW, statement: { ...said, tier: 'enhanced' } };
  });
  const earned = [...vouches, ...verified.map((issuer) => rates(issuer, 4))];
  const crowd = Array.from({ length: 300 }, (_, i) => rates(didOf(`free ${i}`), 5));
  const before = standsIn(earned);
  expect(before.posterior).toBeGreaterThan(2500);
  const after = standsIn([...earned, ...crowd]);
  expect(after.quarantined).toBe(false);
  expect(after.posterior).toBeGreaterThanOrEqual(before.posterior);
  // Nobody's voice is at stake where only the free speak: a crowd of them is what it looks like.
  expect(standsIn(crowd)).toEqual({ quarantined: true, posterior: 0 });
});
