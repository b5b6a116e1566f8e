import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { sharedListing } from '../../src/mcp/shared-listing.js';

/** Listings that end when the test says so. */
function scripted() {
  const begun: PromiseWithResolvers<number>[] = [];
  const list = sharedListing(() => {
    const one = Promise.withResolvers<number>();
    begun.push(one);
    return one.promise;
  });
  return { begun, list };
}

describe('a shared listing', () => {
  it('is never one that was under way when the call was made', async () => {
    proves('flaw.T1');
    const { begun, list } = scripted();
    const first = list();
    const second = list();
    const third = list();
    expect(begun).toHaveLength(1);
    begun[0]?.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    const fourth = list();
    begun[1]?.resolve(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    await Promise.resolve();
    begun[2]?.resolve(3);
    expect(await fourth).toBe(3);
    expect(begun).toHaveLength(3);
  });

  it('is asked for at once where none is under way', async () => {
    const { begun, list } = scripted();
    for (const n of [0, 1, 2]) {
      const one = list();
      expect(begun).toHaveLength(n + 1);
      begun[n]?.resolve(n);
      expect(await one).toBe(n);
      await Promise.resolve();
    }
  });

  it('that fails, fails for those who waited for it and for nobody after them', async () => {
    const { begun, list } = scripted();
    const first = list();
    const second = list();
    begun[0]?.reject(new Error('one'));
    await expect(first).rejects.toThrow('one');
    begun[1]?.resolve(2);
    expect(await second).toBe(2);
  });
});
