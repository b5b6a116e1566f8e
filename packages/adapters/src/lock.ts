import { type Clock, type Lease, type Lock, type Random, type Storage, TtpError } from '@ttp/core';
import { LOCK_TTL_MS_MAX } from './limits.js';
import { type Grant, grantOf, isGrant, valueOf } from './lock/grant.js';
import { systemClock, systemRandom } from './system.js';

export { LOCK_ERRORS, type LockErrorCode } from './errors.js';
export { type Fenced, type FencedRow, fencedRow } from './lock/fenced-row.js';

/** Options of {@link locks}. */
export interface LocksOptions {
  /** Its wall clock says when a lease has run out; that of this machine when left out. */
  readonly clock?: Clock;
  /** Names the holders; the generator of this machine when left out. */
  readonly random?: Random;
}

/** Named locks in a storage. */
export interface StorageLock extends Lock {
  /** False: single-instance mode. The locks hold within this process, and another one has its own. */
  readonly shared: boolean;
}

/**
 * Locks that live in a storage, by compare-and-set: `memory()` gives those of one process, a shared storage those of all
 * who share it. There is no fallback from one to the other. Nothing is guarded by a lease alone, since its holder may be
 * late: what it writes goes through {@link fencedRow} with its fence (flaw.W1).
 *
 * @param storage keeps a key `lock/<name>` for each name ever used: the fence has to grow over releases
 * @returns `acquire(name, ttl)` takes 1 to 500 printable ASCII characters and 1 to 86400000 ms, and throws
 *   LOCK_BAD_TTL, STORE_UNREADABLE and what the store throws; `renew` is false once the lease has run out or is somebody
 *   else's; `release` frees a lock that is still this lease's, and leaves any other alone
 */
export function locks(storage: Storage, options: LocksOptions = {}): StorageLock {
  const { clock = systemClock, random = systemRandom } = options;
  const { store } = storage;

  async function read(key: string): Promise<{ grant: Grant | undefined; version: number }> {
    const found = await store.get(key);
    return { grant: found && grantOf(found.value), version: found?.version ?? 0 };
  }

  function lease(key: string, granted: Grant): Lease {
    let current = granted;
    /** Replaces the grant of this lease, and no other. */
    const replace = async (by: (grant: Grant) => Grant | undefined): Promise<boolean> => {
      const { grant, version } = await read(key);
      if (grant === undefined || !isGrant(grant, granted)) return false;
      const next = by(grant);
      if (next === undefined || !(await store.put(key, valueOf(next), version))) return false;
      current = next;
      return true;
    };
    return {
      fence: granted.fence,
      get until() {
        return current.until;
      },
      async renew(ttl) {
        checkTtl(ttl);
        return replace((grant) =>
          grant.until > clock.now() ? { ...grant, until: clock.now() + ttl } : undefined,
        );
      },
      async release() {
        await replace((grant) => ({ ...grant, until: 0 }));
      },
    };
  }

  return {
    shared: storage.shared,
    async acquire(name, ttl) {
      checkTtl(ttl);
      const key = `lock/${name}`;
      const { grant, version } = await read(key);
      const now = clock.now();
      if (grant !== undefined && grant.until > now) return undefined;
      const granted = { fence: (grant?.fence ?? 0n) + 1n, until: now + ttl, holder: random.bytes(16) };
      return (await store.put(key, valueOf(granted), version)) ? lease(key, granted) : undefined;
    },
  };
}

function checkTtl(ttl: number): void {
  if (!Number.isSafeInteger(ttl) || ttl < 1 || ttl > LOCK_TTL_MS_MAX)
    throw new TtpError('LOCK_BAD_TTL', `not 1 to ${LOCK_TTL_MS_MAX} ms: ${ttl}`, { field: 'ttl' });
}
