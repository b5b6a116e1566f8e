import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpServerFront, listenMcpHttp } from '@ttp/gateway/mcp-server';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { askOf, closeServers, serverRig } from './rig.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await closeServers();
});

it('the official client reaches the server where Node listens, with its token', async () => {
  proves('gateway.mcp.server');
  const r = await serverRig();
  const token = 'what-clients-have-to-bring';
  const listener = await listenMcpHttp(createMcpServerFront({ ...r.options, token }));
  closers.push(() => listener.close());
  const connect = async (brought: string): Promise<Client> => {
    const client = new Client({ name: 'client', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${brought}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(listener.url), { requestInit }));
    closers.push(() => client.close());
    return client;
  };
  const client = await connect(token);
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(8);
  const args = { tool: 'read_file', input: { path: 'data/keys/x' } };
  expect((await askOf(client, 'check_action', args)).said).toMatchObject({ code: 'SDK_DENIED' });
  expect((await askOf(client, 'request_approval', args)).said).toMatchObject({ state: 'refused' });
  await expect(connect('what-nobody-has-to-bring')).rejects.toThrow();
});
