import type { Did } from '@ttp/core';
import type { Session } from './session.js';

/** The open sessions of one side, for who has to end those of an agent at once: a kill. */
export interface SessionBook {
  /** Keeps a session; use what it returns, which leaves the book when it ends. */
  hold(session: Session): Session;
  /**
   * Closes the sessions of which an end is one of these agents: nothing is sent or read in them from the moment this
   * returns. Returns how many there were.
   */
  end(includes: (agent: Did) => boolean): number;
}

/** An empty {@link SessionBook}. */
export function sessionBook(): SessionBook {
  const open = new Set<Session>();
  return {
    hold(session) {
      open.add(session);
      return {
        ...session,
        async *receive() {
          try {
            yield* session.receive();
            open.delete(session);
          } catch (error) {
            open.delete(session);
            throw error;
          }
        },
        close() {
          open.delete(session);
          return session.close();
        },
      };
    },
    end(includes) {
      const ending = [...open].filter((one) => includes(one.peer.did) || includes(one.self.did));
      for (const session of ending) {
        open.delete(session);
        // It is closed now; only telling the peer, who may be gone, takes time and can fail.
        session.close().catch(() => undefined);
      }
      return ending.length;
    },
  };
}
