import { type Lease, TtpError } from '@ttp/core';
import type { LockSubject } from '../../src/index.js';

/** Ways in which locks have been wrong; each stands for one line below that the right lock has. */
export const LOCK_BUGS = [
  'one-name',
  'grants-twice',
  'awaits-between-check-and-set',
  'runs-out-early',
  'never-runs-out',
  'fence-stands-still',
  'fence-restarts-on-release',
  'renews-from-its-end',
  'renews-late',
  'renews-what-is-anothers',
  'releases-what-is-anothers',
  'releases-nothing',
  'trusts-times',
] as const;
export type LockBug = (typeof LOCK_BUGS)[number];

/** The smallest locks that keep the contract, or break it in one way. */
export function tinyLock(bug?: LockBug): LockSubject {
  const has = (one: LockBug): boolean => bug === one;
  const held = new Map<string, { fence: bigint; until: number }>();
  let now = 0;
  const checkTtl = (ttl: number): void => {
    if (!(Number.isInteger(ttl) && ttl > 0) && !has('trusts-times'))
      throw new TtpError('LOCK_BAD_TTL', 'bad ttl');
  };
  const lock = {
    async acquire(asked: string, ttl: number): Promise<Lease | undefined> {
      checkTtl(ttl);
      const name = has('one-name') ? '' : asked;
      const found = held.get(name);
      const end = (found?.until ?? 0) - (has('runs-out-early') ? 1 : 0);
      const isHeld = found !== undefined && found.until > 0 && (end > now || has('never-runs-out'));
      if (has('awaits-between-check-and-set')) await Promise.resolve();
      if (isHeld && !has('grants-twice')) return undefined;
      const fence = has('fence-stands-still') ? 1n : (found?.fence ?? 0n) + 1n;
      let until = now + ttl;
      held.set(name, { fence, until });
      const isMine = (): boolean => held.get(name)?.fence === fence;
      return {
        fence,
        get until() {
          return until;
        },
        async renew(more) {
          checkTtl(more);
          if (!isMine() && !has('renews-what-is-anothers')) return false;
          const isLate = (held.get(name)?.until ?? 0) <= now;
          if (isLate && !has('renews-late')) return false;
          until = (has('renews-from-its-end') ? until : now) + more;
          held.set(name, { fence: held.get(name)?.fence ?? fence, until });
          return true;
        },
        async release() {
          if ((!isMine() && !has('releases-what-is-anothers')) || has('releases-nothing')) return;
          if (has('fence-restarts-on-release')) held.delete(name);
          else held.set(name, { fence: held.get(name)?.fence ?? fence, until: 0 });
        },
      };
    },
  };
  return {
    lock,
    another: async () => lock,
    advance: (ms) => void (now += ms),
    close: async () => undefined,
  };
}
