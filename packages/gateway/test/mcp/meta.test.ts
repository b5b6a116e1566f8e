import { describe, expect, it } from 'vitest';
import { forwardable, progressTokenOf, withoutOwnKeys, withoutOwnMeta } from '../../src/mcp/meta.js';

describe('what is handed on of a _meta', () => {
  it('is not what was said in our name', () => {
    expect(withoutOwnMeta({ a: 1, _meta: { 'ttp/outcome': 'done', b: 2 } })).toEqual({
      a: 1,
      _meta: { b: 2 },
    });
    expect(withoutOwnMeta({ a: 1, _meta: { 'ttp/outcome': 'done' } })).toEqual({ a: 1 });
    expect(withoutOwnKeys({ 'ttp/': 1, ttp: 2, 'TTP/x': 3 })).toEqual({ ttp: 2, 'TTP/x': 3 });
  });

  it.each([['text'], [1], [null], [[1]]])('is nothing of what is no object: %j', (_meta) => {
    expect(withoutOwnMeta({ a: 1, _meta })).toEqual({ a: 1 });
  });

  it('is not the progress token, which is of one hop', () => {
    expect(forwardable({ a: 1, _meta: { progressToken: 7, b: 2 } })).toEqual({ a: 1, _meta: { b: 2 } });
    expect(forwardable({ a: 1, _meta: { progressToken: 7, 'ttp/x': 1 } })).toEqual({ a: 1 });
  });
});

it.each([
  [{ _meta: { progressToken: 'a' } }, 'a'],
  [{ _meta: { progressToken: 0 } }, 0],
  [{ _meta: { progressToken: {} } }, undefined],
  [{ _meta: 'a' }, undefined],
  [{}, undefined],
])('the progress token of %j is %s', (params, token) => {
  expect(progressTokenOf(params)).toBe(token);
});
