import type { Decision, Evidence, Interaction, Json } from '@ttp/core';
import { hashBytes, utf8 } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { proves, vectors } from '@ttp/testkit';
import { canonicalDecision, decide, decisionHash, parseThresholds } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf } from './cases.js';

describe('the hash of a decision', () => {
  const decision = decide(caseOf());

  it('is that of its canonical text', () => {
    expect(decisionHash(decision)).toBe(hashBytes(utf8(canonicalDecision(decision))));
  });

  it('covers every member', () => {
    const members = Object.keys(decision);
    expect(members.length).toBeGreaterThan(5);
    for (const member of members) {
      const { [member]: _, ...rest } = Object.fromEntries(Object.entries(decision));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose no whole decision
      expect(decisionHash(rest as unknown as Decision), member).not.toBe(decisionHash(decision));
    }
  });

  it('stays what it was: what was recorded once is decided again to the same bytes', () => {
    proves('tre.replay');
    const inputs = new Map(
      vectors<{ interaction: Interaction; evidence: Evidence; policy: string; thresholds: Json }>(
        'tre/decide',
      ).map((one) => [one.name, one]),
    );
    const recorded = vectors<{ expect: string }>('tre/hashes');
    expect(recorded.length).toBeGreaterThan(70);
    for (const { name, expect: hash } of recorded) {
      const one = inputs.get(name);
      if (one === undefined) throw new Error(`no decision is named ${name}`);
      const policy = loadPolicy(one.policy);
      expect(
        decisionHash(decide({ ...one, policy, thresholds: parseThresholds(one.thresholds) })),
        name,
      ).toBe(hash);
    }
  });
});
