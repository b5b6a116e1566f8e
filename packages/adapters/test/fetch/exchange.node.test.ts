import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { FetchResponse } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GuardedFetchOptions, guardedFetch } from '../../src/fetch.js';
import {
  type Certificate,
  makeCertificate,
  NO_OPENSSL,
  startTlsServer,
  type TlsServer,
} from './tls-server.js';

const PUBLIC = '93.184.216.34';
const made = makeCertificate(['DNS:a.example', `IP:${PUBLIC}`]);
const certificate: Certificate = made ?? { key: '', cert: '' };
const noWire = (): never => {
  throw new Error('no wire');
};
const never = (): Promise<never> => new Promise(() => undefined);

async function textOf(response: FetchResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an exchange over TLS', () => {
  let server: TlsServer;
  let handler: (request: IncomingMessage, response: ServerResponse) => void;
  let trusted: GuardedFetchOptions;

  beforeAll(async () => {
    server = await startTlsServer(certificate, (request, response) => handler(request, response));
    trusted = { resolve: async () => [PUBLIC], connect: server.connect, ca: certificate.cert };
  });
  afterAll(() => server.close());
  beforeEach(({ skip }) => {
    skip(made === undefined, NO_OPENSSL);
    server.asked.length = 0;
    handler = (_request, response) => response.end('hello');
  });
  // Whatever happened, no connection stays behind.
  afterEach(() => vi.waitFor(() => expect(server.open()).toBe(0), { timeout: 8000 }));

  const get = (
    options: GuardedFetchOptions = {},
    url = 'https://a.example/',
    signal = new AbortController().signal,
  ) => guardedFetch({ ...trusted, ...options }).fetch({ url, method: 'GET', headers: {}, signal });

  it('sends method, path, query, headers and body, and gives back status, headers and body', async () => {
    const seen: unknown[] = [];
    handler = (request, response) => {
      const { method, url, headers } = request;
      request.on('data', (chunk: Buffer) => seen.push({ method, url, headers, body: chunk.toString() }));
      request.on('end', () => {
        response.writeHead(201, { 'X-One': 'a', 'set-cookie': ['a=1', 'b=2'], __proto__: 'x' });
        response.end('made');
      });
    };
    const response = await guardedFetch(trusted).fetch({
      url: 'https://a.example/p/%2e%2e/q?x=1&y=%20#fragment',
      method: 'POST',
      headers: { 'Content-Type': 'text/plain', Authorization: 'Bearer t' },
      body: new TextEncoder().encode('payload'),
      signal: new AbortController().signal,
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/q?x=1&y=%20',
        headers: {
          host: 'a.example',
          connection: 'close',
          'accept-encoding': 'identity',
          'content-length': '7',
          'content-type': 'text/plain',
          authorization: 'Bearer t',
        },
        body: 'payload',
      },
    ]);
    expect(response.status).toBe(201);
    expect(response.headers['x-one']).toBe('a');
    expect(response.headers['set-cookie']).toBe('a=1, b=2');
    expect(await textOf(response)).toBe('made');
  });

  it('names the port in the host header where it is not the default', async () => {
    let host: string | undefined;
    handler = (request, response) => {
      host = request.headers.host;
      response.end('hello');
    };
    expect(await textOf(await get({}, 'https://a.example:8443/'))).toBe('hello');
    expect(host).toBe('a.example:8443');
    expect(server.asked).toEqual([{ addresses: [PUBLIC], port: 8443 }]);
  });

  it('connects to an address that the certificate names', async () => {
    const resolve = vi.fn(never);
    expect(await textOf(await get({ resolve }, `https://${PUBLIC}/`))).toBe('hello');
    expect(resolve).not.toHaveBeenCalled();
  });

  it('resolves once and stays with what it checked, whatever DNS says next', async () => {
    proves('flaw.G3');
    const answers = [[PUBLIC], ['127.0.0.1'], ['169.254.169.254']];
    const resolve = vi.fn(async () => answers.shift() ?? []);
    expect(await textOf(await get({ resolve }))).toBe('hello');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(server.asked).toEqual([{ addresses: [PUBLIC], port: 443 }]);
  });

  it('refuses the redirect to the same host after its name was bound to a private address', async () => {
    proves('flaw.G3');
    handler = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    const answers = [[PUBLIC], ['127.0.0.1']];
    const code = await codeRejectedBy(get({ resolve: async () => answers.shift() ?? [] }));
    expect(code).toBe('FETCH_ADDRESS_REFUSED');
    expect(server.asked).toEqual([{ addresses: [PUBLIC], port: 443 }]);
  });

  it('does not read the body of a redirect, nor keep its connection', async () => {
    handler = (request, response) => {
      if (request.url === '/next') response.end('there');
      else response.writeHead(302, { location: '/next' }).write('a body without end');
    };
    expect(await textOf(await get())).toBe('there');
  });

  it('refuses two targets of one redirect', async () => {
    handler = (_request, response) =>
      response.writeHead(302, ['location', '/one', 'location', 'https://a.example/two']).end();
    expect(await codeRejectedBy(get())).toBe('FETCH_REDIRECT_REFUSED');
  });

  it('refuses a certificate that it does not trust, also when the environment would take any', async () => {
    proves('flaw.G3');
    const { ca: _trusted, ...untrusted } = trusted;
    const code = () => codeRejectedBy(guardedFetch(untrusted).fetch(request('https://a.example/')));
    expect(await code()).toBe('FETCH_TLS');
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await code()).toBe('FETCH_TLS');
    vi.unstubAllEnvs();
  });

  it('refuses a certificate for another host', async () => {
    expect(await codeRejectedBy(get({}, 'https://b.example/'))).toBe('FETCH_TLS');
    expect(await codeRejectedBy(get({}, 'https://93.184.216.35/'))).toBe('FETCH_TLS');
  });

  it('refuses a server that does not speak TLS', async () => {
    const plain = createServer((socket) =>
      socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'),
    );
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve);
    });
    const address = plain.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { connectPinned } = await import('../../src/fetch/transport.js');
    const connect: NonNullable<GuardedFetchOptions['connect']> = (_addresses, _port, signal) =>
      connectPinned(['127.0.0.1'], port, signal);
    expect(await codeRejectedBy(get({ connect }))).toBe('FETCH_TLS');
    await new Promise((resolve) => {
      plain.close(resolve);
    });
  });

  it('gives a body of exactly the cap, and refuses one byte more, announced or not', async () => {
    proves('flaw.G3');
    let size = 1000;
    let announced = false;
    handler = (_request, response) => {
      if (announced) response.setHeader('content-length', size);
      response.write('x'.repeat(size - 1));
      response.end('x');
    };
    for (announced of [true, false]) expect((await textOf(await get({ maxBytes: 1000 }))).length).toBe(1000);
    size = 1001;
    announced = true;
    expect(await codeRejectedBy(get({ maxBytes: 1000 }))).toBe('FETCH_TOO_LARGE');
    announced = false;
    const response = await get({ maxBytes: 1000 });
    expect(await codeRejectedBy(textOf(response))).toBe('FETCH_TOO_LARGE');
  });

  it('takes the answer to a HEAD, whatever body it announces', async () => {
    handler = (_request, response) => response.writeHead(200, { 'content-length': 10 ** 12 }).end();
    const response = await guardedFetch(trusted).fetch({ ...request('https://a.example/'), method: 'HEAD' });
    expect(response.headers['content-length']).toBe('1000000000000');
    expect(await textOf(response)).toBe('');
  });

  it('stops a body without end', async () => {
    handler = (_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(10_000)));
        response.once('drain', more);
      };
      more();
    };
    expect(await codeRejectedBy(get({ maxBytes: 100_000 }).then(textOf))).toBe('FETCH_TOO_LARGE');
  });

  it('refuses a compressed body', async () => {
    proves('flaw.G3');
    handler = (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('x'.repeat(1_000_000)));
    };
    expect(await codeRejectedBy(get())).toBe('FETCH_ENCODED');
  });

  it('refuses a head that is too large, garbage, and a body that breaks off', async () => {
    handler = (_request, response) => {
      response.setHeader('x-large', 'x'.repeat(17_000));
      response.end('hello');
    };
    expect(await codeRejectedBy(get())).toBe('FETCH_FAILED');
    for (const raw of ['nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nbad header\r\n\r\n', '']) {
      handler = (_request, response) => response.socket?.end(raw);
      expect(await codeRejectedBy(get())).toBe('FETCH_FAILED');
    }
    handler = (_request, response) =>
      response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    expect(await codeRejectedBy(get().then(textOf))).toBe('FETCH_FAILED');
  });

  it('refuses a response that is delimited twice', async () => {
    handler = (_request, response) =>
      response.socket?.end(
        'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
      );
    expect(await codeRejectedBy(get().then(textOf))).toBe('FETCH_FAILED');
  });

  it('refuses an upgrade', async () => {
    handler = (_request, response) =>
      response.socket?.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    expect(await codeRejectedBy(get())).toBe('FETCH_FAILED');
  });

  it('ends by time while it resolves, connects, waits for the head and reads the body', async () => {
    proves('flaw.G3');
    const timeoutMs = 60;
    expect(await codeRejectedBy(get({ timeoutMs, resolve: never }))).toBe('FETCH_TIMEOUT');
    expect(await codeRejectedBy(get({ timeoutMs, connect: never }))).toBe('FETCH_TIMEOUT');
    expect(await codeRejectedBy(get({ connect: async () => new PassThrough() }))).toBe('FETCH_TLS');
    handler = () => undefined;
    expect(await codeRejectedBy(get({ timeoutMs }))).toBe('FETCH_TIMEOUT');
    handler = (_request, response) => response.write('first');
    expect(await codeRejectedBy(get({ timeoutMs }).then(textOf))).toBe('FETCH_TIMEOUT');
  });

  it('closes a connection whose body nobody reads', async () => {
    handler = (_request, response) => response.write('x'.repeat(100_000));
    expect((await get({ timeoutMs: 1000 })).status).toBe(200);
  });

  it('closes the connection when the reader stops', async () => {
    handler = (_request, response) => response.write('x'.repeat(100_000));
    const response = await get();
    for await (const chunk of response.body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });

  it('ends when the caller aborts: before, while it resolves or waits, and while the body is read', async () => {
    const aborted = async (options: GuardedFetchOptions, read = false) => {
      const controller = new AbortController();
      const done = codeRejectedBy(
        get(options, 'https://a.example/', controller.signal).then(async (response) => {
          if (read) controller.abort();
          return textOf(response);
        }),
      );
      if (!read) setImmediate(() => controller.abort());
      return done;
    };
    expect(await codeRejectedBy(get({}, 'https://a.example/', AbortSignal.abort()))).toBe('FETCH_ABORTED');
    expect(server.asked).toEqual([]);
    expect(await aborted({ resolve: never })).toBe('FETCH_ABORTED');
    handler = () => undefined;
    expect(await aborted({})).toBe('FETCH_ABORTED');
    handler = (_request, response) => response.write('first');
    expect(await aborted({}, true)).toBe('FETCH_ABORTED');
  });

  it('says FETCH_FAILED when the wire fails, however it says so', async () => {
    expect(await codeRejectedBy(get({ connect: noWire }))).toBe('FETCH_FAILED');
    expect(await codeRejectedBy(get({ connect: async () => noWire() }))).toBe('FETCH_FAILED');
  });

  it('closes a connection that opens too late', async () => {
    const late = new PassThrough();
    const opened: ((wire: PassThrough) => void)[] = [];
    const controller = new AbortController();
    const connect = (): Promise<PassThrough> => {
      setImmediate(() => controller.abort());
      return new Promise((resolve) => opened.push(resolve));
    };
    const done = get({ connect }, 'https://a.example/', controller.signal);
    expect(await codeRejectedBy(done)).toBe('FETCH_ABORTED');
    for (const resolve of opened) resolve(late);
    await vi.waitFor(() => expect(late.destroyed).toBe(true));
  });
});

const request = (url: string) => ({ url, method: 'GET', headers: {}, signal: new AbortController().signal });
