import { asDid, asHash } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { fakeClock, proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  compromisedSince,
  type Revocation,
  type Ruling,
  revocationStatus,
  signRuling,
  verifyRevocation,
} from '../../src/index.js';
import { anyId, cast, DAY, issuing, knownOf, NOW, revoke } from './fixture.js';

describe('severities', () => {
  it('end after 7, 30, 90 and 365 days unless they say otherwise', async () => {
    proves('did.revocation.severity');
    const { tool, context } = await cast();
    const subject = { did: tool.did, ancestors: [] };
    for (const [severity, days] of [
      ['low', 7],
      ['medium', 30],
      ['high', 90],
      ['critical', 365],
    ] as const) {
      const known = knownOf([await revoke(tool.did, [tool], { severity })], context);
      const end = NOW + days * DAY;
      expect(known).toMatchObject([{ severity, from: NOW, until: end }]);
      const after = severity === 'critical' ? 'needs-reverification' : 'good';
      expect([NOW - 1, NOW, end - 1, end].map((at) => revocationStatus(subject, known, at).state)).toEqual([
        'good',
        'revoked',
        'revoked',
        after,
      ]);
    }
    const short = knownOf([await revoke(tool.did, [tool], { severity: 'high', until: NOW + 5 })], context);
    expect(revocationStatus(subject, short, NOW + 4)).toMatchObject({ state: 'revoked', until: NOW + 5 });
    expect(revocationStatus(subject, short, NOW + 5)).toEqual({ state: 'good', by: [] });
  });

  it('never end for a compromised key, and leave a critical one to be verified again', async () => {
    proves('flaw.M4');
    const { tool, authorities, context } = await cast();
    const subject = { did: tool.did, ancestors: [] };
    const compromise = await revoke(tool.did, [tool], { cause: 'key_compromise', since: NOW - DAY });
    const known = knownOf([compromise], context);
    for (const at of [NOW - DAY, NOW, NOW + 366 * DAY, Number.MAX_SAFE_INTEGER])
      expect(revocationStatus(subject, known, at).state).toBe('revoked');
    expect(compromisedSince(tool.did, known)).toBe(NOW - DAY);
    expect(compromisedSince(asDid('did:key:other'), known)).toBeUndefined();

    // No clock that jumps makes it trusted again, and no ruling lifts it.
    const ruling = await signRuling(
      { revocation: envelopeId(compromise), reason: 'none' },
      { ...issuing(authorities), clock: fakeClock(NOW) },
    );
    expect(revocationStatus(subject, knownOf([compromise, ruling], context), NOW).state).toBe('revoked');

    const critical = await revoke(tool.did, authorities, { tier: 'authority', severity: 'critical' });
    const spent = knownOf([critical], context);
    expect(revocationStatus(subject, spent, NOW + 10_000 * DAY).state).toBe('needs-reverification');
  });
});

describe('tiers', () => {
  it('appeal from the publisher to the authorities, who lift; there is no appeal from oneself', async () => {
    proves('did.revocation.tiers');
    const { tool, publisher, stranger, authorities, context } = await cast();
    const subject = { did: tool.did, ancestors: [publisher.did] };
    const own = await revoke(tool.did, [tool], { tier: 'self' });
    const byPublisher = await revoke(tool.did, [publisher], { tier: 'publisher', severity: 'critical' });
    const byAuthorities = await revoke(tool.did, authorities, { tier: 'authority', severity: 'critical' });
    const lift = (statement: Parameters<typeof envelopeId>[0], by = authorities) =>
      signRuling(
        { revocation: envelopeId(statement), reason: 'heard' },
        { ...issuing(by), clock: fakeClock(NOW + DAY) },
      );
    const later = NOW + 2 * DAY;
    const stateAfter = async (statement: Parameters<typeof envelopeId>[0], by = authorities) =>
      revocationStatus(subject, knownOf([statement, await lift(statement, by)], context), later).state;
    expect(await stateAfter(byPublisher)).toBe('good');
    expect(await stateAfter(byAuthorities)).toBe('good');
    expect(await stateAfter(own)).toBe('revoked');
    // Who is revoked, who revoked, one authority alone and a stranger lift nothing.
    for (const by of [[tool], [publisher], [stranger], authorities.slice(0, 1)])
      expect(await stateAfter(byPublisher, by)).toBe('revoked');
    // Until the ruling it stays.
    const facts = knownOf([byPublisher, await lift(byPublisher)], context);
    expect(revocationStatus(subject, facts, NOW + DAY - 1)).toMatchObject({
      state: 'revoked',
      until: NOW + DAY,
    });
    // A ruling is also what ends the need to verify again.
    expect(revocationStatus(subject, facts, NOW + 400 * DAY).state).toBe('good');
  });

  it('take those along whose inceptions the revoked one answers for', async () => {
    const { tool, publisher, context } = await cast();
    const known = knownOf([await revoke(publisher.did, [publisher], { severity: 'high' })], context);
    expect(revocationStatus({ did: tool.did, ancestors: [publisher.did] }, known, NOW).state).toBe('revoked');
    expect(revocationStatus({ did: tool.did, ancestors: [] }, known, NOW).state).toBe('good');
  });
});

describe('status at a time', () => {
  it('is a pure function of what is known: order and repetition change nothing', async () => {
    proves('did.revocation.status');
    await withSeed('revocation status', 400, (random) => {
      const subjects = ['did:ttp:a', 'did:ttp:b', 'did:ttp:c'].map((did) => asDid(did));
      const revocations = Array.from({ length: random.int(7) }, () => anyRevocation(random, subjects));
      const rulings = Array.from({ length: random.int(4) }, (): Ruling => {
        const lifted = revocations[random.int(Math.max(revocations.length, 1))];
        return {
          kind: 'ruling',
          id: asHash(anyId(random)),
          revocation: lifted?.id ?? asHash(anyId(random)),
          from: random.int(40),
        };
      });
      const known = [...revocations, ...rulings];
      const [did = asDid('did:ttp:a'), ...ancestors] = subjects.slice(0, 1 + random.int(3));
      const at = random.int(60);
      const status = revocationStatus({ did, ancestors }, known, at);
      const again = random.shuffle([...known, ...known.filter(() => random.chance(0.5))]);
      expect(revocationStatus({ did, ancestors }, again, at)).toEqual(status);
      expect(status.state).toBe(naive([did, ...ancestors], known, at));
      // Between now and `until` nothing changes.
      for (let time = at; time < Math.min(status.until ?? 61, 61); time++)
        expect(naive([did, ...ancestors], known, time)).toBe(status.state);
    });
  });

  it('carries what the statement says, with its signature verified', async () => {
    proves('did.revocation.status');
    const { tool, publisher, context } = await cast();
    const statement = await revoke(tool.did, [publisher], {
      tier: 'publisher',
      severity: 'medium',
      reason: 'leaked a token',
    });
    const fact = verifyRevocation(statement, context);
    expect(fact).toEqual({
      kind: 'revocation',
      id: envelopeId(statement),
      issuer: publisher.did,
      subject: tool.did,
      tier: 'publisher',
      severity: 'medium',
      cause: 'conduct',
      reason: 'leaked a token',
      from: NOW,
      until: NOW + 30 * DAY,
    });
    expect(revocationStatus({ did: tool.did, ancestors: [] }, [fact], NOW)).toEqual({
      state: 'revoked',
      by: [fact],
      until: NOW + 30 * DAY,
    });
  });
});

function anyRevocation(random: SeededRandom, subjects: readonly ReturnType<typeof asDid>[]): Revocation {
  const cause = random.chance(0.2) ? 'key_compromise' : 'conduct';
  const from = random.int(40);
  return {
    kind: 'revocation',
    id: asHash(anyId(random)),
    issuer: asDid('did:ttp:issuer'),
    subject: random.pick(subjects),
    tier: random.pick(['self', 'publisher', 'authority']),
    severity: random.pick(['low', 'medium', 'high', 'critical']),
    cause,
    reason: '',
    from,
    ...(cause === 'conduct' ? { until: from + 1 + random.int(20) } : {}),
  };
}

/** One revocation after the other, as the sentence has it. */
function naive(subjects: readonly string[], known: readonly (Revocation | Ruling)[], at: number): string {
  let state = 'good';
  for (const fact of known) {
    if (fact.kind === 'ruling' || !subjects.includes(fact.subject)) continue;
    const mayBeLifted = fact.cause !== 'key_compromise' && fact.tier !== 'self';
    let lifted = false;
    for (const other of known)
      if (other.kind === 'ruling' && other.revocation === fact.id && other.from <= at) lifted = mayBeLifted;
    if (lifted) continue;
    const ended = fact.until !== undefined && at >= fact.until;
    if (at >= fact.from && !ended) state = 'revoked';
    if (ended && fact.severity === 'critical' && state === 'good') state = 'needs-reverification';
  }
  return state;
}
