import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  matchResource,
  PATTERN_MAX_SEGMENTS,
  PATTERN_MAX_WILDCARDS,
  RESOURCE_MAX_BYTES,
} from '../src/index.js';
import { parsePattern } from '../src/pattern.js';
import { readResource } from '../src/resource.js';

describe('matching', () => {
  it('takes linear time on inputs that make backtracking explode', () => {
    proves('spl.resources.linear-time', 'flaw.P5');
    const attacks: [pattern: string, resource: string][] = [
      ['*a*a*a*a*a*a*a*b/x', `${'a'.repeat(RESOURCE_MAX_BYTES - 2)}/x`],
      [`*${'a'.repeat(900)}b*/x`, `${'a'.repeat(RESOURCE_MAX_BYTES - 2)}/x`],
      ['**/a/**/a/**/c/**/a/**/b', `${'a/'.repeat(999)}b`],
      [`**/${'*a/'.repeat(5)}c/b`, `${'a/'.repeat(999)}b`],
    ];
    for (const [pattern, resource] of attacks) {
      const matcher = parsePattern(pattern);
      const parsed = readResource(resource);
      if (typeof parsed === 'string') throw new Error(parsed);
      // 1000 of them, one for each rule: a matcher that backtracks does not come back from the first.
      for (let i = 0; i < 1000; i++) expect(matcher.matches(parsed), pattern.slice(0, 40)).toBe(false);
    }
  });

  it('works up to the limits of segments and wildcards', () => {
    const deep = Array.from({ length: PATTERN_MAX_SEGMENTS }, (_, i) => `s${i}`).join('/');
    expect(matchResource(deep, deep)).toBe(true);
    const tail = deep.replace(/s[0-9]+$/, '*');
    expect(matchResource(tail, `${deep}/more`)).toBe(true);
    const wild = Array.from({ length: PATTERN_MAX_WILDCARDS }, () => '*').join('/');
    expect(matchResource(wild, 'a/b/c/d/e/f/g/h/i')).toBe(true);
    expect(matchResource(wild, 'a/b/c/d/e/f/g')).toBe(false);
  });

  it('never leaves the folder that a pattern names', () => {
    proves('flaw.P5');
    const attacks = [
      '../privileged/x',
      '%2e%2e/privileged/x',
      '..%2fprivileged/x',
      '.\u0000./privileged/x',
      '..\\privileged\\x',
      '%252e%252e/x',
      './x',
      '/x',
      '\u0000',
    ];
    for (const attack of attacks)
      expect(
        () => matchResource('s3://legal-docs/case-*', `s3://legal-docs/case-1/${attack}`),
        attack,
      ).toThrow();
  });
});
