import type { Decision, Evidence } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { decide } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { attestations, behaviorOf, caseOf, evidence, fact, interaction, policyOf, trust } from './cases.js';

const perfect = behaviorOf({ good: 100_000, total: 100_000 });
const codes = (decision: Decision): string[] => decision.reasons.map(({ code }) => code);

describe('score alone', () => {
  const needs = [
    { dataClassification: 'confidential' },
    { dataClassification: 'restricted' },
    { resource: { specialDataTypes: ['pii'] } },
    { resource: { capabilities: ['file:write'] } },
    { resource: { capabilities: ['network:internal'] } },
  ];

  it('does not take a free identity to sensitive data or capabilities, however long its own record and its sybils', () => {
    proves('decision.D24');
    const sybils = [
      ...attestations(1000, { tier: 'provisional' }),
      ...attestations(3, { tier: 'highTrust', cluster: 'farm' }),
    ];
    const farmed = fact(trust({ behavior: perfect, attestations: sybils }));
    for (const resource of needs) {
      const decision = decide(caseOf({ evidence: evidence({ trust: farmed, resource: fact(resource) }) }));
      expect(decision).toMatchObject({ outcome: 'deny-soft', effect: 'allow', humanOverridable: true });
      expect(codes(decision)).toContain('TRE_SCORE_ALONE');
    }
  });

  it('is not alone with a vouch, or with three clusters of verified issuers that rated well', () => {
    const three = fact(trust({ attestations: attestations(3, { tier: 'basic' }) }));
    const ring = fact(trust({ attestations: attestations(30, { tier: 'basic', cluster: 'ring' }) }));
    for (const resource of needs) {
      const outcome = (given: Parameters<typeof evidence>[0]): string =>
        decide(caseOf({ evidence: evidence({ ...given, resource: fact(resource) }) })).outcome;
      expect(outcome({ vouch: fact({ vouched: true }) })).toBe('allow');
      expect(outcome({ trust: three })).toBe('allow');
      expect(outcome({ trust: ring })).toBe('deny-soft');
    }
  });
});

const unverified = (resource: string): Evidence =>
  evidence({
    identity: fact({ verified: false, method: 'none' }),
    trust: fact(trust({ identityVerified: false, behavior: perfect, attestations: attestations(50) })),
    resource: fact({ dataClassification: resource }),
  });

describe('an unverified caller', () => {
  it('with the best of records gets nothing but a read of what is public', () => {
    proves('flaw.S3');
    const read = decide(caseOf({ evidence: unverified('public') }));
    const write = decide(
      caseOf({ evidence: unverified('public'), interaction: { ...interaction, action: 'write' } }),
    );
    const internal = decide(caseOf({ evidence: unverified('internal') }));
    expect([read.outcome, write.outcome, internal.outcome]).toEqual(['warn', 'deny-hard', 'deny-hard']);
    expect(codes(write)).toContain('TRE_UNVERIFIED');
    expect(codes(internal)).toContain('TRE_UNVERIFIED');
  });
});

describe('a blocked agent', () => {
  it('is denied without appeal when killed, revoked or capped, whatever the factors say', () => {
    const vouch = fact({ vouched: true });
    const best = { behavior: perfect, attestations: attestations(50, { tier: 'institutional' }) };
    for (const state of [{ killed: true }, { revoked: true }, { securityEvents: ['medium'] as const }]) {
      const decision = decide(
        caseOf({ evidence: evidence({ trust: fact(trust({ ...best, ...state })), vouch }) }),
      );
      expect(decision).toMatchObject({
        outcome: 'deny-hard',
        risk: { level: 'none' },
        humanOverridable: false,
      });
      expect(codes(decision)).toContain('TRE_BLOCKED');
    }
    expect(decide(caseOf({ evidence: evidence({ trust: fact(trust(best)), vouch }) })).outcome).toBe('allow');
  });
});

describe('a fresh verified agent', () => {
  it('is low, and allowed where the policy allows', () => {
    proves('decision.D22');
    expect(decide(caseOf())).toMatchObject({
      outcome: 'allow',
      risk: { score: 2250, level: 'low' },
      confidence: 10_000,
    });
    expect(decide(caseOf({ policy: policyOf('deny') })).outcome).toBe('deny-hard');
  });
});

/** A decision about public data while an event is open. */
const open = (identityVerified: boolean, severity: 'medium' | 'high') => {
  const report = trust({ identityVerified, securityEvents: [severity] });
  const given = evidence({
    identity: fact({ verified: identityVerified, method: 'handshake' }),
    trust: fact(report),
    resource: fact({ dataClassification: 'public' }),
  });
  return decide(caseOf({ evidence: given }));
};

describe('an agent that a security event caps', () => {
  it('gets no further by not saying who it is', () => {
    proves('law.P-9');
    for (const severity of ['medium', 'high'] as const)
      for (const verified of [true, false]) {
        expect(open(verified, severity).outcome).toBe('deny-hard');
        expect(codes(open(verified, severity))).toContain('TRE_BLOCKED');
      }
  });
});
