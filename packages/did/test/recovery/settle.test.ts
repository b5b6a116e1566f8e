import { type Envelope, type Hash } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { proves, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { recoverIdentity, rotateIdentity } from '../../src/index.js';
import { settledRecoveries } from '../../src/recovery/settle.js';
import { HOUR, household, lastId, NOW } from './fixture.js';

const DAY = 24 * HOUR;

/** Whether the recovery in this log is in force at a time, by when its recovery and what follows were seen. */
function isSettled(
  entries: readonly Envelope[],
  seen: { readonly recovery?: number; readonly after?: number },
  now: number | undefined,
): boolean {
  const ids = entries.map((entry) => envelopeId(entry));
  const dates = new Map<Hash | undefined, number | undefined>([
    [ids[1], seen.recovery],
    [ids[2], seen.after],
  ]);
  return settledRecoveries({ log: { entries }, ids }, (id) => dates.get(id), now).size === 1;
}

it('puts a recovery in force after its delay, unless a veto is known to have come before', async () => {
  proves('decision.D3', 'flaw.D7');
  const { owner, backup, clock } = await household();
  const random = seededRandom(41);
  const { keyLog: recovered } = await recoverIdentity({
    keyLog: owner.keyLog,
    backupSeed: backup,
    random,
    clock,
  });
  const veto = lastId(recovered);
  const { keyLog: vetoed } = await rotateIdentity({ ...owner, keyLog: recovered }, { random, clock, veto });
  const due = NOW + DAY;
  // Never dated, or no time to go by: nothing comes into force.
  expect(isSettled(recovered, {}, due)).toBe(false);
  expect(isSettled(recovered, { recovery: NOW }, undefined)).toBe(false);
  expect(isSettled(recovered, { recovery: NOW }, due - 1)).toBe(false);
  expect(isSettled(recovered, { recovery: NOW }, due)).toBe(true);
  // A veto counts by when it was seen; one that nobody can date came too late.
  expect(isSettled(vetoed, { recovery: NOW, after: due - 1 }, due)).toBe(false);
  expect(isSettled(vetoed, { recovery: NOW, after: due }, due)).toBe(true);
  expect(isSettled(vetoed, { recovery: NOW }, due)).toBe(true);
});
