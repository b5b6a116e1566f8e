import type { Did, Store } from '@ttp/core';
import { bytesOfHash, fromUtf8, hashJson, hex, utf8 } from '@ttp/crypto';
import { PENDING_MAX_PER_AGENT } from './limits.js';

/** A place in the queue that nobody waits in. */
export interface Place {
  /** Puts a review there. False when another call was faster. */
  take(id: string): Promise<boolean>;
}

/** The queue that reviewers work off: as many places per agent as it may have reviews pending (flaw.O5). */
export interface Queue {
  /** The free places of an agent. */
  free(agent: Did): AsyncIterable<Place>;
  /** The ids in all places, of open and of ended reviews. */
  all(): AsyncIterable<string>;
}

const QUEUE = 'oversight/queue/';

/**
 * A queue under `oversight/queue/`. Places are taken by compare-and-set, so that calls which come together, in one
 * process or several, cannot all see the last free place and all take it. A review leaves its place by ending.
 */
export function createQueue(store: Store, isOpen: (id: string) => Promise<boolean>): Queue {
  return {
    async *free(agent) {
      const places = `${QUEUE}${hex(bytesOfHash(hashJson(agent)))}/`;
      for (let n = 0; n < PENDING_MAX_PER_AGENT; n++) {
        const key = places + String(n);
        const found = await store.get(key);
        if (found === undefined || !(await isOpen(fromUtf8(found.value))))
          yield { take: (id) => store.put(key, utf8(id), found?.version ?? 0) };
      }
    },
    async *all() {
      for await (const key of store.list(QUEUE)) {
        const found = await store.get(key);
        if (found !== undefined) yield fromUtf8(found.value);
      }
    },
  };
}
