import { Client, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/client';
import { codeOf, isJsonObject } from '@ttp/core';
import { createMcpHttpFront } from '@ttp/gateway/mcp';
import { codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTP_BODY_MAX_BYTES, HTTP_WATCH_MS, REQUESTS_MAX } from '../../../src/limits.js';
import { closeHttp, ENDPOINT, httpRig, initialize, refusalOf } from '../../http-rig.js';
import { scriptedServer, text } from '../../scripted-server.js';

afterEach(closeHttp);

const echo = (id: number | string, words = 'hi'): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: words } },
});

/** Lets everything that is ready happen. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The messages of an event stream that was read to its end. */
const messagesIn = (stream: string): readonly unknown[] =>
  [...stream.matchAll(/^data: (.+)$/gm)].map(([, data = '']): unknown => JSON.parse(data));

describe('a session over HTTP', () => {
  it('is one agent and a server of its own', async () => {
    const r = await httpRig();
    const [a, b] = [await r.agent(), await r.agent()];
    expect(a.transport.sessionId).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(b.transport.sessionId).not.toBe(a.transport.sessionId);
    expect(r.upstreams).toHaveLength(2);
    const { content, _meta } = await a.client.callTool({ name: 'echo', arguments: { text: 'a' } });
    expect(content).toEqual([{ type: 'text', text: '{"text":"a"}' }]);
    expect(_meta).toMatchObject({ 'ttp/outcome': 'done', 'ttp/trace': r.ttp.trace().id });
    expect(r.upstreams.map((server) => server.count('tools/call'))).toEqual([1, 0]);
    expect(r.entries.filter(({ type }) => type === 'tools-pinned')).toHaveLength(1);
  });

  it('ends when the agent says so, and its server with it', async () => {
    const r = await httpRig();
    const { transport } = await r.agent();
    await transport.terminateSession();
    await settle();
    expect(r.front.sessions()).toBe(0);
    expect(r.upstreams[0]?.server?.transport).toBeUndefined();
  });

  it('is unknown to whoever makes its name up, and after its end', async () => {
    const r = await httpRig();
    const headers = await r.session();
    const made = { ...headers, 'mcp-session-id': 'x'.repeat(43) };
    expect(await refusalOf(await r.send(echo(1), made))).toEqual([404, 'GATEWAY_SESSION_UNKNOWN']);
    await r.send('', headers, { method: 'DELETE', body: null });
    await settle();
    expect(await refusalOf(await r.send(echo(1), headers))).toEqual([404, 'GATEWAY_SESSION_UNKNOWN']);
  });

  it('begins with initialize and with nothing else', async () => {
    const r = await httpRig();
    expect(await refusalOf(await r.send(echo(1)))).toEqual([400, 'GATEWAY_BAD_REQUEST']);
    expect(await refusalOf(await r.send('', {}, { method: 'DELETE', body: null }))).toEqual([
      400,
      'GATEWAY_BAD_REQUEST',
    ]);
    expect(r.upstreams).toHaveLength(0);
  });

  it('ends after a time without requests, not while a stream is open', async () => {
    const idleMs = 4 * HTTP_WATCH_MS;
    const r = await httpRig({ front: { idleMs } });
    await r.session();
    const { client } = await r.agent();
    await settle();
    await r.clock.advance(idleMs);
    await settle();
    expect(r.front.sessions()).toBe(1);
    await client.close();
    await settle();
    await r.clock.advance(idleMs);
    await settle();
    expect(r.front.sessions()).toBe(0);
  });

  it('is refused where there are enough of them, and admitted again when one has ended', async () => {
    const r = await httpRig({ front: { sessionsMax: 1 } });
    const headers = await r.session();
    expect(await refusalOf(await r.send(initialize()))).toEqual([503, 'GATEWAY_SESSIONS_FULL']);
    await r.send('', headers, { method: 'DELETE', body: null });
    await settle();
    expect((await r.send(initialize())).status).toBe(200);
  });

  it.each([
    ['takes no stream', { accept: 'application/json' }, 406],
    ['names no JSON', { 'content-type': 'text/plain' }, 415],
  ])('is not begun by a client that %s', async (_, headers, status) => {
    const { send, front } = await httpRig({ front: { sessionsMax: 1 } });
    for (let attempt = 0; attempt < 2; attempt++)
      expect((await send(initialize(), headers)).status).toBe(status);
    expect(front.sessions()).toBe(0);
    expect((await send(initialize())).status).toBe(200);
  });

  it('that cannot reach its server is refused with the reason, and leaves nothing behind', async () => {
    const r = await httpRig({
      script: () => Object.assign(scriptedServer(), { instructions: 'x'.repeat(2_000_000) }),
    });
    const answer = await r.send(initialize());
    expect(messagesIn(await answer.text())).toMatchObject([
      { id: 0, error: { data: { 'ttp/code': 'GUARD_VALUE_TOO_LARGE' } } },
    ]);
    await settle();
    expect(r.front.sessions()).toBe(0);
  });
});

describe('who is let in', () => {
  it.each([
    ['a name that resolves to this machine', { host: 'evil.example' }],
    ['a name that begins like one of ours', { host: 'localhost.evil.example:80' }],
    ['an address written in another way', { host: '127.1' }],
    ['no host', { host: '' }],
  ])('nobody who names %s as the host', async (_, headers) => {
    const r = await httpRig();
    expect(await refusalOf(await r.send(initialize(), headers))).toEqual([403, 'GATEWAY_HTTP_HOST']);
  });

  it.each(['http://evil.example', 'null', 'http://localhost.evil.example', 'http://127.0.0.1/x', 'x'])(
    'no page of the origin %s',
    async (origin) => {
      const r = await httpRig();
      expect(await refusalOf(await r.send(initialize(), { origin }))).toEqual([403, 'GATEWAY_HTTP_ORIGIN']);
    },
  );

  it('pages of the loopback, and hosts and origins that were named', async () => {
    const r = await httpRig({ front: { hosts: ['mcp.example'], origins: ['https://app.example'] } });
    for (const headers of [
      { host: 'localhost:8080', origin: 'http://localhost:5173' },
      { host: '[::1]:8080' },
      { host: 'MCP.example', origin: 'https://app.example' },
    ])
      expect((await r.send(initialize(), headers)).status).toBe(200);
    const other = { origin: 'https://app.example:8443' };
    expect(await refusalOf(await r.send(initialize(), other))).toEqual([403, 'GATEWAY_HTTP_ORIGIN']);
  });

  it('only who brings the token, where one is set', async () => {
    const token = 'a-token-of-this-front';
    const r = await httpRig({ front: { token } });
    const refused = [401, 'GATEWAY_HTTP_UNAUTHORIZED'];
    for (const authorization of [
      '',
      'Bearer',
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
    ])
      expect(await refusalOf(await r.send(initialize(), { authorization }))).toEqual(refused);
    const first = await r.send(initialize());
    expect(first.headers.get('www-authenticate')).toBe('Bearer');
    expect((await r.send(initialize(), { authorization: `Bearer ${token}` })).status).toBe(200);
    // The session alone is no credential.
    const { transport } = await r.agent({ headers: { authorization: `Bearer ${token}` } });
    const stolen = { 'mcp-session-id': transport.sessionId ?? '' };
    expect(await refusalOf(await r.send(echo(1), stolen))).toEqual(refused);
  });

  it.each([
    ['a short token', { token: 'short' }],
    ['a token with blanks', { token: 'a token with blanks in it' }],
    ['a host with a port', { hosts: ['a.example:80'] }],
    ['an origin with a path', { origins: ['https://a.example/'] }],
    ['no sessions at all', { sessionsMax: 0 }],
    ['half a millisecond', { idleMs: 0.5 }],
    ['a server over plain HTTP', { upstream: { url: 'http://a.example/mcp' } }],
    ['a server with credentials in its address', { upstream: { url: 'https://u:p@a.example/' } }],
    ['a server that is no address', { upstream: { url: 'a.example' } }],
    ['a header of the protocol', { upstream: { url: 'https://a.example/', headers: { Host: 'b' } } }],
    ['a header with a line end', { upstream: { url: 'https://a.example/', headers: { a: 'b\r\nc: d' } } }],
  ])('is not decided over %s', async (_, front) => {
    const r = await httpRig();
    const options = { ttp: r.ttp, server: 'x', storage: r.storage, upstream: { command: 'none' }, ...front };
    expect(codeThrownBy(() => createMcpHttpFront(options))).toBe('GATEWAY_BAD_OPTION');
  });
});

describe('what is read', () => {
  it('one message that every reader reads alike', async () => {
    const r = await httpRig();
    const headers = await r.session();
    for (const [body, code] of [
      ['{"jsonrpc":"2.0","id":1,"method":"ping","id":2}', 'CRYPTO_JSON_DUPLICATE_KEY'],
      ['{', 'CRYPTO_JSON_SYNTAX'],
      [`{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'CRYPTO_JSON_DEPTH'],
      ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 'GATEWAY_BAD_REQUEST'],
      ['null', 'GATEWAY_BAD_REQUEST'],
    ])
      expect(await refusalOf(await r.send(body, headers))).toEqual([400, code]);
  });

  it('no more than a body may have, whatever it declares', async () => {
    const r = await httpRig();
    const headers = await r.session();
    const big = `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(HTTP_BODY_MAX_BYTES)}"}`;
    expect(await refusalOf(await r.send(big, headers))).toEqual([413, 'GATEWAY_HTTP_BODY_TOO_LARGE']);
    const declared = { ...headers, 'content-length': `${HTTP_BODY_MAX_BYTES + 1}` };
    expect(await refusalOf(await r.send('{}', declared))).toEqual([413, 'GATEWAY_HTTP_BODY_TOO_LARGE']);
  });

  it('no protocol version that is not spoken', async () => {
    const r = await httpRig();
    const headers = { ...(await r.session()), 'mcp-protocol-version': '2099-01-01' };
    expect(await refusalOf(await r.send(echo(1), headers))).toEqual([400, 'GATEWAY_HTTP_VERSION']);
    for (const version of SUPPORTED_PROTOCOL_VERSIONS) {
      const spoken = { ...headers, 'mcp-protocol-version': version };
      expect((await r.send(echo(`v${version}`), spoken)).status).toBe(200);
    }
  });

  it('a client that would rather speak a later revision comes to 2025-11-25', async () => {
    const r = await httpRig();
    const { client } = await r.agent();
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    const later = new Client({ name: 'later', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const transport = new StreamableHTTPClientTransport(new URL(ENDPOINT), {
      fetch: (url, init) => r.front.handle(new Request(url, init)),
    });
    await later.connect(transport);
    expect(later.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    await later.close();
  });

  it('no id that is in use, and no more requests at once than may be', async () => {
    const r = await httpRig();
    const headers = await r.session();
    const waiting = Promise.withResolvers<void>();
    r.upstreams[0]?.calls.set('echo', async () => {
      await waiting.promise;
      return text('late');
    });
    const first = await r.send(echo(1), headers);
    expect(await refusalOf(await r.send(echo(1), headers))).toEqual([400, 'GATEWAY_ID_REUSED']);
    const rest = [];
    for (let id = 2; id <= REQUESTS_MAX; id++) rest.push(await r.send(echo(id), headers));
    expect(await refusalOf(await r.send(echo(-1), headers))).toEqual([429, 'GATEWAY_BUSY']);
    waiting.resolve();
    expect(messagesIn(await first.text())).toMatchObject([
      { id: 1, result: { content: text('late')['content'] } },
    ]);
    for (const response of rest) await response.text();
    expect((await r.send(echo(1), headers)).status).toBe(200);
  });
});

describe('streams', () => {
  it('carry progress, log messages and questions of the server while a call runs', async () => {
    const capabilities = { sampling: {} };
    const r = await httpRig();
    const logged: unknown[] = [];
    const { client } = await r.agent({
      capabilities,
      prepare(agent) {
        agent.setRequestHandler('sampling/createMessage', () => ({
          role: 'assistant' as const,
          model: 'm',
          content: { type: 'text' as const, text: 'yes' },
        }));
        agent.setNotificationHandler('notifications/message', ({ params }) => void logged.push(params.data));
      },
    });
    r.upstreams[0]?.calls.set('echo', async (params, { mcpReq }) => {
      const meta = params['_meta'];
      const progressToken = isJsonObject(meta) ? meta['progressToken'] : undefined;
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress: 1, total: 1 },
      });
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data: 'working' } });
      const message = { role: 'user' as const, content: { type: 'text' as const, text: 'may I?' } };
      const sampled = await mcpReq.requestSampling({ messages: [message], maxTokens: 10 });
      return text(JSON.stringify(sampled.content));
    });
    const progress: unknown[] = [];
    const { content } = await client.callTool(
      { name: 'echo', arguments: {} },
      { onprogress: (one) => progress.push(one) },
    );
    expect(content).toEqual([{ type: 'text', text: '{"type":"text","text":"yes"}' }]);
    expect(progress).toEqual([{ progress: 1, total: 1 }]);
    expect(logged).toEqual(['working']);
  });

  it('tell that lists have changed, to a client that listens', async () => {
    const r = await httpRig();
    const heard = Promise.withResolvers<string>();
    await r.agent({
      prepare: (agent) => {
        agent.fallbackNotificationHandler = ({ method }) => Promise.resolve(heard.resolve(method));
      },
    });
    await settle();
    await r.upstreams[0]?.server?.notification({ method: 'notifications/tools/list_changed' });
    expect(await heard.promise).toBe('notifications/tools/list_changed');
  });

  it('are resumed after the last event that arrived', async () => {
    const r = await httpRig();
    const headers = await r.session();
    const waiting = Promise.withResolvers<void>();
    r.upstreams[0]?.calls.set('echo', async () => {
      await waiting.promise;
      return text('after all');
    });
    const broken = await r.send(echo(7), headers);
    const reader = broken.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const [, last = ''] = /^id: (\S+)$/m.exec(new TextDecoder().decode(value)) ?? [];
    await reader?.cancel();
    waiting.resolve();
    await settle();
    const resume = { ...headers, 'last-event-id': last, accept: 'text/event-stream' };
    const resumed = await r.send('', resume, { method: 'GET', body: null });
    expect(messagesIn(await resumed.text())).toMatchObject([
      { id: 7, result: { content: text('after all')['content'] } },
    ]);
    const unknown = { ...resume, 'last-event-id': 'e999' };
    expect((await r.send('', unknown, { method: 'GET', body: null })).status).toBe(400);
  });

  it('end with the request that was cancelled', async () => {
    const r = await httpRig();
    const headers = await r.session();
    const aborted = Promise.withResolvers<void>();
    r.upstreams[0]?.calls.set('echo', (_, { mcpReq: { signal } }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => {});
    });
    const response = await r.send(echo(3), headers);
    await settle();
    await r.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } }, headers);
    expect(messagesIn(await response.text())).toMatchObject([{ id: 3, error: { message: 'cancelled' } }]);
    await aborted.promise;
    const ended = (): unknown => r.entries.findLast(({ type }) => type === 'interaction-settled')?.data;
    await expect.poll(ended).toMatchObject({ status: 'failed', code: 'GATEWAY_CANCELLED' });
  });

  it('are given up with the client that left', async () => {
    const r = await httpRig({ front: { idleMs: HTTP_WATCH_MS } });
    const headers = await r.session();
    const gone = new AbortController();
    const listening = { ...headers, accept: 'text/event-stream' };
    await r.send('', listening, { method: 'GET', body: null, signal: gone.signal });
    await r.clock.advance(8 * HTTP_WATCH_MS);
    await settle();
    expect(r.front.sessions()).toBe(1);
    gone.abort();
    await r.clock.advance(2 * HTTP_WATCH_MS);
    await settle();
    expect(r.front.sessions()).toBe(0);
  });
});

describe('a kill', () => {
  it('cuts every stream, ends every session and lets nobody in', async () => {
    proves('gateway.kill');
    const r = await httpRig();
    const headers = await r.session();
    await r.agent();
    const listening = { ...headers, accept: 'text/event-stream' };
    const stream = await r.send('', listening, { method: 'GET', body: null });
    const begun = Promise.withResolvers<void>();
    r.upstreams[0]?.calls.set('echo', () => {
      begun.resolve();
      return new Promise(() => {});
    });
    const call = await r.send(echo(1), headers);
    await begun.promise;
    r.ttp.kill(r.ttp.did, { reason: 'security_violation' });
    expect(messagesIn(await call.text())).toMatchObject([
      { id: 1, result: { isError: true, _meta: { 'ttp/code': 'GUARD_KILLED' } } },
    ]);
    await r.clock.advance(HTTP_WATCH_MS);
    expect(await stream.text()).toBe('');
    await settle();
    expect(r.front.sessions()).toBe(0);
    expect(await refusalOf(await r.send(initialize()))).toEqual([403, 'GUARD_KILLED']);
    expect(r.upstreams).toHaveLength(2);
  });

  it('of the front itself ends what is open and answers no more', async () => {
    const r = await httpRig();
    const headers = await r.session();
    await r.front.close();
    expect(r.front.sessions()).toBe(0);
    expect(await refusalOf(await r.send(echo(1), headers))).toEqual([503, 'GATEWAY_CLOSING']);
    expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual([]);
  });
});
