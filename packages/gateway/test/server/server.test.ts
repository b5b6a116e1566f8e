import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { memory } from '@ttp/adapters/memory';
import * as server from '@ttp/gateway/mcp-server';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, serverRig } from './rig.js';

afterEach(closeServers);

const NAMES = [
  'verify_identity',
  'verify_tool',
  'check_action',
  'explain_policy',
  'read_audit',
  'verify_bundle',
  'request_approval',
  'kill_status',
];

it('exports what it promises and nothing else', () => {
  expect(Object.keys(server).sort()).toEqual([
    'AUDIT_ENTRIES_MAX',
    'BUNDLE_MAX_CHARS',
    'GATEWAY_ERRORS',
    'createMcpServerFront',
    'listenMcpHttp',
    'openMcpServer',
  ]);
});

describe('the tools', () => {
  it('verify tools, agents and policies, and none of them weakens anything', async () => {
    proves('gateway.mcp.server');
    const { client, ask } = await serverRig();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(NAMES);
    for (const { inputSchema, outputSchema, annotations, name } of tools) {
      expect(inputSchema['additionalProperties']).toBe(false);
      expect(outputSchema?.['type']).toBe('object');
      expect(annotations).toMatchObject({
        readOnlyHint: name !== 'request_approval',
        destructiveHint: false,
        openWorldHint: false,
      });
    }
    expect((await ask('kill_status')).said).toMatchObject({ killed: false, mode: 'enforce' });
  });
});

describe('the server', () => {
  it('offers no other tool', async () => {
    const { client } = await serverRig();
    await expect(client.callTool({ name: 'approve', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      data: { 'ttp/code': 'GATEWAY_TOOL_UNKNOWN' },
    });
  });

  it('says in words and by code what it does not take, without what hides in it', async () => {
    const { ask } = await serverRig();
    const told = await ask('kill_status', { 'rev\u202eive': true });
    expect(told).toMatchObject({ isError: true, said: {}, meta: { 'ttp/code': 'GATEWAY_BAD_REQUEST' } });
    expect(told.meta['ttp/field']).toBe('rev\\u{202e}ive');
    expect(told.text).toContain('rev\\u{202e}ive');
  });

  it('tells a fault of its own by its code alone, and whoever runs it all of it', async () => {
    const broken = new Error('the disk, and a path of the machine');
    const storage = memory();
    Object.assign(storage.store, { get: () => Promise.reject(broken) });
    const { ask, faults } = await serverRig({ server: { storage } });
    const told = await ask('verify_tool', { server: 'rig', tool: 'echo' });
    expect(told).toMatchObject({ isError: true, meta: { 'ttp/code': 'GATEWAY_SERVER_FAILED' } });
    expect(told.text).not.toContain('path of the machine');
    expect(faults).toContain(broken);
  });

  it('ends with its client, and when it is closed', async () => {
    const { options } = await serverRig();
    const [clientEnd, transport] = InMemoryTransport.createLinkedPair();
    const opened = await server.openMcpServer({ ...options, transport });
    const client = new Client({ name: 'client', version: '1' });
    await client.connect(clientEnd);
    await client.close();
    await opened.closed;
    const [, second] = InMemoryTransport.createLinkedPair();
    const other = await server.openMcpServer({ ...options, transport: second });
    await other.close();
    expect(await other.closed).toBeUndefined();
  });
});
