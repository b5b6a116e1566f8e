import type { Json } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { evaluate, loadPolicy, type PolicyRequest } from '../src/index.js';
import { SAMPLES, sample, textOf } from './samples.js';

interface VerdictCase {
  readonly policy: string;
  readonly request: PolicyRequest;
  readonly expect: { readonly effect: string; readonly rules: readonly string[]; readonly obligations: Json };
}

const CASES = vectors<VerdictCase>('spl/verdicts');

/** What every vector of one sample says, against what is evaluated. */
function verdictsOf(name: (typeof SAMPLES)[number], only = ''): void {
  const cases = CASES.filter((one) => one.policy === `samples/${name}.json` && one.name.includes(only));
  expect(cases.length).toBeGreaterThan(0);
  const policy = loadPolicy(textOf(`samples/${name}.json`));
  for (const { name: title, request, expect: expected } of cases) {
    const { effect, rules, obligations } = evaluate(policy, request);
    expect({ effect, rules, obligations }, title).toEqual(expected);
  }
}

describe('the sample policies, request by request', () => {
  it('core', () => {
    proves('spl.samples.core', 'spl.requirements.and', 'spl.rules.match', 'spl.offers.rate-limit-obligation');
    verdictsOf('core');
  });

  it('payment', () => {
    proves(
      'spl.samples.payment-small',
      'spl.samples.payment-large',
      'spl.samples.payment-whale',
      'spl.samples.payment-requirements',
    );
    verdictsOf('payment');
    const { requirements, offers } = sample('payment').document;
    expect(requirements).toEqual({
      minTrustScore: 75,
      minTrustStage: 'established',
      requiredCapabilities: ['network:external', 'data:financial'],
      requireIdentityVerification: true,
      compliance: ['PCI-DSS', 'SOC2'],
    });
    expect(offers).toEqual({
      capabilities: ['payment:process', 'refund:process'],
      rateLimit: { requests: 60, windowMs: 60_000 },
    });
  });

  it('healthcare', () => {
    proves('spl.samples.health-treatment', 'spl.samples.health-research', 'spl.samples.health-output');
    verdictsOf('healthcare');
    expect(sample('healthcare').document.requirements?.compliance).toEqual(['HIPAA', 'HITRUST']);
  });

  it('legal', () => {
    proves('spl.samples.legal-case', 'spl.samples.legal-privileged', 'spl.samples.legal-sharing');
    verdictsOf('legal');
  });

  it('EU AI Act', () => {
    proves('spl.samples.eu-high-risk', 'spl.samples.eu-bias', 'spl.samples.eu-audit');
    verdictsOf('eu-ai-act');
  });

  it('kill switch', () => {
    proves('spl.samples.kill-normal', 'spl.effects.warn');
    verdictsOf('kill-switch');
  });

  it('load unchanged, all six', () => {
    proves('spl.samples.load');
    for (const name of SAMPLES) {
      const text = textOf(`samples/${name}.json`);
      expect(loadPolicy(text).text).toBe(text);
      verdictsOf(name);
    }
  });
});

describe('a missing or wrong-typed attribute', () => {
  it('never grants, and denies in a deny rule', () => {
    proves('flaw.P2', 'spl.conditions.missing-attribute', 'decision.D13');
    verdictsOf('eu-ai-act', 'bias score');
    verdictsOf('payment', 'without');
    verdictsOf('healthcare', 'without');
    verdictsOf('legal', 'without');
    verdictsOf('kill-switch', 'without');
    verdictsOf('core', 'without');
    for (const name of SAMPLES) verdictsOf(name, 'removed');
  });

  it('is never coerced', () => {
    proves('flaw.P3', 'spl.conditions.wrong-type');
    verdictsOf('payment', 'amount is');
    verdictsOf('core', 'trustScore is');
    verdictsOf('eu-ai-act', 'risk level');
    for (const name of SAMPLES) verdictsOf(name, 'of another type');
  });
});
