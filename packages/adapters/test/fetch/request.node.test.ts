import { codeRejectedBy, codeThrownBy } from '@ttp/testkit';
import { describe, expect, it, vi } from 'vitest';
import { systemResolve } from '../../src/fetch/resolve.js';
import { connectPinned } from '../../src/fetch/transport.js';
import { type GuardedFetchOptions, guardedFetch } from '../../src/fetch.js';

const signal = new AbortController().signal;

/** The code of a request that gets no further than the wire. */
const codeOf = (
  request: { method?: string; headers?: Record<string, string>; body?: Uint8Array },
  options: GuardedFetchOptions = {},
) =>
  codeRejectedBy(
    guardedFetch({
      resolve: async () => ['93.184.216.34'],
      connect: () => Promise.reject(new Error('no wire')),
      ...options,
    }).fetch({ url: 'https://a.example/', method: 'GET', headers: {}, signal, ...request }),
  );

describe('what a guarded request may say', () => {
  it('takes seven methods, in capitals', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expect(await codeOf({ method })).toBe('FETCH_FAILED');
    for (const method of ['', 'get', 'TRACE', 'CONNECT', 'PROPFIND', 'GET / HTTP/1.1\r\nX: y\r\n', 'GET '])
      expect(await codeOf({ method })).toBe('FETCH_BAD_METHOD');
  });

  it('takes a body where the method has one, up to 16 MiB', async () => {
    const body = new Uint8Array(3);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(await codeOf({ method, body })).toBe('FETCH_FAILED');
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(await codeOf({ method, body })).toBe('FETCH_BAD_BODY');
    expect(await codeOf({ method: 'POST', body: new Uint8Array(2 ** 24) })).toBe('FETCH_FAILED');
    expect(await codeOf({ method: 'POST', body: new Uint8Array(2 ** 24 + 1) })).toBe('FETCH_TOO_LARGE');
  });

  it('refuses headers that end early, are no tokens, or come twice', async () => {
    for (const headers of [
      { 'x-a': 'b\r\nx-c: d' },
      { 'x-a': 'b\nc' },
      { 'x-a': 'b\0' },
      { 'x-a': 'b\u010a' }, // a line feed to whoever keeps the low byte only
      { 'x-a\r\nx-b': 'c' },
      { 'x a': 'b' },
      { 'x:a': 'b' },
      { '': 'b' },
      { 'x-a': '1', 'X-A': '2' },
    ] as Record<string, string>[])
      expect(await codeOf({ headers })).toBe('FETCH_BAD_HEADER');
    expect(await codeOf({ headers: { 'x-a': ' \t~!', Authorization: 'Bearer x' } })).toBe('FETCH_FAILED');
  });

  it.each([
    'Host',
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Accept-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'Keep-Alive',
    'Proxy-Authorization',
  ])('keeps %s to itself', async (name) => {
    expect(await codeOf({ headers: { [name]: 'x' } })).toBe('FETCH_BAD_HEADER');
  });

  it('says so when the name cannot be resolved', async () => {
    expect(await codeOf({}, { resolve: () => Promise.reject(new Error('ENOTFOUND')) })).toBe(
      'FETCH_UNRESOLVED',
    );
  });

  it('refuses the loopback names of this machine by its own resolver, and opens no connection', async () => {
    const connect = vi.fn(() => Promise.reject(new Error('no wire')));
    const guard = guardedFetch({ connect });
    const done = guard.fetch({ url: 'https://localhost/', method: 'GET', headers: {}, signal });
    expect(await codeRejectedBy(done)).toBe('FETCH_ADDRESS_REFUSED');
    expect(connect).not.toHaveBeenCalled();
    expect((await systemResolve('localhost')).every((a) => ['127.0.0.1', '::1'].includes(a))).toBe(true);
  });

  it('refuses options out of bounds', () => {
    for (const options of [
      { maxBytes: 0 },
      { maxBytes: 2 ** 28 + 1 },
      { maxBytes: Number.NaN },
      { timeoutMs: 0 },
      { timeoutMs: 600_001 },
      { ports: [443, 0] },
      { ports: [65_536] },
      { ports: [1.5] },
    ])
      expect(codeThrownBy(() => guardedFetch(options))).toBe('FETCH_BAD_OPTION');
    expect(codeThrownBy(() => guardedFetch({ maxBytes: 1, timeoutMs: 1, ports: [443, 65_535] }))).toBe(
      undefined,
    );
  });
});

describe('the pinned connection', () => {
  it('takes the address that answers, and looks no name up', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const addresses of [['127.0.0.1'], ['127.0.0.2', '127.0.0.1'], ['::1', '127.0.0.1']]) {
      const wire = await connectPinned(addresses, port, signal);
      expect('remoteAddress' in wire && wire.remoteAddress).toBe('127.0.0.1');
      wire.destroy();
    }
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await expect(connectPinned(['127.0.0.1'], port, signal)).rejects.toThrow('ECONNREFUSED');
  });
});
