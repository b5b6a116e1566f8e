import { type ErrorCode, type Machine, machine, type Step, TtpError } from '@ttp/core';
import { concatBytes, fromBase64url } from '@ttp/crypto';
import { REKEY_AFTER_MS, REKEY_AFTER_RECORDS, REKEY_GRACE_MS, SESSION_MESSAGE_MAX_BYTES } from '../limits.js';
import { aadOf, encodeHeader, ivOf, type RecordHeader, type RecordKind, readRecord } from './record.js';
import { refuse } from './refuse.js';
import { nextKey } from './schedule.js';
import type { Established } from './step.js';
import type { Role } from './transcript.js';

/** One direction of a session: its key, and how far it is used. */
export interface Lane {
  readonly sender: Role;
  readonly key: Uint8Array;
  readonly epoch: number;
  /** The sequence of the next record. */
  readonly next: bigint;
  /** The sequence of the next record whose sealing or opening is awaited. */
  readonly done: bigint;
  /** Records under this key. */
  readonly used: number;
  /** When this key began, monotonic ms. */
  readonly since: number;
}

/** A session that carries messages. Its deadline is when the peer should have changed its key. */
export interface OpenSession {
  readonly at: 'open';
  readonly deadline: number;
  readonly session: string;
  readonly sending: Lane;
  readonly receiving: Lane;
  /** Kinds of the records being opened, oldest first. */
  readonly opening: readonly RecordKind[];
}

/** The end. The keys are overwritten; what was sealed before still goes out. */
export interface ClosedSession {
  readonly at: 'closed';
  /** The sequence of the next record that is still being sealed. */
  readonly done: bigint;
  /** Why, where it was not by anybody's wish. */
  readonly code?: ErrorCode;
}

/** Where a session stands. */
export type SessionState = OpenSession | ClosedSession;

/** What can happen to a session. `now` is monotonic time, ms. */
export type SessionEvent =
  | { readonly type: 'send'; readonly now: number; readonly plaintext: Uint8Array }
  | {
      readonly type: 'sealed';
      readonly now: number;
      readonly id: bigint;
      readonly header: RecordHeader;
      readonly ciphertext: Uint8Array;
    }
  | { readonly type: 'record'; readonly now: number; readonly bytes: Uint8Array }
  | { readonly type: 'opened'; readonly now: number; readonly id: bigint; readonly plaintext: Uint8Array }
  | { readonly type: 'close'; readonly now: number }
  | { readonly type: 'fault'; readonly now: number; readonly code: ErrorCode }
  | { readonly type: 'tick'; readonly now: number };

/** What both AEAD effects carry; `id` comes back with the result. */
interface AeadEffect {
  readonly id: bigint;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
}

/** What a step asks its driver to do, in this order. AEAD is begun at once, for the key may be overwritten next. */
export type SessionOut =
  | ({ readonly do: 'seal'; readonly header: RecordHeader; readonly plaintext: Uint8Array } & AeadEffect)
  | ({ readonly do: 'open'; readonly ciphertext: Uint8Array } & AeadEffect)
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  | { readonly do: 'deliver'; readonly plaintext: Uint8Array }
  | { readonly do: 'erase'; readonly keys: readonly Uint8Array[] }
  /** The session is over: by the wish of a side, or for the reason of `code`. */
  | { readonly do: 'end'; readonly code?: ErrorCode };

type Event<T extends SessionEvent['type']> = SessionEvent & { readonly type: T };
type Out = Step<SessionState, SessionOut>;

/** The session of a finished handshake. `now` is monotonic time, ms. */
export function openSession({ role, session, sendKey, receiveKey }: Established, now: number): OpenSession {
  const other = role === 'initiator' ? 'responder' : 'initiator';
  const lane = (sender: Role, key: Uint8Array): Lane => ({
    sender,
    key,
    epoch: 0,
    next: 0n,
    done: 0n,
    used: 0,
    since: now,
  });
  return {
    at: 'open',
    deadline: deadlineOf(now),
    session,
    sending: lane(role, sendKey),
    receiving: lane(other, receiveKey),
    opening: [],
  };
}

/** The session after its handshake. A record that is not the next one of its direction ends it. */
export const sessionMachine: Machine<SessionState, SessionEvent, SessionOut> = machine<
  SessionState,
  SessionEvent,
  SessionOut,
  never
>({
  name: 'session',
  events: ['send', 'sealed', 'record', 'opened', 'close', 'fault', 'tick'],
  final: [],
  table: {
    open: {
      send: (state, { plaintext, now }) => send(state, plaintext, now),
      sealed: (state, event) => {
        requireTurn(event.id, state.sending.done);
        return {
          state: { ...state, sending: { ...state.sending, done: state.sending.done + 1n } },
          out: [transmitted(event)],
        };
      },
      record: receive,
      opened: deliver,
      close: (state, { now }) => {
        const last = seal(state, 'close', new Uint8Array(0), now);
        const { state: closed, out } = end(last.state);
        return { state: closed, out: [...last.out, ...out] };
      },
      fault: (state, { code }) => end(state, code),
      tick: (state, { now }) =>
        now - state.sending.since < REKEY_AFTER_MS
          ? { state, out: [] }
          : seal(state, 'rekey', new Uint8Array(0), now),
    },
    closed: {
      send: { refuse: 'DID_SESSION_CLOSED' },
      sealed: (state, event) => {
        requireTurn(event.id, state.done);
        return { state: { ...state, done: state.done + 1n }, out: [transmitted(event)] };
      },
      record: 'stay',
      opened: 'stay',
      close: 'stay',
      fault: 'stay',
      tick: 'stay',
    },
  },
  expire: (state) => (state.at === 'open' ? end(state, 'DID_SESSION_EXPIRED') : { state, out: [] }),
});

/** When the driver has to send the next `tick`: monotonic time, ms. */
export const nextTick = ({ sending, deadline }: OpenSession): number =>
  Math.min(sending.since + REKEY_AFTER_MS, deadline);

const deadlineOf = (since: number): number => since + REKEY_AFTER_MS + REKEY_GRACE_MS;

function transmitted({ header, ciphertext }: Event<'sealed'>): SessionOut {
  return { do: 'send', bytes: concatBytes(encodeHeader(header), ciphertext) };
}

function requireTurn(id: bigint, due: bigint): void {
  if (id !== due) throw refuse('DID_SESSION_RECORD', 'id', 'not the result that is due');
}

/** Ends a session and overwrites its keys. */
function end({ sending, receiving }: OpenSession, code?: ErrorCode): Step<ClosedSession, SessionOut> {
  const why = code === undefined ? {} : { code };
  return {
    state: { at: 'closed', done: sending.done, ...why },
    out: [
      { do: 'erase', keys: [sending.key, receiving.key] },
      { do: 'end', ...why },
    ],
  };
}

function send(state: OpenSession, plaintext: Uint8Array, now: number): Step<OpenSession, SessionOut> {
  if (plaintext.length > SESSION_MESSAGE_MAX_BYTES)
    throw refuse('DID_SESSION_TOO_LARGE', 'plaintext', `longer than ${SESSION_MESSAGE_MAX_BYTES} bytes`);
  return seal(state, 'message', plaintext, now);
}

function seal(
  state: OpenSession,
  kind: RecordKind,
  plaintext: Uint8Array,
  now: number,
): Step<OpenSession, SessionOut> {
  const { sending: before, session } = state;
  const spent = before.used >= REKEY_AFTER_RECORDS || now - before.since >= REKEY_AFTER_MS;
  const lane = spent ? rekeyed(before, session, now) : before;
  const header: RecordHeader = { kind, epoch: lane.epoch, sequence: lane.next };
  const aad = aadOf(fromBase64url(session), lane.sender, header);
  const after = { ...lane, next: lane.next + 1n, used: lane.used + 1 };
  return {
    state: { ...state, sending: after },
    out: [
      ...(spent ? [{ do: 'erase', keys: [before.key] } as const] : []),
      { do: 'seal', id: header.sequence, key: lane.key, iv: ivOf(header), aad, header, plaintext },
    ],
  };
}

const rekeyed = (lane: Lane, session: string, now: number): Lane => ({
  ...lane,
  key: nextKey(lane.key, session),
  epoch: lane.epoch + 1,
  used: 0,
  since: now,
});

function receive(state: OpenSession, { bytes, now }: Event<'record'>): Out {
  try {
    return accept(state, bytes, now);
  } catch (error) {
    return end(state, error instanceof TtpError ? error.code : 'DID_SESSION_RECORD');
  }
}

function accept(state: OpenSession, bytes: Uint8Array, now: number): Out {
  const { receiving: before, session } = state;
  const { ciphertext, ...header } = readRecord(bytes);
  if (header.sequence !== before.next)
    throw refuse('DID_SESSION_RECORD', 'sequence', 'not the next record of its direction');
  const replaced = header.epoch === before.epoch + 1;
  if (!replaced && header.epoch !== before.epoch)
    throw refuse('DID_SESSION_RECORD', 'epoch', 'neither this key nor the next');
  if (!replaced && before.used >= REKEY_AFTER_RECORDS)
    throw refuse('DID_SESSION_RECORD', 'epoch', 'the key is spent');
  const lane = replaced ? rekeyed(before, session, now) : before;
  const aad = aadOf(fromBase64url(session), lane.sender, header);
  return {
    state: {
      ...state,
      deadline: deadlineOf(lane.since),
      receiving: { ...lane, next: lane.next + 1n, used: lane.used + 1 },
      opening: [...state.opening, header.kind],
    },
    out: [
      ...(replaced ? [{ do: 'erase', keys: [before.key] } as const] : []),
      { do: 'open', id: header.sequence, key: lane.key, iv: ivOf(header), aad, ciphertext },
    ],
  };
}

function deliver(state: OpenSession, { id, plaintext }: Event<'opened'>): Out {
  const { receiving, opening } = state;
  requireTurn(id, receiving.done);
  const [kind, ...others] = opening;
  if (kind === 'close') return end(state);
  return {
    state: { ...state, receiving: { ...receiving, done: receiving.done + 1n }, opening: others },
    out: kind === 'message' ? [{ do: 'deliver', plaintext }] : [],
  };
}
