import { InMemoryTransport } from '@modelcontextprotocol/client';
import { codeOf } from '@ttp/core';
import { openMcpGateway } from '@ttp/gateway/mcp';
import { afterEach, expect, it } from 'vitest';
import { HELD_MESSAGES_MAX } from '../../src/limits.js';
import { closeAll, rig } from '../rig.js';
import { scriptedServer, text } from '../scripted-server.js';

afterEach(closeAll);

it('closing ends both sides, however often it is asked for', async () => {
  const r = await rig();
  const gone = Promise.withResolvers<void>();
  Object.assign(r.agent, { onclose: () => gone.resolve() });
  await Promise.all([r.gateway.close(), r.gateway.close()]);
  await r.gateway.closed;
  await gone.promise;
  expect(r.upstream.server?.transport).toBeUndefined();
  await expect(r.names()).rejects.toThrow('Not connected');
});

it('an agent that leaves closes the connection to the server', async () => {
  const r = await rig();
  await r.agent.close();
  await r.gateway.closed;
  expect(r.upstream.server?.transport).toBeUndefined();
});

it('records the outcome of a call that was under way before it is closed', async () => {
  const r = await rig();
  const begun = Promise.withResolvers<void>();
  r.upstream.calls.set('echo', () => {
    begun.resolve();
    return new Promise(() => {});
  });
  const call = r.agent.callTool({ name: 'echo', arguments: {} });
  const told = expect(call).resolves.toMatchObject({ _meta: { 'ttp/code': 'GATEWAY_UPSTREAM_CLOSED' } });
  await begun.promise;
  await r.gateway.close();
  await told;
  expect(r.entries.at(-1)).toMatchObject({
    type: 'interaction-settled',
    data: { status: 'failed', code: 'GATEWAY_UPSTREAM_CLOSED' },
  });
});

it('a session has its own connection: two agents do not see each other', async () => {
  const one = await rig();
  const two = await rig();
  two.upstream.calls.set('echo', () => text('two'));
  const [first, second] = await Promise.all(
    [one, two].map(({ agent }) => agent.callTool({ name: 'echo', arguments: { text: 'one' } })),
  );
  expect(first?.content).toEqual([{ type: 'text', text: '{"text":"one"}' }]);
  expect(second?.content).toEqual([{ type: 'text', text: 'two' }]);
});

it('a server that does not introduce itself is told to the agent as unreachable', async () => {
  const upstream = scriptedServer();
  const { connect } = upstream;
  upstream.connect = async () => {
    const transport = await connect();
    upstream.server?.setRequestHandler('initialize', () => {
      throw new Error('not today');
    });
    return transport;
  };
  await expect(rig({ upstream })).rejects.toMatchObject({
    data: { 'ttp/code': 'GATEWAY_UPSTREAM_UNREACHABLE' },
  });
});

it('listens without a server, and closes before anybody came', async () => {
  const r = await rig();
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const gateway = await openMcpGateway({
    ttp: r.ttp,
    server: 'rig',
    upstream: await scriptedServer().connect(),
    downstream,
    storage: r.storage,
  });
  expect(await gateway.quarantined()).toEqual([]);
  await gateway.close();
  await expect(agentEnd.send({ jsonrpc: '2.0', method: 'x' })).rejects.toThrow('Not connected');
});

it('keeps little of what an agent pours in before it introduces itself', async () => {
  const r = await rig();
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const upstream = scriptedServer();
  const options = { ttp: r.ttp, server: 'rig', downstream, storage: r.storage };
  const gateway = await openMcpGateway({ ...options, upstream: await upstream.connect() });
  await agentEnd.start();
  for (let n = 0; n <= HELD_MESSAGES_MAX; n++) await agentEnd.send({ jsonrpc: '2.0', method: 'ping', id: n });
  await gateway.closed;
  expect(upstream.received).toEqual([]);
});

it('answers nothing that came before the introduction until the server is known', async () => {
  const r = await rig();
  expect(r.faults.map((fault) => codeOf(fault, 'TEST_OTHER'))).toEqual([]);
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const upstream = scriptedServer();
  const options = { ttp: r.ttp, server: 'rig', downstream, storage: r.storage };
  const gateway = await openMcpGateway({ ...options, upstream: await upstream.connect() });
  const answers: unknown[] = [];
  const done = Promise.withResolvers<void>();
  Object.assign(agentEnd, {
    onmessage: (message: unknown) => {
      if (answers.push(message) === 2) done.resolve();
    },
  });
  await agentEnd.start();
  await agentEnd.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  await agentEnd.send({
    jsonrpc: '2.0',
    id: 2,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  });
  await done.promise;
  expect(answers).toMatchObject([
    { id: 1, result: {} },
    { id: 2, result: { serverInfo: { name: 'scripted' } } },
  ]);
  await gateway.close();
});
