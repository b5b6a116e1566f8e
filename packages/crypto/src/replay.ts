import { asTime, MESSAGE_MAX_AGE_MS, MESSAGE_MAX_AHEAD_MS, TtpError } from '@ttp/core';
import { REPLAY_MAX_PER_KEY, REPLAY_MAX_TOTAL } from './limits.js';

/** An authenticated message, as far as the guard looks at it. */
export interface ReplayInput {
  /** Who signed: the inception of the issuer. Never admit what was not verified. */
  readonly key: string;
  readonly nonce: string;
  /** When it was stamped, and now: wall clock, ms. */
  readonly iat: number;
  readonly now: number;
}

/** Remembers the messages of some minutes. */
export interface ReplayGuard {
  /** Throws CRYPTO_REPLAYED, CRYPTO_REPLAY_FULL, CRYPTO_BEFORE_BOOT, CRYPTO_MESSAGE_STALE, CRYPTO_MESSAGE_FUTURE, CORE_BAD_TIME. */
  admit(input: ReplayInput): void;
}

/** Options of {@link createReplayGuard}. */
export interface ReplayGuardOptions {
  /**
   * When this memory began, wall clock in ms. What the process before it may have seen, stamped up to 1 min later, is
   * refused. 0 where there was none before, as for an identity just created.
   */
  readonly bootAt: number;
  /** Nonces of one key; {@link REPLAY_MAX_PER_KEY} unless given, and never more. */
  readonly perKey?: number;
  /** Nonces of all keys; {@link REPLAY_MAX_TOTAL} unless given, and never more. */
  readonly total?: number;
}

/**
 * A replay guard in memory (decision D10, flaw.H9). A full one refuses and evicts nobody, so that no flood can make
 * it forget; what one key sends takes only its own share.
 *
 * @throws CRYPTO_BAD_PARAMETER for a share that is not an integer from 1 to its limit, CORE_BAD_TIME
 */
export function createReplayGuard(options: ReplayGuardOptions): ReplayGuard {
  const bootAt = asTime(options.bootAt);
  const perKey = share(options.perKey, REPLAY_MAX_PER_KEY, 'perKey');
  const total = share(options.total, REPLAY_MAX_TOTAL, 'total');

  const seen = new Set<string>();
  const counts = new Map<string, number>();
  /** In the order of admission, which is that of `until`: the mark never goes back. */
  let queue: { readonly id: string; readonly key: string; readonly until: number }[] = [];
  let first = 0;
  /** The highest time seen: a clock that goes back must not bring back what was forgotten (flaw.H10). */
  let mark = 0;

  function forget(): void {
    for (let entry = queue[first]; entry !== undefined && entry.until < mark; entry = queue[++first]) {
      seen.delete(entry.id);
      const left = (counts.get(entry.key) ?? 0) - 1;
      if (left > 0) counts.set(entry.key, left);
      else counts.delete(entry.key);
    }
    if (first <= queue.length / 2) return;
    queue = queue.slice(first); // half of it is gone: constant time a nonce, on average
    first = 0;
  }

  return {
    admit({ key, nonce, iat, now }) {
      mark = Math.max(mark, asTime(now));
      forget();
      if (asTime(iat) > now + MESSAGE_MAX_AHEAD_MS)
        throw new TtpError('CRYPTO_MESSAGE_FUTURE', `stamped ${iat}, it is ${now}`);
      if (iat < mark - MESSAGE_MAX_AGE_MS)
        throw new TtpError('CRYPTO_MESSAGE_STALE', `stamped ${iat}, it was ${mark}`);
      if (bootAt > 0 && iat < bootAt + MESSAGE_MAX_AHEAD_MS)
        throw new TtpError('CRYPTO_BEFORE_BOOT', `stamped ${iat}, remembered since ${bootAt}`);
      const id = `${key} ${nonce}`;
      if (seen.has(id)) throw new TtpError('CRYPTO_REPLAYED', 'the nonce was used before');
      const count = counts.get(key) ?? 0;
      if (count >= perKey || seen.size >= total)
        throw new TtpError('CRYPTO_REPLAY_FULL', `${count} nonces of this key, ${seen.size} in all`);
      seen.add(id);
      counts.set(key, count + 1);
      // Stamped at most one minute ahead, and good for five: after this, age alone refuses it.
      queue.push({ id, key, until: mark + MESSAGE_MAX_AHEAD_MS + MESSAGE_MAX_AGE_MS });
    },
  };
}

function share(given: number | undefined, limit: number, field: string): number {
  const n = given ?? limit;
  if (Number.isInteger(n) && n >= 1 && n <= limit) return n;
  throw new TtpError('CRYPTO_BAD_PARAMETER', `${field} is 1 to ${limit}`, { field });
}
