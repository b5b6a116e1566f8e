import { KILL_REASONS } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { lintPolicy, loadPolicy } from '../src/index.js';
import { sample } from './samples.js';

const trigger = { condition: 'request.rate > 5', reason: 'rate_limit_exceeded', action: 'kill' };
const withTrigger = (more: { [key: string]: string | number | boolean }) =>
  loadPolicy({
    version: '1.0.0',
    rules: [{ id: 'a', effect: 'deny' }],
    killSwitch: { triggers: [{ ...trigger, ...more }] },
  });

describe('the kill switch of a policy', () => {
  it('is read from the sample, trigger by trigger', () => {
    proves('spl.kill-switch.fields', 'decision.D19', 'flaw.P14');
    const { killTriggers, document } = sample('kill-switch');
    expect(killTriggers).toEqual([
      {
        condition: { attribute: 'request.rate', tests: [{ op: 'gt', operand: 500 }] },
        reason: 'rate_limit_exceeded',
        cooldownMs: 300_000,
        autoReinstate: true,
        requireOperatorApproval: false,
      },
      {
        condition: { attribute: 'errorRate', tests: [{ op: 'gt', operand: 0.3 }] },
        reason: 'circuit_breaker_trip',
        cooldownMs: 0,
        autoReinstate: false,
        requireOperatorApproval: false,
      },
      {
        condition: { attribute: 'detected_pattern', tests: [{ op: 'eq', operand: 'data_exfiltration' }] },
        reason: 'pattern_threat_detected',
        cooldownMs: 0,
        autoReinstate: true,
        requireOperatorApproval: true,
      },
    ]);
    expect(document.killSwitch?.notify).toEqual(['security@company.com', '#security-alerts']);
  });

  it('has the closed set of reasons', () => {
    proves('spl.kill-switch.reasons');
    for (const reason of KILL_REASONS) expect(withTrigger({ reason }).killTriggers[0]?.reason).toBe(reason);
    expect(withTrigger({ reason: 'threat_detected' }).killTriggers[0]?.reason).toBe(
      'pattern_threat_detected',
    );
    for (const reason of ['', 'threat', 'constructor', 'RATE_LIMIT_EXCEEDED'])
      expect(
        codeThrownBy(() => withTrigger({ reason })),
        reason,
      ).toBe('SPL_BAD_VALUE');
  });

  it('is never executed as code', () => {
    proves('flaw.P14');
    for (const condition of [
      'globalThis.x = 1',
      'request.rate > (()=>{throw 1})()',
      "detected_pattern == '' || true",
      '${1} > 0',
      '__proto__ > 1',
    ])
      expect(
        codeThrownBy(() => withTrigger({ condition })),
        condition,
      ).toMatch(/^SPL_(?:BAD_TRIGGER|UNKNOWN_METRIC)$/);
    // A long text that nearly matches is refused at once.
    expect(codeThrownBy(() => withTrigger({ condition: `${'a.'.repeat(900)} > 1` }))).toBe('SPL_BAD_TRIGGER');
  });
});

it('anomaly detection is read as written', () => {
  proves('spl.anomaly.fields');
  expect(sample('kill-switch').document.anomalyDetection).toEqual({
    baselinePeriod: '30d',
    thresholdDeviation: 3,
    actions: ['log', 'alert', 'throttle'],
  });
});

it('an approval that would let a timeout pass is refused', () => {
  proves('spl.human-approval.default-action');
  for (const defaultAction of ['allow', 'warn', 'escalate', ''])
    expect(
      codeThrownBy(() =>
        loadPolicy({
          version: '1.0.0',
          rules: [
            {
              id: 'a',
              effect: 'allow_with_approval',
              resources: ['r'],
              actions: ['x'],
              humanApproval: { defaultAction },
            },
          ],
        }),
      ),
    ).toBe('SPL_BAD_VALUE');
  expect(sample('payment').document.rules[1]?.humanApproval?.defaultAction).toBe('deny');
});

it('a thousand hostile rules are linted and loaded without trouble', () => {
  const rules = Array.from({ length: 1000 }, (_, i) => ({
    id: `r${i}`,
    effect: i % 2 === 0 ? 'allow' : 'deny',
    resources: [`a/${i}/*`],
    actions: ['read'],
    conditions: { trustScore: { gte: i % 100 }, decisionType: { not_in: ['x', `y${i}`] } },
  }));
  const policy = loadPolicy({ version: '1.0.0', rules }, { maxBytes: 1_048_576 });
  expect(lintPolicy(policy).length).toBeGreaterThan(500);
});
