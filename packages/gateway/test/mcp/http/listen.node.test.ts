import { request } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { memory } from '@ttp/adapters/memory';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import {
  createMcpHttpFront,
  listenMcpHttp,
  type McpHttpListener,
  type McpHttpOptions,
} from '@ttp/gateway/mcp';
import { createTtp, type Ttp } from '@ttp/sdk';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scriptedServer, text } from '../../scripted-server.js';

const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:listen:v1',
  rules: [{ id: 'all', effect: 'allow', resources: ['mcp:*/echo'], actions: ['call'] }],
  defaultEffect: 'deny',
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(
  upstream: McpHttpOptions['upstream'],
  options: Partial<McpHttpOptions> = {},
): Promise<McpHttpListener & { readonly ttp: Ttp }> {
  const storage = memory();
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const ttp = await createTtp({ identity, storage, policy: POLICY, fresh: true });
  const listener = await listenMcpHttp(
    createMcpHttpFront({ ttp, server: 'one', storage, upstream, ...options }),
  );
  closers.push(async () => {
    await listener.close();
    await ttp.close();
  });
  return { ...listener, ttp };
}

async function agent(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  closers.push(() => client.close());
  return client;
}

/** A request as no client would send it. */
function raw(
  url: string,
  headers: Record<string, string | string[]>,
  body = '',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('a front that Node listens for', () => {
  it('answers on the loopback, and at a free port', async () => {
    const script = scriptedServer();
    const { url } = await listen(() => script.link());
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const client = await agent(url);
    const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
    expect(content).toEqual([{ type: 'text', text: '{"text":"hi"}' }]);
  });

  it('refuses names that are resolved to it, and does not wait for their bodies', async () => {
    const { url } = await listen(() => scriptedServer().link());
    const length = { 'content-length': '1000000' };
    expect(await raw(url, { host: 'evil.example', ...length })).toBe(403);
    expect(await raw(url, { origin: 'http://evil.example', ...length })).toBe(403);
    expect(await raw(url, { host: '127.0.0.1', 'mcp-session-id': 'x' }, '{}')).toBe(404);
  });

  it('cannot be opened where something listens already', async () => {
    const { url, ttp } = await listen(() => scriptedServer().link());
    const options = { ttp, server: 'two', storage: memory(), upstream: { command: 'none' } };
    const port = Number(new URL(url).port);
    expect(await codeRejectedBy(listenMcpHttp(createMcpHttpFront(options), { port }))).toBe(
      'GATEWAY_LISTEN_FAILED',
    );
  });

  it('lets go of a stream whose client is gone', async () => {
    const { url, ttp } = await listen(() => scriptedServer().link(), { idleMs: 1 });
    const client = await agent(url);
    await client.listTools();
    await client.close();
    const again = await agent(url);
    expect((await again.listTools()).tools).toHaveLength(2);
    expect(ttp.isKilled()).toBe(false);
  });
});

describe('a server that is reached over HTTP', () => {
  const UPSTREAM_TOKEN = 'Bearer what-the-server-wants-to-see';
  const FRONT_TOKEN = 'what-the-front-wants-to-see';

  it('sees the credential of the gateway, and never that of the agent', async () => {
    proves('flaw.T3');
    const script = scriptedServer();
    script.calls.set('echo', () => text('done'));
    const inner = await listen(() => script.link(), { token: UPSTREAM_TOKEN.slice('Bearer '.length) });
    const outer = await listen(
      { url: inner.url, headers: { authorization: UPSTREAM_TOKEN } },
      { token: FRONT_TOKEN },
    );
    const client = await agent(outer.url, { authorization: `Bearer ${FRONT_TOKEN}` });
    const { content, isError } = await client.callTool({ name: 'echo', arguments: {} });
    expect([content, isError]).toEqual([[{ type: 'text', text: 'done' }], undefined]);
    // The token of one is none of the other.
    for (const [url, authorization] of [
      [inner.url, `Bearer ${FRONT_TOKEN}`],
      [outer.url, UPSTREAM_TOKEN],
    ] as const)
      expect(await raw(url, { authorization }, '{}')).toBe(401);
  });

  it('that is not there is told to the agent as unreachable', async () => {
    const { url } = await listen({ url: 'http://127.0.0.1:9/mcp' });
    await expect(agent(url)).rejects.toMatchObject({
      data: { 'ttp/code': 'GATEWAY_UPSTREAM_UNREACHABLE' },
    });
  });

  it('that forgot the session ends it, so that the agent begins a new one', async () => {
    const script = scriptedServer();
    const inner = await listen(() => script.link());
    const outer = await listen({ url: inner.url });
    const client = await agent(outer.url);
    await client.callTool({ name: 'echo', arguments: {} });
    await script.server?.close();
    await expect(client.callTool({ name: 'echo', arguments: {} })).resolves.toMatchObject({
      isError: true,
      _meta: { 'ttp/code': 'GATEWAY_UPSTREAM_CLOSED' },
    });
    const fresh = await agent(outer.url);
    expect((await fresh.callTool({ name: 'echo', arguments: {} })).isError).toBeUndefined();
  });
});
