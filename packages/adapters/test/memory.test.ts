import { logContract, storeContract } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { memory } from '../src/memory.js';

const open = async () => ({ storage: memory() });

storeContract('memory', open);
logContract('memory', open);

it('is this process alone', () => {
  expect(memory().shared).toBe(false);
});
