import { CAPABILITIES, type Capability, STAGES, type Stage } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, testSigner } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { capabilitiesOf, capabilityHandler, sandboxBounds, signGrant } from '../src/index.js';
import { interaction } from './interaction.js';

const NETWORKS = ['none', 'allowlist', 'full'] as const;
const FILES = ['none', 'read-only', 'sandbox', 'full'] as const;

/** Every set of the capabilities that a sandbox looks at. */
const RELEVANT = ['network:internal', 'network:external', 'file:read', 'file:write', 'file:execute'] as const;
const SETS: readonly (readonly Capability[])[] = Array.from({ length: 32 }, (_, bits) =>
  RELEVANT.filter((_one, i) => (bits & (1 << i)) !== 0),
);

it('no tier opens what no capability stands for, full is never automatic, and what nobody registered is never granted', async () => {
  proves('flaw.P18');
  for (const stage of STAGES)
    for (const capabilities of SETS)
      for (const full of [false, true]) {
        const { network, filesystem } = sandboxBounds({ stage, capabilities, full });
        const holds = (one: Capability): boolean => capabilities.includes(one);
        if (network !== 'none') expect(holds('network:internal') || holds('network:external')).toBe(true);
        if (network === 'full')
          expect(full && holds('network:internal') && holds('network:external')).toBe(true);
        if (filesystem !== 'none') expect(holds('file:read')).toBe(true);
        if (filesystem === 'sandbox') expect(holds('file:write')).toBe(true);
        if (filesystem === 'full') expect(full && holds('file:write') && holds('file:execute')).toBe(true);
      }
  // The registry is closed: no stage, no grant and no obligation knows another word.
  expect(CAPABILITIES).toHaveLength(21);
  for (const stage of STAGES) for (const one of capabilitiesOf(stage)) expect(CAPABILITIES).toContain(one);
  const unknown = { subject: interaction().agent, capability: 'system:admin' as Capability, notAfter: 1 };
  expect(await codeRejectedBy(signGrant(unknown, testSigner(1), 0))).toBe('CORE_UNKNOWN_TERM');
  const obligation = {
    kind: 'capability',
    from: 'x',
    params: { needs: ['system:admin'], held: ['system:admin'] },
  };
  expect(capabilityHandler().check(obligation, interaction())).toBe('GUARD_CAPABILITY_MISSING');
});

it.for<[Stage, 0 | 1 | 2 | 3, string, string, number]>([
  ['blocked', 0, 'none', 'none', 5_000],
  ['unverified', 0, 'none', 'none', 5_000],
  ['provisional', 1, 'allowlist', 'read-only', 30_000],
  ['new', 1, 'allowlist', 'read-only', 30_000],
  ['building', 2, 'allowlist', 'sandbox', 120_000],
  ['established', 3, 'full', 'full', 300_000],
])(
  'an agent of the stage %s that holds everything is let out as far as tier %d',
  ([stage, tier, network, filesystem, maxMs]) => {
    expect(sandboxBounds({ stage, capabilities: CAPABILITIES, full: true })).toEqual({
      tier,
      network,
      filesystem,
      maxMs,
    });
  },
);

it('what the stages themselves grant opens this much', () => {
  const bounds = STAGES.map((stage) => sandboxBounds({ stage, capabilities: capabilitiesOf(stage) }));
  expect(bounds.map(({ network, filesystem }) => [network, filesystem])).toEqual([
    ['none', 'none'],
    ['none', 'none'],
    ['none', 'none'],
    ['none', 'read-only'],
    ['allowlist', 'sandbox'],
    ['allowlist', 'sandbox'],
  ]);
});

const rank = (stage: Stage, capabilities: readonly Capability[], full: boolean): readonly number[] => {
  const { network, filesystem, maxMs } = sandboxBounds({ stage, capabilities, full });
  return [NETWORKS.indexOf(network), FILES.indexOf(filesystem), maxMs];
};
const isAtMost = (a: readonly number[], b: readonly number[]): boolean => a.every((n, i) => n <= (b[i] ?? 0));

it('a lower stage, a capability less and no word of the host never open more', () => {
  for (const [i, stage] of STAGES.entries())
    for (const capabilities of SETS) {
      expect(isAtMost(rank(stage, capabilities, false), rank(stage, capabilities, true))).toBe(true);
      for (const one of capabilities) {
        const fewer = capabilities.filter((other) => other !== one);
        expect(isAtMost(rank(stage, fewer, true), rank(stage, capabilities, true))).toBe(true);
      }
      const above = STAGES[i + 1];
      if (above !== undefined)
        expect(isAtMost(rank(stage, capabilities, true), rank(above, capabilities, true))).toBe(true);
    }
});

it('a stage that nobody knows is refused', () => {
  expect(codeThrownBy(() => sandboxBounds({ stage: 'admin' as Stage, capabilities: CAPABILITIES }))).toBe(
    'CORE_UNKNOWN_TERM',
  );
});
