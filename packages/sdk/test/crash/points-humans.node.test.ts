import { proves } from '@ttp/testkit';
import { it } from 'vitest';
import { expectShard, TIMEOUT_MS } from './expect-nothing-lost.js';

it(
  'uses no approval more often than humans granted, at any operation of a workload',
  async () => {
    proves('flaw.O1', 'law.O-1', 'adapters.storage.durability', 'law.E-4');
    await expectShard('humans', { workloads: 1, withHumans: true, atLeast: 440 });
  },
  TIMEOUT_MS,
);
