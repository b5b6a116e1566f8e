import type { Did } from '@ttp/core';
import { createSequenceWindow, type ReplayGuard, type SequenceWindow } from '@ttp/crypto';
import {
  type HeaderFields,
  type HttpRequest,
  type HttpSigning,
  type HttpVerifier,
  readRequestField,
  type SignedHttp,
  signRequest,
  type VerifiedHttp,
  verifyRequest,
} from '@ttp/crypto/http';
import { HTTP_SESSIONS_MAX_COUNT } from '../limits.js';
import { refuse } from './refuse.js';
import type { Session } from './session.js';

/** The field in which a request names its session and its place in it: `"<id>";seq=<n>`. */
export const SESSION_FIELD = 'TTP-Session';

const NAME = SESSION_FIELD.toLowerCase();
const VALUE = /^"([\w-]{43})";seq=(0|[1-9]\d{0,19})$/;

/** Signs requests of one session. */
export interface HttpSessionClient {
  /**
   * The fields of a request in this session: TTP-Session with the next sequence, and a signature that covers it.
   *
   * @throws what `signRequest` of @ttp/crypto/http throws
   */
  sign(request: HttpRequest, signing: HttpSigning): Promise<SignedHttp>;
}

/** The client's side of a session over HTTP. Its messages go outside the encrypted connection. */
export function httpSession({ id }: Pick<Session, 'id'>): HttpSessionClient {
  let next = 0n;
  return {
    async sign({ headers, ...request }, signing) {
      const value = `"${id}";seq=${next++}`;
      const named: HeaderFields =
        Symbol.iterator in headers
          ? [...headers, [SESSION_FIELD, value]]
          : { ...headers, [SESSION_FIELD]: value };
      const components = [...(signing.components ?? []), NAME];
      const signed = await signRequest({ ...request, headers: named }, { ...signing, components });
      return { ...signed, headers: { [SESSION_FIELD]: value, ...signed.headers } };
    },
  };
}

/** A request of a session, verified. */
export interface SessionRequest extends VerifiedHttp {
  readonly session: string;
  readonly peer: Did;
  readonly sequence: bigint;
}

/** The service's side: the sessions in whose name requests are taken. */
export interface HttpSessions {
  /** Takes requests of a session from now on. Throws DID_HANDSHAKE_BUSY at HTTP_SESSIONS_MAX_COUNT. */
  open(session: Pick<Session, 'id' | 'peer'>): void;
  /** Takes none of them any more. */
  close(id: string): void;
  /** Takes no requests of these peers any more, and returns how many sessions that ended. */
  end(includes: (peer: Did) => boolean): number;
  /**
   * Verifies a request of an open session: signed by the very key by which the peer proved itself in the handshake,
   * covering the name of the session and a sequence that was not used. The name alone is worth nothing (flaw.H4).
   *
   * @throws DID_SESSION_RECORD for a field that is missing or malformed, DID_SESSION_CLOSED for a session that is not
   *   open, DID_HANDSHAKE_KEY for another key than the peer's, CRYPTO_REPLAYED, and what `verifyRequest` throws
   */
  verify(request: HttpRequest, verifier: HttpVerifier): Promise<SessionRequest>;
}

/** The sessions of one service over HTTP. They end with the process, and so does what could be replayed into them. */
export function httpSessions(): HttpSessions {
  const sessions = new Map<string, { readonly peer: Session['peer']; readonly seen: SequenceWindow }>();
  return {
    open({ id, peer }) {
      if (sessions.size >= HTTP_SESSIONS_MAX_COUNT && !sessions.has(id))
        throw refuse('DID_HANDSHAKE_BUSY', 'session', `more than ${HTTP_SESSIONS_MAX_COUNT} sessions`);
      if (!sessions.has(id)) sessions.set(id, { peer, seen: createSequenceWindow() });
    },
    close(id) {
      sessions.delete(id);
    },
    end(includes) {
      const ending = [...sessions].filter(([, { peer }]) => includes(peer.did));
      for (const [id] of ending) sessions.delete(id);
      return ending.length;
    },
    async verify(request, verifier) {
      const [, id = '', digits] = VALUE.exec(readRequestField(request, NAME) ?? '') ?? [];
      if (digits === undefined) throw refuse('DID_SESSION_RECORD', SESSION_FIELD, 'no session and sequence');
      const found = sessions.get(id);
      if (found === undefined) throw refuse('DID_SESSION_CLOSED', SESSION_FIELD, 'no session of that name');
      const { peer, seen } = found;
      const sequence = BigInt(digits);
      const replay: ReplayGuard = { admit: () => seen.admit(sequence) };
      const keyOf: HttpVerifier['keyOf'] = (keyid, at) => {
        if (keyid !== peer.kid)
          throw refuse('DID_HANDSHAKE_KEY', 'keyid', 'not the key that the peer proved itself by');
        return verifier.keyOf(keyid, at);
      };
      const verified = await verifyRequest(request, { ...verifier, keyOf, replay, components: [NAME] });
      if (sessions.get(id) !== found)
        throw refuse('DID_SESSION_CLOSED', SESSION_FIELD, 'the session was closed meanwhile');
      return { ...verified, session: id, peer: peer.did, sequence };
    },
  };
}
