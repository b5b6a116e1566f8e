import { type Did, type Dispose, type Store, type Timer, TtpError } from '@ttp/core';
import { fromUtf8, hex, sha256, utf8 } from '@ttp/crypto';
import { KILL_ACK_POLL_MS, KILL_NOTICES_MAX, KILL_POLL_MS } from '../limits.js';
import type { KillChannel } from './propagation.js';

/** What an enforcement point does with a notice: `receive` of its kill switch. */
export type ReceiveKill = (notice: string) => Promise<string>;

/**
 * Between enforcement points of one process, each with a storage of its own.
 *
 * @param receivers by the DID of the point
 */
export const localKillChannel = (receivers: ReadonlyMap<Did, ReceiveKill>): KillChannel => ({
  async send(point, notice) {
    const receive = receivers.get(point);
    if (receive === undefined) throw unanswered(`no enforcement point ${point} here`);
    return await receive(notice);
  },
});

/** A channel through a store that the enforcement points share, and the receiving end of it. */
export interface StoreKillChannel extends KillChannel {
  /** Hands the notices to `own` that are in the store to `receive`, now and from now on. */
  serve(own: Did, receive: ReceiveKill): Dispose;
}

/**
 * Between processes that share a store: notices lie in it until they are answered, also over a restart of who they are
 * for. What is in the store is believed nobody: notices and answers are signed.
 */
export function storeKillChannel({
  store,
  timer,
}: {
  readonly store: Store;
  readonly timer: Timer;
}): StoreKillChannel {
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer.after(ms, resolve);
    });

  /** Answers one notice, or not where it is refused; it is removed either way. */
  async function answer(key: string, receive: ReceiveKill): Promise<void> {
    const found = await store.get(key);
    if (found === undefined) return;
    const notice = fromUtf8(found.value);
    const ack = await receive(notice).catch(() => undefined);
    if (ack !== undefined) await store.put(ackKey(notice), utf8(ack));
    await store.delete(key);
  }

  async function sweep(prefix: string, receive: ReceiveKill): Promise<void> {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) if (keys.push(key) >= KILL_NOTICES_MAX) break;
    for (const key of keys) await answer(key, receive);
  }

  return {
    async send(point, notice, signal) {
      const key = boxOf(point) + idOf(notice);
      await store.put(key, utf8(notice));
      for (;;) {
        if (signal.aborted) throw unanswered('nobody answered in time');
        const found = await store.get(ackKey(notice));
        if (found !== undefined) {
          await store.delete(ackKey(notice));
          return fromUtf8(found.value);
        }
        await pause(KILL_ACK_POLL_MS);
      }
    },
    serve(own, receive) {
      let isOver = false;
      let next: Dispose | undefined;
      const look = async (): Promise<void> => {
        // A store that cannot be read has no kill records either: the lease runs out.
        await sweep(boxOf(own), receive).catch(() => undefined);
        if (!isOver) next = timer.after(KILL_POLL_MS, () => void look());
      };
      void look();
      return () => {
        isOver = true;
        next?.();
      };
    },
  };
}

const idOf = (notice: string): string => hex(sha256(utf8(notice)));
const boxOf = (point: Did): string => `guard/notice/${hex(sha256(utf8(point)))}/`;
const ackKey = (notice: string): string => `guard/notice-ack/${idOf(notice)}`;

const unanswered = (message: string): TtpError => new TtpError('GUARD_NOTICE_UNANSWERED', message);
