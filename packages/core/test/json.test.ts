import { expect, it } from 'vitest';
import { isJsonObject, type Json } from '../src/index.js';

it.each<[what: string, value: Json | undefined, is: boolean]>([
  ['an object', { a: 1 }, true],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), true],
  ['null', null, false],
  ['an array', [], false],
  ['a text', '{}', false],
  ['nothing', undefined, false],
])('%s', (_what, value, is) => {
  expect(isJsonObject(value)).toBe(is);
});
