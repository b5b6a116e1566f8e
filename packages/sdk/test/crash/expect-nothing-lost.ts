import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { crashEverywhere, type Shard } from './crash-rig.js';

/** A soak runs ten times the workloads. */
export const TIMEOUT_MS = 3_600_000;

/** Strikes every operation of the shard with every fault, and expects that nothing was found. */
export async function expectShard(
  name: string,
  shard: Shard & { readonly atLeast: number },
): Promise<Awaited<ReturnType<typeof crashEverywhere>>> {
  const found = await crashEverywhere(name, shard);
  expect(found.wrong.slice(0, 20)).toEqual([]);
  expect(found.points).toBeGreaterThanOrEqual(shard.atLeast);
  return found;
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
      const { counter } = await expectShard(name, shard);
      // One workload alone may miss a kind of loss; several meet them all.
      expect(counter.missing()).toEqual([]);
    },
    TIMEOUT_MS,
  );
}
