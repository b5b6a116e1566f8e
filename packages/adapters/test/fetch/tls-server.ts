import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connect } from '../../src/fetch.js';

/** The reason to give when there is no openssl: Node can use certificates, but not make them. */
export const NO_OPENSSL = 'openssl is not on this machine: no certificate for the TLS server';

const OPENSSL = 'openssl';

/** A key and a certificate for it that it signed itself, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for these names (`DNS:a.example`, `IP:1.2.3.4`); undefined where there is no openssl. */
export function makeCertificate(names: readonly string[]): Certificate | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'ttp-tls-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '2', '-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`];
  try {
    execFileSync(OPENSSL, ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined;
    throw fault;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A TLS server on 127.0.0.1, and a wire that leads to it whatever public address was asked for. */
export interface TlsServer {
  readonly port: number;
  /** What the guard asked to be connected to, in order. */
  readonly asked: { readonly addresses: readonly string[]; readonly port: number }[];
  readonly connect: Connect;
  /** How many connections are open. */
  open(): number;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a server that answers with `handler`. */
export async function startTlsServer(certificate: Certificate, handler: Handler): Promise<TlsServer> {
  const server = createServer({ ...certificate }, handler);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const asked: TlsServer['asked'] = [];
  return {
    port,
    asked,
    connect: (addresses, wanted, signal) => {
      asked.push({ addresses, port: wanted });
      return new Promise((resolve, reject) => {
        const socket = connectTcp({ host: '127.0.0.1', port, signal });
        socket.on('error', reject);
        socket.once('connect', () => resolve(socket));
      });
    },
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
