import { fakeClock, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';

it('is there for the tests of users', () => {
  expect(fakeClock().now()).toEqual(expect.any(Number));
  expect(withSeed).toBeTypeOf('function');
});
