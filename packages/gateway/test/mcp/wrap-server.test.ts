import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { memory } from '@ttp/adapters/memory';
import { createIdentity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { type McpGatewayOptions, wrapMcpServer } from '@ttp/gateway/mcp';
import { createTtp, type Ttp } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, seededRandom } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Wrapped {
  readonly ttp: Ttp;
  readonly server: McpServer;
  readonly options: Omit<McpGatewayOptions, 'upstream' | 'downstream'>;
  readonly entries: readonly Entry[];
  /** How often the tools were really called. */
  effects(): number;
}

/** A server of this program with two tools, a resource and a prompt; the policy allows one of the tools. */
async function wrapped(): Promise<Wrapped> {
  const clock = fakeClock();
  const storage = memory();
  const entries: Entry[] = [];
  let effects = 0;
  const identity = await createIdentity({ type: 'agent', random: seededRandom('wrap'), clock });
  const ttp = await createTtp({
    identity,
    storage,
    policy: {
      version: '1.0.0',
      rules: [{ id: 'today', effect: 'allow', resources: ['mcp:notes/today'], actions: ['call'] }],
      defaultEffect: 'deny',
    },
    fresh: true,
    ports: { clock, timer: clock, random: seededRandom('ttp') },
    onEvent: (entry) => entries.push(entry),
  });
  closers.push(() => ttp.close());
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  for (const name of ['today', 'erase'])
    server.registerTool(name, { description: name }, () => {
      effects++;
      return { content: [{ type: 'text', text: `did ${name}` }] };
    });
  server.registerResource('note', 'note:1', {}, () => ({ contents: [{ uri: 'note:1', text: 'secret' }] }));
  server.registerPrompt('sum', {}, () => ({ messages: [] }));
  const options = { ttp, storage, server: 'notes', ports: { clock } };
  return { ttp, server, options, entries, effects: () => effects };
}

async function connect({ server, options }: Pick<Wrapped, 'server' | 'options'>): Promise<Client> {
  const [agentEnd, downstream] = InMemoryTransport.createLinkedPair();
  const gateway = await wrapMcpServer(server, options).connect(downstream);
  const agent = new Client({ name: 'agent', version: '1' });
  closers.push(() => gateway.close());
  await agent.connect(agentEnd);
  return agent;
}

it('decides and records what comes to a server of this process', async () => {
  const w = await wrapped();
  const agent = await connect(w);
  expect(agent.getServerVersion()).toEqual({ name: 'notes', version: '1.0.0' });
  expect((await agent.listTools()).tools.map(({ name }) => name)).toEqual(['today', 'erase']);
  expect(await agent.callTool({ name: 'today', arguments: {} })).toMatchObject({
    content: [{ text: 'did today' }],
    _meta: { 'ttp/outcome': 'done' },
  });
  expect(await agent.callTool({ name: 'erase', arguments: {} })).toMatchObject({
    isError: true,
    _meta: { 'ttp/outcome': 'blocked', 'ttp/code': 'SDK_DENIED' },
  });
  await expect(agent.readResource({ uri: 'note:1' })).rejects.toMatchObject({
    data: { 'ttp/code': 'SDK_DENIED' },
  });
  await expect(agent.getPrompt({ name: 'sum' })).rejects.toMatchObject({
    data: { 'ttp/code': 'SDK_DENIED' },
  });
  expect(w.effects()).toBe(1);
  expect(w.entries.map(({ type }) => type)).toContain('tools-pinned');
  expect(w.entries.filter(({ type }) => type === 'effect-finished')).toHaveLength(1);
});

it('quarantines a tool that the server changes while it runs', async () => {
  const w = await wrapped();
  const agent = await connect(w);
  await agent.listTools();
  w.server.registerTool('more', { description: 'one more' }, () => ({ content: [] }));
  expect((await agent.listTools()).tools.map(({ name }) => name)).toEqual(['today', 'erase']);
  w.ttp.kill(w.ttp.did, { reason: 'manual_operator_action' });
  expect(await agent.callTool({ name: 'today', arguments: {} })).toMatchObject({
    _meta: { 'ttp/code': 'GUARD_KILLED' },
  });
});

it('can be connected again once a session is over, and after one that could not be opened', async () => {
  const w = await wrapped();
  const { server, options } = w;
  const [, downstream] = InMemoryTransport.createLinkedPair();
  const refused = wrapMcpServer(server, { ...options, server: 'no/name' }).connect(downstream);
  expect(await codeRejectedBy(refused)).toBe('GATEWAY_BAD_OPTION');
  expect(server.isConnected()).toBe(false);
  const first = await connect(w);
  await first.close();
  await expect.poll(() => server.isConnected()).toBe(false);
  const second = await connect(w);
  expect(await second.callTool({ name: 'today', arguments: {} })).toMatchObject({
    _meta: { 'ttp/outcome': 'done' },
  });
});
