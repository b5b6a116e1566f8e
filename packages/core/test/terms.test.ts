import {
  asTerm,
  atLeast,
  CAPABILITIES,
  CLASSIFICATIONS,
  DECISION_OUTCOMES,
  EFFECTS,
  EVENT_TYPES,
  HANDLER_ORDER,
  highest,
  KILL_REASONS,
  LABELS,
  MODES,
  PRIVILEGES,
  RISK_LEVELS,
  STAGES,
} from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const refusal = (terms: readonly string[], word: string) => codeThrownBy(() => asTerm(terms, word));

describe('closed lists', () => {
  it('holds the six modes, and no seventh', () => {
    expect(MODES).toEqual(['a2a', 'a2h', 'a2t', 'a2s', 'a2r', 'a2api']);
    expect(refusal(MODES, 'a2x')).toBe('CORE_UNKNOWN_TERM');
  });

  it('holds the 21 capabilities; an unknown one is refused, not granted', () => {
    proves('core.capability-type');
    expect(CAPABILITIES).toEqual([
      'data:text',
      'data:code',
      'data:structured',
      'data:binary',
      'data:read',
      'data:write',
      'data:financial',
      'data:phi',
      'data:pii',
      'data:confidential',
      'file:read',
      'file:write',
      'file:execute',
      'network:internal',
      'network:external',
      'context:workspace',
      'context:session',
      'context:user',
      'payment:process',
      'refund:process',
      'agent:delegate',
    ]);
    expect(new Set(CAPABILITIES).size).toBe(21);
    expect(asTerm(CAPABILITIES, 'agent:delegate')).toBe('agent:delegate');
    for (const word of ['network:all', 'system:admin', 'Data:text', 'data:text ', 'constructor'])
      expect(refusal(CAPABILITIES, word)).toBe('CORE_UNKNOWN_TERM');
  });

  it('orders the stages, blocked below unverified', () => {
    proves('core.stage-type');
    expect(STAGES).toEqual(['blocked', 'unverified', 'provisional', 'new', 'building', 'established']);
    expect(atLeast(STAGES, 'building', 'new')).toBe(true);
    expect(atLeast(STAGES, 'blocked', 'unverified')).toBe(false);
    expect(highest(STAGES, 'new', 'established')).toBe('established');
    expect(refusal(STAGES, 'trusted')).toBe('CORE_UNKNOWN_TERM');
  });

  it('orders the risk levels', () => {
    proves('core.risk-type');
    expect(RISK_LEVELS).toEqual(['none', 'low', 'medium', 'high', 'critical']);
    expect(atLeast(RISK_LEVELS, 'high', 'medium')).toBe(true);
    expect(highest(RISK_LEVELS, 'critical', 'low')).toBe('critical');
    expect(refusal(RISK_LEVELS, 'severe')).toBe('CORE_UNKNOWN_TERM');
  });

  it('orders the classifications', () => {
    proves('core.classification-type');
    expect(CLASSIFICATIONS).toEqual(['public', 'internal', 'confidential', 'restricted']);
    expect(atLeast(CLASSIFICATIONS, 'restricted', 'confidential')).toBe(true);
    expect(atLeast(CLASSIFICATIONS, 'public', 'internal')).toBe(false);
    expect(refusal(CLASSIFICATIONS, 'secret')).toBe('CORE_UNKNOWN_TERM');
  });

  it('holds the nine kill reasons', () => {
    proves('core.kill-reason-type');
    expect(KILL_REASONS).toEqual([
      'rate_limit_exceeded',
      'trust_score_critical',
      'pattern_threat_detected',
      'manual_operator_action',
      'circuit_breaker_trip',
      'security_violation',
      'anomaly_detected',
      'revocation_received',
      'cascade_failure',
    ]);
    expect(new Set(KILL_REASONS).size).toBe(9);
    expect(refusal(KILL_REASONS, 'threat_detected')).toBe('CORE_UNKNOWN_TERM');
    expect(asTerm(KILL_REASONS, 'cascade_failure')).toBe('cascade_failure');
  });

  it('orders effects and outcomes by strictness', () => {
    expect(highest(EFFECTS, 'allow_with_approval', 'warn')).toBe('allow_with_approval');
    expect(highest(EFFECTS, 'deny', 'allow_with_approval')).toBe('deny');
    expect(highest(DECISION_OUTCOMES, 'warn', 'deny-soft')).toBe('deny-soft');
  });

  it('holds the three labels of a trace', () => {
    expect(LABELS).toEqual(['pii', 'secret', 'untrusted']);
  });

  it('has no word twice', () => {
    for (const terms of [
      MODES,
      STAGES,
      RISK_LEVELS,
      CLASSIFICATIONS,
      EFFECTS,
      LABELS,
      PRIVILEGES,
      EVENT_TYPES,
    ])
      expect(new Set<string>(terms).size).toBe(terms.length);
  });

  it('checks capability before breaker, breaker before approval, approval before rate, rate before budget', () => {
    const { capability, breaker, sandbox, approval, rate, budget, vault } = HANDLER_ORDER;
    expect([capability, breaker, sandbox, approval, rate, budget, vault]).toEqual([
      10, 20, 30, 40, 50, 60, 70,
    ]);
  });

  it('names the field that held the unknown word', () => {
    expect(() => asTerm(STAGES, 'x', 'requirements.minTrustStage')).toThrow(
      expect.objectContaining({ field: 'requirements.minTrustStage' }),
    );
  });
});
