import type { Json } from '@ttp/core';
import { decide } from '@ttp/tre';
import { expect, it } from 'vitest';
import { caseOf, evidence, fact, NOW, policyOf } from './cases.js';

const effectWith = (grants: Json | undefined, capabilities?: Json): string =>
  decide(
    caseOf({
      policy: policyOf('allow', { requirements: { requiredCapabilities: ['data:text', 'refund:process'] } }),
      evidence: evidence({
        grants: grants === undefined ? undefined : fact(grants),
        capabilities: capabilities === undefined ? undefined : fact(capabilities),
      }),
    }),
  ).effect;

const refund = (notAfter: Json = NOW + 1): Json => ({ capability: 'refund:process', notAfter });

it('adds what operators granted to what the stage has, until the end of each grant', () => {
  expect(effectWith(undefined, ['data:text'])).toBe('deny');
  expect(effectWith([refund()], ['data:text'])).toBe('allow');
  expect(effectWith([refund(NOW)], ['data:text'])).toBe('deny');
  expect(effectWith([refund()])).toBe('deny');
  expect(effectWith([refund(), { capability: 'data:text', notAfter: NOW + 1 }])).toBe('allow');
});

it('takes no grant from a fact that is none', () => {
  for (const grants of [
    {},
    [refund('soon')],
    [refund(), 'refund:process'],
    [{ capability: 'refund:process' }],
    [null],
  ])
    expect(effectWith(grants, ['data:text']), JSON.stringify(grants)).toBe('deny');
});
