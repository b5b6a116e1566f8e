import { describe, expect, it } from 'vitest';
import { parseVectors, refuseTwins } from '../../src/files/vectors.js';
import { codeThrownBy, vectors } from '../../src/index.js';

const parse = (value: unknown) => parseVectors(JSON.stringify(value), 'f.json');

describe('vectors', () => {
  it('gives the cases of an area with their file', () => {
    const cases = vectors<{ readonly seed: number | string }>('testkit');
    expect(cases.length).toBeGreaterThan(5);
    expect(cases[0]).toMatchObject({
      name: expect.any(String),
      file: 'seeded-random.json',
      seed: expect.anything(),
    });
  });

  it('refuses an area without cases: a test of nothing would pass', () => {
    expect(codeThrownBy(() => vectors('no-such-area'))).toBe('TESTKIT_NO_FILE');
  });

  it('takes a list of cases or one case', () => {
    expect(parse([{ name: 'a', expect: null }])).toEqual([{ name: 'a', expect: null, file: 'f.json' }]);
    expect(parse({ name: 'a', code: 'X' })).toEqual([{ name: 'a', code: 'X', file: 'f.json' }]);
  });

  it.each([
    ['no name', [{ expect: 1 }]],
    ['an empty name', [{ name: '', expect: 1 }]],
    ['a name that is no text', [{ name: 1, expect: 1 }]],
    ['neither expect nor code', [{ name: 'a' }]],
    ['both expect and code', [{ name: 'a', expect: 1, code: 'X' }]],
    ['no object', ['a']],
    ['null', null],
  ])('refuses a case with %s', (_, value) => {
    expect(codeThrownBy(() => parse(value))).toBe('TESTKIT_BAD_VECTOR');
  });

  it('refuses a name that stands twice, in one file or in two', () => {
    const [one, two] = [parse({ name: 'a', expect: 1 }), parse({ name: 'a', expect: 2 })];
    expect(codeThrownBy(() => refuseTwins([...one, ...two]))).toBe('TESTKIT_BAD_VECTOR');
    expect(codeThrownBy(() => refuseTwins([...one, ...parse({ name: 'b', expect: 1 })]))).toBeUndefined();
  });

  it('refuses a file that is not JSON', () => {
    expect(codeThrownBy(() => parseVectors('{', 'f.json'))).toBe('TESTKIT_BAD_VECTOR');
  });
});
