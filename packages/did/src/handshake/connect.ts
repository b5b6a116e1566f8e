import type { Did } from '@ttp/core';
import { HANDSHAKE_MAX_MS } from '../limits.js';
import { deadlineAfter, drive, type Inbox } from './drive.js';
import { type Endpoint, freshSide, type HandshakeOptions } from './endpoint.js';
import { initiatorMachine, startHandshake } from './initiator.js';
import { refuse } from './refuse.js';
import { receiveInit, responderMachine } from './responder.js';
import { createSession, type Session } from './session.js';
import type { Established } from './step.js';
import { encodeRetry, readInit } from './wire.js';

/**
 * Connects to a peer: the handshake as initiator, over a connection to it. A handshake that fails closes the
 * connection.
 *
 * @param options.peer whom this side means; who else answers is refused
 * @throws the codes DID_HANDSHAKE_*; those of the resolver for a peer that is unknown or frozen; those of the
 *   recorder; CRYPTO_MESSAGE_STALE, CRYPTO_MESSAGE_FUTURE, CRYPTO_LOW_ORDER_POINT, the CRYPTO_JSON_* codes
 */
export async function connect(
  endpoint: Endpoint,
  options: HandshakeOptions & { readonly peer: Did },
): Promise<Session> {
  const { peer } = options;
  return within(endpoint, options, async (inbox, deadline) => {
    const { clock, resolver, isRevoked, admission } = endpoint;
    if (peer === endpoint.did) throw refuse('DID_HANDSHAKE_SELF', 'peer', 'the own DID');
    const found = Promise.all([resolver.resolve(peer), isRevoked(peer, clock.now())]);
    const [document, revoked] = await Promise.race([found, deadline.passed]);
    if (revoked) throw refuse('DID_HANDSHAKE_REVOKED', 'peer', 'is revoked');
    const side = freshSide(endpoint, options.binding);
    const closed = admission.opened(peer, side.ephemeral.publicKey, () => {
      deadline.end('DID_HANDSHAKE_CROSSED');
    });
    try {
      const first = startHandshake({ side, peer: document, now: clock.monotonic(), wall: clock.now() });
      return await drive({
        endpoint,
        options,
        inbox,
        machine: initiatorMachine,
        first,
        deadline: deadline.passed,
      });
    } finally {
      closed();
    }
  });
}

/**
 * Answers whoever connects: the handshake as responder, over a connection that came in. A handshake that fails closes
 * the connection.
 *
 * @param options.duplex its `remote` is the source that half-open handshakes are counted by
 * @throws as {@link connect}; also CRYPTO_REPLAYED, CRYPTO_REPLAY_FULL, CRYPTO_BEFORE_BOOT
 */
export async function accept(endpoint: Endpoint, options: HandshakeOptions): Promise<Session> {
  return within(endpoint, options, async (inbox, deadline) => {
    const { clock, admission, replay } = endpoint;
    for (;;) {
      const { done, value: bytes } = await Promise.race([inbox.next(), deadline.passed]);
      if (done === true) throw refuse('DID_HANDSHAKE_CLOSED', 'duplex', 'ended before INIT');
      const init = readInit(bytes);
      const now = clock.monotonic();
      const admitted = admission.admit(init, options.duplex.remote, now);
      if ('cookie' in admitted) {
        await options.duplex.send(encodeRetry(admitted.cookie));
        continue;
      }
      try {
        const side = freshSide(endpoint, options.binding);
        const first = receiveInit({ side, bytes, replay, now, wall: clock.now() });
        const established = await drive({
          endpoint,
          options,
          inbox,
          machine: responderMachine,
          first,
          deadline: deadline.passed,
        });
        admitted.spend();
        admission.settled(init);
        return established;
      } finally {
        admitted.release();
      }
    }
  });
}

/** Runs a handshake with its deadline, and closes the connection if it fails. */
async function within(
  endpoint: Endpoint,
  { duplex }: HandshakeOptions,
  handshake: (inbox: Inbox, deadline: ReturnType<typeof deadlineAfter>) => Promise<Established>,
): Promise<Session> {
  const inbox = duplex.receive()[Symbol.asyncIterator]();
  const deadline = deadlineAfter(endpoint, HANDSHAKE_MAX_MS);
  try {
    const established = await handshake(inbox, deadline);
    return createSession({ established, inbox, duplex, clock: endpoint.clock, timer: endpoint.timer });
  } catch (error) {
    await duplex.close().catch(() => undefined);
    throw error;
  } finally {
    deadline.dispose();
  }
}
