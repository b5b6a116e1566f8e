import type { Json } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import { evaluate, loadPolicy } from '../src/index.js';
import { BARE } from './samples.js';

/** The rules that decide about a resource, where each pattern is a rule of its own, named after it by position. */
const deciding = (patterns: readonly string[], resource: string): readonly string[] =>
  evaluate(
    loadPolicy({
      version: '1.0.0',
      rules: patterns.map((pattern, i) => ({
        id: `r${i}`,
        effect: 'allow',
        resources: [pattern],
        actions: ['read'],
      })),
    }),
    { ...BARE, resource },
  ).rules;

describe('the index of rules', () => {
  it.each([
    ['x/a/**', 'x/ab/c'],
    ['x/a/**', 'x/ab'],
    ['x/a/b/*', 'x/a/bc/d'],
    ['x/a/b/+', 'x/a/b'],
    ['x/a/b', 'x/a/b/c'],
    ['x/a/b', 'x/a'],
    ['s3:x/a/**', 'x/a/b'],
    ['x/a/**', 's3:x/a/b'],
    ['x/a/**', 's3/x/a/b'],
  ])('does not take %s for %s, which only begins alike', (pattern, resource) => {
    expect(deciding([pattern], resource)).toEqual([]);
    expect(deciding([pattern, 'x/other/**', `${resource}/below`], resource)).toEqual([]);
  });

  it('finds what begins alike where it forks, in any order', () => {
    const patterns = ['a/b/c/d', 'a/b/**', 'a/x/**', '**/d', 'a/b/c/+', 'a/b/cd/**', 'a/*/c/d'];
    expect(deciding(patterns, 'a/b/c/d')).toEqual(['r0', 'r1', 'r3', 'r4', 'r6']);
    expect(deciding(patterns.toReversed(), 'a/b/c/d')).toEqual(['r0', 'r2', 'r3', 'r5', 'r6']);
    expect(deciding(patterns, 'a/x/c/d')).toEqual(['r2', 'r3', 'r6']);
    expect(deciding(patterns, 'a/b')).toEqual(['r1']);
  });

  it('tells beginnings apart that have one hash', () => {
    // 31 * 65 + 97 = 31 * 66 + 66: "Aa" and "BB" are alike to the index, and so is what is made of them.
    const patterns = ['x/Aa/Aa/**', 'x/BB/BB/**', 'x/Aa/BB/c', 'Aa:x/**', 'x/Aa/BB/**'];
    expect(deciding(patterns, 'x/Aa/Aa/c')).toEqual(['r0']);
    expect(deciding(patterns, 'x/BB/BB/c')).toEqual(['r1']);
    expect(deciding(patterns, 'x/Aa/BB/c')).toEqual(['r2', 'r4']);
    expect(deciding(patterns, 'x/BB/Aa/c')).toEqual([]);
    expect(deciding(['aa/c/**', 'bB/c/**', 'aa:c/**'], 'bB/c/d')).toEqual(['r1']);
  });

  it.each([
    ['x/\u00e9/**', 'x/\u00e9/c'],
    ['x/a/**', 'x/a/\u00e9'],
    ['s3:x/a/**', 'S3:x/a/\u00e9/c'],
    ['S3:x/a/**', 's3://x/a/c'],
    ['s3:/x/a/**', 'S3:x/a/c'],
    ['1x:a/b/**', '1x:a/b/c'],
    ['x/a:b/**', '/x/a:b/c'],
    ['s:a:b/%20/**', 's://a:b/%20/c'],
  ])('finds %s for %s, however both are spelt', (pattern, resource) => {
    expect(deciding([pattern, 'x/other/**'], resource)).toEqual(['r0']);
    expect(deciding([`${pattern.slice(0, -2)}other/**`], resource)).toEqual([]);
  });

  it('names a rule once that says the same twice', () => {
    const rule = {
      id: 'r',
      effect: 'allow',
      resources: ['a/**', '/a/**', 'a/**'],
      actions: ['read', 'read'],
    };
    const { rules, reasons } = evaluate(loadPolicy({ version: '1.0.0', rules: [rule] }), {
      ...BARE,
      resource: 'a/b',
    });
    expect(rules).toEqual(['r']);
    expect(reasons).toHaveLength(1);
  });

  it('names a rule once that several of its patterns find', () => {
    const policy = loadPolicy({
      version: '1.0.0',
      rules: [
        {
          id: 'b',
          effect: 'allow',
          resources: ['a/**', 'a/b/*', 'a/b/+', '*/b/*', '**'],
          actions: ['read', 'read'],
        },
        { id: 'a', effect: 'warn', resources: ['a/b/c'], actions: ['read'] },
      ],
    });
    expect(evaluate(policy, { ...BARE, resource: 'a/b/c' })).toMatchObject({
      effect: 'warn',
      rules: ['a', 'b'],
      reasons: [{ rule: 'a' }, { rule: 'b' }],
    });
  });

  it('puts rules for every action between those that name it, by id', () => {
    const policy = loadPolicy({
      version: '1.0.0',
      rules: [
        { id: 'c', effect: 'deny', resources: ['a'], actions: ['read'] },
        { id: 'b', effect: 'deny' },
        { id: 'a', effect: 'deny', resources: ['**'], actions: ['read'] },
        { id: 'd', effect: 'deny', resources: ['a'] },
      ],
    });
    expect(evaluate(policy, { ...BARE, resource: 'a' }).rules).toEqual(['a', 'b', 'c', 'd']);
    expect(evaluate(policy, { ...BARE, resource: 'a', action: 'write' }).rules).toEqual(['b', 'd']);
  });
});

it('keeps conditions apart that are spelled alike', () => {
  const rules = [1, '1', true, 'true'].map((value, i) => ({
    id: `r${i}`,
    effect: 'allow',
    resources: ['r'],
    actions: ['read'],
    conditions: { 'request.x': value },
  }));
  const policy = loadPolicy({ version: '1.0.0', rules });
  const by = (x: Json): readonly string[] =>
    evaluate(policy, { ...BARE, caller: { request: { x } } }).reasons.flatMap(({ code, rule = '' }) =>
      code === 'SPL_RULE_APPLIES' ? [rule] : [],
    );
  expect([by(1), by('1'), by(true), by('true')]).toEqual([['r0'], ['r1'], ['r2'], ['r3']]);
});

it('evaluates only what was loaded', () => {
  const policy = loadPolicy({ version: '1.0.0', rules: [{ id: 'a', effect: 'deny' }] });
  expect(Object.isFrozen(policy)).toBe(true);
  expect(() => evaluate({ ...policy }, BARE)).toThrow(expect.objectContaining({ code: 'SPL_NOT_LOADED' }));
});
