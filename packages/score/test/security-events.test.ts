import { asHash, type Envelope, type Operators } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { openSecurityEvents, type SecurityEvent, signClosure, trustReport } from '@ttp/score';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { didOf, NOW, party } from './attestation/parties.js';
import { attestation, behavior, facts } from './facts.js';

const [operator, clerk, stranger, S] = [party('operator'), party('clerk'), party('stranger'), party('s')];
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
          privileges: one === operator ? ['kill:reinstate'] : ['review:final', 'policy:sign', 'kill:order'],
        };
  },
};
const event = (n: number, severity: SecurityEvent['severity'], subject = S.did): SecurityEvent => ({
  id: asHash(`sha256:${String(n).padStart(64, '0')}`),
  subject,
  severity,
});
const own = facts({
  attestations: [attestation('a')],
  behavior: behavior({ good: 100, total: 100 }),
});

const close = (one: SecurityEvent) => signClosure(one, operator, NOW);

async function scoreWith(events: readonly SecurityEvent[], closures: readonly (Envelope | string)[]) {
  const { open, ignored } = await openSecurityEvents(events, closures, { operators, now: NOW });
  const report = trustReport({ ...own, securityEvents: open.map(({ severity }) => severity) });
  return { bp: report.totalBp, stage: report.stage, ignored: ignored.map(({ code }) => code) };
}

it('an event caps the score until an operator closes it; then the facts are worth what they were', async () => {
  proves('score.recovery');
  const free = trustReport(own).totalBp;
  const events = [event(1, 'high'), event(2, 'medium')];
  const [high, medium] = events;
  if (high === undefined || medium === undefined) throw new Error('two events');
  expect(await scoreWith(events, [])).toEqual({ bp: 1000, stage: 'blocked', ignored: [] });
  expect(await scoreWith(events, [await close(high)])).toEqual({ bp: 2000, stage: 'blocked', ignored: [] });
  expect(await scoreWith(events, [await close(medium)])).toMatchObject({ bp: 1000 });
  expect(await scoreWith(events, [await close(high), await close(medium)])).toMatchObject({
    bp: free,
    ignored: [],
  });
  expect(free).toBeGreaterThan(4000);
  // What happens afterwards is an event of its own, and facts that got worse meanwhile count as they are.
  expect(
    await scoreWith([...events, event(3, 'critical')], [await close(high), await close(medium)]),
  ).toMatchObject({
    bp: 0,
  });
});

it('nobody closes an event but an operator who may reinstate, and nobody his own', async () => {
  proves('score.recovery');
  const events = [event(1, 'high'), event(2, 'high', operator.did)];
  const [his, own2] = events;
  if (his === undefined || own2 === undefined) throw new Error('two events');
  const tried = [
    await signClosure(his, clerk, NOW),
    await signClosure(his, stranger, NOW),
    await signClosure({ ...his, subject: didOf('other') }, operator, NOW),
    await signClosure(own2, operator, NOW),
    await signEnvelope({
      type: 'ttp/security-closure@1',
      head: { iss: operator.did, iat: NOW },
      body: { version: '1.0', event: his.id, subject: S.did, also: 'this' },
      signers: [operator],
    }),
    'rubbish',
  ];
  const { open, ignored } = await openSecurityEvents(events, tried, { operators, now: NOW });
  expect(open).toEqual(events);
  expect(ignored).toEqual([
    { index: 0, code: 'CRYPTO_OPERATOR_PRIVILEGE' },
    { index: 1, code: 'CRYPTO_OPERATOR_UNKNOWN' },
    { index: 3, code: 'SCORE_BAD_CLOSURE' },
    { index: 4, code: 'SCORE_BAD_CLOSURE' },
    { index: 5, code: 'CRYPTO_JSON_SYNTAX' },
  ]);
});
