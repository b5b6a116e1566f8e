import { type Duplex, TtpError } from '@ttp/core';
import { DUPLEX_MAX_WAITING } from './limits.js';

/** One direction of a connection. */
interface Pipe {
  readonly send: (bytes: Uint8Array) => Promise<void>;
  readonly receive: () => AsyncIterable<Uint8Array>;
  readonly end: () => void;
}

/**
 * Two ends of a connection within this process, for tests and for agents that share one. Back-pressure: a sender waits
 * while 64 messages wait to be received. What was sent before a close still arrives.
 *
 * @returns both ends; `send` throws DUPLEX_CLOSED once either end is closed
 */
export function duplexPair(
  names: { readonly a: string; readonly b: string } = { a: 'a', b: 'b' },
): readonly [Duplex, Duplex] {
  const [there, back] = [pipe(), pipe()];
  const close = async (): Promise<void> => {
    there.end();
    back.end();
  };
  const { a, b } = names;
  return [
    { remote: b, send: there.send, receive: back.receive, close },
    { remote: a, send: back.send, receive: there.receive, close },
  ];
}

function pipe(): Pipe {
  const waiting: Uint8Array[] = [];
  let closed = false;
  /** Resolved, and made anew, whenever anything above changes. */
  let changed = Promise.withResolvers<undefined>();
  function notify(): void {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  }

  const isFull = (): boolean => !closed && waiting.length >= DUPLEX_MAX_WAITING;

  return {
    async send(bytes) {
      const copy = Uint8Array.from(bytes);
      while (isFull()) await changed.promise;
      if (closed) throw new TtpError('DUPLEX_CLOSED', 'the connection is closed');
      waiting.push(copy);
      notify();
    },
    async *receive() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) {
          notify();
          yield next;
        } else if (closed) return;
        else await changed.promise;
      }
    },
    end() {
      closed = true;
      notify();
    },
  };
}
