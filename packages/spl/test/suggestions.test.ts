import { isJsonObject, isTtpError, type Json, type JsonObject } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../src/index.js';

/** A policy that says everything that can be said. */
const FULL: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:full:v1',
  description: 'all of it',
  requirements: {
    minTrustScore: 50,
    minTrustStage: 'new',
    requiredCapabilities: ['data:read'],
    requireIdentityVerification: true,
    purpose: 'care',
    compliance: ['HIPAA'],
  },
  offers: { capabilities: ['data:read'], rateLimit: { requests: 5, windowMs: 1000 } },
  rules: [
    {
      id: 'a',
      effect: 'allow_with_approval',
      description: 'one',
      resources: ['r'],
      actions: ['read'],
      conditions: { 'request.amount': { gt: 1, lte: 2 } },
      humanApproval: {
        required: true,
        reason: 'x',
        escalationLevel: 1,
        timeout: 300,
        defaultAction: 'deny',
        requireJustification: true,
        requireOperatorId: true,
        notifyChannels: ['slack'],
      },
      outputTransformations: {
        redact: ['a'],
        mask: ['b'],
        truncate: { field: 'c', length: 5 },
        watermark: true,
        addFooter: 'f',
      },
      audit: {
        level: 'basic',
        logPatientId: true,
        logQuery: true,
        alertOnAccess: true,
        preserveReasoning: true,
      },
    },
  ],
  outputTransformations: { redact: ['a'] },
  audit: { retainDecisions: '7years', includeReasoningTrace: true },
  killSwitch: {
    triggers: [
      {
        condition: 'request.rate > 500',
        reason: 'rate_limit_exceeded',
        action: 'kill',
        cooldown: 1,
        autoReinstate: true,
        requireOperatorApproval: true,
      },
    ],
    notify: ['x'],
  },
  anomalyDetection: { baselinePeriod: '30d', thresholdDeviation: 3, actions: ['log'] },
  timezone: 'UTC',
  defaultEffect: 'deny',
};

interface Misspelt {
  readonly policy: Json;
  /** The path of the misspelt key. */
  readonly field: string;
  readonly key: string;
  /** Whether it is an operator, which are told apart by a code of their own. */
  readonly isOperator: boolean;
}

/** Every key of the value, each misspelt once: its last letter is doubled. */
function* misspelt(value: Json, path = '', isConditions = false, isCondition = false): Generator<Misspelt> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      for (const found of misspelt(item, `${path}[${i}]`))
        yield { ...found, policy: value.map((other: Json, j) => (j === i ? found.policy : other)) };
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const at = isConditions ? `${path}[${JSON.stringify(key)}]` : path === '' ? key : `${path}.${key}`;
    const wrong = `${key}${key.slice(-1)}`;
    const entries = Object.entries(value);
    const put = (name: string, inner: Json): Json =>
      Object.fromEntries(entries.map(([other, held]) => (other === key ? [name, inner] : [other, held])));
    if (!isConditions)
      yield { policy: put(wrong, member), field: `${at}${key.slice(-1)}`, key, isOperator: isCondition };
    for (const found of misspelt(member, at, key === 'conditions', isConditions))
      yield { ...found, policy: put(key, found.policy) };
  }
}

describe('a misspelt key', () => {
  it('is refused at every place, with its path and the key that was meant', () => {
    loadPolicy(FULL);
    let count = 0;
    for (const { policy, field, key, isOperator } of misspelt(FULL)) {
      count++;
      let fault: unknown;
      try {
        loadPolicy(JSON.stringify(policy));
      } catch (error) {
        fault = error;
      }
      const told = isTtpError(fault) ? { code: fault.code, field: fault.field } : fault;
      expect(told).toEqual({ code: isOperator ? 'SPL_UNKNOWN_OPERATOR' : 'SPL_UNKNOWN_KEY', field });
      expect(String(fault), field).toContain(`did you mean "${key}"?`);
    }
    expect(count).toBe(67);
  });
});
