import type { Decision } from '@ttp/core';
import { hashBytes, utf8 } from '@ttp/crypto';
import { canonicalDecision, decide, decisionHash } from '@ttp/tre';
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
});
