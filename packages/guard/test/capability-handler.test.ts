import { CAPABILITIES, HANDLER_ORDER, type JsonObject } from '@ttp/core';
import { expect, it } from 'vitest';
import { capabilityHandler } from '../src/index.js';
import { interaction } from './interaction.js';

const check = (params: JsonObject) =>
  capabilityHandler().check({ kind: 'capability', from: 'capability', params }, interaction());

it('lets a call through that needs what its agent holds, before anything else is checked', () => {
  expect(capabilityHandler().order).toBe(HANDLER_ORDER.capability);
  expect(Math.min(...Object.values(HANDLER_ORDER))).toBe(capabilityHandler().order);
  expect(check({ needs: [], held: [] })).toBeUndefined();
  for (const one of CAPABILITIES) {
    expect(check({ needs: [one], held: [one] })).toBeUndefined();
    expect(check({ needs: [one], held: CAPABILITIES.filter((other) => other !== one) })).toBe(
      'GUARD_CAPABILITY_MISSING',
    );
    expect(check({ needs: ['data:text', one], held: [one, 'data:text'] })).toBeUndefined();
  }
});

it('takes nothing for a capability that is in no registry, even where it is said to be held', () => {
  for (const word of ['system:admin', 'agent:message', 'data:*', '*', '', 'DATA:TEXT'])
    expect(check({ needs: [word], held: [word, ...CAPABILITIES] })).toBe('GUARD_CAPABILITY_MISSING');
});

it.for<[string, JsonObject]>([
  ['nothing', {}],
  ['no needs', { held: [] }],
  ['nothing held', { needs: [] }],
  ['a need in no list', { needs: 'data:text', held: ['data:text'] }],
  ['a need in no text', { needs: [null], held: [] }],
  ['what is held in no text', { needs: [], held: [1] }],
  ['a member more', { needs: [], held: [], all: true }],
])('an obligation with %s is refused', ([, params]) => {
  expect(check(params)).toBe('GUARD_OBLIGATION_INVALID');
});
