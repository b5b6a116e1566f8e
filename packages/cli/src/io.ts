import type { Readable, Writable } from 'node:stream';
import { systemClock, systemRandom, systemTimer } from '@ttp/adapters/system';
import type { Clock, Fetch, Random, Timer } from '@ttp/core';
import { EXIT } from './exit-codes.js';

/** A standard input that may be a terminal. */
export type InputStream = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

/** A standard output that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything of the process that commands touch, so that tests can be the process. */
export interface Io {
  readonly stdin: InputStream;
  /** The answer, and nothing else. */
  readonly stdout: OutputStream;
  /** Everything said to people meanwhile. */
  readonly stderr: OutputStream;
  /** The environment itself: secrets are deleted from it once they are read. */
  readonly env: Record<string, string | undefined>;
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
  /** The guarded fetch, for the few commands that reach out. */
  openFetch(): Promise<Fetch>;
  /** Calls `fn` when somebody asks the process to end; returns what undoes it. */
  onEndRequest(fn: () => void): () => void;
}

/** The process itself. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  // Whoever reads us may stop reading (`ttp ... | head`): there is nobody left to tell. A command that serves somebody
  // listens itself, and ends in order.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (stdout.listenerCount('error') > 1) return;
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  return {
    stdin,
    stdout,
    stderr,
    env,
    clock: systemClock,
    random: systemRandom,
    timer: systemTimer,
    openFetch: async () => (await import('@ttp/adapters/fetch')).guardedFetch(),
    onEndRequest(fn) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.once(signal, fn);
      return () => {
        for (const signal of signals) process.off(signal, fn);
      };
    },
  };
}

/** Writes text and waits until the stream has taken it. */
export const write = (stream: Writable, text: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
