import { asBasisPoints } from '@ttp/core';
import { withSeed } from '@ttp/testkit';
import {
  decide,
  type PastDecision,
  SIMILAR_MIN_BP,
  SIMILAR_SHOWN_MAX,
  SIMILARITY_SHARES_BP,
  similarDecisions,
} from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, draw, evidenceOf, interaction, NOW, policyOf } from './cases.js';

const decision = decide(caseOf());
const past = (id: string, changes: object = {}, more: object = {}): PastDecision => ({
  interaction: { ...interaction, id, ...changes },
  decision: { ...decision, ...more },
});
const one = past('now');
const ids = (given: readonly PastDecision[]): string[] =>
  similarDecisions(one, given).map((found) => found.past.interaction.id);

describe('similar past decisions', () => {
  it('are those that share the most, with how much and what is the same', () => {
    expect(Object.values(SIMILARITY_SHARES_BP).reduce((sum, share) => sum + share, 0)).toBe(10_000);
    const [same, file, action] = similarDecisions(one, [
      past('action', { action: 'write' }),
      past('file', { resource: 'file:reports/q4.txt' }),
      past('same'),
    ]);
    expect(same).toMatchObject({ similarity: 10_000, past: { interaction: { id: 'same' } } });
    expect(same?.same).toEqual(Object.keys(SIMILARITY_SHARES_BP));
    // Half of the segments: 10000 - 2500 / 2.
    expect(file).toMatchObject({ similarity: 8750, past: { interaction: { id: 'file' } } });
    expect(file?.same).not.toContain('resource');
    expect(action).toMatchObject({ similarity: 8000, past: { interaction: { id: 'action' } } });
    const [risky] = similarDecisions(one, [
      past('risky', {}, { risk: { score: asBasisPoints(decision.risk.score + 5000), level: 'high' } }),
    ]);
    expect(risky?.similarity).toBe(9500);
    const [reasoned] = similarDecisions(one, [past('other', {}, { reasons: [], effect: 'deny' })]);
    expect(reasoned?.similarity).toBe(8000);
  });

  it('leave out the decision itself, and what shares too little', () => {
    expect(ids([past('now')])).toEqual([]);
    const alien = past(
      'alien',
      { agent: 'did:ttp:agent:QmOther', target: 'x', action: 'send', resource: 'mail:x' },
      { effect: 'deny', reasons: [] },
    );
    expect(ids([alien])).toEqual([]);
    const half = past('half', { target: 'x', action: 'send', resource: 'file:reports/b' }, { reasons: [] });
    expect(similarDecisions(one, [half]).map(({ similarity }) => similarity)).toEqual([]);
    expect(SIMILAR_MIN_BP).toBe(5000);
  });

  it('are a few, the later of equal ones first, whatever order they come in', () =>
    withSeed('similar', 60, (random) => {
      const list = Array.from({ length: 30 }, (_, i) => {
        const made = decide(
          caseOf({ evidence: evidenceOf(draw(random)), policy: policyOf(random.pick(['allow', 'deny'])) }),
        );
        const resource = `file:reports/${random.pick(['a', 'b/c', 'q3.txt'])}`;
        const call = { ...interaction, id: `i${i}`, resource };
        return { interaction: call, decision: { ...made, at: NOW - random.int(4) } };
      });
      const found = similarDecisions(one, list);
      expect(found.length).toBeLessThanOrEqual(SIMILAR_SHOWN_MAX);
      expect(similarDecisions(one, random.shuffle(list))).toEqual(found);
      found.forEach(({ similarity, past: other }, i) => {
        const next = found[i + 1];
        if (next === undefined) return;
        expect(similarity).toBeGreaterThanOrEqual(next.similarity);
        if (similarity === next.similarity)
          expect(other.decision.at).toBeGreaterThanOrEqual(next.past.decision.at);
      });
    }));
});
