import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/client';
import { isJsonObject } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { fakeClock } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { ANSWERED_STREAM_MS } from '../../../src/limits.js';
import { httpTransport } from '../../../src/mcp/http-upstream.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const WHO = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'open', version: '1' },
};
const RESULT = { content: [{ type: 'text', text: 'done' }] };

/** A server that never ends the stream of a call, and a client of it; `calls` tells the streams. */
async function openServer(answers: boolean) {
  const calls: ServerResponse[] = [];
  const called = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    void text(request).then((body) => {
      const message = parseJson(body);
      const { id, method } = isJsonObject(message) ? message : {};
      const say = (result: object): string => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`;
      if (id === undefined) return response.writeHead(202).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (method === 'initialize') return response.end(say(WHO));
      calls.push(response);
      response.write(answers ? say(RESULT) : ': wait\n\n');
      return called.resolve(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const clock = fakeClock();
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(httpTransport({ url: `http://127.0.0.1:${port}/mcp` }, clock));
  closers.push(() => client.close());
  return { client, clock, calls, called: called.promise };
}

it('ends the stream of a request that was given up', async () => {
  const { client, calls, called } = await openServer(false);
  const given = new AbortController();
  const call = client.callTool({ name: 'x', arguments: {} }, { signal: given.signal });
  const stream = await called;
  const closed = once(stream, 'close');
  given.abort();
  await expect(call).rejects.toThrow();
  await closed;
  expect(calls.map(({ destroyed }) => destroyed)).toEqual([true]);
});

it('ends the stream of a request that was answered, where the server does not', async () => {
  const { client, clock, calls, called } = await openServer(true);
  expect(await client.callTool({ name: 'x', arguments: {} })).toMatchObject(RESULT);
  const closed = once(await called, 'close');
  await clock.advance(ANSWERED_STREAM_MS - 1);
  expect(calls.map(({ destroyed }) => destroyed)).toEqual([false]);
  await clock.advance(1);
  await closed;
  expect(calls.map(({ destroyed }) => destroyed)).toEqual([true]);
});
