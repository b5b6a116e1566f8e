import {
  type Clock,
  codeOf,
  type Dispose,
  type Duplex,
  type ErrorCode,
  type Hash,
  type Timer,
} from '@ttp/core';
import { openAead, sealAead } from '@ttp/crypto';
import type { Inbox } from './drive.js';
import { ended } from './endpoint.js';
import {
  nextTick,
  openSession,
  type SessionEvent,
  type SessionOut,
  type SessionState,
  sessionMachine,
} from './session-machine.js';
import type { Established, Side } from './step.js';

/** Messages to and from a peer whose identity was proved, encrypted and in order. */
export interface Session {
  /** Names the session and authorises nothing: who learns it can do nothing with it (flaw.H4). */
  readonly id: string;
  readonly self: Side['self'];
  readonly peer: Side['self'];
  /** The transcript hash of the handshake. */
  readonly transcript: Hash;
  /**
   * Sends one message; resolves when the connection has taken it.
   *
   * @throws DID_SESSION_CLOSED, DID_SESSION_TOO_LARGE, and what the connection throws
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * The messages that come in, until the peer closes the session. One reader; a session that nobody reads ends
   * 16 minutes after the last record was read, since changes of the peer's key are records too.
   *
   * @throws DID_SESSION_TRUNCATED where the connection ends first, DID_SESSION_RECORD, DID_SESSION_EXPIRED,
   *   CRYPTO_AEAD_REFUSED for a record that is not the peer's next one
   */
  receive(): AsyncGenerator<Uint8Array>;
  /** Tells the peer, overwrites the keys and closes the connection. Calling it again does nothing. */
  close(): Promise<void>;
}

/** What a session is made of. */
interface SessionInput {
  readonly established: Established;
  readonly inbox: Inbox;
  readonly duplex: Duplex;
  readonly clock: Clock;
  readonly timer: Timer;
}

/** Drives the session of a finished handshake. */
export function createSession({ established, inbox, duplex, clock, timer }: SessionInput): Session {
  const { session: id, peer, transcript } = established;
  const opened = openSession(established, clock.monotonic());
  let state: SessionState = opened;
  /** What was sealed goes out in the order of its sequences. */
  let outgoing: Promise<void> = Promise.resolve();
  let delivered: readonly Uint8Array[] = [];
  let over: { readonly code?: ErrorCode } | undefined;
  let stopTimer: Dispose | undefined;
  const stop = Promise.withResolvers<undefined>();
  /** The connection is closed, once the session is over. */
  let hungUp: Promise<void> | undefined;

  /** One event and its effects. AEAD has read its key when the call returns, so that the next effect may erase it. */
  async function step(event: SessionEvent): Promise<void> {
    const { state: next, out } = sessionMachine.step(state, event);
    state = next;
    await Promise.all(out.map(async (effect) => perform(effect)));
  }

  async function perform(effect: SessionOut): Promise<void> {
    switch (effect.do) {
      case 'seal': {
        const sent = transmit(effect, sealAead(effect), outgoing);
        outgoing = sent.catch(async (error: unknown) => fail(codeOf(error, 'DID_SESSION_CLOSED')));
        return sent;
      }
      case 'open': {
        const plaintext = await openAead(effect);
        return step({ type: 'opened', now: clock.monotonic(), id: effect.id, plaintext });
      }
      case 'send':
        return duplex.send(effect.bytes);
      case 'deliver':
        delivered = [...delivered, effect.plaintext];
        return undefined;
      case 'erase':
        for (const key of effect.keys) key.fill(0);
        return undefined;
      case 'end':
        over = effect.code === undefined ? {} : { code: effect.code };
        stopTimer?.();
        stop.resolve(undefined);
        hungUp = hangUp();
        hungUp.catch(() => undefined); // whoever waits for the end sees it
        return undefined;
    }
  }

  /** Sends what is sealed after everything that was sealed before it. */
  async function transmit(
    { id: sequence, header }: SessionOut & { readonly do: 'seal' },
    sealing: Promise<Uint8Array>,
    before: Promise<void>,
  ): Promise<void> {
    const [ciphertext] = await Promise.all([sealing, before]);
    await step({ type: 'sealed', now: clock.monotonic(), id: sequence, header, ciphertext });
  }

  const fail = async (code: ErrorCode): Promise<void> =>
    step({ type: 'fault', now: clock.monotonic(), code });

  function watch(): void {
    if (state.at !== 'open') return;
    stopTimer = timer.after(Math.max(0, nextTick(state) - clock.monotonic()), () => {
      step({ type: 'tick', now: clock.monotonic() }).then(watch, async (error: unknown) =>
        fail(codeOf(error, 'DID_SESSION_CLOSED')),
      );
    });
  }
  watch();

  async function pull(): Promise<void> {
    const next = await Promise.race([inbox.next(), stop.promise]);
    if (next === undefined) return;
    if (next.done === true) return fail('DID_SESSION_TRUNCATED');
    await step({ type: 'record', now: clock.monotonic(), bytes: next.value });
  }

  /** Waits for what is under way, then closes the connection. */
  async function hangUp(): Promise<void> {
    await outgoing;
    await duplex.close();
  }

  return {
    id,
    self: established.self,
    peer,
    transcript,
    async send(message) {
      await step({ type: 'send', now: clock.monotonic(), plaintext: message });
    },
    async *receive() {
      for (;;) {
        const [message, ...rest] = delivered;
        delivered = rest;
        if (message !== undefined) yield message;
        else if (over !== undefined) break;
        else await pull().catch((error: unknown) => fail(codeOf(error, 'DID_SESSION_RECORD')));
      }
      await hungUp;
      if (over.code !== undefined) throw ended(over.code);
    },
    async close() {
      if (state.at === 'closed') return;
      try {
        await step({ type: 'close', now: clock.monotonic() });
      } finally {
        await hungUp;
      }
    },
  };
}
