import { CAPABILITIES, type Capability, STAGES, type Stage } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../src/index.js';

/** What a stage has beside the capabilities of the stage below, which have to come first. */
function added(stage: Stage): readonly Capability[] {
  const before = capabilitiesOf(STAGES[STAGES.indexOf(stage) - 1] ?? 'blocked');
  expect(capabilitiesOf(stage).slice(0, before.length)).toEqual(before);
  return capabilitiesOf(stage).slice(before.length);
}

describe('capabilitiesOf', () => {
  const TABLE: readonly (readonly [Stage, readonly Capability[]])[] = [
    ['blocked', []],
    ['unverified', ['data:text']],
    ['provisional', ['data:text', 'data:code', 'context:workspace']],
    [
      'new',
      ['data:text', 'data:code', 'context:workspace', 'data:structured', 'file:read', 'context:session'],
    ],
  ];

  it.each(TABLE)('%s', (stage, capabilities) => {
    proves('guard.capabilities.unverified', 'guard.capabilities.provisional', 'guard.capabilities.new');
    expect(capabilitiesOf(stage)).toEqual(capabilities);
  });

  it('adds to what the stage below has', () => {
    proves('guard.capabilities.building', 'guard.capabilities.established', 'guard.capabilities.inheritance');
    expect(added('building')).toEqual(['data:binary', 'file:write', 'network:internal']);
    expect(added('established')).toEqual(['network:external', 'file:execute']);
  });

  it('grants eleven of the twenty-one to the highest stage, and none twice', () => {
    const all = capabilitiesOf('established');
    expect(CAPABILITIES).toHaveLength(21);
    expect([all.length, new Set(all).size]).toEqual([11, 11]);
    expect(all).not.toContain('payment:process');
  });
});
