import { describe, expect, it } from 'vitest';
import { lockChecks, lockContract } from '../../src/index.js';
import { LOCK_BUGS, type LockBug, tinyLock } from './tiny-lock.js';

/** The names of the checks that a lock with this bug fails. */
async function failedChecks(bug?: LockBug): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of lockChecks)
    try {
      await run(tinyLock(bug));
    } catch {
      failed.push(name);
    }
  return failed;
}

lockContract('the right tiny lock', async () => tinyLock());

describe('the contract of locks', () => {
  it('catches every broken lock, and has no check that none of them fails', async () => {
    const uncaught: LockBug[] = [];
    const idle = new Set(lockChecks.map(({ name }) => name));
    for (const bug of LOCK_BUGS) {
      const failed = await failedChecks(bug);
      if (failed.length === 0) uncaught.push(bug);
      for (const name of failed) idle.delete(name);
    }
    expect(uncaught).toEqual([]);
    expect([...idle]).toEqual([]);
  });

  it('passes a right lock in every check', async () => {
    expect(await failedChecks()).toEqual([]);
  });
});
