import { codeRejectedBy, proves, vectors } from '@ttp/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardedFetch } from '../../src/fetch.js';
import {
  type Certificate,
  makeCertificate,
  NO_OPENSSL,
  startTlsServer,
  type TlsServer,
} from './tls-server.js';

/** One request as the server saw it; headers by name, without the guard's own. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
}

interface RedirectCase {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly answers: readonly { readonly status: number; readonly location?: string }[];
  readonly expect?: readonly Seen[];
  readonly code?: string;
}

const PUBLIC = '93.184.216.34';
const DNS: Readonly<Record<string, readonly string[]>> = {
  'a.example': [PUBLIC],
  'sub.a.example': [PUBLIC],
  'b.example': [PUBLIC],
  'inward.example': ['10.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mixed.example': [PUBLIC, '192.168.0.1'],
};
const OWN = ['host', 'connection', 'accept-encoding', 'content-length'];

const made = makeCertificate(['DNS:a.example', 'DNS:sub.a.example', 'DNS:b.example']);
const certificate: Certificate = made ?? { key: '', cert: '' };

describe('redirects', () => {
  let server: TlsServer;
  let answers: RedirectCase['answers'] = [];
  let seen: Seen[] = [];

  beforeAll(async () => {
    server = await startTlsServer(certificate, (request, response) => {
      const { status = 599, location } = answers[seen.length] ?? {};
      seen.push({
        method: request.method ?? '',
        url: `https://${request.headers.host}${request.url}`,
        headers: Object.keys(request.headers)
          .filter((name) => !OWN.includes(name))
          .sort(),
      });
      request.resume();
      // Written by hand where Node would refuse the target as a header value.
      response.writeHead(status, location === undefined ? {} : { location });
      response.end('body');
    });
  });
  afterAll(() => server.close());
  beforeEach(({ skip }) => skip(made === undefined, NO_OPENSSL));

  it.for(vectors<RedirectCase>('fetch/redirects'))('$name', async (vector) => {
    proves('flaw.G3');
    ({ answers } = vector);
    seen = [];
    server.asked.length = 0;
    const { method, url, headers, body } = vector;
    const guard = guardedFetch({
      resolve: async (host) => DNS[host] ?? [],
      connect: server.connect,
      ca: certificate.cert,
    });
    const signal = new AbortController().signal;
    const done = guard.fetch({
      method,
      url,
      headers,
      signal,
      ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
    });
    if (vector.code !== undefined) expect(await codeRejectedBy(done)).toBe(vector.code);
    else {
      const response = await done;
      for await (const chunk of response.body) expect(chunk.length).toBeGreaterThan(0);
      expect(seen).toEqual(vector.expect);
    }
    expect(server.asked.every(({ addresses }) => addresses.join() === PUBLIC)).toBe(true);
  });
});
