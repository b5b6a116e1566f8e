import type { Did, ErrorCode, JsonObject } from '@ttp/core';
import { createReplayGuard, generateExchangeKey, hex } from '@ttp/crypto';
import {
  type HandshakeEvent,
  type HandshakeOut,
  type InitiatorState,
  initiatorMachine,
  PRIMITIVES,
  type ResponderState,
  receiveInit,
  responderMachine,
  type Side,
  startHandshake,
} from '@ttp/did';
import { badArgument, hexBytes, object } from './arguments.js';
import { didAt, documentAt, hashAt, textAt } from './identity-arguments.js';

/** One side of a handshake, on its way. */
export interface Run {
  readonly role: 'initiator' | 'responder';
  readonly state: InitiatorState | ResponderState;
  /** What its last event led to. */
  readonly out: readonly HandshakeOut[];
  step(event: HandshakeEvent): Run;
}

/** An event as a request has it: bytes in hexadecimal digits. */
export type PlainEvent = JsonObject;

/** What a side begins with, as a request has it. */
function sideOf(value: JsonObject): Side {
  const { did, kid, policy, publicKey, ephemeral, nonce, binding = '' } = value;
  const name = 'event.side';
  const secret = hexBytes(textAt(ephemeral, name), name);
  if (secret.length !== KEY_BYTES) return badArgument(name);
  return {
    self: { did: didAt(did, name), kid: textAt(kid, name), policy: hashAt(policy, name) },
    publicKey: hexBytes(textAt(publicKey, name), name),
    ephemeral: generateExchangeKey({ bytes: () => secret }),
    nonce: hexBytes(textAt(nonce, name), name),
    binding: hexBytes(textAt(binding, name), name),
    primitives: PRIMITIVES,
  };
}

const KEY_BYTES = 32;

/**
 * Begins a handshake: by `start` as the initiator, by `init` with the bytes that came as the responder.
 *
 * @throws CONFORMANCE_BAD_REQUEST, and the codes of `startHandshake` and `receiveInit`
 */
export function begin(event: PlainEvent): Run {
  const args = new Map<string, unknown>(Object.entries(event));
  const side = sideOf(object(args, 'side'));
  const [now, wall] = [timeAt(event, 'now'), timeAt(event, 'wall')];
  if (event['type'] === 'start') {
    const { state, out } = startHandshake({ side, peer: documentAt(event['peer'], 'event.peer'), now, wall });
    return initiator(state, out);
  }
  if (event['type'] !== 'init') return badArgument('event.type');
  const replay = createReplayGuard({ bootAt: 0 });
  const { state, out } = receiveInit({ side, bytes: bytesAt(event, 'bytes'), replay, now, wall });
  return responder(state, out);
}

const initiator = (state: InitiatorState, out: readonly HandshakeOut[]): Run => ({
  role: 'initiator',
  state,
  out,
  step(event) {
    const next = initiatorMachine.step(state, event);
    return initiator(next.state, next.out);
  },
});

const responder = (state: ResponderState, out: readonly HandshakeOut[]): Run => ({
  role: 'responder',
  state,
  out,
  step(event) {
    const next = responderMachine.step(state, event);
    return responder(next.state, next.out);
  },
});

/** An event of the tables, from a request. Throws CONFORMANCE_BAD_REQUEST. */
export function eventOf(event: PlainEvent): HandshakeEvent {
  const now = timeAt(event, 'now');
  const { type } = event;
  switch (typeof type === 'string' ? type : '') {
    case 'message':
      return { type: 'message', now, wall: timeAt(event, 'wall'), bytes: bytesAt(event, 'bytes') };
    case 'resolved': {
      const { revoked = false } = event;
      if (typeof revoked !== 'boolean') return badArgument('event.revoked');
      const document = documentAt(event['document'], 'event.document');
      return { type: 'resolved', now, wall: timeAt(event, 'wall'), document, revoked };
    }
    case 'signed':
      return { type: 'signed', now, signature: bytesAt(event, 'signature') };
    case 'fault': {
      const { code } = event;
      return isErrorCode(code) ? { type: 'fault', now, code } : badArgument('event.code');
    }
    case 'tick':
      return { type: 'tick', now };
    default:
      return badArgument('event.type');
  }
}

const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && /^[A-Z]+(?:_[A-Z0-9]+)+$/.test(value);

const bytesAt = (event: PlainEvent, name: string): Uint8Array =>
  hexBytes(textAt(event[name], `event.${name}`), `event.${name}`);

function timeAt(event: PlainEvent, name: string): number {
  const value = event[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : badArgument(`event.${name}`);
}

/** What a step asks its driver to do, with bytes in hexadecimal digits. */
export function emitted(out: HandshakeOut): JsonObject {
  switch (out.do) {
    case 'send':
      return { do: 'send', bytes: hex(out.bytes) };
    case 'sign':
      return { do: 'sign', purpose: out.purpose, payload: hex(out.payload) };
    case 'erase':
      return { do: 'erase', keys: out.keys.map(hex) };
    case 'complete': {
      const { sendKey, receiveKey, self, peer, ...established } = out.established;
      return {
        do: 'complete',
        established: {
          ...established,
          self: { ...self },
          peer: { ...peer },
          sendKey: hex(sendKey),
          receiveKey: hex(receiveKey),
        },
      };
    }
    case 'record':
    case 'resolve':
    case 'abort':
    default:
      return { ...out };
  }
}

/** What can be said of where a side stands without its secrets. */
export function standing({ role, state }: Run): JsonObject {
  if (state.at === 'failed') return { role, at: state.at, code: state.code };
  if (state.at === 'complete') return { role, at: state.at, session: state.session };
  const { at, deadline, transcript } = state;
  const peer: Did = state.peer;
  return { role, at, deadline, peer, transcript: hex(transcript) };
}
