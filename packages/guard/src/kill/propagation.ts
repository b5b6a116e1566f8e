import {
  asTime,
  type Clock,
  type Did,
  type Envelope,
  type Hash,
  NONCE_BYTES,
  type Random,
  type Signer,
  type Timer,
  TtpError,
} from '@ttp/core';
import {
  base64url,
  createReplayGuard,
  encodeEnvelope,
  envelopeId,
  hex,
  issuerOf,
  signEnvelope,
  verifyEnvelope,
} from '@ttp/crypto';
import { KILL_NOTICE_MAX_BYTES, KILL_POINTS_MAX, KILL_QUORUM, KILL_REPORT_MS } from '../limits.js';
import type { Closing } from './latch.js';
import { bodyOf, parseAck, parseNotice } from './notice.js';
import type { KillRecord, KillTarget } from './record.js';

/** Another enforcement point that is to obey the kills of this one, and whose kills this one obeys. */
export interface EnforcementPoint {
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** How notices reach other enforcement points: in this process, through a store that they share, over a network. */
export interface KillChannel {
  /**
   * Hands a notice to a point and resolves with what it answers, which may be anything. Rejects where there is no
   * answer. After the abort nobody waits for it, but the notice may still arrive.
   */
  send(point: Did, notice: string, signal: AbortSignal): Promise<string>;
}

/** What {@link createKillPropagation} needs. */
export interface KillPropagationOptions {
  /** Signs notices and acknowledgements: the key of this enforcement point. */
  readonly signer: Signer;
  /** The other enforcement points; their number is the n of `k of n`. */
  readonly points: readonly EnforcementPoint[];
  readonly channel: KillChannel;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  /** How many have to acknowledge; the smaller of 3 and their number unless given. */
  readonly quorum?: number;
  /** How long to wait for them, ms; {@link KILL_REPORT_MS} unless given, and at most. */
  readonly timeoutMs?: number;
}

/** How many enforcement points obey: `confirmed` of `configured`. 0 of 0: the kill is local, and nobody else was told. */
export interface Enforced {
  readonly confirmed: number;
  readonly configured: number;
  /** How many were waited for. A quorum that is missed delays and undoes nothing. */
  readonly quorum: number;
}

/** A kill as another enforcement point told it, verified. */
export interface HeardKill {
  readonly id: Hash;
  readonly target: KillTarget;
  /** The target's own epoch there. */
  readonly epoch: number;
  readonly why: Closing;
}

/** Tells kills to other enforcement points, and reads theirs. */
export interface KillPropagation {
  /** Tells all of them; resolves when the quorum has acknowledged, or the time is over. Never rejects. */
  announce(record: KillRecord): Promise<Enforced>;
  /**
   * A notice of another point to this one, fresh and seen for the first time.
   *
   * @throws GUARD_NOTICE_INVALID, GUARD_BAD_TARGET, CORE_UNKNOWN_TERM, and what `verifyEnvelope` throws: anything not
   *   signed by a configured point, for another one, stale, or replayed
   */
  open(notice: string): HeardKill;
  /** The signed answer: this point enforces it, in this epoch of its own. */
  acknowledge(heard: HeardKill, epoch: number): Promise<string>;
}

/** Nobody else. */
export const LOCAL: Enforced = { confirmed: 0, configured: 0, quorum: 0 };

/**
 * Kills between enforcement points (decision D32, flaw.M2): the local kill never waits for it; what counts is signed by
 * a configured point, each once; a notice is for one point and obeyed once.
 *
 * @throws GUARD_BAD_POINTS
 */
export function createKillPropagation(options: KillPropagationOptions): KillPropagation {
  const { signer, points, channel, clock, timer, random, timeoutMs = KILL_REPORT_MS } = options;
  const { quorum = Math.min(KILL_QUORUM, points.length) } = options;
  const own = issuerOf(signer);
  const keys = new Map(points.map(({ kid, publicKey }) => [kid, publicKey]));
  requireDistinct([signer, ...points]);
  if (
    points.length > KILL_POINTS_MAX ||
    !(Number.isSafeInteger(quorum) && quorum >= 0 && quorum <= points.length)
  )
    throw new TtpError('GUARD_BAD_POINTS', `a quorum of ${quorum} of ${points.length}`, { field: 'quorum' });
  if (!(timeoutMs > 0 && timeoutMs <= KILL_REPORT_MS))
    throw new TtpError('GUARD_BAD_POINTS', `a wait of ${timeoutMs} ms`, { field: 'timeoutMs' });
  // What was seen before a restart is obeyed again: stopping twice is cheaper than not at all.
  const replay = createReplayGuard({ bootAt: 0 });

  /** Whether this point acknowledged. Rejects where it did not. */
  async function ask(point: EnforcementPoint, record: KillRecord, signal: AbortSignal): Promise<void> {
    const aud = issuerOf(point);
    const notice = await signEnvelope({
      type: 'ttp/kill-notice@1',
      head: {
        iss: own,
        iat: asTime(clock.now()),
        aud,
        nonce: base64url(random.bytes(NONCE_BYTES)),
      },
      body: bodyOf(record),
      signers: [signer],
    });
    const answer = await channel.send(aud, encodeEnvelope(notice), signal);
    const { body } = verifyEnvelope(answer, {
      type: 'ttp/kill-ack@1',
      parse: parseAck,
      keyOf: (kid) => (kid === point.kid ? point.publicKey : undefined),
      now: clock.now(),
      maxBytes: KILL_NOTICE_MAX_BYTES,
    });
    if (body.notice !== envelopeId(notice) || body.target !== record.target)
      throw new TtpError('GUARD_NOTICE_INVALID', 'an acknowledgement of something else');
  }

  return {
    async announce(record) {
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      const controller = new AbortController();
      let confirmed = 0;
      const cancel = timer.after(timeoutMs, () => {
        controller.abort(new TtpError('GUARD_NOTICE_UNANSWERED', `no answer within ${timeoutMs} ms`));
        resolve();
      });
      const asked = points.map(async (point) => {
        try {
          await ask(point, record, controller.signal);
          if (++confirmed >= quorum) resolve();
        } catch {
          // It did not acknowledge, which is what the count says. Its lease, or its own operator, stops it.
        }
      });
      const everybody = Promise.all(asked).finally(cancel);
      await Promise.race([reached, everybody]);
      return { confirmed, configured: points.length, quorum };
    },

    open(notice) {
      const { id, head, body } = verifyEnvelope(notice, {
        type: 'ttp/kill-notice@1',
        parse: parseNotice,
        keyOf: (kid) => keys.get(kid),
        now: clock.now(),
        audience: own,
        replay,
        maxBytes: KILL_NOTICE_MAX_BYTES,
      });
      const { target, epoch, ...why } = body;
      const at = asTime(clock.now());
      return { id, target, epoch, why: { ...why, by: head.iss, message: '', at, told: true } };
    },

    async acknowledge({ id, target }, epoch) {
      const ack: Envelope = await signEnvelope({
        type: 'ttp/kill-ack@1',
        head: { iss: own, iat: asTime(clock.now()) },
        body: { notice: id, target, epoch },
        signers: [signer],
      });
      return encodeEnvelope(ack);
    },
  };
}

/** Two entries of one key would let one point count twice. */
function requireDistinct(all: readonly EnforcementPoint[]): void {
  const kids = new Set(all.map(({ kid }) => kid));
  const keys = new Set(all.map(({ publicKey }) => hex(publicKey)));
  if (kids.size < all.length || keys.size < all.length)
    throw new TtpError('GUARD_BAD_POINTS', 'two enforcement points have one key', { field: 'points' });
}
