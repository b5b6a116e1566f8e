import { codeOf, type Dispose, type ErrorCode, type Machine, type Step, type TtpEvent } from '@ttp/core';
import { type Endpoint, ended, type HandshakeOptions } from './endpoint.js';
import type { Established, HandshakeEvent, HandshakeOut, HandshakeRecord } from './step.js';

/** The messages of a connection, one at a time, for the handshake and then for its session. */
export type Inbox = AsyncIterator<Uint8Array>;

/** What a driver needs beside the machine. */
interface Driven<S extends { readonly at: string }> {
  readonly endpoint: Endpoint;
  readonly options: HandshakeOptions;
  readonly inbox: Inbox;
  readonly machine: Machine<S, HandshakeEvent, HandshakeOut>;
  readonly first: Step<S, HandshakeOut>;
  /** Rejects with why the handshake has to end, whatever the peer does. */
  readonly deadline: Promise<never>;
}

/**
 * Drives one handshake over its connection, until it is established. What was sent is recorded before.
 *
 * @throws the code it was aborted with
 */
export async function drive<S extends { readonly at: string }>(driven: Driven<S>): Promise<Established> {
  const { endpoint, options, inbox, machine, deadline } = driven;
  const { clock } = endpoint;
  let { state } = driven.first;
  let queue: readonly HandshakeOut[] = driven.first.out;

  const step = (event: HandshakeEvent): void => {
    const next = machine.step(state, event);
    ({ state } = next);
    queue = [...queue, ...next.out];
  };

  async function perform(effect: HandshakeOut): Promise<void> {
    switch (effect.do) {
      case 'record':
        await endpoint.recorder.record([eventOf(endpoint, options, effect)]);
        return;
      case 'send':
        await options.duplex.send(effect.bytes);
        return;
      case 'resolve': {
        const document = await endpoint.resolver.resolve(effect.did);
        const revoked = await endpoint.isRevoked(effect.did, clock.now());
        step({ type: 'resolved', now: clock.monotonic(), wall: clock.now(), document, revoked });
        return;
      }
      case 'sign': {
        const signature = await endpoint.signer.sign(effect.purpose, effect.payload);
        step({ type: 'signed', now: clock.monotonic(), signature });
        return;
      }
      case 'erase':
        for (const key of effect.keys) key.fill(0);
        return;
      case 'abort':
        throw ended(effect.code);
      case 'complete':
    }
  }

  /** The next message, as an event. */
  async function listen(): Promise<void> {
    const { done, value } = await inbox.next();
    const now = clock.monotonic();
    if (done === true) step({ type: 'fault', now, code: 'DID_HANDSHAKE_CLOSED' });
    else step({ type: 'message', now, wall: clock.now(), bytes: value });
  }

  for (;;) {
    const [effect, ...rest] = queue;
    queue = rest;
    try {
      await Promise.race([effect === undefined ? listen() : perform(effect), deadline]);
    } catch (error) {
      const code = codeOf(error, 'DID_HANDSHAKE_FAULT');
      // A failure of a port, or the deadline: the machine gives up its secrets, and says so in the log.
      step({ type: 'fault', now: clock.monotonic(), code });
      await giveUp(endpoint, options, queue);
      throw ended(code);
    }
    if (effect?.do === 'complete') return effect.established;
  }
}

/** What is left to do of a handshake that failed: keys are overwritten, whatever else fails. */
async function giveUp(
  endpoint: Endpoint,
  options: HandshakeOptions,
  out: readonly HandshakeOut[],
): Promise<void> {
  for (const effect of out) {
    if (effect.do === 'erase') for (const key of effect.keys) key.fill(0);
    if (effect.do === 'complete')
      for (const key of [effect.established.sendKey, effect.established.receiveKey]) key.fill(0);
  }
  for (const effect of out)
    if (effect.do === 'record' && effect.step === 'ABORT')
      // Nothing happens after this that a missing entry could hide.
      await endpoint.recorder.record([eventOf(endpoint, options, effect)]).catch(() => undefined);
}

function eventOf({ did, clock }: Endpoint, { trace }: HandshakeOptions, record: HandshakeRecord): TtpEvent {
  const { step, role, peer, transcript, code } = record;
  return {
    type: step === 'ABORT' ? 'handshake-failed' : 'handshake-advanced',
    component: 'did',
    at: clock.now(),
    trace,
    agent: did,
    subject: peer,
    data: { step, role, transcript, ...(code === undefined ? {} : { code }) },
  };
}

/** A promise that rejects once `ms` have gone by, or when told to. */
export function deadlineAfter(
  { timer }: Endpoint,
  ms: number,
): { readonly passed: Promise<never>; readonly end: (code: ErrorCode) => void; readonly dispose: Dispose } {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  passed.catch(() => undefined); // nobody may be waiting when it passes
  const end = (code: ErrorCode): void => {
    reject(ended(code));
  };
  const dispose = timer.after(ms, () => {
    end('DID_HANDSHAKE_EXPIRED');
  });
  return { passed, end, dispose };
}
