import type { Lease, Lock } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import { codeRejectedBy } from '../codes.js';

/** Locks under test. */
export interface LockSubject {
  readonly lock: Lock;
  /** The same locks as another instance sees them: another process, where the storage is shared. */
  readonly another: () => Promise<Lock>;
  /** Moves the clock of the locks, ms. */
  readonly advance: (ms: number) => unknown;
  readonly close: () => Promise<void>;
}

/** One demand on a {@link Lock}, as a plain function. */
export interface LockCheck {
  readonly name: string;
  /** Throws where the adapter breaks the demand. */
  run(subject: LockSubject): Promise<void>;
}

/** A lease that must have been granted. */
async function granted(lease: Promise<Lease | undefined>): Promise<Lease> {
  const found = await lease;
  if (found === undefined) return expect.fail('the lock was not granted');
  return found;
}

/** What every {@link Lock} must do, in the words of the port. */
export const lockChecks: readonly LockCheck[] = [
  {
    name: 'is granted to one, whoever asks besides, and each name by itself',
    async run({ lock, another }) {
      const other = await another();
      await granted(lock.acquire('job', 1000));
      expect(await lock.acquire('job', 1000)).toBeUndefined();
      expect(await other.acquire('job', 1000)).toBeUndefined();
      await granted(other.acquire('another job', 1000));
    },
  },
  {
    name: 'is granted to one of 10 that ask at once',
    async run({ lock, another }) {
      const instances = [lock, ...(await Promise.all(Array.from({ length: 9 }, another)))];
      const leases = await Promise.all(instances.map((one) => one.acquire('job', 1000)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    },
  },
  {
    name: 'is free again when it runs out, not before',
    async run({ lock, another, advance }) {
      const other = await another();
      await granted(lock.acquire('job', 1000));
      await advance(999);
      expect(await other.acquire('job', 1000)).toBeUndefined();
      await advance(1);
      await granted(other.acquire('job', 1000));
    },
  },
  {
    name: 'grows its fence with every grant, over releases, expiry and instances',
    async run({ lock, another, advance }) {
      const other = await another();
      const first = await granted(lock.acquire('job', 1000));
      await first.release();
      const second = await granted(other.acquire('job', 1000));
      await advance(1000);
      const third = await granted(lock.acquire('job', 1000));
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(third.fence).toBeGreaterThan(second.fence);
    },
  },
  {
    name: 'is prolonged by its holder, from now on',
    async run({ lock, another, advance }) {
      const other = await another();
      const lease = await granted(lock.acquire('job', 1000));
      const { until } = lease;
      await advance(900);
      expect(await lease.renew(1000)).toBe(true);
      expect(lease.until).toBe(until + 900);
      await advance(999);
      expect(await other.acquire('job', 1000)).toBeUndefined();
      await advance(1);
      await granted(other.acquire('job', 1000));
    },
  },
  {
    name: 'is not prolonged once it ran out, whether somebody took it or not',
    async run({ lock, another, advance }) {
      const other = await another();
      const late = await granted(lock.acquire('job', 1000));
      await advance(1000);
      expect(await late.renew(1000)).toBe(false);
      await granted(other.acquire('job', 1000));
      expect(await late.renew(1000)).toBe(false);
    },
  },
  {
    name: 'is released at once, by its holder alone',
    async run({ lock, another, advance }) {
      const other = await another();
      const first = await granted(lock.acquire('job', 1000));
      await first.release();
      await first.release();
      const second = await granted(other.acquire('job', 1000));
      await first.release();
      expect(await lock.acquire('job', 1000)).toBeUndefined();
      expect(await second.renew(1000)).toBe(true);
      await advance(1000);
      await granted(lock.acquire('job', 1000));
      await second.release();
      expect(await other.acquire('job', 1000)).toBeUndefined();
    },
  },
  {
    name: 'refuses a time that is none with LOCK_BAD_TTL',
    async run({ lock }) {
      const bad = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY];
      for (const ttl of bad) expect(await codeRejectedBy(lock.acquire('job', ttl))).toBe('LOCK_BAD_TTL');
      const lease = await granted(lock.acquire('job', 1000));
      for (const ttl of bad) expect(await codeRejectedBy(lease.renew(ttl))).toBe('LOCK_BAD_TTL');
    },
  },
];

/** Registers the demands on a {@link Lock} as a vitest suite. */
export function lockContract(name: string, open: () => Promise<LockSubject>): void {
  describe(`${name}: the Lock contract`, () => {
    for (const check of lockChecks)
      it(check.name, async () => {
        const subject = await open();
        try {
          await check.run(subject);
        } finally {
          await subject.close();
        }
      });
  });
}
