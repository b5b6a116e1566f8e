import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { crashEverywhere, type Shard } from './crash-rig.js';

/** A soak runs ten times the workloads. */
export const TIMEOUT_MS = 3_600_000;

/** Strikes every operation of the shard with every fault, and expects that nothing was found. */
export async function expectShard(name: string, shard: Shard & { readonly atLeast: number }): Promise<void> {
  const { points, wrong, counter } = await crashEverywhere(name, shard);
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(points).toBeGreaterThanOrEqual(shard.atLeast);
  expect(counter.missing()).toEqual([]);
}

/**
 * Registers the test of a shard of crash points: together they are 10^4, and 10^5 in a soak. After none of them is an
 * acknowledged entry lost, a kill forgotten, an approval used twice or a nonce let in again.
 */
export function expectNothingLost(name: string, shard: Shard & { readonly atLeast: number }): void {
  it(
    `loses nothing that was acknowledged at any operation of ${shard.workloads} workloads: ${name}`,
    async () => {
      proves('adapters.storage.durability', 'flaw.W5', 'flaw.K2', 'law.E-4', 'law.K-2');
      await expectShard(name, shard);
    },
    TIMEOUT_MS,
  );
}
