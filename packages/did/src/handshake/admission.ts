import { type Did, MESSAGE_MAX_AGE_MS, MESSAGE_MAX_AHEAD_MS, type Random } from '@ttp/core';
import { hex, sha256 } from '@ttp/crypto';
import { HALF_OPEN_COOKIES_FROM, HALF_OPEN_MAX_PER_SOURCE, HALF_OPEN_MAX_TOTAL } from '../limits.js';
import { isCookie, makeCookie } from './cookie.js';
import { refuse } from './refuse.js';
import type { Init } from './wire.js';

/** A half-open handshake of a responder. */
export interface Ticket {
  /** It is no longer half open. Calling it again does nothing. */
  release(): void;
  /** It is complete: its INIT is refused from now on, for as long as anybody would accept it. */
  spend(): void;
}

/** Which INITs one side answers, over all its handshakes (flaw.H7). It keeps no timers: time comes in. */
export interface Admission {
  /**
   * Takes an INIT in, or asks for a cookie.
   *
   * @param init as it was read
   * @param source where it came from, such as an address
   * @param now monotonic time, ms
   * @throws DID_HANDSHAKE_BUSY, DID_HANDSHAKE_REPLAYED, DID_HANDSHAKE_CROSSED, DID_HANDSHAKE_COOKIE
   */
  admit(init: Init, source: string, now: number): Ticket | { readonly cookie: Uint8Array };
  /**
   * Remembers an own INIT while it is open, so that of two sides that connect at once one gives way.
   *
   * @param giveWay called when the other side's handshake is complete instead
   * @returns what ends this
   */
  opened(peer: Did, ephemeral: Uint8Array, giveWay: () => void): () => void;
  /** The other side's handshake is complete: own ones to the same peer that lost against it give way. */
  settled(init: Init): void;
}

/** How long an INIT can be accepted at all, counted from when it came. */
const SPENT_MS = MESSAGE_MAX_AGE_MS + MESSAGE_MAX_AHEAD_MS;

/** Of two ephemeral keys, the one with the lower hash goes on: both sides see it alike. */
const rank = (ephemeral: Uint8Array): string => hex(sha256(ephemeral));

/** An {@link Admission}, with a cookie secret of its own. */
export function createAdmission(random: Random): Admission {
  const secret = random.bytes(32);
  const sources = new Map<string, number>();
  const pending = new Set<string>();
  /** Ephemeral keys of complete handshakes, oldest first, until when they are refused. */
  const spent = new Map<string, number>();
  const own = new Set<{ readonly peer: Did; readonly rank: string; readonly giveWay: () => void }>();

  function forget(now: number): void {
    for (const [id, until] of spent) {
      if (until > now) return;
      spent.delete(id);
    }
  }

  return {
    admit(init, source, now) {
      forget(now);
      const id = rank(init.ephemeral);
      if (spent.has(id) || pending.has(id))
        throw refuse('DID_HANDSHAKE_REPLAYED', 'ephemeral', 'this INIT was received before');
      for (const mine of own)
        if (mine.peer === init.initiator.did && mine.rank < id)
          throw refuse('DID_HANDSHAKE_CROSSED', 'ephemeral', 'the own INIT goes first');
      const shown = init.cookie !== undefined;
      if (shown && !isCookie(secret, init, source, now))
        throw refuse('DID_HANDSHAKE_COOKIE', 'cookie', 'none of this side, or too old');
      if (pending.size >= HALF_OPEN_MAX_TOTAL)
        throw refuse('DID_HANDSHAKE_BUSY', 'source', 'too many handshakes are half open');
      if (pending.size >= HALF_OPEN_COOKIES_FROM && !shown)
        return { cookie: makeCookie(secret, init, source, now) };
      const count = sources.get(source) ?? 0;
      if (count >= HALF_OPEN_MAX_PER_SOURCE)
        throw refuse('DID_HANDSHAKE_BUSY', 'source', 'too many handshakes of this source are half open');
      sources.set(source, count + 1);
      pending.add(id);
      return {
        release() {
          if (!pending.delete(id)) return;
          const left = (sources.get(source) ?? 0) - 1;
          if (left > 0) sources.set(source, left);
          else sources.delete(source);
        },
        spend: () => void spent.set(id, now + SPENT_MS),
      };
    },

    opened(peer, ephemeral, giveWay) {
      const mine = { peer, rank: rank(ephemeral), giveWay };
      own.add(mine);
      return () => void own.delete(mine);
    },

    settled({ initiator, ephemeral }) {
      const id = rank(ephemeral);
      for (const mine of own) if (mine.peer === initiator.did && id < mine.rank) mine.giveWay();
    },
  };
}
