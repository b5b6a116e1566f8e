import { describe, expect, it } from 'vitest';
import { runCheck } from '../../src/contract/suite.js';
import { logChecks, logContract, storeChecks, storeContract } from '../../src/index.js';
import { BUGS, type Bug, tinyStorage } from './tiny-storage.js';

const checks = [...storeChecks, ...logChecks];

class Skipped extends Error {}
const skip = (reason: string): never => {
  throw new Skipped(reason);
};

/** The names of the checks that a storage with this bug fails. */
async function failedChecks(bug: Bug | undefined): Promise<string[]> {
  const failed: string[] = [];
  for (const check of checks)
    try {
      await runCheck(check, async () => tinyStorage(bug), skip);
    } catch {
      failed.push(check.name);
    }
  return failed;
}

storeContract('the right tiny storage', async () => tinyStorage());
logContract('the right tiny storage', async () => tinyStorage());

describe('the contract suites', () => {
  it('catch every broken storage, and have no check that none of them fails', async () => {
    const uncaught: Bug[] = [];
    const idle = new Set(checks.map(({ name }) => name));
    for (const bug of BUGS) {
      const failed = await failedChecks(bug);
      if (failed.length === 0) uncaught.push(bug);
      for (const name of failed) idle.delete(name);
    }
    expect(uncaught).toEqual([]);
    expect([...idle]).toEqual([]);
  });

  it('pass a right storage in every check', async () => {
    expect(await failedChecks(undefined)).toEqual([]);
  });

  it('name every check once', () => {
    for (const list of [storeChecks, logChecks])
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  });

  it('say why a check is skipped that needs a hook the adapter lacks', async () => {
    const reasons: unknown[] = [];
    for (const check of checks.filter(({ needs }) => needs !== undefined))
      try {
        await runCheck(check, async () => ({ storage: tinyStorage().storage }), skip);
      } catch (error) {
        reasons.push(error instanceof Skipped && error.message);
      }
    expect(new Set(reasons)).toEqual(
      new Set(['connect', 'fail', 'reopen'].map((hook) => `the adapter offers no ${hook}() to the suite`)),
    );
  });

  it('close the storage that was opened last, also after a failed check', async () => {
    const closed: string[] = [];
    const noting = (name: string) => ({
      ...tinyStorage().storage,
      close: async () => void closed.push(name),
    });
    const failing = { name: 'fails', run: async () => expect.fail('broken') };
    const reopening = {
      name: 'reopens',
      run: async (s: { reopen(): Promise<unknown> }) => void (await s.reopen()),
    };
    const open = async () => ({ storage: noting('first'), reopen: async () => noting('second') });
    await expect(runCheck(failing, open, skip)).rejects.toThrow('broken');
    await runCheck(reopening, open, skip);
    expect(closed).toEqual(['first', 'second']);
  });
});
