import { proves } from '@ttp/testkit';
import { decide } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, evidence, fact, policyOf } from './cases.js';

const policy = policyOf('allow', {
  requirements: { requireIdentityVerification: true },
  defaultEffect: 'deny',
});

const effectWith = (identity: ReturnType<typeof fact> | undefined): string =>
  decide(caseOf({ policy, evidence: evidence({ identity }) })).effect;

describe('a policy that requires a verified identity', () => {
  it('is met by a challenge that was answered, alone or in a handshake, and by nothing else', () => {
    proves('spl.requirements.identity');
    expect(effectWith(fact({ verified: true, method: 'challenge-response' }))).toBe('allow');
    expect(effectWith(fact({ verified: true, method: 'handshake' }))).toBe('allow');
    for (const method of [
      'none',
      'document',
      'token',
      'mtls',
      'Challenge-Response',
      'challenge-response ',
      '',
    ])
      expect(effectWith(fact({ verified: true, method })), method).toBe('deny');
    expect(effectWith(fact({ verified: false, method: 'challenge-response' }))).toBe('deny');
    expect(effectWith(undefined)).toBe('deny');
    expect(effectWith(fact({ verified: true }))).toBe('deny');
    expect(effectWith(fact({ verified: true, method: 'challenge-response' }, 0, 1))).toBe('deny');
  });
});
