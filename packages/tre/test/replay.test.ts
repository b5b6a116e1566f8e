import type { Json, JsonObject } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import {
  canonicalDecision,
  DEFAULT_THRESHOLDS,
  decide,
  decisionHash,
  type ReplayInput,
  replay,
} from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, draw, evidenceOf, interaction } from './cases.js';

interface ReplayCase {
  readonly payloads: Partial<ReplayInput>;
  readonly expect?: string;
  readonly code?: string;
  readonly field?: string;
}

const NOTHING: ReplayInput = {
  interaction: undefined,
  evidence: undefined,
  policyText: undefined,
  thresholds: undefined,
};

/** What a payload store gives back: the value that its canonical bytes parse to. */
function stored(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- interactions and evidence are plain data
  return JSON.parse(canonicalize(value as JsonObject));
}

describe('replay, by vectors', () => {
  for (const { name, payloads, expect: outcome, code, field } of vectors<ReplayCase>('tre/replay'))
    it(name, () => {
      const input = { ...NOTHING, ...payloads };
      if (outcome === undefined)
        expect(() => replay(input)).toThrow(
          expect.objectContaining(field === undefined ? { code } : { code, field }),
        );
      else expect(replay(input).outcome).toBe(outcome);
    });
});

describe('replay', () => {
  it('decides to the same bytes from the payloads of the trail', () => {
    proves('tre.replay', 'decision.D22');
    const policyText = JSON.stringify({
      version: '1.0.0',
      rules: [
        {
          id: 'b',
          effect: 'warn',
          resources: ['file:**'],
          actions: ['read'],
          conditions: { trustScore: { lt: 45 } },
        },
        { id: 'a', effect: 'allow', resources: ['file:reports/**'], actions: ['read'] },
      ],
    });
    return withSeed('replay', 150, (random) => {
      const evidence = evidenceOf(draw(random));
      const first = decide(caseOf({ evidence, policy: loadPolicy(policyText) }));
      const again = replay({
        interaction: stored(interaction),
        evidence: stored(evidence),
        policyText,
        thresholds: stored(DEFAULT_THRESHOLDS),
      });
      expect(canonicalDecision(again)).toBe(canonicalDecision(first));
      expect(decisionHash(again)).toBe(decisionHash(first));
    });
  });

  it('keeps members that only the mode knows, which were hashed with the rest', () => {
    const withTool = { ...interaction, tool: { name: 'files', version: '1.2.0' } };
    const payloads = {
      evidence: stored(caseOf().evidence),
      policyText: caseOf().policy.text,
      thresholds: {},
    };
    const again = replay({ ...payloads, interaction: stored(withTool) });
    expect(decisionHash(again)).toBe(decisionHash(decide(caseOf({ interaction: withTool }))));
    expect(decisionHash(again)).not.toBe(decisionHash(decide(caseOf())));
  });

  it('of a changed payload gives another hash', () => {
    const policyText = caseOf().policy.text;
    const payloads = {
      evidence: stored(caseOf().evidence),
      policyText,
      thresholds: stored(DEFAULT_THRESHOLDS),
    };
    const recorded = decisionHash(decide(caseOf()));
    const changed = stored({ ...interaction, input: { path: 'reports/q4.txt' } });
    expect(decisionHash(replay({ ...payloads, interaction: stored(interaction) }))).toBe(recorded);
    expect(decisionHash(replay({ ...payloads, interaction: changed }))).not.toBe(recorded);
  });

  it('says which payload is absent, and the decision keeps its hash', () => {
    const decision = decide(caseOf());
    const policyText = caseOf().policy.text;
    const input = {
      interaction: stored(interaction),
      evidence: undefined,
      policyText,
      thresholds: stored(DEFAULT_THRESHOLDS),
    };
    expect(codeThrownBy(() => replay(input))).toBe('TRE_REPLAY_INPUT_ABSENT');
    expect(() => replay(input)).toThrow(expect.objectContaining({ field: 'evidence' }));
    expect(decisionHash(JSON.parse(canonicalDecision(decision)))).toBe(decisionHash(decision));
  });
});
