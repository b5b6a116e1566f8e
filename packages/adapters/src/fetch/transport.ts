import { type IncomingMessage, request } from 'node:http';
import { connect as connectTcp, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { FETCH_HEAD_BYTES } from '../limits.js';
import { isAddress, unbracketed } from './address.js';
import type { Deadline } from './deadline.js';
import type { Hop } from './hop.js';

/**
 * Opens a connection to one of `addresses`, which were checked. Replacing it replaces the wire (a proxy, a test's
 * loopback), not the check: it is only ever called with public addresses.
 */
export type Connect = (addresses: readonly string[], port: number, signal: AbortSignal) => Promise<Duplex>;

/** TCP. Takes the first address that answers, and asks no resolver again: that is what pins the connection. */
export const connectPinned: Connect = (addresses, port, signal) =>
  new Promise((resolve, reject) => {
    const pinned = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const socket = connectTcp({
      host: 'pinned.invalid', // never looked up: `lookup` below answers for it
      port,
      autoSelectFamily: true,
      lookup: (_host, _options, answer) => answer(null, pinned),
      signal,
    });
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
  });

/**
 * The connection that `connect` opens, within the deadline. One that comes too late is closed.
 *
 * @throws FETCH_FAILED, and the reason of the deadline
 */
export async function opened(
  connect: Connect,
  addresses: readonly string[],
  port: number,
  deadline: Deadline,
): Promise<Duplex> {
  // Also a `connect` that throws before it returns a promise is a failed connection.
  const opening = Promise.resolve().then(() => connect(addresses, port, deadline.signal));
  try {
    return await deadline.within(opening);
  } catch (cause) {
    opening.then(
      (late) => late.destroy(),
      () => undefined, // the same fault that is thrown below
    );
    throw deadline.faultOf(cause, 'FETCH_FAILED');
  }
}

/**
 * Sends one request over a connection that is open, and waits for the head of the answer.
 *
 * @param ca certificates to trust instead of the runtime's, PEM
 * @returns the answer, its body unread, as Node parsed it
 * @throws FETCH_TLS, FETCH_FAILED, and the reason of the deadline
 */
export async function sendOverTls(
  raw: Duplex,
  hop: Hop,
  ca: string | undefined,
  deadline: Deadline,
): Promise<IncomingMessage> {
  const secure = await secured(raw, hop.url, ca, deadline);
  try {
    return await answered(secure, hop, deadline.signal);
  } catch (cause) {
    secure.destroy();
    throw deadline.faultOf(cause, 'FETCH_FAILED');
  }
}

async function secured(raw: Duplex, url: URL, ca: string | undefined, deadline: Deadline): Promise<Duplex> {
  const host = unbracketed(url.hostname);
  const socket = connectTls({
    socket: raw,
    host, // what the certificate is compared with when the host is an address, which SNI cannot carry
    ...(isAddress(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // said, because an environment variable can change the default
  });
  try {
    await deadline.within(
      new Promise((resolve, reject) => {
        // These stay: an error that comes after the answer must find a listener, or it ends the process.
        raw.on('error', reject);
        socket.on('error', reject);
        socket.once('secureConnect', resolve);
        socket.once('close', () => reject(new Error('the connection was closed')));
      }),
    );
    return socket;
  } catch (cause) {
    socket.destroy();
    raw.destroy();
    throw deadline.faultOf(cause, 'FETCH_TLS');
  }
}

function answered(secure: Duplex, hop: Hop, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = hop;
  return new Promise((resolve, reject) => {
    const sent = request({
      createConnection: () => secure,
      method,
      path: url.pathname + url.search,
      setHost: false,
      headers: {
        ...headers,
        host: url.host,
        connection: 'close',
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
      maxHeaderSize: FETCH_HEAD_BYTES,
      insecureHTTPParser: false,
      signal,
    });
    sent.maxHeadersCount = 0; // bounded by bytes; a bound by count would drop headers without a word
    sent.once('response', resolve);
    sent.on('error', reject);
    // The only sign of an upgrade nobody asked for: Node closes the connection and reports neither.
    sent.once('close', () => reject(new Error('the connection was closed')));
    sent.end(body);
  });
}
